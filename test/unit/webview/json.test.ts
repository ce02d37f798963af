import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOf, readJson, type JsonNode } from '../../../src/webview/base/json.ts';

/** The value of a node, read from its children. */
function valueOf(node: JsonNode, text: string): unknown {
  const children = node.first(Infinity);
  expect(node.count).toBe(children.length);
  if (node.kind === 'array') return children.map((child) => valueOf(child, text));
  if (node.kind === 'object')
    return Object.fromEntries(children.map((child) => [String(child.key), valueOf(child, text)]));
  return JSON.parse(text.slice(node.start, node.end)) as unknown;
}

describe('the lazy reading of JSON', () => {
  it('gives every value back, however it is written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t\r\n'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const { root, problem } = readJson(text);
        expect(problem).toBeNull();
        expect(root && valueOf(root, text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('gives what it has of a text that was cut anywhere', () => {
    const text = JSON.stringify({
      a: [1, 'two "q" \\', { b: null }, []],
      long: 12345678901234567890n.toString(),
      c: {},
    });
    for (let length = 0; length < text.length; length++) {
      const cut = text.slice(0, length);
      const { root, problem } = readJson(cut);
      expect(problem, cut).not.toBeNull();
      if (root) expect(() => valueOf(root, cut), cut).not.toThrow();
    }
    const { root } = readJson(text.slice(0, text.indexOf('"b"')));
    expect(root && valueOf(root, text)).toEqual({ a: [1, 'two "q" \\', {}] });
  });

  it('keeps doubled names and exact numbers', () => {
    const text = '{"a":1.0,"a":12345678901234567890}';
    const children = readJson(text).root?.first(9) ?? [];
    expect(children.map(({ key, start, end }) => [key, text.slice(start, end)])).toEqual([
      ['a', '1.0'],
      ['a', '12345678901234567890'],
    ]);
  });

  it('finds the node of every place of the text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, seed) => {
        const text = JSON.stringify(value, null, 1);
        const place = seed % text.length;
        let node = readJson(text).root;
        for (let next = node?.childAt(place); next; next = next.child.childAt(place)) {
          expect(node?.first(Infinity)[next.index]).toBe(next.child);
          node = next.child;
        }
        expect(node && node.from <= place && place < node.end).toBe(true);
        for (const child of node?.first(Infinity) ?? [])
          expect(child.from > place || child.end <= place).toBe(true);
      }),
    );
  });

  it('writes paths as the query language does', () => {
    const at = (text: string): JsonNode => {
      let node = readJson(text).root;
      while (node && node.count > 0) node = node.first(1)[0] ?? null;
      if (!node) throw new Error('no node');
      return node;
    };
    expect(pathOf(at('{"Data":{"players":[{"odd \\"name\\"":1}]}}'))).toBe(
      '$.Data.players[0]["odd \\"name\\""]',
    );
    expect(pathOf(at('1'))).toBe('$');
  });

  it('reads no more than it is asked for', () => {
    const text = JSON.stringify(Array.from({ length: 100_000 }, (_, n) => n));
    const root = readJson(text).root;
    expect([root?.count, root?.first(3).length]).toEqual([100_000, 3]);
  });

  it('takes 20,000 levels', () => {
    let node: JsonNode | null | undefined = readJson('['.repeat(20_000) + ']'.repeat(20_000)).root;
    for (let depth = 0; depth < 500; depth++) node = node?.first(1)[0];
    expect(node?.count).toBe(1);
  });
});
