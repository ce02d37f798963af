import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import type { Address, ChangeRow } from '../../../../../src/core/journal/store/records.ts';
import { compact, type RetentionLimits } from '../../../../../src/core/journal/store/retention.ts';
import type { ServiceOptions } from '../../../../../src/core/journal/store/service.ts';
import {
  everyEvent,
  fill,
  home,
  openJournal,
  openTestStore,
  storedEvent,
  temporaryFolder,
} from './helpers.ts';

const start = Date.UTC(2026, 10, 1);
const limits: RetentionLimits = {
  classes: { metric: { maxAgeMs: 1_000_000 } },
  totalBytes: Number.MAX_SAFE_INTEGER,
};
const everything = { where: '(1)', params: [], needs: 'events' } as const;
const all = { anchor: 'newest', direction: 'older', count: 100_000 } as const;
const other: Address = { ...home, source: 'nas', connection: 'nas', system: 'truenas' };

function openStore(path?: string, options?: Partial<ServiceOptions>): Promise<JournalStore> {
  return openTestStore(path, options, limits);
}

const events = (count: number, given: Parameters<typeof storedEvent>[1] = {}) =>
  Array.from({ length: count }, (_, n) => storedEvent(n, given));
/** Records the first events. */
async function keepFirst(store: JournalStore, count: number): Promise<void> {
  const { id } = await store.beginRecording({ ...everyEvent, since: 0 });
  await store.endRecording(id);
  await store.changeRecording(id, { trim: { from: 0, to: start + (count - 1) * 1000 } });
}
const change = (address: Address, key: string, state: unknown, what: ChangeRow['what'] = 'instance') => ({
  address,
  what,
  key,
  state: JSON.stringify(state),
});

async function typesIn(store: JournalStore): Promise<Record<string, number>> {
  const result = await store.query(everything);
  const values = await result.values('type');
  result.close();
  return Object.fromEntries(values.map(({ value, count }) => [value, count]));
}

describe('removed events', () => {
  it('are told once: counts per class and span, at most one event a day, none where none went', async () => {
    let now = start;
    const store = await openStore(':memory:', { now: () => now });
    await store.append({ events: events(10, { retention: 'metric' }) });
    await store.retain();
    expect(await typesIn(store)).not.toHaveProperty('journal.retention');
    now = start + 1_004_500;
    await store.retain();
    const told = (await (await store.query('type:journal.retention')).rows(all)).rows;
    expect(told.map(({ raw }) => JSON.parse(raw) as unknown)).toEqual([
      { type: 'journal.retention', removed: { metric: 5 }, from: start, to: start + 4000 },
    ]);
    now += 2000;
    await store.retain();
    await store.retain();
    expect(await typesIn(store)).toMatchObject({ 'journal.retention': 1 });
    now += 86_400_000;
    await store.retain();
    await store.retain();
    const again = (await (await store.query('type:journal.retention')).rows(all)).rows;
    expect(again.map(({ raw }) => (JSON.parse(raw) as { removed: unknown }).removed)).toEqual([
      { metric: 5 },
      { metric: 5 },
    ]);
  });

  it('of the telling itself are not told', async () => {
    let now = start;
    const store = await openStore(':memory:', { now: () => now });
    await store.append({ events: [storedEvent(0, { retention: 'metric' })] });
    now += 2_000_000;
    await store.retain();
    now += 100 * 86_400_000;
    await store.retain({ ...limits, classes: { control: { maxAgeMs: 0 } } });
    expect(await typesIn(store)).toEqual({});
  });

  it('leave open results: counts and positions are those of a fresh query', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const [store, window] = [await openStore(path, { now: () => start + 4_000_000 }), await openStore(path)];
    await window.follow(5);
    await store.append({
      events: Array.from({ length: 2000 }, (_, n) =>
        storedEvent(n, n % 2 === 0 ? { retention: 'metric' } : {}),
      ),
    });
    const results = [await store.query('needle OR hay'), await window.query('needle OR hay')];
    for (const result of results) await result.rows(all);
    const pruned = results.map(
      (result) =>
        new Promise((resolve) => {
          result.onProgress(({ count, done }) => {
            if (done && count === 1000) resolve(true);
          });
        }),
    );
    await store.retain();
    await Promise.all(pruned);
    for (const result of results) {
      const { rows, total } = await result.rows({ anchor: { position: 10 }, direction: 'older', count: 2 });
      expect([total, ...rows.map(({ seq }) => seq)]).toEqual([1000, 1980, 1978]);
      expect(await result.positionOf(2)).toBe(999);
    }
  });
});

