import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import type { Recording } from '../../../../../src/core/journal/store/recordings.ts';
import { JournalRecordings } from '../../../../../src/core/playback/recording/journalRecordings.ts';
import { everyEvent, openTestStore, storedEvent, temporaryFolder } from '../../journal/store/helpers.ts';

const start = Date.UTC(2026, 10, 1);

/** The recordings of a window on a clock whose waits end when the test says so. */
function windowOn(store: Promise<JournalStore>) {
  let waits: (() => void)[] = [];
  const told: Recording[] = [];
  const errors: unknown[] = [];
  const recordings = new JournalRecordings({
    store,
    settle: () => Promise.resolve(),
    clock: {
      now: () => start,
      after: (_, run) => {
        waits.push(run);
        return () => (waits = waits.filter((each) => each !== run));
      },
    },
    onLimit: (recording) => told.push(recording),
    onListenerError: (_, error) => errors.push(error),
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => {
    recordings.dispose();
    expect(errors).toEqual([]);
  });
  const wait = (): void => {
    for (const run of waits.splice(0)) run();
  };
  return { recordings, told, wait };
}

const changed = (recordings: JournalRecordings): Promise<void> =>
  new Promise((resolve) => {
    const stop = recordings.onDidChange('test', () => {
      stop();
      resolve();
    });
  });

describe('the recordings of a window', () => {
  it('are counted while events come', async () => {
    const store = await openTestStore(undefined, { now: () => start });
    const { recordings, wait } = windowOn(Promise.resolve(store));
    await recordings.begin(everyEvent);
    expect(recordings.running).toHaveLength(1);
    const counted = changed(recordings);
    await store.append({ events: [storedEvent(0), storedEvent(1)] });
    wait();
    await counted;
    expect(recordings.running).toMatchObject([{ events: 2, bytes: 60 }]);
  });

  it('are those of all windows: one begins it, another ends it', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const [first, second] = [await openTestStore(path), await openTestStore(path)];
    await second.follow(5);
    const here = windowOn(Promise.resolve(first)).recordings;
    const { recordings: there, wait } = windowOn(Promise.resolve(second));
    await there.look();
    const seen = changed(there);
    const { id } = await here.begin({ ...everyEvent, name: 'Night' });
    await expect.poll(() => (wait(), there.list.length)).toBe(1);
    await seen;
    expect(there.running).toMatchObject([{ id, name: 'Night' }]);
    await there.end(id);
    await here.look();
    expect(here.running).toEqual([]);
    expect(here.list).toMatchObject([{ ended: 'asked' }]);
  });

  it('tell of a limit once, in the window that found it', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const options = { now: () => start };
    const [first, second] = [await openTestStore(path, options), await openTestStore(path, options)];
    const here = windowOn(Promise.resolve(first));
    const there = windowOn(Promise.resolve(second));
    await here.recordings.begin({ ...everyEvent, maxBytes: 50 });
    await first.append({ events: [storedEvent(0), storedEvent(1)] });
    await here.recordings.look();
    await there.recordings.look();
    await here.recordings.look();
    expect(here.told).toMatchObject([{ ended: 'size', events: 1 }]);
    expect(there.told).toEqual([]);
    expect(there.recordings.list).toMatchObject([{ ended: 'size' }]);
  });

  it('are none, and no failure, where there is no journal', async () => {
    const { recordings } = windowOn(Promise.reject(new Error('no SQLite')));
    await expect(recordings.begin(everyEvent)).rejects.toThrow('no SQLite');
    expect(recordings.list).toEqual([]);
  });
});
