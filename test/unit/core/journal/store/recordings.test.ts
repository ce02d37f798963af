import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import { migrations } from '../../../../../src/core/journal/store/migrations.ts';
import { lookAtRecordings, type Recording } from '../../../../../src/core/journal/store/recordings.ts';
import { retain } from '../../../../../src/core/journal/store/retention.ts';
import {
  everyEvent,
  fill,
  finish,
  home,
  openJournal,
  openTestStore,
  storedEvent,
  temporaryFolder,
} from './helpers.ts';

const start = Date.UTC(2026, 10, 1);
const minute = 60_000;
/** Events of 30 bytes, one a second from the beginning on. */
const seconds = (from: number, count: number, given = {}) =>
  Array.from({ length: count }, (_, n) => storedEvent(from + n, given));
const nas = { source: 'nas', host: '', connection: 'nas', system: 'truenas' };

/** A store on a clock that the test sets. */
async function openAt(path = ':memory:') {
  const clock = { now: start };
  const store = await openTestStore(path, { now: () => clock.now });
  return { clock, store };
}

async function only(store: JournalStore): Promise<Recording> {
  const [recording, ...others] = (await store.recordings()).recordings;
  expect(others).toEqual([]);
  if (!recording) throw new Error('there is no recording');
  return recording;
}

const seqsIn = async (store: JournalStore): Promise<number[]> =>
  (await store.range('', 0, Number.MAX_SAFE_INTEGER)).events.map(({ seq }) => seq);
const nothingIsKept = {
  classes: { lifecycle: { maxAgeMs: 0 }, metric: { maxAgeMs: 0 }, control: { maxAgeMs: 0 } },
  totalBytes: Number.MAX_SAFE_INTEGER,
};

