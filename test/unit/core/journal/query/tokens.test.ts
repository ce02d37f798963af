import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueryNode } from '../../../../../src/core/journal/query/ast.ts';
import { parseQuery } from '../../../../../src/core/journal/query/parse.ts';
import { tokensOf } from '../../../../../src/core/journal/query/tokens.ts';
import cases from './cases.json' with { type: 'json' };
import problems from './problems.json' with { type: 'json' };

const correct = Object.values(cases).flatMap((group) => Object.keys(group));

/** The tokens as one reads them: kind and text of each that is no space. */
function tokens(source: string): string {
  return tokensOf(source)
    .filter(({ kind }) => kind !== 'space')
    .map(({ kind, from, to }) => `${kind} ${source.slice(from, to)}`)
    .join(' | ');
}

describe('The tokens of a query', () => {
  it('tell fields, operators, values, keywords, texts and paths apart', () => {
    expect(tokens('type:event:after_* AND -is:noise')).toBe(
      'field type | operator : | value event:after_* | keyword AND | keyword - | field is | operator : | value noise',
    );
    expect(tokens('severity>=warning size:>10kB')).toBe(
      'field severity | operator >= | value warning | field size | operator :> | number 10kB',
    );
    expect(tokens('(a OR "b c") NOT /x y/i')).toBe(
      'parenthesis ( | word a | keyword OR | string "b c" | parenthesis ) | keyword NOT | regex /x y/i',
    );
    expect(tokens('instance:(mc-1,"my server") x')).toBe(
      'field instance | operator : | parenthesis ( | value mc-1 | operator , | string "my server" | parenthesis ) | word x',
    );
    expect(tokens('$.jobs[0].id>7 $..["two words"]')).toBe(
      'path $.jobs[0].id | operator > | number 7 | path $..["two words"]',
    );
    expect(tokens('ORDER a-b http://x')).toBe('word ORDER | word a-b | field http | operator : | value //x');
  });

  it('go from the beginning to the end of any text without a hole', () => {
    const piece = fc.constantFrom(...'()":<>=-/$.[]*, \\aA1'.split(''), 'OR ', 'type:', 'NOT', '$..');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const source = pieces.join('');
        let at = 0;
        for (const { from, to } of tokensOf(source)) {
          expect(from).toBe(at);
          expect(to).toBeGreaterThan(from);
          at = to;
        }
        expect(at).toBe(source.length);
      }),
      { numRuns: 2000 },
    );
    for (const { query } of problems) expect(tokensOf(query).at(-1)?.to ?? 0).toBe(query.length);
  });

  it('agree with the parser about what each term of a correct query is', () => {
    const expected: Partial<Record<QueryNode['kind'], readonly string[]>> = {
      names: ['field'],
      codes: ['field'],
      times: ['field'],
      numbers: ['field'],
      flags: ['field'],
      path: ['path'],
      regex: ['regex'],
      text: ['word', 'string'],
    };
    const check = (node: QueryNode, source: string): void => {
      if (node.kind === 'not') check(node.part, source);
      else if (node.kind === 'and' || node.kind === 'or') for (const part of node.parts) check(part, source);
      else {
        const first = tokensOf(source).find(
          ({ kind, from }) => from >= node.from && !['parenthesis', 'space', 'keyword'].includes(kind),
        );
        expect([source, expected[node.kind]]).toEqual([source, expect.arrayContaining([first?.kind])]);
      }
    };
    for (const source of correct) {
      const { node } = parseQuery(source);
      if (node) check(node, source);
    }
  });
});
