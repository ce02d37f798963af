import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliEnvironment } from './cli.ts';
import { Kgsm } from './kgsm.ts';

/** The detached process behind `--start`: says that the server is ready, unless that start is over by then. */
export async function watchInstance(environment: CliEnvironment, name: string, run: string): Promise<void> {
  const kgsm = new Kgsm(environment);
  await sleep(kgsm.behaviour.readyMs);
  if (!existsSync(run)) return;
  kgsm.store.change(name, { ready: true });
  await kgsm.emit('instance_ready', name);
}
