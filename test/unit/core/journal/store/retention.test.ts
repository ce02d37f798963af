import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RetentionClass } from '../../../../../src/core/model/event.ts';
import { checkpointIfDue, stateAt } from '../../../../../src/core/journal/store/checkpoints.ts';
import type { JournalDatabase } from '../../../../../src/core/journal/store/database.ts';
import { readState } from '../../../../../src/core/journal/store/reader.ts';
import {
  beginRecording,
  changeRecording,
  endRecording,
} from '../../../../../src/core/journal/store/recordings.ts';
import { deleteMatching, retain, usedBytes } from '../../../../../src/core/journal/store/retention.ts';
import { Writer } from '../../../../../src/core/journal/store/writer.ts';
import {
  encode,
  everyEvent,
  fill,
  finish,
  home,
  openJournal,
  storedEvent,
  temporaryFolder,
} from './helpers.ts';

const start = Date.UTC(2026, 10, 1);
const classes: readonly RetentionClass[] = ['lifecycle', 'task', 'metric', 'log', 'control'];
const unlimited = { classes: {}, totalBytes: Number.MAX_SAFE_INTEGER };

function keep(db: JournalDatabase, from: number, to: number): void {
  const at = (seq: number): number => start + (seq - 1) * 1000;
  const { id } = beginRecording(db, 'p', { ...everyEvent, since: at(from) }, start);
  endRecording(db, id);
  changeRecording(db, id, { trim: { from: at(from), to: at(to) } });
}

/** Events of all classes in turn, one a second. */
function mixed(count: number, size = 0): ReturnType<typeof storedEvent>[] {
  return Array.from({ length: count }, (_, n) =>
    storedEvent(n, { retention: classes[n % 5] ?? 'log', raw: `${n} ${'ü'.repeat(size)}` }),
  );
}

function left(db: JournalDatabase): Record<string, number> {
  const rows = db.prepare('SELECT class, count(*) AS n FROM events GROUP BY class').all();
  return Object.fromEntries(rows.map(({ class: code, n }) => [classes[Number(code)] ?? '', Number(n)]));
}

/** Counts kept beside the events agree with the events. */
function expectConsistent(db: JournalDatabase): void {
  const same = [
    'SELECT class, count(*), sum(octet_length(raw)) FROM events JOIN payload USING (seq) GROUP BY class',
    'SELECT class, sum(count), sum(bytes) FROM totals WHERE count > 0 GROUP BY class',
    'SELECT type, count(*) FROM events GROUP BY type',
    'SELECT value, count FROM counts WHERE field = 0',
    'SELECT receivedAt / 60000, count(*) FROM events GROUP BY 1',
    'SELECT minute, received FROM minutes WHERE received > 0',
  ].map((sql) => db.prepareArrays(sql).all());
  expect(same[1]).toEqual(same[0]);
  expect(same[3]).toEqual(same[2]);
  expect(same[5]).toEqual(same[4]);
  expect(db.number('SELECT count(*) FROM payload')).toBe(db.number('SELECT count(*) FROM events'));
}

describe('retention', () => {
  it('removes each class by its own age', () => {
    const db = openJournal(':memory:');
    fill(db, mixed(5000));
    const limits = {
      ...unlimited,
      classes: { metric: { maxAgeMs: 1_000_000 }, log: { maxAgeMs: 3_000_000 } },
    };
    const report = finish(retain(db, limits, start + 5_000_000));
    expect(report).toEqual({ lifecycle: 0, task: 0, metric: 800, log: 400, control: 0 });
    expect(left(db)).toEqual({ lifecycle: 1000, task: 1000, metric: 200, log: 600, control: 1000 });
    expectConsistent(db);
  });

  it('removes the oldest beyond a count, and beyond bytes in whole steps', () => {
    const db = openJournal(':memory:');
    fill(db, mixed(15_000, 50));
    const limits = { ...unlimited, classes: { control: { maxCount: 7 }, log: { maxBytes: 150_000 } } };
    finish(retain(db, limits, start));
    expect(left(db)).toMatchObject({ lifecycle: 3000, control: 7, log: 1000 });
    expect(db.number('SELECT min(seq) FROM events WHERE class = 4')).toBe(15_000 - 6 * 5);
    expectConsistent(db);
  });

  it('over the limit of the whole takes logs, then metrics, control, tasks and lifecycle last, and gives pages back', () => {
    const path = join(temporaryFolder(), 'journal.db');
    const db = openJournal(path);
    fill(db, mixed(20_000, 200));
    const full = usedBytes(db);
    finish(retain(db, { ...unlimited, totalBytes: full * 0.9 }, start));
    expect(left(db)).toMatchObject({ metric: 4000, lifecycle: 4000, control: 4000 });
    expect(left(db)['log']).toBeLessThan(4000);
    finish(retain(db, { ...unlimited, totalBytes: full * 0.75 }, start));
    expect(left(db)).toMatchObject({ control: 4000, task: 4000, lifecycle: 4000 });
    expect(left(db)).not.toHaveProperty('log');
    expect(left(db)['metric']).toBeLessThan(4000);
    finish(retain(db, { ...unlimited, totalBytes: full * 0.15 }, start));
    expect(Object.keys(left(db))).toEqual(['lifecycle']);
    expectConsistent(db);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(statSync(path).size).toBeLessThan(full * 0.2);
  });

  it('leaves pinned ranges', () => {
    const db = openJournal(':memory:');
    fill(db, mixed(2000));
    keep(db, 101, 200);
    finish(retain(db, { ...unlimited, totalBytes: 0 }, start));
    expect(db.number('SELECT count(*) FROM events')).toBe(100);
    expect(db.number('SELECT min(seq) FROM events')).toBe(101);
  });

  it('deletes what a query finds, whatever its class, and counts on', () => {
    const db = openJournal(':memory:');
    fill(db, mixed(6000));
    keep(db, 5, 8);
    const query = { where: 'e.subject = ?', params: [2], needs: 'events' } as const;
    expect(finish(deleteMatching(db, query, () => 0))).toEqual({ gone: 1199, pinned: 1 });
    expect(db.number('SELECT count(*) FROM events WHERE subject = 2')).toBe(1);
    const word = { where: 'p.raw LIKE ?', params: ['44%'], needs: 'payload' } as const;
    const left = db.number("SELECT count(*) FROM payload WHERE raw LIKE '44%'");
    expect(finish(deleteMatching(db, word, () => 0))).toEqual({ gone: left, pinned: 0 });
    expectConsistent(db);
  });

  it('goes on in small steps', () => {
    const db = openJournal(':memory:');
    fill(db, mixed(10_000));
    let before = 10_000;
    const steps = retain(db, { ...unlimited, totalBytes: 0 }, start);
    while (!steps.next().done) {
      const now = db.number('SELECT count(*) FROM events');
      expect(before - now).toBeLessThanOrEqual(1000);
      before = now;
    }
    expect(before).toBe(0);
  });

  it('keeps roll-ups of a minute for 30 days and of an hour for a year', () => {
    const db = openJournal(':memory:');
    const events = [1, 40, 400].map((days) =>
      storedEvent(days, {
        receivedAt: start - days * 86_400_000,
        retention: 'metric',
        metrics: [{ key: 'a', name: 'cpu', value: 1 }],
      }),
    );
    new Writer(db).append(encode({ events }));
    finish(retain(db, unlimited, start));
    expect(db.prepareArrays('SELECT bucket, start FROM rollups ORDER BY bucket, start DESC').all()).toEqual([
      [60_000, start - 86_400_000],
      [3_600_000, start - 86_400_000],
      [3_600_000, start - 40 * 86_400_000],
    ]);
  });
});

