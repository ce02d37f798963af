import { closeSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompiledQuery } from '../../../../../src/core/journal/store/compiled.ts';
import { inProcessBackend } from '../../../../../src/core/journal/store/inProcessBackend.ts';
import { retryMs } from '../../../../../src/core/journal/store/journalFile.ts';
import {
  JournalStore,
  QueryError,
  type StoreClock,
  type StoreOptions,
} from '../../../../../src/core/journal/store/journalStore.ts';
import type { StoreStatus } from '../../../../../src/core/journal/store/messages.ts';
import { defaultLimits } from '../../../../../src/core/journal/store/retention.ts';
import { migrations } from '../../../../../src/core/journal/store/migrations.ts';
import type { ServiceOptions } from '../../../../../src/core/journal/store/service.ts';
import { workerBackend } from '../../../../../src/core/journal/store/workerBackend.ts';
import { fill, home, openJournal, smallFileSystem, storedEvent, temporaryFolder } from './helpers.ts';

const clock: StoreClock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
const workerEntry = new URL('../../../../../src/core/journal/store/worker.ts', import.meta.url);

async function openStore(path: string, given: Partial<StoreOptions> = {}): Promise<JournalStore> {
  const store = await JournalStore.open({
    path,
    software: 'test 1.0',
    limits: defaultLimits,
    clock,
    backend: given.backend ?? workerBackend(workerEntry),
    ...given,
  });
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}

