import type { RootGeneration } from './behaviour.ts';
import type { KgsmEvent } from './envelope.ts';

/**
 * What stands in `Data` beside the subject, in the order in which an emitting command line gives it. A field with `?` is null
 * where it is empty, one with `#` is a number, one with `!` is true, false or null.
 */
const fields: Readonly<Record<string, readonly string[]>> = {
  instance_created: ['Blueprint'],
  instance_installation_started: ['Blueprint'],
  instance_installation_finished: ['Blueprint'],
  instance_installed: ['Blueprint'],
  instance_version_updated: ['OldVersion', 'NewVersion'],
  instance_backup_created: ['Source', 'Version'],
  instance_backup_restored: ['Source', 'Version'],
  instance_crashed: ['ExitCode', 'Restarts'],
  instance_failed: ['ExitCode', 'Restarts'],
  instance_player_joined: ['PlayerId?', 'PlayerName?', 'PlayerAddr?', 'SessionKey'],
  instance_player_left: ['PlayerId?', 'PlayerName?', 'PlayerAddr?', 'SessionKey', 'Reason?'],
  instance_player_kicked: ['Target', 'Command'],
  instance_player_banned: ['Target', 'Command'],
  instance_player_unbanned: ['Target', 'Command'],
  instance_config_changed: ['Key'],
  instance_input_sent: ['Command'],
  instance_backup_deleted: ['Source'],
  instance_backups_pruned: ['Deleted#', 'Kept#'],
  instance_update_available: ['CurrentVersion', 'LatestVersion'],
  blueprint_created: ['Tier', 'OverridesSystem!', 'Runtime?'],
  blueprint_updated: ['Tier', 'OverridesSystem!', 'Runtime?'],
  blueprint_removed: ['Tier', 'RevertedToSystem!'],
};

const named = (subject: string, names: string): readonly string[] =>
  names.split(/\s+/).map((name) => `${subject}_${name}`);

/** The types of KGSM 2.2, without the tests of its transports. */
const second: ReadonlySet<string> = new Set(
  named(
    'instance',
    `created directories_created files_created download_started download_finished downloaded deploy_started deploy_finished
     deployed update_started update_finished updated version_updated installation_started installation_finished installed
     started stopped ready backup_created backup_restored files_removed directories_removed removed uninstall_started
     uninstall_finished uninstalled`,
  ),
);

/** The types of KGSM 3.16 without those tests; the catalog of the extension drags in far more than their names. */
export const third: ReadonlySet<string> = new Set([
  ...second,
  ...named(
    'instance',
    `download_failed deploy_failed stop_started stop_finished restart_started restart_stopped restarted restart_finished
     crashed failed update_available update_failed backup_started backup_finished backup_deleted backups_pruned
     restore_started restore_finished uninstall_failed player_joined player_left player_kicked player_banned
     player_unbanned config_changed input_sent ports_opened ports_closed upnp_opened upnp_closed upnp_reasserted`,
  ),
  ...named('blueprint', 'created updated removed'),
]);

/** Number of command line words of an event: its subject and its fields. */
export function wordsOf(type: string): number {
  return 1 + (fields[type]?.length ?? 0);
}

export function isKnown(protocolVersion: RootGeneration, type: string): boolean {
  return (protocolVersion === '3.16' ? third : second).has(type);
}

/** The event that a command line asks for; nothing where a field is missing that has to be there. */
export function eventFrom(type: string, words: readonly string[]): KgsmEvent | undefined {
  const [subject = '', ...values] = words;
  if (subject === '') return undefined;
  const data: Record<string, unknown> = {
    [type.startsWith('blueprint_') ? 'BlueprintName' : 'InstanceName']: subject,
  };
  for (const [index, field] of (fields[type] ?? []).entries()) {
    const value = values[index] ?? '';
    const name = field.replace(/[?#!]$/, '');
    if (field.endsWith('?')) data[name] = value === '' ? null : value;
    else if (field.endsWith('!')) data[name] = value === 'true' ? true : value === 'false' ? false : null;
    else if (field.endsWith('#')) data[name] = Number(value);
    // A session has a key in any case, be it an empty one.
    else if (value === '' && name !== 'SessionKey') return undefined;
    else data[name] = value;
  }
  return { type, data };
}
