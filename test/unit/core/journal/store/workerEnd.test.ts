import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { inProcessBackend } from '../../../../../src/core/journal/store/inProcessBackend.ts';
import { JournalError } from '../../../../../src/core/journal/store/journalError.ts';
import { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import type { Progress, ToWorker } from '../../../../../src/core/journal/store/messages.ts';
import type { StoredEvent } from '../../../../../src/core/journal/store/records.ts';
import { defaultLimits } from '../../../../../src/core/journal/store/retention.ts';
import { workerBackend, type Backend } from '../../../../../src/core/journal/store/workerBackend.ts';
import { openJournal, storedEvent, temporaryFolder } from './helpers.ts';

async function openStore(path: string, backend: Backend): Promise<JournalStore> {
  const store = await JournalStore.open({
    path,
    software: 'test 1.0',
    limits: defaultLimits,
    clock: {
      now: () => performance.now(),
      after(ms, run) {
        const timer = setTimeout(run, ms);
        return () => {
          clearTimeout(timer);
        };
      },
    },
    backend,
  });
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}

const mortal = workerBackend(new URL('./mortalWorker.ts', import.meta.url));
const everything = { where: '(1)', params: [], needs: 'events' } as const;
const all = { anchor: 'newest', direction: 'older', count: 100_000 } as const;

/** An event over which the worker ends: once, or as often as it is posted. */
function deadly(folder: string, end: 'before' | 'after' | 'throws', once = true): StoredEvent {
  const marker = join(folder, 'marker');
  writeFileSync(marker, '');
  return storedEvent(7, { raw: JSON.stringify({ end, marker, once }) });
}

function worker(folder: string, source: string): Backend {
  const path = join(folder, 'broken.mjs');
  writeFileSync(path, source);
  return workerBackend(pathToFileURL(path));
}

describe('a worker that does not start', () => {
  it.each([
    [
      'because its bundle is missing',
      (folder: string) => workerBackend(pathToFileURL(join(folder, 'no.js'))),
    ],
    ['because it throws', (folder: string) => worker(folder, "throw new Error('no use')")],
    ['because it ends', (folder: string) => worker(folder, 'process.exit(4)')],
  ])('%s makes the opening reject with the reason worker', async (_, backend) => {
    const folder = temporaryFolder();
    const opening = openStore(join(folder, 'journal.db'), backend(folder));
    await expect(opening).rejects.toBeInstanceOf(JournalError);
    await expect(opening).rejects.toMatchObject({ reason: 'worker' });
  });

  it('because Node has no SQLite makes the opening reject and say so', async () => {
    const load = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    onTestFinished(() => {
      load.mockRestore();
    });
    await expect(openStore(':memory:', inProcessBackend())).rejects.toMatchObject({
      reason: 'missing-sqlite',
    });
  });
});

describe('a worker that ends', () => {
  it.each(['before', 'after', 'throws'] as const)(
    'over a batch (%s) is started anew, and the batch and those behind it stand once',
    async (end) => {
      const folder = temporaryFolder();
      const path = join(folder, 'journal.db');
      const store = await openStore(path, mortal);
      await store.append({ events: [storedEvent(0)] });
      const told: number[] = [];
      store.onCommit(({ commit }) => told.push(commit.to));
      const batches = [[storedEvent(1), deadly(folder, end)], [storedEvent(2)]];
      const [first] = await Promise.all(batches.map((events) => store.append({ events })));
      expect(first).toEqual({ from: 2, to: 3 });
      expect(await store.append({ events: [storedEvent(3)] })).toEqual({ from: 5, to: 5 });
      // Listeners hear of each event once, also of those whose answer was lost.
      expect(told).toEqual([4, 5]);
      await store.close();
      const db = openJournal(path);
      expect(db.number('SELECT count(*) FROM events')).toBe(5);
      expect(db.number('SELECT sum(count) FROM totals')).toBe(5);
      expect(db.number('SELECT count(*) FROM writers')).toBe(0);
    },
  );

  it('leaves open queries, which begin again, and goes on following', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'journal.db');
    const store = await openStore(path, mortal);
    await store.follow(5);
    await store.append({ events: [storedEvent(0)] });
    const result = await store.query(everything);
    await store.append({ events: [deadly(folder, 'after')] });
    expect((await result.rows(all)).rows.map(({ seq }) => seq)).toEqual([2, 1]);
    const other = await openStore(path, mortal);
    const grown = new Promise((resolve) => {
      result.onProgress(({ count }: Progress) => {
        if (count === 3) resolve(true);
      });
    });
    await other.append({ events: [storedEvent(1)] });
    await grown;
  });

  it('rejects the calls that it did not answer', async () => {
    let isMortal = true;
    const backend: Backend = {
      start() {
        const run = inProcessBackend().start();
        let end: (error: Error) => void = () => undefined;
        return {
          port: {
            on: (event, listener) => run.port.on(event, listener),
            postMessage(message) {
              if (!isMortal || (message as ToWorker).call !== 'state') run.port.postMessage(message);
              else end(new JournalError('worker', 'ended'));
            },
          },
          onEnd: (listener) => (end = listener),
          end: () => run.end(),
        };
      },
    };
    const store = await openStore(join(temporaryFolder(), 'journal.db'), backend);
    await store.append({ events: [storedEvent(0)] });
    await expect(store.state()).rejects.toMatchObject({ reason: 'worker' });
    isMortal = false;
    expect(await store.state()).toMatchObject({ seq: 1 });
  });

  it('over the same batch three times loses that batch only, and the journal counts it as a gap', async () => {
    const folder = temporaryFolder();
    const store = await openStore(join(folder, 'journal.db'), mortal);
    const deathly = store.append({ events: [deadly(folder, 'before', false)] });
    await expect(deathly).rejects.toMatchObject({ reason: 'worker' });
    await store.append({ events: [storedEvent(1)] });
    const { rows } = await (await store.query(everything)).rows(all);
    expect(rows.map(({ type }) => type)).toEqual(['journal.gap', 'instance_stopped']);
  });
});
