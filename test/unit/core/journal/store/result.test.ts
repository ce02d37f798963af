import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everything, type CompiledQuery } from '../../../../../src/core/journal/store/compiled.ts';
import type { JournalDatabase } from '../../../../../src/core/journal/store/database.ts';
import {
  readEvents,
  readRange,
  valueWords,
  type EventRange,
} from '../../../../../src/core/journal/store/reader.ts';
import type { StoredEvent } from '../../../../../src/core/journal/store/records.ts';
import { Result } from '../../../../../src/core/journal/store/result.ts';
import type { Order } from '../../../../../src/core/journal/store/scan.ts';
import { SeqList } from '../../../../../src/core/journal/store/seqList.ts';
import { Writer } from '../../../../../src/core/journal/store/writer.ts';
import { encode, fill, finish, openJournal, storedEvent } from './helpers.ts';

const needles: CompiledQuery = { where: 'p.raw LIKE ?', params: ['%needle%'], needs: 'payload' };
const errors: CompiledQuery = { where: 'e.severity >= ?', params: [3], needs: 'events' };
const oddChecked: CompiledQuery = {
  where: 'p.raw LIKE ?',
  params: ['%hay%'],
  needs: 'payload',
  columns: ['e.flags AS flags', 'p.raw AS raw'],
  check: ({ raw }) => (JSON.parse(String(raw)) as { n: number }).n % 2 === 1,
};

/** 12,000 events of three classes: three slices. */
const many = Array.from({ length: 12_000 }, (_, n) =>
  storedEvent(n, {
    ...(n % 3 === 0 ? { retention: 'log' } : n % 7 === 0 ? { retention: 'metric' } : {}),
    time: Date.UTC(2026, 10, 1) + ((n * 7919) % 12_000) * 1000,
  }),
);
const isMatch: readonly [CompiledQuery, (event: StoredEvent, n: number) => boolean][] = [
  [everything, () => true],
  [needles, ({ raw }) => raw.includes('needle')],
  [errors, ({ severity }) => severity === 'error'],
  [oddChecked, ({ raw }, n) => raw.includes('hay') && n % 2 === 1],
];

function open(db: JournalDatabase, query: CompiledQuery, order: Order = 'arrival'): Result {
  return new Result(db, query, order, () => 0);
}

function expected(order: Order, matches: (event: StoredEvent, n: number) => boolean): number[] {
  const found = many.flatMap((event, n) =>
    matches(event, n) ? [{ seq: n + 1, time: event.time ?? 0 }] : [],
  );
  found.sort((a, b) => (order === 'sent' && b.time !== a.time ? b.time - a.time : b.seq - a.seq));
  return found.map(({ seq }) => seq);
}

