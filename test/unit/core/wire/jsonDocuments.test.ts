import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  JsonDocuments,
  splitJson,
  type JsonDocumentsOptions,
  type Piece,
} from '../../../../src/core/wire/jsonDocuments.ts';

const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

interface Shown {
  readonly kind: string;
  readonly text: string;
  readonly truncated: boolean;
  readonly size: number;
}

function show(pieces: readonly Piece[]): Shown[] {
  return pieces.map(({ kind, bytes, truncated, size }) => ({ kind, text: textOf(bytes), truncated, size }));
}

function inChunks(bytes: Uint8Array, ends: readonly number[], options?: JsonDocumentsOptions): Piece[] {
  const documents = new JsonDocuments(options);
  const pieces: Piece[] = [];
  let from = 0;
  for (const end of [...new Set([...ends, bytes.length])].sort((a, b) => a - b)) {
    pieces.push(...documents.push(bytes.slice(from, end)));
    from = end;
  }
  pieces.push(...documents.end());
  return pieces;
}

const whole = (value: string): Shown => ({
  kind: 'document',
  text: value,
  truncated: false,
  size: bytesOf(value).length,
});
const garbage = (value: string, truncated = false): Shown => ({
  kind: 'garbage',
  text: value,
  truncated,
  size: bytesOf(value).length,
});

describe('splitJson', () => {
  it.each([
    ['one document with a newline behind it', '{"a":1}\n', [whole('{"a":1}')]],
    [
      'documents without anything between them',
      '{"a":1}[2]{}',
      [whole('{"a":1}'), whole('[2]'), whole('{}')],
    ],
    ['documents between all kinds of whitespace', ' \r\n{"a":1}\t\n[2] ', [whole('{"a":1}'), whole('[2]')]],
    ['a document over many lines', '{\n  "a": {\n  }\n}\n', [whole('{\n  "a": {\n  }\n}')]],
    ['brackets and quotes inside strings', '{"a":"}]\\"{["}[]', [whole('{"a":"}]\\"{["}'), whole('[]')]],
    ['an escaped backslash before a closing quote', '["\\\\"][1]', [whole('["\\\\"]'), whole('[1]')]],
    ['garbage up to the next bracket', 'oops {"a":1}', [garbage('oops '), whole('{"a":1}')]],
    ['garbage line by line', 'one\ntwo\r\n{}', [garbage('one'), garbage('two\r'), whole('{}')]],
    ['a closing bracket that was never opened', '}{}', [garbage('}'), whole('{}')]],
    ['a value that is no object or array', '42', [garbage('42')]],
    ['nothing', '', []],
    ['only whitespace', ' \n\t', []],
  ])('finds %s', (_what, stream, expected) => {
    expect(show(splitJson(bytesOf(stream)))).toEqual(expected);
  });

  it('gives half a document at the end as truncated garbage with all its bytes', () => {
    expect(show(splitJson(bytesOf('{}{"a":{"b":"c')))).toEqual([whole('{}'), garbage('{"a":{"b":"c', true)]);
  });

  it('does not copy a document that stands whole in the buffer', () => {
    const buffer = bytesOf('  {"a":1}\n');
    expect(splitJson(buffer)[0]?.bytes.buffer).toBe(buffer.buffer);
  });

  it('finds exactly one document in whatever JSON.stringify makes of an object or array', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())),
        fc.integer({ min: 0, max: 3 }),
        (value, indent) => {
          const json = JSON.stringify(value, undefined, indent);
          expect(show(splitJson(bytesOf(` ${json}\n`)))).toEqual([whole(json)]);
        },
      ),
    );
  });
});

