import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kgsm, type CliEnvironment } from './kgsm.ts';
import { logLine } from './logs.ts';

/** The detached process behind `--start`: says that the server is ready, unless that start is over by then. */
export async function watchInstance(environment: CliEnvironment, name: string, run: string): Promise<void> {
  const kgsm = new Kgsm(environment);
  await sleep(kgsm.behaviour.readyMs);
  if (!existsSync(run)) return;
  const instance = kgsm.store.change(name, { ready: true });
  if (instance) logLine(instance, kgsm.now(), 'Done');
  await kgsm.emit('instance_ready', name);
}
