import { describe, expect, it } from 'vitest';
import { everything, type CompiledQuery } from '../../../../../src/core/journal/store/compiled.ts';
import type { StoredEvent } from '../../../../../src/core/journal/store/records.ts';
import { Result } from '../../../../../src/core/journal/store/result.ts';
import { encode, fill, finish, openJournal, storedEvent } from './helpers.ts';
import { Writer } from '../../../../../src/core/journal/store/writer.ts';

const begin = Date.UTC(2026, 10, 1);
/** 12,000 events, three slices, of every severity and mark; the sender's times are in another order than the arrivals. */
const many = Array.from({ length: 12_000 }, (_, n): StoredEvent => {
  const type = n % 11 === 0 ? 'instance_failed' : n % 13 === 0 ? 'server.crashed' : 'instance_started';
  return storedEvent(n, {
    type,
    severity: (['debug', 'info', 'warning', 'error'] as const)[n % 4] ?? 'info',
    retention: n % 3 === 0 ? 'log' : 'lifecycle',
    time: begin + ((n * 7919) % 12_000) * 1000,
    size: n % 997,
    ...(n % 17 === 0 ? { gap: true } : {}),
  });
});
const needles: CompiledQuery = { where: 'p.raw LIKE ?', params: ['%needle%'], needs: 'payload' };
const errors: CompiledQuery = { where: 'e.severity >= ?', params: [3], needs: 'events' };
const queries: readonly [CompiledQuery, (event: StoredEvent) => boolean][] = [
  [everything, () => true],
  [needles, ({ raw }) => raw.includes('needle')],
  [errors, ({ severity }) => severity === 'error'],
];

const isFailure = ({ type, severity, retention }: StoredEvent): boolean =>
  /fail|crash/.test(type) || (severity === 'error' && retention === 'lifecycle');

describe.each(['arrival', 'sent'] as const)('the timeline of a result in the order of %s', (order) => {
  it('counts what a naive count does, in the whole and in parts of it', () => {
    const db = openJournal(':memory:');
    fill(db, many);
    for (const [query, matches] of queries) {
      const result = new Result(db, query, order, () => 0);
      finish(result.scan());
      for (const [from, width, bins] of [
        [begin, 120_000, 100],
        [begin + 3_000_000, 1_000, 30],
        [begin - 600_000, 3_600_000, 7],
        [begin + 11_990_000, 60_000, 2],
      ] as const) {
        const zeros = (): number[] => new Array<number>(bins).fill(0);
        const bars = {
          counts: zeros(),
          warnings: zeros(),
          errors: zeros(),
          states: zeros(),
          failures: zeros(),
          gaps: zeros(),
        };
        for (const event of many.filter(matches)) {
          const at = order === 'sent' ? (event.time ?? event.receivedAt) : event.receivedAt;
          const bin = Math.floor((at - from) / width);
          if (bin < 0 || bin >= bins) continue;
          const mark =
            event.gap === true
              ? bars.gaps
              : isFailure(event)
                ? bars.failures
                : event.retention === 'lifecycle'
                  ? bars.states
                  : undefined;
          for (const list of [
            bars.counts,
            event.severity === 'warning' ? bars.warnings : undefined,
            event.severity === 'error' ? bars.errors : undefined,
            mark,
          ])
            if (list) list[bin] = (list[bin] ?? 0) + 1;
        }
        expect(finish(result.timeline({ from, width, bins }))).toEqual({ from, width, bins, ...bars });
      }
    }
  });

  it('takes in what came since the scan', () => {
    const db = openJournal(':memory:');
    fill(db, many);
    const result = new Result(db, needles, order, () => 0);
    finish(result.scan());
    const late = { raw: 'needle', receivedAt: begin + 13_000_000, time: begin + 12_999_000 };
    result.commit(new Writer(db).append(encode({ events: [storedEvent(1, late)] })));
    const { counts } = finish(result.timeline({ from: begin + 12_960_000, width: 60_000, bins: 1 }));
    expect(counts).toEqual([1]);
  });
});

describe('the statistics of a result', () => {
  it.each(queries)('are those of a naive count (%#)', (query, matches) => {
    const db = openJournal(':memory:');
    fill(db, many);
    const result = new Result(db, query, 'arrival', () => 0);
    finish(result.scan());
    const events = many.filter(matches);
    const statistics = finish(result.statistics());
    const arrivals = events.map(({ receivedAt }) => receivedAt);
    const distances = arrivals
      .slice(1)
      .map((at, n) => at - (arrivals[n] ?? 0))
      .sort((a, b) => a - b);
    const share = (part: number): number => distances[Math.ceil(part * distances.length) - 1] ?? 0;
    expect(statistics).toMatchObject({
      count: events.length,
      bytes: events.reduce((sum, { size }) => sum + size, 0),
      from: Math.min(...arrivals),
      to: Math.max(...arrivals),
      slowest: [],
    });
    for (const [name, part] of [
      ['median', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
      ['longest', 1],
    ] as const)
      expect(Math.abs((statistics.between?.[name] ?? 0) / share(part) - 1)).toBeLessThan(0.01);
    expect(statistics.largest.map(({ bytes }) => bytes)).toEqual(
      events
        .map(({ size }) => size)
        .sort((a, b) => b - a)
        .slice(0, 5),
    );
  });

  it('name the slowest calls, by the time from the call to its reply', () => {
    const db = openJournal(':memory:');
    const call = (n: number, ms: number): StoredEvent[] => [
      storedEvent(0, {
        receivedAt: begin + n * 10_000,
        correlation: `c${n}`,
        channel: 'request',
        direction: 'out',
        type: `call.${n}`,
      }),
      storedEvent(0, {
        receivedAt: begin + n * 10_000 + ms,
        correlation: `c${n}`,
        channel: 'reply',
        type: `call.${n}`,
      }),
    ];
    // The last reply is of a call that nobody made.
    fill(db, [...call(1, 20), ...call(2, 900), ...call(3, 5), ...call(4, 7).slice(1)]);
    const result = new Result(db, everything, 'arrival', () => 0);
    expect(finish(result.statistics()).slowest).toEqual([
      { seq: 4, type: 'call.2', ms: 900 },
      { seq: 2, type: 'call.1', ms: 20 },
      { seq: 6, type: 'call.3', ms: 5 },
    ]);
  });

  it('are empty where nothing is', () => {
    const result = new Result(openJournal(':memory:'), everything, 'arrival', () => 0);
    expect(finish(result.statistics())).toEqual({
      count: 0,
      bytes: 0,
      from: 0,
      to: 0,
      largest: [],
      slowest: [],
    });
  });
});
