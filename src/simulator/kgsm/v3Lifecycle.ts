import { endGame, launchGame, watchForReady } from './games.ts';
import { option, type Kgsm } from './kgsm.ts';
import { lastLines, logLine } from './logs.ts';
import { statusOf } from './reports.ts';
import type { InstanceAction } from './instanceCommands.ts';
import type { InstanceState } from './state.ts';
import type { Command } from './v2.ts';

/** A command whose first word names an instance. */
function ofInstance(run: InstanceAction): Command {
  return (kgsm, [name, ...options]) => {
    if (name === undefined) return kgsm.error(7, 'Missing required argument: <instance>');
    const instance = kgsm.store.get(name);
    return instance ? run(kgsm, instance, options) : kgsm.error(5, `Instance '${name}' not found`);
  };
}

export async function startGame(kgsm: Kgsm, instance: InstanceState): Promise<number> {
  const started = launchGame(kgsm, instance);
  await kgsm.emit('instance_started', instance.name);
  watchForReady(kgsm, started);
  kgsm.info(`Instance ${instance.name} started`);
  return 0;
}

async function stop(kgsm: Kgsm, instance: InstanceState): Promise<number> {
  const { name, active } = instance;
  await kgsm.emit('instance_stop_started', name);
  if (active) logLine(instance, kgsm.now(), 'Stopping server');
  endGame(kgsm, instance);
  // KGSM 3 emits no instance_stopped for an instance that was not running.
  if (active) await kgsm.emit('instance_stopped', name);
  await kgsm.emit('instance_stop_finished', name);
  kgsm.info(`Instance ${name} stopped`);
  return 0;
}

async function restart(kgsm: Kgsm, instance: InstanceState): Promise<number> {
  const { name, active } = instance;
  await kgsm.emit('instance_restart_started', name);
  endGame(kgsm, instance);
  if (active) await kgsm.emit('instance_restart_stopped', name);
  const started = launchGame(kgsm, kgsm.store.get(name) ?? instance);
  logLine(started, kgsm.now(), 'Done');
  await kgsm.emit('instance_restarted', name);
  await kgsm.emit('instance_restart_finished', name);
  kgsm.info(`Instance ${name} restarted`);
  return 0;
}

export function status(kgsm: Kgsm, instance: InstanceState, options: readonly string[]): number {
  const { name, malformed, active, version } = instance;
  if (malformed) return kgsm.error(20, `${name} is malformed`);
  if (options.includes('--json'))
    kgsm.json(statusOf('3.16', instance, options.includes('--fast'), kgsm.now()));
  else
    kgsm.write(
      `=== Instance Status: ${name} ===\nStatus: ${active ? '✓ Active' : '✗ Inactive'}\nVersion: ${version}\n`,
    );
  return 0;
}

/** KGSM 3.16: `start NAME` and its like; what takes long emits a "started" before and a "finished" after. */
export const lifecycleCommands: Readonly<Record<string, Command>> = {
  start: ofInstance(startGame),
  stop: ofInstance(stop),
  restart: ofInstance(restart),
  status: ofInstance(status),
  logs: ofInstance((kgsm, instance, options) => {
    kgsm.write(lastLines(instance, Number(option(options, '--tail') ?? '10')));
    return 0;
  }),
  'is-active': ofInstance((kgsm, { name, active }) => {
    kgsm.info(`${name}: ${active ? 'Active' : 'Inactive'}`);
    return active ? 0 : 1;
  }),
};
