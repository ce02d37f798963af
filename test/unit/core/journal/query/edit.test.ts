import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueryNode } from '../../../../../src/core/journal/query/ast.ts';
import { hasTerm, withoutTerm, withTerm, withTime } from '../../../../../src/core/journal/query/edit.ts';
import { parseQuery } from '../../../../../src/core/journal/query/parse.ts';
import cases from './cases.json' with { type: 'json' };

const correct = Object.values(cases).flatMap((group) => Object.keys(group));

/** A query as its meaning: positions do not count, nor how values were quoted. */
function meaning(query: string): unknown {
  const { node, problems } = parseQuery(query);
  expect([query, problems]).toEqual([query, []]);
  const plain = (each: QueryNode): unknown => {
    if (each.kind === 'and' || each.kind === 'or') return { [each.kind]: each.parts.map(plain) };
    if (each.kind === 'not') return { not: plain(each.part) };
    if (each.kind === 'regex') return String(each.pattern);
    const { from, to, ...rest } = each;
    return JSON.parse(
      JSON.stringify(rest, (key, value: unknown) =>
        key === 'from' || key === 'to' || key === 'quoted' ? undefined : value,
      ),
    );
  };
  return node && plain(node);
}

/** The parts that must all hold. */
function parts(query: string): unknown[] {
  const { node } = parseQuery(query);
  const all = meaning(query) as { and?: unknown[] } | undefined;
  if (all === undefined) return [];
  const isOpen = node?.kind === 'and' && node.parts[0]?.from === node.from;
  return isOpen && all.and ? all.and : [all];
}

describe('A term of a value', () => {
  it('joins what stands there, and leaves that as it is', () => {
    expect(withTerm('', 'type', 'chat', 'and')).toBe('type:chat');
    expect(withTerm('  a   "b c"  ', 'type', 'chat', 'and')).toBe('  a   "b c" type:chat');
    expect(withTerm('a AND b', 'instance', 'my server', 'and')).toBe('a AND b instance:"my server"');
    expect(withTerm('a', 'type', 'chat', 'not')).toBe('a -type:chat');
    expect(withTerm('-is:noise', '$.Data["a b"]', '1.2', 'and')).toBe('-is:noise $.Data["a b"]:1.2');
  });

  it('puts a choice at the top in parentheses, and no other', () => {
    expect(withTerm('a OR b', 'type', 'chat', 'and')).toBe('(a OR b) type:chat');
    expect(withTerm('a OR b c', 'type', 'chat', 'not')).toBe('(a OR b c) -type:chat');
    expect(withTerm('(a OR b)', 'type', 'chat', 'and')).toBe('(a OR b) type:chat');
    expect(withTerm('(a) OR (b)', 'type', 'chat', 'and')).toBe('((a) OR (b)) type:chat');
    expect(withTerm('NOT (a OR b)', 'type', 'chat', 'and')).toBe('NOT (a OR b) type:chat');
  });

  it('stands once, and takes the place of its opposite', () => {
    expect(withTerm('a type:"chat" b', 'type', 'chat', 'and')).toBe('a type:"chat" b');
    expect(withTerm('a NOT type:chat b', 'type', 'chat', 'and')).toBe('a b type:chat');
    expect(withTerm('type:chat a', 'type', 'chat', 'not')).toBe('a -type:chat');
    expect(withTerm('NOT NOT type:chat a', 'type', 'chat', 'not')).toBe('a -type:chat');
    expect(withTerm('type:chat* a', 'type', 'chat', 'not')).toBe('type:chat* a -type:chat');
    expect(withTerm('severity=ERROR', 'severity', 'error', 'and')).toBe('severity=ERROR');
  });

  it('alone keeps times, and what hides noise', () => {
    expect(withTerm('-is:noise crashed (a OR b) time:today', 'type', 'chat', 'only')).toBe(
      '-is:noise time:today type:chat',
    );
    expect(withTerm('crashed', 'type', 'chat', 'only')).toBe('type:chat');
    expect(withTerm('-is:noise time:today', 'is', 'noise', 'only')).toBe('time:today is:noise');
    expect(withTerm('-is:noise time:today', 'time', '2026-11-20', 'only')).toBe('-is:noise time:2026-11-20');
  });

  it('takes the place of a query that cannot be understood', () => {
    for (const query of ['OR (foo', 'colour:red', '"open', 'x)'])
      for (const joining of ['and', 'only'] as const)
        expect(withTerm(query, 'type', 'chat', joining)).toBe('type:chat');
  });

  it('goes again, with what joined it to the others', () => {
    expect(withoutTerm('-is:noise', 'is', 'noise', true)).toBe('');
    expect(withoutTerm('a AND -is:noise AND b', 'is', 'noise', true)).toBe('a AND b');
    expect(withoutTerm('-is:noise AND b', 'is', 'noise', true)).toBe('b');
    expect(withoutTerm('a  b  is:noise is:noise', 'is', 'noise')).toBe('a  b');
    expect(withoutTerm('(is:noise OR a) -is:noise', 'is', 'noise')).toBe('(is:noise OR a) -is:noise');
    expect(withoutTerm('OR (foo', 'is', 'noise')).toBe('OR (foo');
  });

  it('is found at the top alone', () => {
    expect(hasTerm('a -is:noise', 'is', 'noise', true)).toBe(true);
    expect(hasTerm('a -is:noise', 'is', 'noise')).toBe(false);
    expect(hasTerm('a OR -is:noise', 'is', 'noise', true)).toBe(false);
    expect(hasTerm('is:(noise,gap)', 'is', 'noise')).toBe(false);
    expect(hasTerm('instance:"mc-1"', 'instance', 'mc-1')).toBe(true);
    expect(hasTerm('instance:mc-*', 'instance', 'mc-*')).toBe(false);
  });
});