describe('the cap', () => {
  it('cuts an over-long document, tells its true size and still finds the next', () => {
    const long = `{"a":"${'x'.repeat(50)}"}`;
    const pieces = show(splitJson(bytesOf(`${long}{"b":2}`), { maxBytes: 10 }));
    expect(pieces).toEqual([
      { kind: 'document', text: long.slice(0, 10), truncated: true, size: long.length },
      whole('{"b":2}'),
    ]);
  });

  it('leaves a document of exactly that size whole', () => {
    expect(show(splitJson(bytesOf('{"b":2}'), { maxBytes: 7 }))).toEqual([whole('{"b":2}')]);
  });

  it('cuts garbage too', () => {
    expect(show(splitJson(bytesOf('abcdef\n[]'), { maxBytes: 3 }))).toEqual([
      { kind: 'garbage', text: 'abc', truncated: true, size: 6 },
      whole('[]'),
    ]);
  });

  it('holds no more than the cap of a document that never ends', () => {
    const documents = new JsonDocuments({ maxBytes: 1000 });
    documents.push(bytesOf('["'));
    const chunk = new Uint8Array(64 * 1024).fill(0x61);
    for (let i = 0; i < 100; i++) documents.push(chunk);
    const [piece] = documents.end();
    expect(piece).toMatchObject({ kind: 'garbage', truncated: true, size: 2 + 100 * 64 * 1024 });
    expect(piece?.bytes.length).toBe(1000);
    expect(piece?.bytes.buffer.byteLength).toBe(1000);
  });
});

describe('JsonDocuments', () => {
  /** Streams that look like real ones, broken ones, and noise made of the bytes that matter. */
  const stream = fc.oneof(
    fc
      .array(fc.oneof(fc.json(), fc.constantFrom(' ', '\n', 'oops', '}', '{"half":', '"', '\\', 'é€😀')), {
        maxLength: 12,
      })
      .map((parts) => bytesOf(parts.join(''))),
    fc
      .array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ' ', '\n', 'a', ',', ':'), { maxLength: 80 })
      .map((letters) => bytesOf(letters.join(''))),
    fc.uint8Array({ maxLength: 200 }),
  );

  it('gives the same pieces however the bytes are chunked', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200)), fc.integer({ min: 1, max: 60 }), (bytes, ends, maxBytes) => {
        const expected = splitJson(bytes, { maxBytes });
        const cuts = ends.map((end) => Math.min(end, bytes.length));
        const toCompare = (pieces: readonly Piece[]) =>
          pieces.map((piece) => ({ ...piece, bytes: [...piece.bytes] }));
        expect(toCompare(inChunks(bytes, cuts, { maxBytes }))).toEqual(toCompare(expected));
        const single = Array.from(bytes, (_byte, index) => index);
        expect(toCompare(inChunks(bytes, single, { maxBytes }))).toEqual(toCompare(expected));
      }),
      { numRuns: 1000 },
    );
  });

  it('loses no byte but whitespace and line ends between the pieces', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const kept = splitJson(bytes)
          .map((piece) => Buffer.from(piece.bytes).toString('latin1'))
          .join('');
        const solid = (value: string): string => value.replace(/[ \t\r\n]/g, '');
        expect(solid(kept)).toBe(solid(Buffer.from(bytes).toString('latin1')));
      }),
    );
  });

  it('delivers a good document after garbage that opens nothing', () => {
    const closed = fc
      .uint8Array({ maxLength: 100 })
      .map((bytes) => bytes.filter((byte) => byte !== 0x7b && byte !== 0x5b));
    fc.assert(
      fc.property(closed, fc.dictionary(fc.string(), fc.jsonValue()), (noise, value) => {
        const json = JSON.stringify(value);
        const pieces = splitJson(Buffer.concat([noise, bytesOf(json)]));
        expect(show(pieces).at(-1)).toEqual(whole(json));
        expect(pieces.slice(0, -1).every((piece) => piece.kind === 'garbage')).toBe(true);
      }),
    );
  });

  it('starts afresh after the end of a stream', () => {
    const documents = new JsonDocuments();
    documents.push(bytesOf('{"half":"'));
    documents.end();
    expect(show(documents.push(bytesOf('{"a":1}')))).toEqual([whole('{"a":1}')]);
    expect(documents.end()).toEqual([]);
  });

  it('takes 100,000 nested arrays, whole and byte by byte', () => {
    const nested = bytesOf('['.repeat(100_000) + ']'.repeat(100_000));
    expect(splitJson(nested)).toMatchObject([{ kind: 'document', truncated: false, size: 200_000 }]);
    const documents = new JsonDocuments();
    const pieces: Piece[] = [];
    for (let i = 0; i < nested.length; i++) pieces.push(...documents.push(nested.subarray(i, i + 1)));
    expect(pieces).toHaveLength(1);
    expect(Buffer.compare(pieces[0]?.bytes ?? new Uint8Array(0), nested)).toBe(0);
  });
});
