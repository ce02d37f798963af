import { afterAll, describe, expect, it } from 'vitest';
import cases from './cases.json' with { type: 'json' };
import { clock, event, fixedEvents } from './fixedEvents.ts';
import { QueryDatabase } from './queryDatabase.ts';

const database = new QueryDatabase(fixedEvents);
afterAll(() => {
  database.close();
});

const all = fixedEvents.map((_, index) => index + 1);

/** Reads `1 2 3`, or `not 1 2 3` where nearly all match. */
function seqs(written: string): number[] {
  const numbers = written.replace(/^not/, '').split(' ').filter(Boolean).map(Number);
  return written.startsWith('not') ? all.filter((seq) => !numbers.includes(seq)) : numbers;
}

describe.each(Object.entries(cases))('A query finds exactly its events: %s', (_, queries) => {
  it.each(Object.entries(queries))('%s → %s', (query, expected) => {
    expect(database.search(query, clock)).toEqual(seqs(expected));
  });
});

describe('A query in parentheses behind a dash finds all other events', () => {
  const queries = Object.values(cases).flatMap((group) => Object.entries(group as Record<string, string>));
  it.each(queries)('-(%s)', (query, expected) => {
    const matching = new Set(seqs(expected));
    expect(database.search(`-(${query})`, clock)).toEqual(all.filter((seq) => !matching.has(seq)));
  });
});

describe('Times of day', () => {
  it('belong to the day that it is in the time zone of the user', () => {
    const afterMidnight = { now: Date.parse('2026-11-19T23:30:00Z'), zoneOffset: () => 60 };
    expect(database.search('time:10:50', afterMidnight)).toEqual([1]);
    expect(database.search('time:10:50', { ...afterMidnight, zoneOffset: () => 0 })).toEqual([]);
  });

  it('are read with the offset of their own day, not of today', () => {
    const summer = Date.parse('2026-10-25T01:00:00Z');
    const berlin = { now: clock.now, zoneOffset: (at: number) => (at < summer ? 120 : 60) };
    const night = new QueryDatabase(
      ['2026-10-24T21:59:59Z', '2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z', '2026-10-25T23:00:00Z'].map(
        (time) => event({ receivedAt: Date.parse(time) }),
      ),
    );
    expect(night.search('time:2026-10-25', berlin)).toEqual([2, 3]);
    night.close();
  });
});
