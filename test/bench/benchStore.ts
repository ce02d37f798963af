import { JournalStore } from '../../src/core/journal/store/journalStore.ts';
import { workerBackend } from '../../src/core/journal/store/workerBackend.ts';
import { systemClock } from '../../src/core/model/clock.ts';
import { benchEvents } from './journalEvents.ts';

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

/** Events of one transaction. */
const PART = 500;

/** Fills a store with its first events, as fast as it takes them; `measured` runs around what each part takes of this thread. */
export async function fill(
  store: JournalStore,
  count: number,
  measured: (append: () => Promise<void>) => Promise<void> = (append) => append(),
): Promise<void> {
  const underWay: Promise<unknown>[] = [];
  for (let n = 0; n < count; n += PART) {
    const events = benchEvents(n, PART);
    await measured(async () => {
      underWay.push(store.append({ events }));
      // The encoding and the post happen in turns of their own.
      while (store.waitingBytes > 2_000_000) await underWay.shift();
    });
  }
  await Promise.all(underWay);
}
