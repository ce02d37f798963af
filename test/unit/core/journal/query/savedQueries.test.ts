import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import {
  readHistory,
  readSavedQueries,
  remembered,
} from '../../../../../src/core/journal/query/savedQueries.ts';

const read = (value: unknown): { queries: unknown; problems: string[] } => {
  const { queries, problems } = readSavedQueries(value);
  return { queries, problems: problems.map(english) };
};

describe('Saved queries', () => {
  it('are names with their queries, in their order', () => {
    expect(read({ Crashes: ' is:failed\n-is:noise ', all: '' })).toEqual({
      queries: [
        { name: 'Crashes', query: 'is:failed -is:noise' },
        { name: 'all', query: '' },
      ],
      problems: [],
    });
    expect(read(undefined)).toEqual({ queries: [], problems: [] });
  });

  it('are left out and named where they are none', () => {
    for (const value of [[], 'x', 7, true])
      expect(read(value).problems).toEqual(['it must be an object of names and queries']);
    expect(
      read({
        number: 7,
        'two\nlines': 'x',
        ' ': 'x',
        ['n'.repeat(61)]: 'x',
        long: 'x'.repeat(10_001),
        good: 'a',
      }),
    ).toEqual({
      queries: [{ name: 'good', query: 'a' }],
      problems: [
        '"number": a query is a text',
        '"two\\nlines": A name is one line of visible characters.',
        '" ": A name is needed.',
        `"${'n'.repeat(60)}…": A name has at most 60 characters.`,
        '"long": a query has at most 10000 characters',
      ],
    });
    expect(read(JSON.parse('{"__proto__":"a","constructor":"b"}')).queries).toHaveLength(2);
    const many = read(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`q${n}`, 'x'])));
    expect(many.queries).toHaveLength(50);
    expect(many.problems).toEqual(['more than 50 queries; the rest is left out']);
  });
});

describe('The history of queries', () => {
  it('has the newest first, each once, fifty in all', () => {
    expect(remembered(['b', 'a'], ' a ')).toEqual(['a', 'b']);
    expect(remembered(['a'], '  ')).toEqual(['a']);
    const full = Array.from({ length: 50 }, (_, n) => `q${n}`);
    expect(remembered(full, 'new')).toEqual(['new', ...full.slice(0, 49)]);
    expect(readHistory(['a', 7, null, 'b'])).toEqual(['a', 'b']);
    expect(readHistory({ 0: 'a' })).toEqual([]);
  });
});
