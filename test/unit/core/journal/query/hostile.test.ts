import { describe, expect, it } from 'vitest';
import { compileQuery, matchingRows, QueryFailure } from '../../../../../src/core/journal/query/compile.ts';
import { parseQuery } from '../../../../../src/core/journal/query/parse.ts';
import { longestLiteral } from '../../../../../src/core/journal/query/regex.ts';
import { clock, event } from './fixedEvents.ts';
import { QueryDatabase, type TestEvent } from './queryDatabase.ts';

function search(query: string, raw: string): number[] {
  const database = new QueryDatabase([event({ raw })]);
  try {
    return database.search(query, clock);
  } finally {
    database.close();
  }
}

describe('A hostile query', () => {
  it('never becomes SQL: whatever is written is a bound value', () => {
    for (const text of [
      `' OR 1=1 --`,
      `"; DROP TABLE events; --`,
      `') OR ('1'='1`,
      `%`,
      `:q0`,
      `?`,
      '\\',
      "x' ESCAPE '",
    ]) {
      const value = `"${text.replace(/["\\]/g, '\\$&')}"`;
      for (const query of [
        value,
        `type:${value}`,
        `task:${value}`,
        `summary:${value}`,
        `$[${value}]:${value}`,
      ]) {
        const plain = compileQuery(parseQuery(query.replaceAll(value, '"harmless"')).node, clock);
        const { where, params } = compileQuery(parseQuery(query).node, clock);
        // A word whose beginning is common is looked for by its rare end first.
        const withoutTail = (sql: string) =>
          sql.replaceAll(/p\.raw LIKE \? ESCAPE '\\' AND (?=p\.raw LIKE)/g, '');
        const skeleton = (sql: string) =>
          withoutTail(sql).replace(/GLOB|LIKE|=|ESCAPE '\\'| AND \(.*?instr.*?\)\)/g, '~');
        expect(where).not.toContain('DROP');
        expect(where).not.toContain('1=1');
        expect(params.length).toBe(where.split('?').length - 1);
        if (!query.startsWith('"')) expect(skeleton(where)).toBe(skeleton(plain.where));
        expect(search(query, text === '%' ? 'nothing' : 'a')).toEqual([]);
      }
    }
  });

  it('of 10 kB ends: words, lists, dashes, parentheses, stars', () => {
    const long = (piece: string) => piece.repeat(Math.floor(10_000 / piece.length));
    for (const query of [
      long('x'),
      long('ü'),
      long('aü'),
      long('-'),
      `${'-'.repeat(9_999)}x`,
      `"${long('s').slice(2)}"`,
      `type:(${'x*,'.repeat(499)}y)`,
      `type:${'*s'.repeat(500)}`,
      `summary:${'*a'.repeat(500)}`,
      `$.a:${'*a'.repeat(500)}x`,
      `$${'..a'.repeat(3000)}`,
      'a '.repeat(50),
      `${'(a OR '.repeat(49)}b${')'.repeat(49)}`,
      `${'(-(a b) OR '.repeat(24)}b${')'.repeat(24)}`,
      `${'('.repeat(200)}x${')'.repeat(200)}`,
      'has:task OR '.repeat(800) + 'x',
      '-is:gap '.repeat(1200),
      `/${'(a|b)'.repeat(1500)}/`,
    ]) {
      const { node } = parseQuery(query);
      const compiled = compileQuery(node, clock);
      const database = new QueryDatabase([event({ raw: `{"a":"${'a'.repeat(2000)}"}` })]);
      if (parseQuery(query).problems.length === 0) database.search(query, clock);
      database.close();
      expect(compiled.where.length, query.slice(0, 20)).toBeLessThan(100_000);
    }
  });

  it('nested a thousand times is an error with its position', () => {
    expect(parseQuery(`${'('.repeat(1000)}x${')'.repeat(1000)}`).problems).toMatchObject([
      { from: 200, to: 201 },
    ]);
    expect(parseQuery('NOT ('.repeat(1000)).problems).toMatchObject([{ from: 1004, to: 1005 }]);
  });

  it.each(['/^(a+)+$/', '/(a|a)*b/', '/(.*a){20}b/', '/(a*)*(a*)*b/i', '/(?=(a+)+$)a/', '/(a?){60}a{60}b/'])(
    'with the regular expression %s is interrupted within its time, and the next one runs',
    (query) => {
      const compiled = compileQuery(parseQuery(query).node, clock);
      const rows = [{ flags: 0, raw: `${'a'.repeat(5000)}!` }];
      let failure: unknown;
      try {
        matchingRows(compiled, rows, 20);
      } catch (error) {
        failure = error;
      }
      if (failure !== undefined) expect(failure).toBeInstanceOf(QueryFailure);
      const next = compileQuery(parseQuery('/a!/').node, clock);
      expect(matchingRows(next, rows, 2000)).toEqual(rows);
    },
  );

  it('that is catastrophic says so, for many rows and for one', () => {
    const compiled = compileQuery(parseQuery('/^(a+)+$/').node, clock);
    const row = { flags: 0, raw: `${'a'.repeat(100)}!` };
    expect(() => matchingRows(compiled, [row], 20)).toThrow('takes too long');
    expect(() => compiled.check?.(row)).toThrow('takes too long');
  });

  it('finds in payloads that are nested deeper than the stack, and in long ones', () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    expect(search('$..a:1', deep)).toEqual([1]);
    expect(search('$..a..a..a:1', deep)).toEqual([1]);
    expect(search('$..b', deep)).toEqual([]);
    expect(search('Ü', 'ü'.repeat(1_000_000))).toEqual([]);
  });
});

describe('The longest literal of a regular expression', () => {
  it.each([
    ['player joined', 'player joined'],
    ['player (?:one|two) left', 'player '],
    ['abc|abd', ''],
    ['(abc|abd)x', 'x'],
    ['abcd?ef', 'abc'],
    ['ab{0,3}cde', 'cde'],
    ['ab+c', 'ab'],
    ['a\\.b\\d+xyz', 'a.b'],
    ['[abc]def', 'def'],
    ['(?!abc)de', 'de'],
    ['\\u0061bc\\x64e', 'bc'],
    ['\\p{L}L}x', 'L}x'],
    ['^start$', 'start'],
    ['a.b..cd*', 'a'],
    ['\\/path\\/x', '/path/x'],
    ['(a(b)c)def(g', 'def'],
    ['x*?yz', 'yz'],
    ['\\bword\\b', 'word'],
    ['😀+x', '😀'],
  ])('of %s is %j', (source, literal) => {
    expect(longestLiteral(source)).toBe(literal);
  });
});

describe('Payloads that SQL cannot search alone', () => {
  const odd = (raw: string | Uint8Array): TestEvent => event({ raw });

  it('are found all the same: bytes, NUL, half a pair, needless escapes', () => {
    const database = new QueryDatabase([
      odd(Uint8Array.of(0xff, 0x61, 0x62)),
      odd('\0ab'),
      odd('\ud800ab'),
      odd('"\\u0061b"'),
      odd('ab'),
      odd('AB'),
      odd('a b'),
    ]);
    expect(database.search('ab', clock)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(database.search('AB', clock)).toEqual([6]);
    expect(database.search('-ab', clock)).toEqual([7]);
    expect(database.search('/ab/', clock)).toEqual([1, 2, 3, 4, 5]);
    expect(database.search('ab OR has:task', clock)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(database.search('-(ab OR has:task)', clock)).toEqual([7]);
    database.close();
  });
});