describe('a result', () => {
  it.each(['arrival', 'sent'] as const)('by %s holds what a naive filter finds, in its order', (order) => {
    const db = openJournal(':memory:');
    fill(db, many);
    for (const [query, matches] of isMatch) {
      const result = open(db, query, order);
      finish(result.scan());
      const seqs: number[] = [];
      let anchor: 'newest' | { seq: number } = 'newest';
      for (;;) {
        const { rows } = result.rows({ anchor, direction: 'older', count: 997 });
        seqs.push(...rows.map(({ seq }) => seq));
        const last = rows.at(-1);
        if (!last) break;
        anchor = { seq: last.seq };
      }
      const all = expected(order, matches);
      expect(seqs).toEqual(all);
      expect(result.count).toBe(all.length);
      const middle = all[all.length >> 1] ?? 0;
      const newer = result.rows({ anchor: { seq: middle }, direction: 'newer', count: 10 });
      expect(newer.rows.map(({ seq }) => seq)).toEqual(all.slice((all.length >> 1) - 10, all.length >> 1));
      const oldest = result.rows({ anchor: 'oldest', direction: 'newer', count: 5 });
      expect(oldest.rows.map(({ seq }) => seq)).toEqual(all.slice(-5));
      const isEstimate = query === everything && order === 'arrival';
      expect(Math.abs(result.positionOf(middle) - (all.length >> 1))).toBeLessThanOrEqual(isEstimate ? 1 : 0);
      const there = result.rows({ anchor: { position: 77 }, direction: 'older', count: 3 });
      expect(there.rows.map(({ seq }) => seq)).toEqual(all.slice(77, 80));
    }
  });

  it('shows its first rows after the slice that holds them, long before it is done', () => {
    const db = openJournal(':memory:');
    fill(db, many);
    const result = open(db, needles);
    const request = { anchor: 'newest', direction: 'older', count: 10 } as const;
    expect(result.hasRows(request)).toBe(false);
    result.scan().next();
    expect(result.hasRows(request)).toBe(true);
    expect(result.done).toBe(false);
    expect(result.rows(request).rows).toHaveLength(10);
  });

  it.each(['arrival', 'sent'] as const)(
    'by %s keeps its count while it is held, also before all of it is found',
    (order) => {
      const db = openJournal(':memory:');
      fill(db, many);
      const result = open(db, errors, order);
      result.scan().next();
      const { count } = result;
      expect([result.isScanned, result.done]).toEqual([false, true]);
      result.hold();
      const late = storedEvent(0, { severity: 'error', time: Date.UTC(2026, 9, 1) });
      const commit = new Writer(db).append(encode({ events: [late, late] }));
      expect(result.commit(commit)).toEqual({ matched: 2, moved: false });
      expect([result.count, result.held]).toEqual([count, 2]);
      result.release();
      expect([result.count, result.held]).toEqual([count + 2, 0]);
    },
  );

  it.each(['arrival', 'sent'] as const)(
    'by %s takes in each commit at any moment of its scan, nothing twice',
    (order) => {
      fc.assert(
        fc.property(
          fc.nat(4),
          fc.array(fc.integer({ min: -5000, max: 30_000_000 }), { minLength: 1 }),
          (steps, times) => {
            const db = openJournal(':memory:');
            fill(db, many);
            const result = open(db, errors, order);
            const scan = result.scan();
            const writer = new Writer(db);
            for (let n = 0; n < steps; n++) scan.next();
            for (const time of times) {
              const late = storedEvent(0, { time: Date.UTC(2026, 10, 1) + time });
              result.commit(writer.append(encode({ events: [late, storedEvent(1)] })));
            }
            finish(scan);
            const fresh = open(db, errors, order);
            finish(fresh.scan());
            const all = { anchor: 'newest', direction: 'older', count: 2000 } as const;
            expect(result.rows(all).rows.map(({ seq }) => seq)).toEqual(
              fresh.rows(all).rows.map(({ seq }) => seq),
            );
            db.close();
          },
        ),
        { numRuns: 8 },
      );
    },
  );

  it('of values of one field tells its count before it finds the rows, and stops where it has found them', () => {
    const db = openJournal(':memory:');
    fill(db, many);
    fill(
      db,
      [1, 2, 3].map((n) => {
        const { subject, ...rest } = storedEvent(n, { type: 'rare' });
        return n === 2 && subject ? { ...rest, subject } : rest;
      }),
    );
    const inField = (where: string): CompiledQuery => ({ where, params: ['rare'], needs: 'events' });
    const rare = inField('e.type IN (SELECT id FROM names WHERE value = ?)');
    for (const [query, slices] of [
      [rare, 1],
      [inField(`(${rare.where}) IS NOT TRUE`), 3],
      [inField('(e.subject IN (SELECT id FROM subjects WHERE key = ?)) IS NOT TRUE'), 3],
    ] as const) {
      const result = open(db, query);
      const { count } = result;
      expect(result.done).toBe(true);
      expect(result.hasRows({ anchor: 'oldest', direction: 'newer', count: 1 })).toBe(false);
      expect([...result.scan()].length).toBeLessThanOrEqual(slices);
      expect(result.isScanned).toBe(true);
      expect(result.rows({ anchor: 'newest', direction: 'older', count: 20_000 }).rows).toHaveLength(count);
    }
    expect(open(db, rare).count).toBe(3);
  });

  it.each(['arrival', 'sent'] as const)(
    'by %s holds what another window wrote before it was told, once',
    (order) => {
      const db = openJournal(':memory:');
      fill(db, many);
      const result = open(db, { ...errors, where: `${errors.where} AND e.size >= 0` }, order);
      const scan = result.scan();
      const writer = new Writer(db);
      const append = (times: readonly number[]) =>
        writer.append(
          encode({
            events: times.map((n) => storedEvent(n, { severity: 'error', time: storedEvent(n).receivedAt })),
          }),
        );
      const before = append([50, 20_000]);
      scan.next();
      const during = append([60, 11_000, 20_001]);
      finish(scan);
      result.commit(before);
      result.commit(during);
      const { rows, total } = result.rows({ anchor: 'newest', direction: 'older', count: 20_000 });
      const seqs = rows.map(({ seq }) => seq);
      expect(new Set(seqs).size).toBe(total);
      expect(seqs.filter((seq) => seq >= before.from)).toHaveLength(5);
    },
  );

  it('cuts a slice of slow checks short and goes on there', () => {
    const db = openJournal(':memory:');
    fill(db, many);
    let time = 0;
    const result = new Result(db, oddChecked, 'arrival', () => (time += 20));
    const steps = [...result.scan()].length;
    expect(steps).toBeGreaterThan(5);
    expect(result.count).toBe(expected('arrival', isMatch[3]?.[1] ?? (() => false)).length);
  });

  it('counts values of a field and bins of time like a naive count', () => {
    const db = openJournal(':memory:');
    fill(db, many);
    for (const [query, matches] of isMatch) {
      const events = many.filter(matches);
      const result = open(db, query);
      finish(result.scan());
      const words = [...finish(result.values('type'))].map(([id, count]) => [
        valueWords(db, 'type', id),
        count,
      ]);
      const naive = Map.groupBy(events, ({ type }) => type);
      expect(Object.fromEntries(words)).toEqual(
        Object.fromEntries([...naive].map(([type, list]) => [type, list.length])),
      );
      for (const [from, span, bins] of [
        [0, 12_000_000, 100],
        [3_000_000, 90_000, 30],
        [-600_000, 20_000_000, 7],
      ] as const) {
        const begin = Date.UTC(2026, 10, 1) + from;
        const { from: start, width, counts } = finish(result.histogram(begin, begin + span, bins));
        const bars = new Array<number>(bins).fill(0);
        for (const { receivedAt } of events) {
          const bin = Math.floor((receivedAt - start) / width);
          if (bin >= 0 && bin < bins) bars[bin] = (bars[bin] ?? 0) + 1;
        }
        expect(counts).toEqual(bars);
      }
    }
  });

  it('gives a range for a replay in pieces, oldest first', () => {
    const db = openJournal(':memory:');
    fill(db, many);
    const seqs: number[] = [];
    for (let from: number | undefined = 101; from !== undefined;) {
      const { events, next }: EventRange = finish(readRange(db, needles, from, 5000, 10, () => 0));
      seqs.push(...events.map(({ seq }) => seq));
      from = next;
    }
    expect(seqs).toEqual(
      many.flatMap(({ raw }, n) => (raw.includes('needle') && n + 1 >= 101 && n + 1 <= 5000 ? [n + 1] : [])),
    );
  });

  it('leaves out a row that was deleted meanwhile', () => {
    const db = openJournal(':memory:');
    fill(db, many.slice(0, 10));
    db.exec('DELETE FROM events WHERE seq = 4');
    expect(readEvents(db, [5, 4, 3]).map(({ seq }) => seq)).toEqual([5, 3]);
  });
});

describe('a list of seqs', () => {
  it('behaves like an array', () => {
    const operation = fc.tuple(fc.nat(40_000), fc.integer({ min: 1, max: 2 ** 45 }));
    fc.assert(
      fc.property(fc.nat(20_000), fc.array(operation), (length, operations) => {
        const naive = Array.from({ length }, (_, n) => n * 3);
        const list = new SeqList();
        for (const seq of naive) list.push(seq);
        for (const [at, seq] of operations) {
          const index = Math.min(at, naive.length);
          naive.splice(index, 0, seq);
          list.insert(index, seq);
        }
        expect(list.length).toBe(naive.length);
        expect(list.slice(0, naive.length)).toEqual(naive);
        expect(list.slice(length >> 1, (length >> 1) + 5)).toEqual(
          naive.slice(length >> 1, (length >> 1) + 5),
        );
        expect(list.at(length >> 2)).toBe(naive[length >> 2] ?? NaN);
      }),
      { numRuns: 20 },
    );
  });
});
