import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../../../src/core/journal/query/parse.ts';
import { jsonDifference, pathText, type JsonChange } from '../../../../src/core/model/jsonDifference.ts';

/** A value after changes: replaced first, then removed from the end, then added from the beginning. */
function applied(value: unknown, changes: readonly JsonChange[]): unknown {
  const holder = { root: structuredClone(value) };
  const order = { changed: 0, removed: 1, added: 2 };
  const sorted = changes
    .map((change, index) => ({ change, index }))
    .sort(
      (a, b) =>
        order[a.change.kind] - order[b.change.kind] ||
        (a.change.kind === 'removed' ? b.index - a.index : a.index - b.index),
    );
  for (const { change } of sorted) {
    const path = ['root', ...change.path];
    const last = path.at(-1) ?? '';
    let place: unknown = holder;
    for (const step of path.slice(0, -1)) place = (place as Record<string | number, unknown>)[step];
    const where = place as Record<string | number, unknown>;
    if (Array.isArray(place) && change.kind === 'removed') place.splice(Number(last), 1);
    else if (Array.isArray(place) && change.kind === 'added') place.splice(Number(last), 0, change.to);
    else if (change.kind === 'removed') Reflect.deleteProperty(where, last);
    else
      Object.defineProperty(where, last, {
        value: change.to,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return holder.root;
}

const told = (from: unknown, to: unknown): readonly string[] =>
  jsonDifference(from, to).changes.map((change) => {
    const before = 'from' in change ? JSON.stringify(change.from) : '';
    const after = 'to' in change ? JSON.stringify(change.to) : '';
    return `${pathText(change.path)} ${before} → ${after}`;
  });

describe('the difference of two JSON values', () => {
  it('names the smallest places that differ', () => {
    expect(
      told(
        { type: 'start', result: { status: 'success', code: 0 }, gone: [1] },
        { type: 'start', result: { status: 'error', code: 0, message: 'x' } },
      ),
    ).toEqual(['$.result.status "success" → "error"', '$.result.message  → "x"', '$.gone [1] → ']);
    expect(told({ a: { b: 1 } }, { a: [1] })).toEqual(['$.a {"b":1} → [1]']);
    expect(told([1, 2], [1, 2])).toEqual([]);
  });

  it('sees what was put into a list or taken out of it', () => {
    expect(told(['alice', 'cy'], ['alice', 'bob', 'cy'])).toEqual(['$[1]  → "bob"']);
    expect(told([{ id: 1 }, { id: 2 }, { id: 3 }], [{ id: 3 }])).toEqual([
      '$[0] {"id":1} → ',
      '$[1] {"id":2} → ',
    ]);
    expect(told([1, 2, 3], [1, 5, 3])).toEqual(['$[1] 2 → 5']);
  });

  it('leads from every value to every other', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [from, to] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))] as unknown[];
        expect(applied(from, jsonDifference(from, to).changes)).toEqual(to);
      }),
    );
  });

  it('leads from every list to every other', () => {
    const item = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.record({ n: fc.integer({ min: 0, max: 2 }) }));
    fc.assert(
      fc.property(fc.array(item), fc.array(item), (from, to) => {
        expect(applied(from, jsonDifference(from, to).changes)).toEqual(to);
      }),
    );
  });

  it('holds at its limit and counts the rest', () => {
    const many = (n: number) => Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i * n]));
    const { changes, more } = jsonDifference(many(1), many(2), 10);
    expect([changes.length, more]).toEqual([10, 989]);
  });

  it('takes values that are nested deeper than any stack', () => {
    const deep = (end: string): unknown => JSON.parse(`${'['.repeat(100_000)}${end}${']'.repeat(100_000)}`);
    expect(jsonDifference(deep('1'), deep('1'), 1).changes).toHaveLength(0);
  });
});

describe('a path in the words of the query language', () => {
  it('is read as the same path', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ minLength: 1 }),
            fc.nat(1000),
            fc.constantFrom('a-b', 'Länge', 'x y', '"', '\\'),
          ),
          {
            minLength: 1,
          },
        ),
        (path) => {
          expect(parseQuery(pathText(path))).toMatchObject({
            problems: [],
            node: { kind: 'path', steps: path.map((key) => ({ key, deep: false })) },
          });
        },
      ),
    );
  });
});
