import { Worker } from 'node:worker_threads';
import { errorWords } from '../../model/text.ts';
import { JournalError } from './journalError.ts';
import type { Port } from './messages.ts';

/** The worker in which the service of a journal runs: started once, and anew after it ended by itself. */
export interface Backend {
  start(): BackendRun;
}

/** A worker, or what stands in for one, with how to end it. */
export interface BackendRun {
  readonly port: Port;
  /** Called with what ended it, if it ends by itself. */
  onEnd(listener: (error: Error) => void): void;
  end(): Promise<void>;
}

export function workerBackend(entry: URL): Backend {
  return { start: () => startWorker(entry) };
}

function startWorker(entry: URL): BackendRun {
  const worker = new Worker(entry, {
    name: 'journal',
    // Messages die young: a larger space for them only stands in memory.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  worker.unref();
  return {
    port: worker,
    onEnd(listener) {
      worker.on('error', (error: unknown) => {
        listener(new JournalError('worker', `The journal's worker failed: ${errorWords(error)}`, error));
      });
      worker.on('exit', (code) => {
        listener(new JournalError('worker', `The journal's worker ended with code ${code}.`));
      });
    },
    async end() {
      await worker.terminate();
    },
  };
}
