import { setTimeout as sleep } from 'node:timers/promises';
import { addBackup, putBack } from './backups.ts';
import { endGame, launchGame, watchForReady } from './games.ts';
import type { Kgsm } from './kgsm.ts';
import { answerConsole, directoryOf, lastLines, logLine } from './logs.ts';
import { latestOf, showDetails, statusOf } from './reports.ts';
import type { InstanceState } from './state.ts';

/** KGSM 2.2: `-i NAME --start` and the like. */
export async function instanceCommand(kgsm: Kgsm, args: readonly string[]): Promise<number> {
  const [name, action, ...rest] = args;
  if (name === undefined) return kgsm.error(7, 'kgsm.sh:401 Missing argument <instance>');
  const run = action === undefined ? undefined : actions[action];
  if (action === undefined) return kgsm.error(7, 'kgsm.sh:409 Missing argument <action>');
  if (!run) return kgsm.error(8, `kgsm.sh:470 Invalid argument ${action}`);
  const instance = kgsm.store.get(name);
  if (!instance) return kgsm.error(5, `instances.sh:64 ${name} not found`);
  return run(kgsm, instance, rest);
}

/** One action on an instance; answers the exit code. */
export type InstanceAction = (
  kgsm: Kgsm,
  instance: InstanceState,
  args: readonly string[],
) => Promise<number> | number;

const actions: Readonly<Record<string, InstanceAction>> = {
  async '--start'(kgsm, instance) {
    const started = launchGame(kgsm, instance);
    await kgsm.emit('instance_started', instance.name);
    watchForReady(kgsm, started);
    kgsm.info(`lifecycle.standalone.sh:77 Instance ${instance.name} started`);
    return 0;
  },
  async '--stop'(kgsm, instance) {
    endGame(kgsm, instance);
    // Also when it was not running.
    await kgsm.emit('instance_stopped', instance.name);
    kgsm.info(`lifecycle.standalone.sh:112 Instance ${instance.name} stopped`);
    return 0;
  },
  async '--restart'(kgsm, instance) {
    endGame(kgsm, instance);
    await kgsm.emit('instance_stopped', instance.name);
    const started = launchGame(kgsm, kgsm.store.get(instance.name) ?? instance);
    // No watcher here: nobody says when it is ready.
    logLine(started, kgsm.now(), 'Done');
    await kgsm.emit('instance_started', instance.name);
    kgsm.info(`lifecycle.standalone.sh:140 Instance ${instance.name} restarted`);
    return 0;
  },
  async '--save'(kgsm, instance) {
    const { name, active } = instance;
    if (!active) return kgsm.error(1, `${name}.manage.sh:166 ${name} is not running`);
    answerConsole(instance, kgsm.now(), 'save-all');
    await sleep(kgsm.config.saveSeconds * 1000);
    return 0;
  },
  '--input'(kgsm, instance, [line]) {
    const { name, active } = instance;
    if (line === undefined) return kgsm.error(7, `${name}.manage.sh:181 Missing argument <command>`);
    if (!active) return kgsm.error(1, `${name}.manage.sh:184 ${name} is not running`);
    answerConsole(instance, kgsm.now(), line);
    return 0;
  },
  // Whatever else is asked for, it does not follow: the flag gets lost on the way.
  '--logs'(kgsm, instance) {
    kgsm.write(lastLines(instance, 10));
    return 0;
  },
  // Backups and updates are made by a script that has no emitter: no event tells of them.
  '--create-backup'(kgsm, instance) {
    const { name, active } = instance;
    if (active) return kgsm.error(1, `${name}.manage.sh:210 ${name} is running, stop it first`);
    if (instance.emptied) {
      const folder = `${directoryOf(instance)}/install`;
      kgsm.environment.complain(`[WARNING] ${name}.manage.sh:214 ${folder} is empty, skipping backup\n`);
      return 0;
    }
    addBackup(kgsm, instance);
    kgsm.info(`${name}.manage.sh:228 Backup created`);
    return 0;
  },
  '--backups'(kgsm, { backups = [] }) {
    kgsm.write(`${backups.join(' ')}\n`);
    return 0;
  },
  '--restore-backup'(kgsm, instance, [backup]) {
    const { name, active, backups = [] } = instance;
    if (active) return kgsm.error(1, `${name}.manage.sh:236 ${name} is running, stop it first`);
    if (backup === undefined || !backups.includes(backup))
      return kgsm.error(1, `${name}.manage.sh:240 Backup not found`);
    putBack(kgsm, instance, backup);
    kgsm.info(`${name}.manage.sh:255 Backup restored`);
    return 0;
  },
  '--check-update'(kgsm, { version }) {
    const latest = latestOf(version);
    if (latest === version) {
      kgsm.info('update.sh:40 Local version is the same as latest version');
      return 1;
    }
    kgsm.write(`${latest}\n`);
    return 0;
  },
  '--update'(kgsm, { name, version, active }) {
    if (active) return kgsm.error(1, `${name}.manage.sh:260 ${name} is running, stop it first`);
    kgsm.store.change(name, { version: latestOf(version) });
    kgsm.info(`${name}.manage.sh:281 Update finished`);
    return 0;
  },
  '-v': version,
  '--version': version,
  '--is-active'(kgsm, { name, active }) {
    kgsm.info(`lifecycle.standalone.sh:58 ${name}: ${active ? 'Active' : 'Inactive'}`);
    return active ? 0 : 1;
  },
  '--info': showDetails,
  '--status'(kgsm, instance, args) {
    if (instance.malformed) return kgsm.error(20, `instances.sh:91 ${instance.name} is malformed`);
    // Its management file comes in the course of the installation; without it KGSM takes it for an old one.
    if (!instance.installed && args.includes('--json')) {
      kgsm.write(`[WARNING] instances.sh:812 Management file of ${instance.name} is outdated\n`);
      kgsm.json({
        error: 'Management file does not support --status command',
        instance: instance.name,
        requires_regeneration: true,
      });
      return 1;
    }
    if (args.includes('--json')) kgsm.json(statusOf('2.2', instance, args.includes('--fast'), kgsm.now()));
    else
      kgsm.write(
        `Name: ${instance.name}\nStatus: ${instance.active ? 'Active' : 'Inactive'}\nVersion: ${instance.version}\n`,
      );
    return 0;
  },
};

/** `--installed` is documented and yet refused. */
function version(kgsm: Kgsm, instance: InstanceState, [which]: readonly string[]): number {
  if (which !== undefined && which !== '--latest')
    return kgsm.error(8, `${instance.name}.manage.sh:301 Invalid argument ${which}`);
  kgsm.write(`${which === undefined ? instance.version : latestOf(instance.version)}\n`);
  return 0;
}