/** A service whose timers run when the test says so. */
function handDriven(): { options: Partial<ServiceOptions>; tick: (ms: number) => void } {
  const timers: { ms: number; run: () => void }[] = [];
  return {
    options: {
      repeat(ms, run) {
        const timer = { ms, run };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
    tick(ms) {
      for (const timer of timers.filter((each) => each.ms === ms)) timer.run();
    },
  };
}

function nextStatus(store: JournalStore): Promise<StoreStatus> {
  return new Promise((resolve) => {
    const stop = store.onStatus((status) => {
      stop();
      resolve(status);
    });
  });
}

const events = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => storedEvent(from + n));
const needles = { where: 'p.raw LIKE ?', params: ['%needle%'], needs: 'payload' } as const;
const all = { anchor: 'newest', direction: 'older', count: 100_000 } as const;

describe('a store in a worker', () => {
  it('gives every batch its own range of seqs, in order, and keeps it over a restart', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const store = await openStore(path);
    const commits = await Promise.all([
      store.append({ events: events(0, 3) }),
      store.append({ events: [], cursors: [{ address: home, cursor: '17' }] }),
      store.append({ events: events(3, 2) }),
    ]);
    expect(commits).toEqual([
      { from: 1, to: 3 },
      { from: 4, to: 3 },
      { from: 4, to: 5 },
    ]);
    await store.close();
    const again = await openStore(path);
    expect(await again.event(5)).toEqual({ seq: 5, ...storedEvent(4) });
    expect(await again.event(6)).toBeUndefined();
    expect((await again.state()).cursors).toEqual([{ address: home, cursor: '17' }]);
    expect(again.status).toMatchObject({ durable: true, path, journalId: store.status.journalId });
  });

  it('writes checkpoints while changes never rest, so that no state is folded from the beginning', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    // Its timers never run: no moment of rest.
    const store = await openStore(path, { backend: inProcessBackend(undefined, handDriven().options) });
    const changeOf = (n: number) =>
      ({ address: home, what: 'instance', key: `i-${n % 500}`, state: `{"n":${n}}` }) as const;
    for (let n = 0; n < 7_000; n += 500) {
      const changes = Array.from({ length: 500 }, (_, at) => ({ ...changeOf(n + at), after: at + 1 }));
      await store.append({ events: events(n, 500), changes });
    }
    using db = new DatabaseSync(path, { readOnly: true });
    expect(db.prepare('SELECT seq FROM checkpoints').all()).toEqual([
      { seq: 2_000 },
      { seq: 4_000 },
      { seq: 6_000 },
    ]);
    const { changes } = await store.state(6_500);
    expect(new Map(changes.map(({ key, state }) => [key, state]))).toEqual(
      new Map(Array.from({ length: 500 }, (_, at) => [`i-${at}`, `{"n":${6_000 + at}}`])),
    );
  });

  it('answers rows, values, histogram and position of a query, and tells of what comes in', async () => {
    const store = await openStore(join(temporaryFolder(), 'journal.db'));
    await store.append({ events: events(0, 1000) });
    const result = await store.query(needles);
    const { rows, done } = await result.rows({ anchor: 'oldest', direction: 'newer', count: 3 });
    expect(rows.map(({ seq }) => seq)).toEqual([208, 108, 8]);
    expect(done).toBe(true);
    expect(await result.positionOf(908)).toBe(0);
    expect(await result.values('type')).toEqual([{ value: 'instance_stopped', count: 10 }]);
    const { counts } = await result.histogram(storedEvent(0).receivedAt, storedEvent(1000).receivedAt, 2);
    expect(counts.reduce((sum, count) => sum + count)).toBe(10);
    const progress = new Promise((resolve) => {
      result.onProgress((each) => {
        if (each.count === 11) resolve(each);
      });
    });
    await store.append({ events: [storedEvent(1, { raw: 'NEEDLE' })] });
    expect(await progress).toMatchObject({ count: 11, done: true });
    expect((await result.rows({ anchor: 'newest', direction: 'older', count: 1 })).rows[0]?.raw).toBe(
      'NEEDLE',
    );
  });

  it('commits while a long scan goes on', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    fill(openJournal(path), events(0, 60_000));
    const store = await openStore(path);
    const result = await store.query(needles);
    let isDone = false;
    result.onProgress(({ done }) => (isDone ||= done));
    await store.append({ events: events(0, 1) });
    expect(isDone).toBe(false);
    await result.rows(all);
    result.close();
    await expect(result.rows(all)).rejects.toThrow('closed');
  });

  it('follows another window: the commits of one reach the results of the other', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const [holder, follower] = [await openStore(path), await openStore(path)];
    await follower.follow(5);
    const result = await follower.query({ where: '', params: [], needs: 'events' });
    const told = new Promise((resolve) => follower.onCommit(resolve));
    const change = { address: home, what: 'instance', key: 'a', state: '{"up":true}' } as const;
    await holder.append({ events: events(0, 7), changes: [change] });
    expect(await told).toMatchObject({ commit: { from: 1, to: 7 }, own: false });
    expect((await result.rows(all)).rows).toHaveLength(7);
    expect(await follower.changesSince(0)).toEqual({ changes: [{ seq: 7, ...change }], last: 1 });
    expect(await follower.changesSince(1)).toEqual({ changes: [], last: 1 });
  });

  it('hands a request to one window only, whose answer comes with what came of it', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const [asker, holder, third] = await Promise.all([openStore(path), openStore(path), openStore(path)]);
    const request = {
      id: 'r1',
      connection: 'home',
      kind: 'operation',
      body: { id: 'start' },
      askedAt: 5,
      window: 'w1',
    };
    await asker.ask(request);
    const taken = await Promise.all([
      holder.take(['home'], 'w2', 0),
      third.take(['home'], 'w3', 0),
      third.take(['x'], 'w4', 0),
    ]);
    expect(taken.flat()).toMatchObject([request]);
    await holder.append({ events: events(0, 1), answers: [{ id: 'r1', answer: { outcome: 'succeeded' } }] });
    expect(await asker.answerOf('r1')).toMatchObject({ ...request, answer: { outcome: 'succeeded' } });
  });

  it('refuses a query that is none, with what its language says', async () => {
    const compile = (): never => {
      throw Object.assign(new Error('unknown field'), { from: 0, to: 4, suggestion: 'type' });
    };
    const store = await openStore(':memory:', { backend: inProcessBackend(compile) });
    await expect(store.query('tpye:x')).rejects.toBeInstanceOf(QueryError);
    await expect(store.query('tpye:x')).rejects.toMatchObject({
      message: 'unknown field',
      facts: { from: 0, to: 4, suggestion: 'type' },
    });
  });

  it('a query whose check fails fails alone: commits and other results go on', async () => {
    const compile = (): CompiledQuery => ({
      ...needles,
      columns: ['e.flags AS flags', 'p.raw AS raw'],
      check: () => true,
      checkAll: () => {
        throw Object.assign(new Error('takes too long'), { from: 3 });
      },
    });
    const store = await openStore(':memory:', { backend: inProcessBackend(compile) });
    await store.append({ events: events(0, 500) });
    const [bad, good] = [await store.query('/(a+)+$/'), await store.query(needles)];
    await expect(bad.rows(all)).rejects.toMatchObject({ message: 'takes too long', facts: { from: 3 } });
    await store.append({ events: events(500, 500) });
    expect((await good.rows(all)).rows).toHaveLength(10);
  });

  it('under pressure drops metrics and logs first, and journals how many', async () => {
    const store = await openStore(':memory:', { backend: inProcessBackend(), maxWaitingBytes: 20_000 });
    const batches = Array.from({ length: 100 }, (_, n) =>
      store.append({
        events: [storedEvent(n, { retention: n % 2 === 0 ? 'metric' : 'lifecycle', raw: 'x'.repeat(50) })],
      }),
    );
    await Promise.all(batches);
    const { rows } = await (await store.query('')).rows(all);
    const gap = rows.find(({ type }) => type === 'journal.gap');
    const kept = rows.filter(({ type }) => type !== 'journal.gap');
    expect(kept.filter(({ retention }) => retention === 'lifecycle')).toHaveLength(50);
    expect(gap?.gap).toBe(true);
    expect(gap?.summary.args).toEqual([100 - kept.length]);
    expect(kept.length).toBeLessThan(60);
  });
});

