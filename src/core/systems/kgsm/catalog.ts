import type { RetentionClass, Severity } from '../../model/event.ts';
import { oneLine, text, texts, type Text } from '../../model/text.ts';
import type { CatalogEntry } from '../emit.ts';
import { gameOf } from './decode/instanceUpdate.ts';
import examples from './examples.json' with { type: 'json' };
import type { KgsmData } from './messages.ts';

/** A line in lists; `{0}` and so on are the named fields of Data. */
type Title = readonly [title: Text, fields: readonly string[]];

export interface KgsmEntry extends CatalogEntry {
  /** The first whose fields are all there is taken; the last needs none. */
  readonly titles: readonly Title[];
}

interface Level {
  readonly severity?: Severity;
  readonly retention?: RetentionClass;
}

type Row = readonly [
  titleAndDescription: readonly [Text, Text],
  more?: Level & { readonly fields?: readonly string[] },
  /** Titles where a field is missing. */
  ...shorter: readonly (Text | Title)[],
];

function inCategory(category: string, rows: Readonly<Record<string, Row>>): readonly KgsmEntry[] {
  return Object.entries(rows).map(([type, [[title, description], more, ...shorter]]) => ({
    type,
    category,
    titles: [
      [title, more?.fields ?? []] as const,
      ...shorter.map((other) => ('template' in other ? ([other, []] as const) : other)),
    ],
    description,
    severity: more?.severity ?? 'info',
    retention: more?.retention ?? 'lifecycle',
    get example() {
      return exampleOf(type);
    },
  }));
}

const error = { severity: 'error' } as const;
const step = { retention: 'task', severity: 'debug' } as const;
const task = { retention: 'task' } as const;
const control = { retention: 'control', severity: 'debug' } as const;

