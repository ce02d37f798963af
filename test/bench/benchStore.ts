import { JournalStore } from '../../src/core/journal/store/journalStore.ts';
import { workerBackend } from '../../src/core/journal/store/workerBackend.ts';
import { systemClock } from '../../src/core/model/clock.ts';

/** A journal that keeps everything, in the worker as it is shipped. */
export function openBenchStore(path: string): Promise<JournalStore> {
  return JournalStore.open({
    path,
    software: 'bench',
    limits: { classes: {}, totalBytes: Number.MAX_SAFE_INTEGER },
    clock: systemClock,
    // The bundle: Node's own loader of TypeScript takes 30 MB in each thread.
    backend: workerBackend(new URL('../../dist/journalWorker.js', import.meta.url)),
  });
}
