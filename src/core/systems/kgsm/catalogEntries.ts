import type { RetentionClass, Severity } from '../../model/event.ts';
import { text, type Text } from '../../model/text.ts';
import type { CatalogEntry } from '../emit.ts';
import { exampleOf } from './examples.ts';

export interface KgsmEntry extends CatalogEntry {
  /** The line in lists; `{0}` and so on are the named fields of Data. */
  readonly title: Text;
  readonly fields: readonly string[];
}

function entry(
  type: string,
  category: string,
  title: Text,
  description: Text,
  options: { severity?: Severity; retention?: RetentionClass; fields?: readonly string[] } = {},
): KgsmEntry {
  return {
    type,
    category,
    title,
    description,
    severity: options.severity ?? 'info',
    retention: options.retention ?? 'lifecycle',
    fields: options.fields ?? [],
    get example() {
      return exampleOf(type);
    },
  };
}

const error = { severity: 'error' } as const;
const step = { retention: 'task', severity: 'debug' } as const;
const task = { retention: 'task' } as const;
const control = { retention: 'control', severity: 'debug' } as const;

/** Every type of every generation. */
export const kgsmEntries: readonly KgsmEntry[] = [
  entry(
    'instance_created',
    'Install',
    text('Created from {0}'),
    text('An instance was entered in KGSM; its installation follows.'),
    { fields: ['Blueprint'] },
  ),
  entry(
    'instance_installation_started',
    'Install',
    text('Installation of {0} started'),
    text('The installation process began.'),
    { ...task, fields: ['Blueprint'] },
  ),
  entry(
    'instance_directories_created',
    'Install',
    text('Directories created'),
    text('The directory structure of the instance is there.'),
    step,
  ),
  entry(
    'instance_files_created',
    'Install',
    text('Files created'),
    text('Configuration and management files are there.'),
    step,
  ),
  entry(
    'instance_download_started',
    'Install',
    text('Download started'),
    text('The server files are being downloaded.'),
    step,
  ),
  entry(
    'instance_download_finished',
    'Install',
    text('Download finished'),
    text('The download ended.'),
    step,
  ),
  entry('instance_downloaded', 'Install', text('Downloaded'), text('All server files are downloaded.'), step),
  entry(
    'instance_deploy_started',
    'Install',
    text('Deployment started'),
    text('The downloaded files are being put in place.'),
    step,
  ),
  entry(
    'instance_deploy_finished',
    'Install',
    text('Deployment finished'),
    text('The deployment ended.'),
    step,
  ),
  entry('instance_deployed', 'Install', text('Deployed'), text('All server files are in place.'), step),
  entry(
    'instance_installation_finished',
    'Install',
    text('Installation of {0} finished'),
    text('The installation process ended.'),
    { ...task, fields: ['Blueprint'] },
  ),
  entry(
    'instance_installed',
    'Install',
    text('Installed from {0}'),
    text('The instance is installed and can be started.'),
    { fields: ['Blueprint'] },
  ),
  entry(
    'instance_download_failed',
    'Install',
    text('Download failed'),
    text('The server files could not be downloaded; the installation or update ended there.'),
    error,
  ),
  entry(
    'instance_deploy_failed',
    'Install',
    text('Deployment failed'),
    text('The downloaded files could not be put in place.'),
    error,
  ),

  entry(
    'instance_started',
    'Lifecycle',
    text('Started'),
    text('The server process was started. Players can join once it is ready.'),
  ),
  entry('instance_ready', 'Lifecycle', text('Ready'), text('The watcher saw the server open for players.')),
  entry(
    'instance_stopped',
    'Lifecycle',
    text('Stopped'),
    text('The server was stopped. KGSM 2 says so also when it was not running.'),
  ),
  entry('instance_stop_started', 'Lifecycle', text('Stopping'), text('A stop was begun.')),
  entry('instance_stop_finished', 'Lifecycle', text('Stop finished'), text('A stop ended.'), {
    severity: 'debug',
  }),
  entry('instance_restart_started', 'Lifecycle', text('Restarting'), text('A restart was begun.')),
  entry(
    'instance_restart_stopped',
    'Lifecycle',
    text('Stopped for the restart'),
    text('The server is down and about to be started again.'),
    { severity: 'debug' },
  ),
  entry(
    'instance_restarted',
    'Lifecycle',
    text('Restarted'),
    text('The server was stopped and started again.'),
  ),
  entry('instance_restart_finished', 'Lifecycle', text('Restart finished'), text('A restart ended.'), {
    severity: 'debug',
  }),
  entry(
    'instance_crashed',
    'Lifecycle',
    text('Crashed with exit code {0}, restart {1}'),
    text('The server process ended by itself.'),
    { ...error, fields: ['ExitCode', 'Restarts'] },
  ),
  entry(
    'instance_failed',
    'Lifecycle',
    text('Failed with exit code {0} after {1} restarts'),
    text('The server crashed too often and is not started again.'),
    { ...error, fields: ['ExitCode', 'Restarts'] },
  ),

  entry(
    'instance_update_available',
    'Update',
    text('Update available: {0} → {1}'),
    text('A newer version of the server exists.'),
    { fields: ['CurrentVersion', 'LatestVersion'] },
  ),
  entry('instance_update_started', 'Update', text('Update started'), text('An update began.'), task),
  entry(
    'instance_update_finished',
    'Update',
    text('Update finished'),
    text('The update process ended.'),
    task,
  ),
  entry('instance_updated', 'Update', text('Updated'), text('The server is updated.')),
  entry(
    'instance_update_failed',
    'Update',
    text('Update failed'),
    text('The update ended with an error.'),
    error,
  ),
  entry(
    'instance_version_updated',
    'Update',
    text('Version {0} → {1}'),
    text('The installed version changed.'),
    { fields: ['OldVersion', 'NewVersion'] },
  ),

  entry('instance_backup_started', 'Backup', text('Backup started'), text('A backup began.'), task),
  entry(
    'instance_backup_created',
    'Backup',
    text('Backup created: {0}'),
    text('A backup of the instance was written.'),
    { fields: ['Source'] },
  ),
  entry(
    'instance_backup_finished',
    'Backup',
    text('Backup finished'),
    text('The backup process ended.'),
    task,
  ),
  entry('instance_backup_deleted', 'Backup', text('Backup deleted: {0}'), text('One backup was deleted.'), {
    fields: ['Source'],
  }),
  entry(
    'instance_backups_pruned',
    'Backup',
    text('{0} backups deleted, {1} kept'),
    text('Old backups were deleted.'),
    { fields: ['Deleted', 'Kept'] },
  ),
  entry(
    'instance_restore_started',
    'Backup',
    text('Restore started'),
    text('A backup is being restored.'),
    task,
  ),
  entry(
    'instance_backup_restored',
    'Backup',
    text('Backup restored: {0}'),
    text('The files of a backup are in place again.'),
    { fields: ['Source'] },
  ),
  entry(
    'instance_restore_finished',
    'Backup',
    text('Restore finished'),
    text('The restore process ended.'),
    task,
  ),

  entry(
    'instance_uninstall_started',
    'Removal',
    text('Uninstallation started'),
    text('The instance is being removed.'),
    task,
  ),
  entry(
    'instance_files_removed',
    'Removal',
    text('Files removed'),
    text('The management files of the instance are gone.'),
    step,
  ),
  entry(
    'instance_directories_removed',
    'Removal',
    text('Directories removed'),
    text('The directories of the instance are gone, with its backups.'),
    step,
  ),
  entry(
    'instance_removed',
    'Removal',
    text('Removed'),
    text('The instance is no longer entered in KGSM.'),
    step,
  ),
  entry(
    'instance_uninstall_finished',
    'Removal',
    text('Uninstallation finished'),
    text('The uninstallation process ended.'),
    task,
  ),
  entry('instance_uninstalled', 'Removal', text('Uninstalled'), text('The instance is gone.')),
  entry(
    'instance_uninstall_failed',
    'Removal',
    text('Uninstallation failed'),
    text('The instance could not be removed whole.'),
    error,
  ),

  entry('instance_player_joined', 'Players', text('{0} joined'), text('A player came onto the server.'), {
    fields: ['PlayerName'],
  }),
  entry('instance_player_left', 'Players', text('{0} left'), text('A player left the server.'), {
    fields: ['PlayerName'],
  }),
  entry(
    'instance_player_kicked',
    'Players',
    text('{0} was kicked'),
    text('A player was thrown off the server.'),
    { fields: ['Target'], severity: 'warning' },
  ),
  entry('instance_player_banned', 'Players', text('{0} was banned'), text('A player may not come back.'), {
    fields: ['Target'],
    severity: 'warning',
  }),
  entry('instance_player_unbanned', 'Players', text('{0} may come back'), text('A ban was lifted.'), {
    fields: ['Target'],
  }),

  entry(
    'instance_config_changed',
    'Configuration',
    text('Setting {0} changed'),
    text('A setting of the instance was changed.'),
    { fields: ['Key'] },
  ),
  entry(
    'instance_input_sent',
    'Configuration',
    text('Console: {0}'),
    text('A command was typed into the console of the server.'),
    { fields: ['Command'] },
  ),
  entry('instance_ports_opened', 'Network', text('Ports opened'), text('The firewall lets players through.')),
  entry(
    'instance_ports_closed',
    'Network',
    text('Ports closed'),
    text('The firewall no longer lets players through.'),
  ),
  entry(
    'instance_upnp_opened',
    'Network',
    text('Router ports opened'),
    text('The router forwards the ports.'),
  ),
  entry(
    'instance_upnp_closed',
    'Network',
    text('Router ports closed'),
    text('The router no longer forwards the ports.'),
  ),
  entry(
    'instance_upnp_reasserted',
    'Network',
    text('Router ports confirmed'),
    text('The router was asked again to forward the ports.'),
    { severity: 'debug' },
  ),

  entry(
    'blueprint_created',
    'Blueprints',
    text('Blueprint {0} created'),
    text('A blueprint that instances can be made from was added.'),
    { fields: ['BlueprintName'] },
  ),
  entry('blueprint_updated', 'Blueprints', text('Blueprint {0} updated'), text('A blueprint was changed.'), {
    fields: ['BlueprintName'],
  }),
  entry('blueprint_removed', 'Blueprints', text('Blueprint {0} removed'), text('A blueprint was removed.'), {
    fields: ['BlueprintName'],
  }),

  entry('socket_test', 'Test', text('Socket test: {0}'), text("KGSM's own test of its socket."), {
    ...control,
    fields: ['Message'],
  }),
  entry('webhook_test', 'Test', text('Webhook test: {0}'), text("KGSM's own test of its webhooks."), {
    ...control,
    fields: ['Message'],
  }),
];