/** Every type of every generation. */
export const kgsmEntries: readonly KgsmEntry[] = [
  ...inCategory('Install', {
    instance_created: [
      texts('Created from {0}', 'An instance was entered in KGSM; its installation follows.'),
      { fields: ['Blueprint'] },
      text('Created'),
    ],
    instance_installation_started: [
      texts('Installation of {0} started', 'The installation process began.'),
      { ...task, fields: ['Blueprint'] },
      text('Installation started'),
    ],
    instance_directories_created: [
      texts('Directories created', 'The directory structure of the instance is there.'),
      step,
    ],
    instance_files_created: [texts('Files created', 'Configuration and management files are there.'), step],
    instance_download_started: [texts('Download started', 'The server files are being downloaded.'), step],
    instance_download_finished: [texts('Download finished', 'The download ended.'), step],
    instance_downloaded: [texts('Downloaded', 'All server files are downloaded.'), step],
    instance_deploy_started: [
      texts('Deployment started', 'The downloaded files are being put in place.'),
      step,
    ],
    instance_deploy_finished: [texts('Deployment finished', 'The deployment ended.'), step],
    instance_deployed: [texts('Deployed', 'All server files are in place.'), step],
    instance_installation_finished: [
      texts('Installation of {0} finished', 'The installation process ended.'),
      { ...task, fields: ['Blueprint'] },
      text('Installation finished'),
    ],
    instance_installed: [
      texts('Installed from {0}', 'The instance is installed and can be started.'),
      { fields: ['Blueprint'] },
      text('Installed'),
    ],
    instance_download_failed: [
      texts(
        'Download failed',
        'The server files could not be downloaded; the installation or update ended there.',
      ),
      error,
    ],
    instance_deploy_failed: [
      texts('Deployment failed', 'The downloaded files could not be put in place.'),
      error,
    ],
  }),
  ...inCategory('Lifecycle', {
    instance_started: [
      texts('Started', 'The server process was started. Players can join once it is ready.'),
    ],
    instance_ready: [texts('Ready', 'The watcher saw the server open for players.')],
    instance_stopped: [
      texts('Stopped', 'The server was stopped. KGSM 2 says so also when it was not running.'),
    ],
    instance_stop_started: [texts('Stopping', 'A stop was begun.')],
    instance_stop_finished: [texts('Stop finished', 'A stop ended.'), { severity: 'debug' }],
    instance_restart_started: [texts('Restarting', 'A restart was begun.')],
    instance_restart_stopped: [
      texts('Stopped for the restart', 'The server is down and about to be started again.'),
      { severity: 'debug' },
    ],
    instance_restarted: [texts('Restarted', 'The server was stopped and started again.')],
    instance_restart_finished: [texts('Restart finished', 'A restart ended.'), { severity: 'debug' }],
    instance_crashed: [
      texts('Crashed with exit code {0}, restart {1}', 'The server process ended by itself.'),
      { ...error, fields: ['ExitCode', 'Restarts'] },
      [text('Crashed with exit code {0}'), ['ExitCode']],
      text('Crashed'),
    ],
    instance_failed: [
      texts(
        'Failed with exit code {0} after {1} restarts',
        'The server crashed too often and is not started again.',
      ),
      { ...error, fields: ['ExitCode', 'Restarts'] },
      [text('Failed with exit code {0}'), ['ExitCode']],
      text('Failed'),
    ],
  }),
  ...inCategory('Update', {
    instance_update_available: [
      texts('Update available: {0} → {1}', 'A newer version of the server exists.'),
      { fields: ['CurrentVersion', 'LatestVersion'] },
      [text('Update available: {0}'), ['LatestVersion']],
      text('Update available'),
    ],
    instance_update_started: [texts('Update started', 'An update began.'), task],
    instance_update_finished: [texts('Update finished', 'The update process ended.'), task],
    instance_updated: [texts('Updated', 'The server is updated.')],
    instance_update_failed: [texts('Update failed', 'The update ended with an error.'), error],
    instance_version_updated: [
      texts('Version {0} → {1}', 'The installed version changed.'),
      { fields: ['OldVersion', 'NewVersion'] },
      [text('Version is now {0}'), ['NewVersion']],
      text('Version changed'),
    ],
  }),
  ...inCategory('Backup', {
    instance_backup_started: [texts('Backup started', 'A backup began.'), task],
    instance_backup_created: [
      texts('Backup created: {0}', 'A backup of the instance was written.'),
      { fields: ['Source'] },
      text('Backup created'),
    ],
    instance_backup_finished: [texts('Backup finished', 'The backup process ended.'), task],
    instance_backup_deleted: [
      texts('Backup deleted: {0}', 'One backup was deleted.'),
      { fields: ['Source'] },
      text('Backup deleted'),
    ],
    instance_backups_pruned: [
      texts('{0} backups deleted, {1} kept', 'Old backups were deleted.'),
      { fields: ['Deleted', 'Kept'] },
      text('Old backups deleted'),
    ],
    instance_restore_started: [texts('Restore started', 'A backup is being restored.'), task],
    instance_backup_restored: [
      texts('Backup restored: {0}', 'The files of a backup are in place again.'),
      { fields: ['Source'] },
      text('Backup restored'),
    ],
    instance_restore_finished: [texts('Restore finished', 'The restore process ended.'), task],
  }),
  ...inCategory('Removal', {
    instance_uninstall_started: [texts('Uninstallation started', 'The instance is being removed.'), task],
    instance_files_removed: [texts('Files removed', 'The management files of the instance are gone.'), step],
    instance_directories_removed: [
      texts('Directories removed', 'The directories of the instance are gone, with its backups.'),
      step,
    ],
    instance_removed: [texts('Removed', 'The instance is no longer entered in KGSM.'), step],
    instance_uninstall_finished: [
      texts('Uninstallation finished', 'The uninstallation process ended.'),
      task,
    ],
    instance_uninstalled: [texts('Uninstalled', 'The instance is gone.')],
    instance_uninstall_failed: [
      texts('Uninstallation failed', 'The instance could not be removed whole.'),
      error,
    ],
  }),
  ...inCategory('Players', {
    instance_player_joined: [
      texts('{0} joined', 'A player came onto the server.'),
      { fields: ['PlayerName'] },
      [text('{0} joined'), ['PlayerId']],
      text('A player joined'),
    ],
    instance_player_left: [
      texts('{0} left', 'A player left the server.'),
      { fields: ['PlayerName'] },
      [text('{0} left'), ['PlayerId']],
      text('A player left'),
    ],
    instance_player_kicked: [
      texts('{0} was kicked', 'A player was thrown off the server.'),
      { fields: ['Target'], severity: 'warning' },
      text('A player was kicked'),
    ],
    instance_player_banned: [
      texts('{0} was banned', 'A player may not come back.'),
      { fields: ['Target'], severity: 'warning' },
      text('A player was banned'),
    ],
    instance_player_unbanned: [
      texts('{0} may come back', 'A ban was lifted.'),
      { fields: ['Target'] },
      text('A player may come back'),
    ],
  }),
  ...inCategory('Configuration', {
    instance_config_changed: [
      texts('Setting {0} changed', 'A setting of the instance was changed.'),
      { fields: ['Key'] },
      text('A setting changed'),
    ],
    instance_input_sent: [
      texts('Console: {0}', 'A command was typed into the console of the server.'),
      { fields: ['Command'] },
      text('Console input sent'),
    ],
  }),
  ...inCategory('Network', {
    instance_ports_opened: [texts('Ports opened', 'The firewall lets players through.')],
    instance_ports_closed: [texts('Ports closed', 'The firewall no longer lets players through.')],
    instance_upnp_opened: [texts('Router ports opened', 'The router forwards the ports.')],
    instance_upnp_closed: [texts('Router ports closed', 'The router no longer forwards the ports.')],
    instance_upnp_reasserted: [
      texts('Router ports confirmed', 'The router was asked again to forward the ports.'),
      { severity: 'debug' },
    ],
  }),
  ...inCategory('Blueprints', {
    blueprint_created: [
      texts('Blueprint {0} created', 'A blueprint that instances can be made from was added.'),
      { fields: ['BlueprintName'] },
      text('A blueprint was created'),
    ],
    blueprint_updated: [
      texts('Blueprint {0} updated', 'A blueprint was changed.'),
      { fields: ['BlueprintName'] },
      text('A blueprint was updated'),
    ],
    blueprint_removed: [
      texts('Blueprint {0} removed', 'A blueprint was removed.'),
      { fields: ['BlueprintName'] },
      text('A blueprint was removed'),
    ],
  }),
  ...inCategory('Test', {
    socket_test: [
      texts('Socket test: {0}', "KGSM's own test of its socket."),
      { ...control, fields: ['Message'] },
      text('Socket test'),
    ],
    webhook_test: [
      texts('Webhook test: {0}', "KGSM's own test of its webhooks."),
      { ...control, fields: ['Message'] },
      text('Webhook test'),
    ],
  }),
];

