import { describe, expect, it } from 'vitest';
import {
  completeQuery,
  insertValue,
  matchingValues,
} from '../../../../../src/core/journal/query/complete.ts';
import { parseQuery } from '../../../../../src/core/journal/query/parse.ts';

/** Completes at the bar; answers the insertions, the text they replace and the field whose values are wanted. */
function complete(written: string): { items: string[]; replaces: string; valuesOf?: string } {
  const cursor = written.indexOf('|');
  const source = written.replace('|', '');
  const { items, from, to, valuesOf } = completeQuery(source, cursor);
  return {
    items: items.map(({ insert }) => insert),
    replaces: source.slice(from, to),
    ...(valuesOf ? { valuesOf } : {}),
  };
}

describe('Completion', () => {
  it('offers the fields, and what begins as it was typed', () => {
    expect(complete('|').items).toEqual(
      expect.arrayContaining(['type:', 'summary:', 'is:', 'has:', '$.', 'NOT ']),
    );
    expect(complete('|').items).not.toContain('OR ');
    expect(complete('chat s|').items).toEqual([
      'system:',
      'severity:',
      'seq:',
      'size:',
      'summary:',
      'is:simulated',
    ]);
    expect(complete('chat -SE|')).toEqual({ items: ['severity:', 'seq:'], replaces: 'SE' });
    expect(complete('(cor|) x')).toEqual({ items: ['correlation:'], replaces: 'cor' });
  });

  it('offers a kind of event by its name alone', () => {
    expect(complete('f|')).toEqual({ items: ['is:failed'], replaces: 'f' });
    expect(complete('chat -NOI|')).toEqual({ items: ['is:noise'], replaces: 'NOI' });
    expect(complete('|').items).not.toContain('is:failed');
  });

  it('offers operators behind a term alone', () => {
    expect(complete('chat |').items).toEqual(expect.arrayContaining(['OR ', 'AND ']));
    expect(complete('chat O|').items).toEqual(['origin:', 'OR '].sort().reverse());
    expect(complete('chat OR |').items).not.toContain('OR ');
    expect(complete('chat (|').items).not.toContain('OR ');
  });

  it('offers the values of a field, each in a list too', () => {
    expect(complete('is:no|')).toEqual({ items: ['noise'], replaces: 'no' });
    expect(complete('has:(problem,re|')).toEqual({ items: ['redacted', 'correlation'], replaces: 're' });
    expect(complete('severity:|').items).toEqual(['debug', 'info', 'warning', 'error', '>', '>=', '<', '<=']);
    expect(complete('severity>=|').items).toEqual(['debug', 'info', 'warning', 'error']);
    expect(complete('channel:re|').items).toEqual(['request', 'reply']);
    expect(complete('time:|').items).toEqual(expect.arrayContaining(['>now-15m', 'today', '<=']));
    expect(complete('time>|').items).toEqual(['today', 'yesterday', 'now-1h..now']);
    expect(complete('size:>1|').items).toEqual([]);
  });

  it('asks for the values that the journal knows', () => {
    expect(complete('type:inst|')).toEqual({ items: [], replaces: 'inst', valuesOf: 'type' });
    expect(complete('-instance:(a,b|')).toEqual({ items: [], replaces: 'b', valuesOf: 'instance' });
    expect(complete('host:|').valuesOf).toBe('host');
    expect(complete('summary:|').valuesOf).toBeUndefined();
    expect(complete('type:"mine|')).toEqual({ items: [], replaces: '"mine', valuesOf: 'type' });
  });

  it('replaces the whole word that the cursor stands in', () => {
    expect(complete('type:in|stance_started x')).toEqual({
      items: [],
      replaces: 'instance_started',
      valuesOf: 'type',
    });
    expect(complete('sev|erity')).toEqual({ items: ['severity:'], replaces: 'severity' });
  });

  it('is silent in quotes, regular expressions and paths', () => {
    for (const written of ['"se|', '/se|', '$.se|', '$.a:se|', '/se/|', 'x"se"|'])
      expect(complete(written).items).toEqual([]);
  });

  it('finds values by any part of value or name, the best first, then the most frequent', () => {
    const values = [
      { value: 'core', count: 5 },
      { value: 'score', count: 900 },
      { value: 'my-core', count: 1 },
      { value: 'core-2', count: 7 },
      { value: 'core-1', count: 7 },
      { value: 'x17', name: 'The Core', count: 80 },
      { value: 'other', count: 1000 },
    ];
    const found = (typed: string): string[] => matchingValues(typed, values).map(({ value }) => value);
    expect(found('CORE')).toEqual(['core', 'core-1', 'core-2', 'x17', 'my-core', 'score']);
    expect(found('')[0]).toBe('other');
    expect(found('nothing')).toEqual([]);
    const many = Array.from({ length: 1000 }, (_, n) => ({ value: `v${n}`, count: n }));
    expect(matchingValues('v', many)).toHaveLength(200);
  });

  it('asks for a value of several lines by its lines', () => {
    expect(insertValue('two\r\nlines (x)')).toBe('two*lines*x*');
  });

  it('writes a value so that it is read as it is', () => {
    for (const value of ['mc-1', '>x', '=', 'a b', 'a"b', 'a,b', '(x)', 'x*', 'back\\slash', 'ü', '', '"']) {
      const { node, problems } = parseQuery(`instance:${insertValue(value)}`);
      expect(problems).toEqual([]);
      expect(node).toMatchObject({ kind: 'names', values: [{ text: value, parts: [value] }] });
    }
  });
});
