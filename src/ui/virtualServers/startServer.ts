import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../core/model/clock.ts';
import { temporaryBase } from '../../core/playback/serving/simulatorProcess.ts';
import { VirtualServer } from '../../core/playback/serving/virtualServer.ts';
import type { Runtime } from '../runtime.ts';
import type { ServableSource } from './servableSources.ts';
import type { ServeOptions } from './serveQuestions.ts';

/** Hands a recording over to a virtual server of its own. The copy of its events, where one was made, is gone afterwards. */
export async function startServer(
  { context, systems }: Runtime,
  source: ServableSource,
  { part, speed, reach, webhook }: ServeOptions,
  signal: AbortSignal,
): Promise<VirtualServer> {
  const folder = await mkdtemp(join(tmpdir(), 'gso-serve-'));
  try {
    return await VirtualServer.start({
      recording: await source.file(part, folder, signal),
      ...{ system: part.system, connection: part.connection, speed, signal },
      ...(reach === 'network' ? { host: '0.0.0.0' } : {}),
      ...(webhook === undefined ? {} : { webhook }),
      registry: systems,
      clock: systemClock,
      program: context.asAbsolutePath('dist/simulators.js'),
      node: process.execPath,
      // Those of simulated servers too: the next start removes what a window that was killed left behind.
      notes: join(context.globalStorageUri.fsPath, 'simulated'),
      temporary: temporaryBase,
      pid: process.pid,
      env: process.env,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