describe('a deletion', () => {
  async function filled(): Promise<JournalStore> {
    const store = await openStore();
    await store.append({
      events: [
        ...events(10),
        ...events(4, { ...other, retention: 'log', raw: '{"who":"M\\u00fcller"}' }),
        storedEvent(20, { raw: '{"player":"MÜLLER"}' }),
      ],
      changes: [
        change(home, 'a', { players: ['Müller'] }),
        change(home, 'b', { players: [] }),
        change(other, 'c', {}),
        change(other, 't', { title: 'x' }, 'task'),
      ],
      contexts: [home, other].map((address) => ({ address, version: '1', context: '{}' })),
      cursors: [home, other].map((address) => ({ address, cursor: '1' })),
    });
    return store;
  }

  it('of a connection takes its events, changes, tasks, contexts and cursors, and is told without a name', async () => {
    const store = await filled();
    expect(await store.delete({ connection: 'nas' })).toMatchObject({ events: 4, pinned: 0 });
    const state = await store.state();
    expect(state.changes.map(({ key }) => key)).toEqual(['a', 'b']);
    expect([...state.contexts, ...state.cursors].map(({ address }) => address.connection)).toEqual([
      'home',
      'home',
    ]);
    expect(await store.changes({ connection: 'nas', what: 'task', key: 't' })).toEqual([]);
    const told = (await (await store.query('type:journal.retention')).rows(all)).rows;
    expect(told.map(({ raw }) => raw).join('')).not.toContain('nas');
    expect((await store.health()).connections.map(({ connection }) => connection)).not.toContain('nas');
  });

  it('of a name takes every event and every state that holds it, in any case and however it is written', async () => {
    const store = await filled();
    expect(await store.delete({ names: 'Müller' })).toMatchObject({ events: 5, states: 2 });
    expect((await store.state()).changes.map(({ key }) => key)).toEqual(['b', 'c', 't']);
    expect((await (await store.query('müller')).rows(all)).total).toBe(0);
    expect(await store.changes({ connection: 'home', what: 'instance', key: 'a' })).toEqual([]);
  });

  it('of a class or an age leaves the state, and pinned events stay', async () => {
    const store = await filled();
    await keepFirst(store, 2);
    const deleted = await store.delete({ retention: 'lifecycle', before: start + 5000 });
    expect(deleted).toEqual({ events: 3, states: 0, pinned: 2 });
    expect((await store.state()).changes).toHaveLength(4);
    await expect(store.delete({})).rejects.toThrow('scope');
  });

  it('of a name with quotes and a backslash finds it as a text', async () => {
    const store = await openStore();
    const raw = JSON.stringify({ player: 'a "b" \\c' });
    await store.append({ events: [storedEvent(0, { raw }), storedEvent(1)] });
    expect(await store.delete({ names: 'A "B" \\C' })).toMatchObject({ events: 1 });
  });
});

describe('a journal', () => {
  it('tells sizes, span, and count and bytes of each class, each connection and what is pinned', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const store = await openStore(path, { now: () => start });
    await store.append({
      events: [
        ...events(3, { raw: '1234567890', size: 10 }),
        ...events(2, { ...other, retention: 'log', raw: 'ü' }),
      ],
    });
    await keepFirst(store, 2);
    await store.recordings();
    await store.check();
    await store.retain();
    const health = await store.health();
    expect(health).toMatchObject({
      path,
      from: start,
      to: start + 1000,
      pinned: { count: 2, bytes: 20 },
      classes: [
        { retention: 'lifecycle', count: 3, bytes: 30 },
        { retention: 'log', count: 2, bytes: 4 },
      ],
      connections: [
        {
          connection: 'home',
          count: 3,
          bytes: 30,
          classes: [{ retention: 'lifecycle', count: 3, bytes: 30 }],
        },
        { connection: 'nas', count: 2, bytes: 4, classes: [{ retention: 'log', count: 2, bytes: 4 }] },
      ],
      checkedAt: start,
      retainedAt: start,
    });
    expect(health.walBytes).toBe(statSync(`${path}-wal`).size);
    expect(health.fileBytes).toBe(statSync(path).size);
  });

  it('gives all free pages back by compacting, whose steps become smaller where they take long', () => {
    const folder = temporaryFolder();
    const db = openJournal(join(folder, 'a.db'));
    fill(db, events(20_000));
    db.write(() => {
      db.exec('DELETE FROM payloads');
    });
    const free = db.number('PRAGMA freelist_count');
    let [time, steps] = [0, 0];
    const work = compact(db, () => (time += 50));
    for (let step = work.next(); ; step = work.next()) {
      if (step.done) {
        expect(step.value).toBe(free * 8192);
        break;
      }
      steps++;
    }
    expect(steps).toBeGreaterThan(free / 32);
    expect(db.number('PRAGMA freelist_count')).toBe(0);
  });

  it('is backed up with everything that was committed when it ended, made while others write', async () => {
    const folder = temporaryFolder();
    const store = await openStore(join(folder, 'journal.db'));
    for (let n = 0; n < 5; n++) await store.append({ events: events(2000) });
    const copy = join(folder, 'copy.db');
    const done = store.backUp(copy).then(() => 'done');
    let written = 0;
    do written += (await store.append({ events: events(10) })).to;
    while ((await Promise.race([done, Promise.resolve('going on')])) !== 'done');
    expect(written).toBeGreaterThan(0);
    if (process.platform !== 'win32') expect((statSync(copy).mode & 0o777).toString(8)).toBe('600');
    const db = openJournal(copy);
    expect([...db.check()].length).toBeGreaterThan(5);
    expect(db.number('SELECT count(*) FROM events')).toBeGreaterThanOrEqual(10_000);
    expect(db.number('SELECT sum(count) FROM totals')).toBe(db.number('SELECT count(*) FROM events'));
    await expect(store.backUp(join(folder, 'nowhere', 'copy.db'))).rejects.toThrow();
  });
});