const byType = new Map(kgsmEntries.map((e) => [e.type, e]));

export function catalogEntry(type: string): KgsmEntry | undefined {
  return byType.get(type);
}

/** The line for lists, in the words for what is there of its fields. */
export function summaryOf({ titles, description }: KgsmEntry, data: KgsmData): Text {
  const found = titles.find(([, fields]) => fields.every((field) => isThere(field, data)));
  if (!found) return description;
  const [title, fields] = found;
  return text(title.template, ...fields.map((field) => shownField(field, data[field])));
}

function isThere(field: string, data: KgsmData): boolean {
  const value = data[field];
  // An installation has no version before it, which KGSM writes as 0.
  if (field === 'OldVersion' && value === '0') return false;
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

function shownField(field: string, value: unknown): string | number {
  if (typeof value === 'number') return value;
  const words = String(value);
  return oneLine(field === 'Blueprint' ? gameOf(words) : words, 200);
}

/** A message as KGSM would send it: types of the 2.x line in its form, what came later in the form of 3.x. */
function exampleOf(type: string): unknown {
  const recent: Readonly<Record<string, unknown>> = examples.recent;
  const classic: Readonly<Record<string, unknown>> = examples.classic;
  const subject = type.startsWith('blueprint_') ? {} : { InstanceName: 'minecraft-1' };
  if (Object.hasOwn(recent, type)) {
    return {
      V: 1,
      EventType: type,
      Data: { ...subject, ...(recent[type] as object) },
      ...examples.recentEnvelope,
    };
  }
  return {
    EventType: type,
    Data: { ...subject, ...(classic[type] as object | undefined) },
    ...examples.classicEnvelope,
  };
}
