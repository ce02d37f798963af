import { endGame, launchGame, watchForReady } from './games.ts';
import type { Kgsm } from './kgsm.ts';
import { lastLines, logLine } from './logs.ts';
import { statusOf } from './reports.ts';
import type { InstanceState } from './state.ts';
import { option } from './options.ts';

const verbs = ['start', 'stop', 'restart', 'status', 'logs', 'is-active'] as const;
type LifecycleVerb = (typeof verbs)[number];

export function isLifecycle(word: string | undefined): word is LifecycleVerb {
  return verbs.some((verb) => verb === word);
}

/** KGSM 3.16: `start NAME` and its like, with everything that takes long between a "started" and a "finished". */
export async function lifecycle(kgsm: Kgsm, verb: LifecycleVerb, args: readonly string[]): Promise<number> {
  const [name] = args;
  if (name === undefined) return kgsm.error(7, 'Missing required argument: <instance>');
  const instance = kgsm.store.get(name);
  if (!instance) return kgsm.error(5, `Instance '${name}' not found`);
  switch (verb) {
    case 'start':
      return startGame(kgsm, instance);
    case 'stop':
      return stop(kgsm, instance);
    case 'restart':
      return restart(kgsm, instance);
    case 'status':
      return status(kgsm, instance, args);
    case 'logs':
      kgsm.write(lastLines(instance, Number(option(args, '--tail') ?? '10')));
      return 0;
    case 'is-active':
      kgsm.info(`${name}: ${instance.active ? 'Active' : 'Inactive'}`);
      return instance.active ? 0 : 1;
  }
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
  // Only of what ran: what stood still was not stopped.
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

export function status(kgsm: Kgsm, instance: InstanceState, args: readonly string[]): number {
  const { name, malformed, active, version } = instance;
  if (malformed) return kgsm.error(20, `${name} is malformed`);
  // What stands before the options is the name, whatever it looks like.
  const options = args.slice(1);
  if (options.includes('--json'))
    kgsm.json(statusOf('3.16', instance, options.includes('--fast'), kgsm.now()));
  else
    kgsm.write(
      `=== Instance Status: ${name} ===\nStatus: ${active ? '✓ Active' : '✗ Inactive'}\nVersion: ${version}\n`,
    );
  return 0;
}
