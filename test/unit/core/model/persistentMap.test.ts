import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PersistentMap } from '../../../../src/core/model/persistentMap.ts';

/** Pairs of keys with the same FNV-1a hash, so that real collisions are part of every run. */
const colliding = ['costarring', 'liquid', 'declinate', 'macallums', 'altarage', 'zinke'];
const keys = fc.oneof(fc.constantFrom(...colliding), fc.string({ maxLength: 4 }));
const steps = fc.array(fc.tuple(fc.constantFrom('set', 'delete'), keys, fc.integer()), { maxLength: 200 });

describe('the persistent map', () => {
  it('holds the same as a Map after any sequence of changes', () => {
    fc.assert(
      fc.property(steps, (changes) => {
        let map = PersistentMap.empty<number>();
        const model = new Map<string, number>();
        for (const [change, key, value] of changes) {
          if (change === 'set') {
            map = map.set(key, value);
            model.set(key, value);
          } else {
            map = map.delete(key);
            model.delete(key);
          }
          expect(map.size).toBe(model.size);
        }
        expect(new Map(map)).toEqual(model);
        for (const key of colliding) expect(map.get(key)).toBe(model.get(key));
      }),
    );
  });

  it('leaves the map that it came from as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.integer())), keys, fc.integer(), (entries, key, value) => {
        const before = PersistentMap.from(entries);
        const content = new Map(before);
        before.set(key, value);
        before.delete(key);
        expect(new Map(before)).toEqual(content);
      }),
    );
  });

  it('is the very same where a key gets the value that it has', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.integer()), { minLength: 1 }), (entries) => {
        const map = PersistentMap.from(entries);
        for (const [key, value] of map) expect(map.set(key, value)).toBe(map);
      }),
    );
  });

  it('tells its differences from another, related or not', () => {
    fc.assert(
      fc.property(steps, steps, fc.boolean(), (first, second, related) => {
        const changed = (from: PersistentMap<number>, changes: typeof first): PersistentMap<number> => {
          let map = from;
          for (const [change, key, value] of changes)
            map = change === 'set' ? map.set(key, value) : map.delete(key);
          return map;
        };
        const a = changed(PersistentMap.empty(), first);
        const b = changed(related ? a : PersistentMap.empty(), second);
        const all = new Set([...a, ...b].map(([key]) => key));
        const expected = [...all].filter((key) => a.get(key) !== b.get(key)).sort();
        expect([...a.differences(b)].sort()).toEqual(expected);
        expect([...b.differences(a)].sort()).toEqual(expected);
      }),
    );
  });
});