describe('checkpoints', () => {
  /** Three changes of each of 1,200 instances with an event each, and one that goes. */
  function changing(db: JournalDatabase): void {
    const writer = new Writer(db);
    for (let n = 0; n < 3600; n++) {
      const key = `i-${n % 1200}`;
      const state = n === 3599 ? null : JSON.stringify({ n });
      const change = { address: home, what: 'instance', key, state } as const;
      const cursors = [{ address: home, cursor: String(n) }];
      writer.append(encode({ events: [storedEvent(n)], changes: [change], cursors }));
      checkpointIfDue(db);
    }
  }

  it('are written when the changes since the last exceed 1,000 and the number of things', () => {
    const db = openJournal(':memory:');
    changing(db);
    // The journal knows 1,200 things.
    expect(db.prepareArrays('SELECT seq, change FROM checkpoints').all()).toEqual([
      [1201, 1201],
      [2402, 2402],
    ]);
  });

  it('give the state at any event: what a fold of all changes up to it gives', () => {
    const db = openJournal(':memory:');
    changing(db);
    // Around the checkpoints, and fifty places all over the history.
    const places = Array.from({ length: 50 }, (_, n) => 1 + ((n * 7919) % 3600));
    for (const seq of [1, 500, 1201, 1202, 1300, 2402, 3599, 3600, ...places]) {
      const naive = new Map<string, string | null>();
      for (const [key, state] of db
        .prepareArrays('SELECT key, state FROM changes WHERE seq <= ? ORDER BY id')
        .all(seq))
        naive.set(String(key), state as string | null);
      const alive = [...naive].filter(([, state]) => state !== null).sort();
      const state = stateAt(db, seq);
      expect(state.changes.map(({ key, state: json }) => [key, json]).sort()).toEqual(alive);
      if (seq >= 2402) expect(Number(state.cursors[0]?.cursor)).toBe(seq === 3600 ? 3599 : 2401);
    }
  });

  it('of the begin of what is left outlive the changes before it', () => {
    const db = openJournal(':memory:');
    changing(db);
    const limits = { ...unlimited, classes: { lifecycle: { maxAgeMs: 1_000_000 } } };
    const newest = readState(db);
    const before = stateAt(db, 1300);
    // Events 1 to 1,280 are too old; the checkpoint before them is that of 1,201.
    finish(retain(db, limits, start + 2_280_000));
    expect(db.number('SELECT min(seq) FROM events')).toBe(1281);
    expect(db.number('SELECT min(seq) FROM changes')).toBe(1201);
    expect(stateAt(db, 1300).changes).toEqual(expect.arrayContaining([...before.changes]));
    expect(readState(db)).toEqual(newest);
  });

  it('of the begin of a recording outlive those after it that are too old', () => {
    const db = openJournal(':memory:');
    changing(db);
    keep(db, 1301, 1400);
    const before = stateAt(db, 1300);
    // Events 1 to 2,500 are too old; the checkpoint before them is that of 2,402, the one before the recording that of 1,201.
    const limits = { ...unlimited, classes: { lifecycle: { maxAgeMs: 1_000_000 } } };
    finish(retain(db, limits, start + 3_500_000));
    expect(db.number('SELECT count(*) FROM events WHERE seq <= 2500')).toBe(100);
    expect(db.number('SELECT min(seq) FROM changes')).toBe(1201);
    expect(stateAt(db, 1300).changes).toEqual(expect.arrayContaining([...before.changes]));
  });
});