describe('measurements', () => {
  it('are read as series of minutes or hours, whatever became of their events', async () => {
    let now = start;
    const store = await openStore(':memory:', { now: () => now });
    const measured = (at: number, value: number, key = 'a') =>
      storedEvent(0, {
        receivedAt: start + at * 60_000,
        retention: 'metric',
        metrics: [
          { key, name: 'cpu', value },
          { key, name: 'memory', value: value * 2 },
        ],
      });
    await store.append({
      events: [
        measured(0, 1),
        measured(0, 3),
        measured(1, 5),
        measured(59, 7),
        measured(61, 9),
        measured(3, 2, 'b'),
      ],
    });
    now += 50 * 86_400_000;
    await store.retain();
    const asked = { connection: 'home', key: 'a', name: 'cpu', from: start, to: start + 7_200_000 };
    const byHour = await store.rollups({ ...asked, step: 3_600_000 });
    expect(byHour).toEqual([
      {
        kind: 'instance',
        key: 'a',
        name: 'cpu',
        step: 3_600_000,
        points: [
          { at: start, count: 4, min: 1, max: 7, mean: 4 },
          { at: start + 3_600_000, count: 1, min: 9, max: 9, mean: 9 },
        ],
      },
    ]);
    // The minutes are gone after 30 days.
    expect(await store.rollups({ ...asked, step: 60_000 })).toEqual(byHour);
    expect(await store.rollups({ ...asked, connection: 'nas', step: 60_000 })).toEqual([]);
  });

  it('of the last days are read by the minute and by multiples of it, of all instances and measures', async () => {
    const store = await openStore(':memory:', { now: () => start });
    const at = (minute: number, value: number) =>
      storedEvent(0, {
        receivedAt: start + minute * 60_000,
        metrics: [{ kind: 'app', key: 'a', name: 'cpu', value }],
      });
    await store.append({ events: [at(0, 1), at(1, 3), at(2, 5), at(9, 6)] });
    const asked = { connection: 'home', from: start, to: start + 600_000 };
    const [byMinute] = await store.rollups({ ...asked, step: 1 });
    expect(byMinute?.points.map(({ at: time, mean }) => [(time - start) / 60_000, mean])).toEqual([
      [0, 1],
      [1, 3],
      [2, 5],
      [9, 6],
    ]);
    const [byFive] = await store.rollups({ ...asked, step: 290_000 });
    expect(byFive).toMatchObject({ kind: 'app', step: 300_000 });
    expect(byFive?.points).toMatchObject([
      { at: start, count: 3, min: 1, max: 5, mean: 3 },
      { at: start + 300_000, count: 1, mean: 6 },
    ]);
  });
});

describe('a connection without history', () => {
  it('keeps state, contexts and cursors with no event', async () => {
    const store = await openStore(join(temporaryFolder(), 'journal.db'));
    const commit = await store.append({
      events: [],
      changes: [change(home, 'a', { up: true })],
      contexts: [{ address: home, version: '1', context: '{"n":1}' }],
      cursors: [{ address: home, cursor: '5' }],
    });
    expect(commit).toEqual({ from: 1, to: 0 });
    await store.append({ events: [], changes: [change(home, 'a', { up: false })] });
    expect(await store.state()).toMatchObject({
      seq: 0,
      changes: [{ key: 'a', state: '{"up":false}' }],
      contexts: [{ context: '{"n":1}' }],
      cursors: [{ cursor: '5' }],
    });
    expect(await store.changes({ connection: 'home', what: 'instance', key: 'a' })).toHaveLength(2);
  });
});
