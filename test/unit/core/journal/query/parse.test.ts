import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import type { QueryNode } from '../../../../../src/core/journal/query/ast.ts';
import { limits } from '../../../../../src/core/journal/query/reader.ts';
import { parseQuery } from '../../../../../src/core/journal/query/parse.ts';
import cases from './cases.json' with { type: 'json' };
import problems from './problems.json' with { type: 'json' };

const correct = Object.values(cases).flatMap((group) => Object.keys(group));

function nodesOf(node: QueryNode | undefined): QueryNode[] {
  if (!node) return [];
  const inner = node.kind === 'not' ? [node.part] : 'parts' in node ? node.parts : [];
  return [node, ...inner.flatMap(nodesOf)];
}

describe('A wrong query is told what is wrong and where, and keeps what was understood', () => {
  it.each(problems)('$query', ({ query, node, problems: expected }) => {
    const parsed = parseQuery(query);
    expect(parsed.node?.kind ?? null).toBe(node);
    expect(
      parsed.problems.map(({ from, to, message, replacement, open }) => [
        from,
        to,
        english(message),
        ...(replacement !== undefined || open ? [replacement ?? null] : []),
        ...(open ? ['open'] : []),
      ]),
    ).toEqual(expected);
  });

  it('a suggestion put in its place is understood', () => {
    const suggested = problems.flatMap(({ query }) =>
      parseQuery(query)
        .problems.filter(({ replacement }) => replacement !== undefined && replacement !== '')
        .map(({ from, to, replacement = '' }) => query.slice(0, from) + replacement + query.slice(to)),
    );
    expect(suggested.length).toBeGreaterThan(15);
    for (const query of suggested)
      expect([query, parseQuery(query).problems.filter(({ open }) => !open)]).toEqual([query, []]);
  });

  it('a limit is told once, however often it is passed', () => {
    const messages = (query: string) => parseQuery(query).problems.map(({ message }) => english(message));
    expect(messages('('.repeat(1000))).toEqual(['More than 200 parentheses are open here.']);
    expect(messages('x'.repeat(limits.length + 1))).toEqual(['The query is longer than 10000 characters.']);
    expect(messages('a '.repeat(51))).toEqual(['A query searches payloads for at most 50 things.']);
    expect(messages(`type:${'x'.repeat(1001)}`)).toEqual([
      'A value has at most 1000 characters.',
      'type wants a value.',
    ]);
    expect(messages(`type:(${'x,'.repeat(501)})`)).toEqual(['A list holds at most 500 values.']);
    expect(messages(')'.repeat(1000))).toHaveLength(limits.problems);
  });
});

describe('Typing', () => {
  it('never meets a dead end: each beginning of a correct query has no problem but open ones', () => {
    for (const query of correct) {
      for (let end = 0; end <= query.length; end++) {
        const beginning = query.slice(0, end);
        const wrong = parseQuery(beginning).problems.filter(({ open }) => !open);
        expect([beginning, wrong]).toEqual([beginning, []]);
      }
    }
  });

  it('every node stands within the text, and its parts within it', () => {
    for (const query of correct) {
      for (const node of nodesOf(parseQuery(query).node)) {
        expect(node.from).toBeLessThan(node.to);
        expect(node.to).toBeLessThanOrEqual(query.length);
        for (const inner of nodesOf(node).slice(1)) {
          expect(inner.from).toBeGreaterThanOrEqual(node.from);
          expect(inner.to).toBeLessThanOrEqual(node.to);
        }
      }
    }
  });

  it('any text has a result, with problems inside it', () => {
    const piece = fc.constantFrom(
      ...Array.from('()"\\/$.[]:<>=-*, \n'),
      'AND',
      ' OR ',
      'NOT ',
      'type',
      'time',
      'is',
      'size',
      'a',
      'ü',
      '12',
    );
    const query = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(query, (source) => {
        const { node, problems: found } = parseQuery(source);
        for (const { from, to } of [...found, ...nodesOf(node)]) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeGreaterThanOrEqual(from);
          expect(to).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
