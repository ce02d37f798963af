import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kgsm } from './kgsm.ts';
import { statusOf } from './reports.ts';
import { fileNameOf, type InstanceState } from './state.ts';

/** `-i NAME --start` and the like. */
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

type Action = (kgsm: Kgsm, instance: InstanceState, args: readonly string[]) => Promise<number> | number;

const actions: Readonly<Record<string, Action>> = {
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
    launchGame(kgsm, kgsm.store.get(instance.name) ?? instance);
    // No watcher here: nobody says when it is ready.
    await kgsm.emit('instance_started', instance.name);
    kgsm.info(`lifecycle.standalone.sh:140 Instance ${instance.name} restarted`);
    return 0;
  },
  async '--save'(kgsm, { name, active }) {
    if (!active) return kgsm.error(1, `${name}.manage.sh:166 ${name} is not running`);
    await sleep(kgsm.config.saveSeconds * 1000);
    return 0;
  },
  '--input'(kgsm, { name, active }, [line]) {
    if (line === undefined) return kgsm.error(7, `${name}.manage.sh:181 Missing argument <command>`);
    return active ? 0 : kgsm.error(1, `${name}.manage.sh:184 ${name} is not running`);
  },
  // Backups and updates are made by a script that has no emitter: no event tells of them.
  '--create-backup'(kgsm, { name, version, active, backups = [] }) {
    if (active) return kgsm.error(1, `${name}.manage.sh:210 ${name} is running, stop it first`);
    const at = new Date(kgsm.environment.now()).toISOString().slice(0, 19);
    kgsm.store.change(name, { backups: [...backups, `${name}-${version}-${at}.backup.tar.gz`] });
    kgsm.info(`${name}.manage.sh:228 Backup created`);
    return 0;
  },
  '--restore-backup'(kgsm, { name, version, active, backups = [] }, [backup]) {
    if (active) return kgsm.error(1, `${name}.manage.sh:236 ${name} is running, stop it first`);
    if (backup === undefined || !backups.includes(backup))
      return kgsm.error(1, `${name}.manage.sh:240 Backup not found`);
    // The version is read from the name, and what is there is backed up first.
    const [, of = version] = /-([^-]+)-\d{4}-\d\d-\d\dT/.exec(backup) ?? [];
    const at = new Date(kgsm.environment.now()).toISOString().slice(0, 19);
    kgsm.store.change(name, { version: of, backups: [...backups, `${name}-${version}-${at}.backup.tar.gz`] });
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
  '--is-active'(kgsm, { name, active }) {
    kgsm.info(`lifecycle.standalone.sh:58 ${name}: ${active ? 'Active' : 'Inactive'}`);
    return active ? 0 : 1;
  },
  '--status'(kgsm, instance, args) {
    if (instance.malformed) return kgsm.error(20, `instances.sh:91 ${instance.name} is malformed`);
    if (args.includes('--json')) kgsm.write(`${JSON.stringify(statusOf(instance), undefined, 2)}\n`);
    else
      kgsm.write(
        `Name: ${instance.name}\nStatus: ${instance.active ? 'Active' : 'Inactive'}\nVersion: ${instance.version}\n`,
      );
    return 0;
  },
};

/** The makers of these games are done at a patch level of 1: one update is to be had, then none. */
function latestOf(version: string): string {
  return version.endsWith('.1') ? version : `${version}.1`;
}

/**
 * Starts the stand-in of the game in a session of its own. It keeps our stderr open, as real games do: whoever waits for the
 * end of the pipe waits for the end of the game. A second start makes a second process and forgets the first.
 */
function launchGame(kgsm: Kgsm, instance: InstanceState): InstanceState {
  const folder = join(kgsm.root, 'run');
  mkdirSync(folder, { recursive: true });
  const now = kgsm.environment.now();
  const run = join(folder, `${fileNameOf(instance.name)}.${process.pid}.${now}`);
  writeFileSync(run, '');
  const game = spawn('/bin/sh', [join(kgsm.root, 'game.sh'), run], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  game.unref();
  const { pid = 0 } = game;
  const started: InstanceState = {
    ...instance,
    active: true,
    ready: false,
    players: [],
    startedAt: now,
    pid,
    run,
  };
  kgsm.store.put(started);
  return started;
}

function endGame(kgsm: Kgsm, instance: InstanceState): void {
  if (instance.run !== undefined) rmSync(instance.run, { force: true });
  kgsm.store.put(withoutProcess(instance));
}

function withoutProcess({
  name,
  blueprint,
  version,
  installDir,
  installed,
  backups = [],
}: InstanceState): InstanceState {
  return { name, blueprint, version, installDir, installed, backups, active: false };
}

/** The watcher is detached and outlives the command; it keeps our stdout open until it has ended. */
function watchForReady(kgsm: Kgsm, { name, run = '' }: InstanceState): void {
  const { node, entry } = kgsm.environment.launch;
  const watcher = spawn(node, [entry, 'kgsm-watcher', '--root', kgsm.root, '--run', run, '--', name], {
    detached: true,
    stdio: ['ignore', 'inherit', 'ignore'],
  });
  watcher.unref();
}
