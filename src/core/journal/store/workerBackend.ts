import { Worker } from 'node:worker_threads';
import { JournalError } from './journalError.ts';
import type { Port } from './messages.ts';

/** A worker, or what stands in for one, with how to end it. */
export interface Backend {
  readonly port: Port;
  /** Called with what ended it, if it ends by itself. */
  onEnd(listener: (error: Error) => void): void;
  end(): Promise<void>;
}

export function workerBackend(entry: URL): Backend {
  const worker = new Worker(entry, {
    name: 'journal',
    // Messages die young: a larger space for them only stands in memory.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  worker.unref();
  return {
    port: worker,
    onEnd(listener) {
      worker.on('error', listener);
      worker.on('exit', (code) => {
        listener(new JournalError('io', `The journal's worker ended with code ${code}.`));
      });
    },
    async end() {
      await worker.terminate();
    },
  };
}
