import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kgsm, type CliEnvironment } from './kgsm.ts';
import { beginLog, logLine } from './logs.ts';
import { fileNameOf, InstanceStore, type InstanceState } from './state.ts';

/**
 * Starts the stand-in of the game in a session of its own. It keeps our stderr open, as real games do: whoever waits for the
 * end of the pipe waits for the end of the game. A second start makes a second process and forgets the first.
 */
export function launchGame(kgsm: Kgsm, instance: InstanceState): InstanceState {
  const folder = join(kgsm.root, 'run');
  mkdirSync(folder, { recursive: true });
  const now = kgsm.now();
  beginLog(instance, now);
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

export function endGame(kgsm: Kgsm, instance: InstanceState): void {
  kgsm.store.put(withoutGame(instance));
}

/** The instance after the end of its game, whose stand-in, if there is one, ends soon. */
export function withoutGame(instance: InstanceState): InstanceState {
  const { run, startedAt, pid, ready, players, malformed, ...rest } = instance;
  if (run !== undefined) rmSync(run, { force: true });
  return { ...rest, active: false };
}

/** Ends all games of a root at once, without a word in it: the root is about to go. */
export function endGames(root: string): void {
  for (const { run, pid } of new InstanceStore(root).list()) {
    if (run === undefined || pid === undefined) continue;
    rmSync(run, { force: true });
    try {
      // The group: its present command is a process too.
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Ended already: that is what was wanted.
    }
  }
}

/** The watcher is detached and outlives the command; it keeps our stdout open until it has ended. */
export function watchForReady(kgsm: Kgsm, { name, run = '' }: InstanceState): void {
  const { node, entry } = kgsm.environment.launch;
  const watcher = spawn(node, [entry, 'kgsm-watcher', '--root', kgsm.root, '--run', run, '--', name], {
    detached: true,
    stdio: ['ignore', 'inherit', 'ignore'],
  });
  watcher.unref();
}

/** How soon a watcher notices that its run is over. */
const lookMs = 100;

/** The detached process behind `--start`: reports that the server is ready, unless that run is over by then. */
export async function watchInstance(environment: CliEnvironment, name: string, run: string): Promise<void> {
  // Before anything of the root is opened: it may be gone by now, and is not made again.
  if (!existsSync(run)) return;
  const kgsm = new Kgsm(environment);
  for (let left = kgsm.behaviour.readyMs; left > 0; left -= lookMs) {
    await sleep(Math.min(left, lookMs));
    if (!existsSync(run)) return;
  }
  if (!existsSync(run)) return;
  const instance = kgsm.store.change(name, { ready: true });
  if (instance) logLine(instance, kgsm.now(), 'Done');
  await kgsm.emit('instance_ready', name);
}