describe('a recording', () => {
  it('holds what came from its begin to its end, and counts it', async () => {
    const { store } = await openAt();
    await store.append({ events: seconds(0, 3) });
    const { id } = await store.beginRecording({ ...everyEvent, name: 'Crash', note: 'every night' });
    await store.append({ events: seconds(3, 4) });
    expect(await only(store)).toMatchObject({
      name: 'Crash',
      note: 'every night',
      fromSeq: 4,
      events: 4,
      bytes: 120,
    });
    expect(await only(store)).not.toHaveProperty('toSeq');
    await store.endRecording(id);
    await store.append({ events: seconds(7, 5) });
    expect(await only(store)).toMatchObject({
      ...{ fromSeq: 4, toSeq: 7, events: 4, bytes: 120, ended: 'asked' },
      ...{ firstAt: start + 3_000, lastAt: start + 6_000 },
    });
  });

  it('is never deleted from: neither by age, nor by size, nor by a user, as long as it is there', async () => {
    const { store, clock } = await openAt();
    await store.append({ events: seconds(0, 3) });
    const { id } = await store.beginRecording(everyEvent);
    await store.append({ events: seconds(3, 3) });
    clock.now = start + 400 * 86_400_000;
    await store.retain(nothingIsKept);
    expect(await seqsIn(store)).toEqual(expect.arrayContaining([4, 5, 6]));
    expect(await seqsIn(store)).not.toContain(3);
    await store.endRecording(id);
    await store.append({ events: seconds(6, 3) });
    await store.retain({ classes: {}, totalBytes: 0 });
    expect((await store.delete({ connection: 'home' })).pinned).toBe(3);
    expect((await seqsIn(store)).filter((seq) => seq < 7)).toEqual([4, 5, 6]);
    await store.removeRecordings([id]);
    await store.retain({ classes: {}, totalBytes: 0 });
    expect((await seqsIn(store)).filter((seq) => seq < 7)).toEqual([]);
  });

  it('of one connection or of some classes lets the others age out', async () => {
    const { store, clock } = await openAt();
    await store.beginRecording({ ...everyEvent, connections: ['home'], classes: ['lifecycle'] });
    await store.append({
      events: [
        ...[storedEvent(0), storedEvent(1, nas), storedEvent(2, { retention: 'metric' })],
        storedEvent(3, { ...home, host: 'behind-a-relay' }),
      ],
    });
    expect(await only(store)).toMatchObject({ events: 2 });
    clock.now = start + minute;
    await store.retain(nothingIsKept);
    expect((await seqsIn(store)).filter((seq) => seq < 5)).toEqual([1, 4]);
  });

  it('begins in the past, at the first event of that time', async () => {
    const { store, clock } = await openAt();
    await store.append({ events: seconds(0, 600) });
    clock.now = start + 600_000;
    await store.beginRecording({ ...everyEvent, since: clock.now - 5 * minute });
    expect(await only(store)).toMatchObject({ fromSeq: 301, events: 300, firstAt: start + 300_000 });
  });

  it('of everything begins with the oldest event, and one of a time when nothing came is empty', async () => {
    const { store } = await openAt();
    await store.append({ events: seconds(0, 5) });
    const first = await store.beginRecording({ ...everyEvent, since: 0 });
    const second = await store.beginRecording({ ...everyEvent, since: start + minute });
    await store.endRecording(second.id);
    const found = new Map((await store.recordings()).recordings.map((each) => [each.id, each.events]));
    expect([found.get(first.id), found.get(second.id)]).toEqual([5, 0]);
  });

  it('ends before the event that makes it too large; what it took from the past does not count', async () => {
    const { store } = await openAt();
    await store.append({ events: seconds(0, 100) });
    const { id } = await store.beginRecording({ ...everyEvent, since: 0, maxBytes: 100 });
    await store.append({ events: seconds(100, 10) });
    expect(await store.recordings()).toMatchObject({
      recordings: [{ events: 103, toSeq: 103, ended: 'size' }],
      reachedLimit: [id],
    });
    // The end is told once.
    expect((await store.recordings()).reachedLimit).toEqual([]);
  });

  it('ends when its time is over, with the last event of that time, also if nobody looked then', async () => {
    const { store, clock } = await openAt();
    await store.beginRecording({ ...everyEvent, maxMs: minute });
    await store.append({ events: seconds(0, 200) });
    clock.now = start + 86_400_000;
    expect((await store.recordings()).recordings[0]).toMatchObject({ events: 61, toSeq: 61, ended: 'time' });
  });

  it('ends when its time is over though no event came after', async () => {
    const { store, clock } = await openAt();
    await store.beginRecording({ ...everyEvent, maxMs: minute });
    await store.append({ events: seconds(0, 2) });
    clock.now = start + minute - 1;
    expect((await store.recordings()).reachedLimit).toEqual([]);
    clock.now = start + minute;
    expect((await store.recordings()).recordings[0]).toMatchObject({ events: 2, ended: 'time' });
  });

  it('goes on over a restart, and another window sees it', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const first = await openTestStore(path, { now: () => start });
    const { id } = await first.beginRecording({ ...everyEvent, name: 'Night' });
    await first.append({ events: seconds(0, 2) });
    await first.close();
    const again = await openTestStore(path, { now: () => start });
    const window = await openTestStore(path, { now: () => start });
    await again.append({ events: seconds(2, 2) });
    expect(await only(window)).toMatchObject({ id, name: 'Night', events: 4 });
    await window.endRecording(id);
    await again.append({ events: seconds(4, 2) });
    expect(await only(again)).toMatchObject({ ended: 'asked', events: 4 });
  });

  it('is cut by time, and what was cut off is kept no longer', async () => {
    const { store } = await openAt();
    const { id } = await store.beginRecording(everyEvent);
    await store.append({ events: seconds(0, 200) });
    await store.changeRecording(id, { trim: { from: start, to: start } });
    expect(await only(store)).toMatchObject({ events: 200 });
    await store.endRecording(id);
    await store.changeRecording(id, { trim: { from: start + 10_000, to: start + 100_000 } });
    expect(await only(store)).toMatchObject({ fromSeq: 11, toSeq: 101, events: 91, bytes: 2730 });
    await store.retain({ classes: {}, totalBytes: 0 });
    expect((await seqsIn(store)).filter((seq) => seq <= 200)).toEqual(
      Array.from({ length: 91 }, (_, n) => n + 11),
    );
    await store.changeRecording(id, { trim: { from: start + 200_000, to: start + 300_000 } });
    expect(await only(store)).toMatchObject({ events: 0 });
  });

  it('keeps names, notes and connections as they are written', async () => {
    const { store } = await openAt();
    const hostile = `'; DROP TABLE recordings; -- \n<img src=x> \u202e ${'x'.repeat(500)}`;
    const { id } = await store.beginRecording({ ...everyEvent, name: hostile, connections: [hostile] });
    expect(await only(store)).toMatchObject({ name: hostile, connections: [hostile] });
    await store.changeRecording(id, { name: 'a', note: hostile });
    expect(await only(store)).toMatchObject({ name: 'a', note: hostile });
  });
});

it('ranges that an older version kept are recordings that have ended', () => {
  const path = join(temporaryFolder(), 'journal.db');
  const old = openJournal(path, { migrations: migrations.slice(0, 2) });
  fill(old, seconds(0, 30));
  old.exec("INSERT INTO pins VALUES ('p', 11, 20, 'Evening', 7)");
  old.close();
  const db = openJournal(path);
  expect(finish(lookAtRecordings(db, start))).toMatchObject({
    recordings: [
      { id: 'p', name: 'Evening', fromSeq: 11, toSeq: 20, events: 10, ended: 'asked', createdAt: 7 },
    ],
    reachedLimit: [],
  });
  finish(retain(db, { classes: {}, totalBytes: 0 }, start));
  expect(db.number('SELECT count(*) FROM events')).toBe(10);
});