describe('a store whose file cannot be used', () => {
  it('goes on in memory, tries again, and then writes what it held', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'sub', 'journal.db');
    writeFileSync(dirname(path), 'a file in the place of the folder');
    const timers = handDriven();
    const store = await openStore(path, { backend: inProcessBackend(undefined, timers.options) });
    expect(store.status).toMatchObject({ durable: false, reason: 'io' });
    const change = { address: home, what: 'instance', key: 'a', state: '{}' } as const;
    await store.append({
      events: events(0, 5),
      changes: [change],
      cursors: [{ address: home, cursor: '5' }],
    });
    timers.tick(retryMs);
    expect((await store.health()).path).toBe(':memory:');
    rmSync(dirname(path));
    const status = nextStatus(store);
    timers.tick(retryMs);
    expect(await status).toMatchObject({ durable: true, moved: { from: 1, to: 5 } });
    await store.append({ events: events(5, 1) });
    await store.close();
    const again = await openStore(path);
    expect((await again.health()).classes).toMatchObject([{ retention: 'lifecycle', count: 6 }]);
    expect(await again.state()).toMatchObject({
      seq: 6,
      changes: [{ key: 'a' }],
      cursors: [{ cursor: '5' }],
    });
  });

  it('because a newer version migrated it keeps its events in memory, with seqs that go on', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const store = await openStore(path);
    await store.append({ events: events(0, 3) });
    openJournal(path, { migrations: [...migrations, ['ALTER TABLE names ADD COLUMN note TEXT']] });
    const status = nextStatus(store);
    expect(await store.append({ events: events(3, 1) })).toEqual({ from: 4, to: 4 });
    expect(await status).toMatchObject({ durable: false, reason: 'newer-version' });
    expect(await store.event(4)).toMatchObject({ seq: 4 });
  });

  it('because pages in its middle are damaged is set aside after the check that follows an unclean end', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const db = openJournal(path);
    fill(db, events(0, 20_000));
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const file = openSync(path, 'r+');
    const pages = statSync(path).size / 8192;
    for (let page = pages >> 1; page < pages; page++)
      writeSync(file, Buffer.alloc(200, 0xcd), 0, 200, page * 8192);
    closeSync(file);
    const store = await openStore(path);
    const status = nextStatus(store);
    await expect(store.check()).rejects.toMatchObject({ reason: 'corrupt' });
    expect(await status).toMatchObject({ durable: true, reason: 'corrupt' });
    expect(await store.append({ events: events(0, 1) })).toEqual({ from: 1, to: 1 });
    expect(readdirSync(dirname(path)).some((name) => name.includes('damaged'))).toBe(true);
  });

  it('because its disk is full gives back the reserve, then goes on in memory and loses nothing', async (context) => {
    const disk = smallFileSystem(12 * 1024);
    if (!disk) {
      context.skip('needs the right to mount');
      return;
    }
    const path = join(disk.folder, 'journal.db');
    const timers = handDriven();
    const store = await openStore(path, { backend: inProcessBackend(undefined, timers.options) });
    let count = 0;
    while (store.status.durable && count < 100_000) {
      await store.append({ events: events(count, 500).map((event) => ({ ...event, raw: 'x'.repeat(400) })) });
      count += 500;
    }
    expect(store.status).toMatchObject({ durable: false, reason: 'disk-full' });
    expect(readdirSync(disk.folder)).not.toContain('journal.db.reserve');
    disk.remount('size=64m');
    const status = nextStatus(store);
    timers.tick(retryMs);
    expect(await status).toMatchObject({ durable: true });
    expect((await store.health()).classes).toMatchObject([{ count }]);
  });

  it('because its WAL was deleted while it was open keeps what is written after it opens anew', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const store = await openStore(path);
    await store.append({ events: events(0, 10) });
    rmSync(`${path}-wal`);
    await store.append({ events: events(10, 10) });
    await store.close();
    const again = await openStore(path);
    expect((await again.health()).classes).toMatchObject([{ count: 20 }]);
  });
});
