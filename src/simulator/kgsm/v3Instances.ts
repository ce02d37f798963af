import { setTimeout as sleep } from 'node:timers/promises';
import { addBackup, dropBackups, manifestsOf, putBack } from './backups.ts';
import { option, type Kgsm } from './kgsm.ts';
import { answerConsole, lastLines } from './logs.ts';
import { latestOf, listInstances, showDetails } from './reports.ts';
import type { InstanceAction } from './instanceCommands.ts';
import type { InstanceState } from './state.ts';
import { status } from './v3Lifecycle.ts';

/** KGSM 3.16: `instances list`, `instances save NAME` and the like. */
export async function v3Instances(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [action, ...rest] = args;
  if (action === 'list') return listInstances(kgsm, rest);
  const run = action === undefined ? undefined : actions[action];
  if (!run) return kgsm.error(8, `Unknown command: ${action ?? ''}`);
  const [name, ...words] = rest;
  if (name === undefined) return kgsm.error(7, 'Missing required argument: <instance>');
  const instance = kgsm.store.get(name);
  if (!instance) return kgsm.error(5, `Instance '${name}' not found`);
  return run(kgsm, instance, words);
}

const actions: Readonly<Record<string, InstanceAction>> = {
  status,
  info: showDetails,
  version(kgsm, { version }, [which]) {
    if (which !== undefined && which !== '--latest') return kgsm.error(8, `Invalid option: ${which}`);
    kgsm.write(`${which === undefined ? version : latestOf(version)}\n`);
    return 0;
  },
  async save(kgsm, instance) {
    if (!instance.active) return kgsm.error(1, `${instance.name} is not running`);
    answerConsole(instance, kgsm.now(), 'save-all');
    await sleep(kgsm.config.saveSeconds * 1000);
    return 0;
  },
  /** Prints the log lines that are there by then, and emits the command as an event. */
  async input(kgsm, instance, [line]) {
    if (line === undefined || line === '') return kgsm.error(7, 'Missing required argument: <command>');
    if (!instance.active) return kgsm.error(1, `${instance.name} is not running`);
    const rejected = [...new Set(line.match(/[;&|`$(){}[\]\\<>*?~!]/g))];
    if (rejected.length > 0) {
      kgsm.environment.complain(
        `ERROR: Input command contains potentially dangerous characters\nERROR: Rejected characters: ${rejected.join(' ')}\nERROR: Command: ${line}\n`,
      );
      return 1;
    }
    answerConsole(instance, kgsm.now(), line);
    await kgsm.emit('instance_input_sent', instance.name, { Command: line });
    kgsm.write(lastLines(instance, 10));
    return 0;
  },
  'check-update': checkUpdate,
  update,
  async 'create-backup'(kgsm, instance) {
    const { name, version } = instance;
    await kgsm.emit('instance_backup_started', name);
    const backup = addBackup(kgsm, instance);
    await kgsm.emit('instance_backup_created', name, { Source: backup, Version: version });
    await kgsm.emit('instance_backup_finished', name);
    kgsm.write(`${backup}\n`);
    return 0;
  },
  backups(kgsm, instance, args) {
    const newestFirst = instance.backups?.toReversed() ?? [];
    if (args.includes('--json')) kgsm.json(manifestsOf(instance));
    else kgsm.write(newestFirst.map((backup) => `${backup}\n`).join(''));
    return 0;
  },
  'restore-backup': restore,
  async 'delete-backup'(kgsm, instance, [backup = '']) {
    if (!instance.backups?.includes(backup)) return kgsm.error(1, `Not a backup: ${backup}`);
    dropBackups(kgsm, instance, [backup]);
    await kgsm.emit('instance_backup_deleted', instance.name, { Source: backup });
    return 0;
  },
  /** `prune-backups NAME --keep N`; a sweep that removed nothing is not told. */
  async 'prune-backups'(kgsm, instance, args) {
    const { name, backups = [] } = instance;
    const keep = Number(option(args, '--keep') ?? '5');
    if (!Number.isInteger(keep) || keep < 0) return kgsm.error(8, 'Invalid number for --keep');
    const gone = backups.slice(0, Math.max(0, backups.length - keep));
    dropBackups(kgsm, instance, gone);
    if (gone.length > 0)
      await kgsm.emit('instance_backups_pruned', name, { Deleted: gone.length, Kept: keep });
    return 0;
  },
};

/**
 * The newest version on the output means an update, nothing there means none, and both are a success. With `--emit` what was
 * found is kept, and told once.
 */
async function checkUpdate(kgsm: Kgsm, instance: InstanceState, args: readonly string[]): Promise<number> {
  const { name, version, look } = instance;
  const latest = latestOf(version);
  if (args.includes('--emit')) {
    const at = `${new Date(kgsm.now()).toISOString().slice(0, 19)}Z`;
    kgsm.store.change(name, { look: { latest, at } });
    if (latest !== version && latest !== look?.latest)
      await kgsm.emit('instance_update_available', name, { CurrentVersion: version, LatestVersion: latest });
  }
  if (latest === version) kgsm.environment.complain(`[INFO] Already up to date (version ${version})\n`);
  else {
    kgsm.environment.complain(`[INFO] Update available: ${version} -> ${latest}\n`);
    kgsm.write(`${latest}\n`);
  }
  return 0;
}

/** The script that updates has no emitter here either; the command around it tells the phases, and the backup at the end. */
async function update(kgsm: Kgsm, instance: InstanceState): Promise<number> {
  const { name, version, blueprint, active } = instance;
  await kgsm.emit('instance_update_started', name);
  if (active) {
    await kgsm.emitAll(name, [['instance_update_failed'], ['instance_update_finished']]);
    return kgsm.error(1, `${name} is currently running, please shut down before attempting to update`);
  }
  const latest = latestOf(version);
  if (latest === version) {
    await kgsm.emit('instance_update_finished', name);
    kgsm.info('Local version is already up-to-date');
    return 0;
  }
  const backup = addBackup(kgsm, instance);
  const source = { Source: backup, Version: version };
  if (kgsm.behaviour.brokenDownloads.includes(blueprint)) {
    await kgsm.emitAll(name, [
      ['instance_download_started'],
      ['instance_download_failed'],
      ['instance_update_failed'],
      ['instance_backup_created', source],
      ['instance_update_finished'],
    ]);
    return kgsm.error(13, `Failed to download latest version ${latest}`);
  }
  await kgsm.emitAll(name, [
    ['instance_download_started'],
    ['instance_download_finished'],
    ['instance_deploy_started'],
    ['instance_deploy_finished'],
  ]);
  kgsm.store.change(name, { version: latest });
  await kgsm.emitAll(name, [
    ['instance_version_updated', { OldVersion: version, NewVersion: latest }],
    ['instance_backup_created', source],
    ['instance_update_finished'],
  ]);
  kgsm.info(`Update complete, new version: ${latest}`);
  return 0;
}

async function restore(
  kgsm: Kgsm,
  instance: InstanceState,
  [backup = '']: readonly string[],
): Promise<number> {
  const { name, version, active, backups = [] } = instance;
  if (active) return kgsm.error(1, `${name} is currently running, please shut down first`);
  await kgsm.emit('instance_restore_started', name);
  if (!backups.includes(backup)) {
    await kgsm.emit('instance_restore_finished', name);
    return kgsm.error(1, `Not a backup: ${backup}`);
  }
  const { safety, version: restored } = putBack(kgsm, instance, backup);
  await kgsm.emitAll(name, [
    ['instance_backup_created', { Source: safety, Version: version }],
    ['instance_backup_restored', { Source: backup, Version: restored }],
    ['instance_restore_finished'],
  ]);
  kgsm.info('Restore complete');
  return 0;
}
