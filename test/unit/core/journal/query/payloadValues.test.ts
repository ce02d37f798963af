import { describe, expect, it } from 'vitest';
import { parsePath, payloadValues } from '../../../../../src/core/journal/query/payloadValues.ts';

const valuesOf = (raw: string, ...paths: string[]): readonly string[] =>
  payloadValues({ raw }, paths.map(parsePath));

describe('values of a payload at paths', () => {
  const raw = JSON.stringify({
    Data: { Version: '1.2', count: 3, none: null, on: false, list: [{ n: 1 }, { n: 2 }], 'odd key': 'x' },
    text: 'two\nlines',
    long: 'x'.repeat(500),
  });

  it('are short texts: strings as they are, all else as JSON, several with commas', () => {
    expect(
      valuesOf(
        raw,
        '$.Data.Version',
        '$.Data.count',
        '$.Data.none',
        '$.Data.on',
        '$.Data.list[1]',
        '$.Data["odd key"]',
        '$..n',
        '$.Data.missing',
      ),
    ).toEqual(['1.2', '3', 'null', 'false', '{"n":2}', 'x', '1, 2', '']);
  });

  it('stay on one line and are clipped', () => {
    const [text, long] = valuesOf(raw, '$.text', '$.long');
    expect(text).toBe('two\\nlines');
    expect(long).toHaveLength(201);
  });

  it.each(['no JSON', '', '"text"', `{"a":"${'x'.repeat(1_000_001)}"}`])(
    'are empty where there is nothing to look into',
    (text) => {
      expect(valuesOf(text, '$.a')).toEqual(['']);
    },
  );

  it('are empty for bytes, and survive what is nested deeper than the stack', () => {
    expect(payloadValues({ raw: '', rawBase64: 'eyJhIjoxfQ==' }, [parsePath('$.a')])).toEqual(['']);
    const depth = 200_000;
    expect(valuesOf(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`, '$.a')[0]?.length).toBeLessThan(202);
  });

  it.each(['', 'word', '$.a:1', '$.a word', '$', '$.', '$.a OR $.b', 'type:x', '$["a'])(
    '%j is no path',
    (path) => {
      expect(parsePath(path)).toBeUndefined();
      expect(valuesOf('{"a":1}', path)).toEqual(['']);
    },
  );
});
