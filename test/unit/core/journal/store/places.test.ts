import { describe, expect, it } from 'vitest';
import { checkpointIfDue, stateAt } from '../../../../../src/core/journal/store/checkpoints.ts';
import type { JournalDatabase } from '../../../../../src/core/journal/store/database.ts';
import { readPlace, type PlaceWish } from '../../../../../src/core/journal/store/places.ts';
import { retain } from '../../../../../src/core/journal/store/retention.ts';
import { Writer } from '../../../../../src/core/journal/store/writer.ts';
import { instanceId } from '../../../../../src/core/model/instance.ts';
import { commit, evening, historyStart, instanceRow, refOf } from '../../playback/travelHistory.ts';
import { encode, finish, openJournal, storedEvent } from './helpers.ts';

function openEvening(): JournalDatabase {
  const db = openJournal(':memory:');
  const writer = new Writer(db);
  for (const batch of evening) writer.append(encode(batch));
  return db;
}

const seqOf = (db: JournalDatabase, wish: PlaceWish): number | undefined => readPlace(db, wish).place?.seq;

it('the state after an event is read from a checkpoint, also where its lists became texts in its JSON', () => {
  const db = openEvening();
  const changes = Array.from({ length: 1100 }, (_, n) => instanceRow(`x${n}`, { state: 'running' }));
  new Writer(db).append(encode({ events: [storedEvent(9)], changes }));
  expect(checkpointIfDue(db)).toBe(true);
  new Writer(db).append(encode({ events: [storedEvent(10)] }));
  const state = stateAt(db, 9);
  expect(state.changes.length).toBeGreaterThan(1100);
  const textual = `json_object('changes', json_extract(state, '$.changes') || '', 'contexts', '[]', 'cursors', '[]')`;
  db.exec(`UPDATE checkpoints SET state = ${textual}`);
  expect(db.get("SELECT json_type(state, '$.changes') AS type FROM checkpoints")?.['type']).toBe('text');
  expect(stateAt(db, 9).changes).toEqual(state.changes);
});

describe('a place in the history', () => {
  it('is that after an event, at a time, or of a change', () => {
    const db = openEvening();
    expect(readPlace(db, { to: 'event', seq: 3 })).toEqual({
      place: { seq: 3, at: historyStart + 2000, change: 3 },
      first: { seq: 1, at: historyStart, change: 1 },
      last: { seq: 8, at: historyStart + 7000, change: 7 },
    });
    expect(seqOf(db, { to: 'time', time: historyStart + 4999 })).toBe(5);
    expect(seqOf(db, { to: 'time', time: historyStart })).toBe(1);
    expect(seqOf(db, { to: 'change', change: 5 })).toBe(6);
  });

  it('is the end of the commit that an event came with', () => {
    const db = openEvening();
    const at = historyStart + 60_000;
    const events = [0, 20, 40].map((ms) => storedEvent(8, { receivedAt: at + ms }));
    new Writer(db).append(encode({ events, changes: [instanceRow('a', { state: 'starting' })] }));
    expect(seqOf(db, { to: 'event', seq: 9 })).toBe(11);
    // The one before, which changed nothing, is not of that commit.
    expect(seqOf(db, { to: 'event', seq: 5 })).toBe(5);
  });

  it('is that of the newest change where it lies behind it, and none where it lies before all', () => {
    const db = openEvening();
    for (const wish of [
      { to: 'event', seq: Number.MAX_SAFE_INTEGER },
      { to: 'time', time: Number.MAX_SAFE_INTEGER },
      { to: 'time', time: Infinity },
      { to: 'change', change: Number.MAX_SAFE_INTEGER },
    ] as const)
      expect(seqOf(db, wish)).toBe(8);
    for (const wish of [
      { to: 'event', seq: 0 },
      { to: 'event', seq: -7 },
      { to: 'time', time: historyStart - 1 },
      { to: 'time', time: -Infinity },
    ] as const)
      expect(readPlace(db, wish)).toMatchObject({ place: null, first: { seq: 1 } });
    const empty = openJournal(':memory:');
    expect(readPlace(empty, { to: 'event', seq: 1 })).toEqual({ place: null, first: null, last: null });
  });

  it('is the next or previous change, of anything or of one instance; what nobody sees is passed over', () => {
    const db = openEvening();
    const steps = (to: 'next' | 'previous', from: number, key?: string): number[] => {
      const thing = key === undefined ? {} : { thing: { connection: 'home', key: instanceId(refOf(key)) } };
      const seqs: number[] = [];
      for (let seq: number | undefined = from; seq !== undefined;) {
        seq = seqOf(db, { to, seq, ...thing });
        if (seq !== undefined) seqs.push(seq);
      }
      return seqs;
    };
    expect(steps('next', 1)).toEqual([2, 3, 6, 7, 8]);
    expect(steps('previous', Number.MAX_SAFE_INTEGER)).toEqual([8, 7, 6, 3, 2, 1]);
    expect(steps('next', 1, 'a')).toEqual([2, 6, 8]);
    expect(steps('previous', 7, 'b')).toEqual([3]);
    expect(steps('next', 1, 'stranger')).toEqual([]);
  });

  it('is found behind any number of rows that change nothing on screen', () => {
    const db = openEvening();
    const writer = new Writer(db);
    for (let n = 8; n < 350; n++)
      writer.append(encode(commit(n, instanceRow('a', { state: 'stopped', version: '2', lastEventAt: n }))));
    writer.append(encode(commit(350, instanceRow('a', { state: 'running', version: '2' }))));
    expect(seqOf(db, { to: 'next', seq: 8 })).toBe(351);
    expect(seqOf(db, { to: 'previous', seq: 351 })).toBe(8);
  });

  it('is none in what retention took; the first one has its whole state', () => {
    const db = openJournal(':memory:');
    const writer = new Writer(db);
    for (let n = 0; n < 3600; n++) {
      writer.append(encode(commit(n, instanceRow(`i-${n % 1200}`, { players: n }))));
      checkpointIfDue(db);
    }
    const limits = {
      classes: { lifecycle: { maxAgeMs: 1_000_000 } },
      totalBytes: Number.MAX_SAFE_INTEGER,
    };
    finish(retain(db, limits, historyStart + 2_280_000));
    const found = readPlace(db, { to: 'event', seq: 100 });
    expect(found).toMatchObject({ place: null, first: { seq: 1201 } });
    expect(stateAt(db, found.first?.seq ?? 0).changes).toHaveLength(1200);
    expect(seqOf(db, { to: 'time', time: historyStart })).toBeUndefined();
    expect(seqOf(db, { to: 'change', change: 7 })).toBe(1201);
  });
});