describe('Times', () => {
  const range = { from: Date.UTC(2026, 10, 20, 9), to: Date.UTC(2026, 10, 20, 10) - 1 };
  const term = 'time:2026-11-20T09:00:00.000Z..2026-11-20T09:59:59.999Z';

  it('take the place of those at the top', () => {
    expect(withTime('', range)).toBe(term);
    expect(withTime('a OR b', range)).toBe(`(a OR b) ${term}`);
    expect(withTime('a time:today  b time:>now-1h', range)).toBe(`a ${term}  b`);
    expect(withTime('-time:today received:today', range)).toBe(`-time:today received:today ${term}`);
    expect(withTime(withTime('a time:today b', range))).toBe('a b');
    expect(withTime('a')).toBe('a');
    expect(withTime('(', range)).toBe(term);
  });

  it('mean both ends', () => {
    const { node } = parseQuery(term);
    const clock = { now: 0, zoneOffset: () => 0 };
    const read = node?.kind === 'times' ? node.ranges[0] : undefined;
    expect(read?.from?.(clock).from).toBe(range.from);
    expect(read?.to?.(clock).to).toBe(range.to + 1);
  });
});

describe('Any query and any value', () => {
  const query = fc
    .array(fc.constantFrom(...correct), { minLength: 0, maxLength: 3 })
    .chain((some) => fc.constantFrom(' ', '  ', ' AND ', ' OR ').map((between) => some.join(between)))
    .filter((text) => parseQuery(text).problems.length === 0);
  const value = fc.string({ maxLength: 12 }).filter((text) => !/[\n\r]/.test(text));
  const field = fc.constantFrom('type', 'instance', '$.a');

  it('with a term means the query and the term; without it again, the query', () => {
    fc.assert(
      fc.property(query, field, value, (before, name, text) => {
        for (const joining of ['and', 'not'] as const) {
          fc.pre(!hasTerm(before, name, text) && !hasTerm(before, name, text, true));
          const after = withTerm(before, name, text, joining);
          const added = parts(after).at(-1);
          const plain = meaning(withTerm('', name, text, 'and'));
          expect(added).toEqual(joining === 'and' ? plain : { not: plain });
          expect(parts(after).slice(0, -1)).toEqual(parts(before));
          if (parseQuery(before).node) expect(after).toContain(before.trim());
          expect(hasTerm(after, name, text, joining === 'not')).toBe(true);
          expect(withTerm(after, name, text, joining)).toBe(after);
          expect(parts(withoutTerm(after, name, text, joining === 'not'))).toEqual(parts(before));
          const turned = withTerm(after, name, text, joining === 'and' ? 'not' : 'and');
          expect(parts(turned).slice(0, -1)).toEqual(parts(before));
        }
      }),
      { numRuns: 500 },
    );
  });
});
