import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelay } from '../../../../src/core/wire/backoff.ts';

/** Upper bounds of the waits after the first attempts. */
function bounds(facts: { readonly answered: boolean; readonly near: boolean }): number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map(
    (attempt) => retryDelay({ attempt, ...facts }, () => 0.999_999_999) + 1,
  );
}

describe('the wait before the next attempt', () => {
  it('doubles its bound with each attempt up to 30 s', () => {
    expect(bounds({ answered: false, near: false })).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });

  it('is at most 15 s for a server on this machine or in the same network', () => {
    expect(bounds({ answered: false, near: true }).slice(-3)).toEqual([15_000, 15_000, 15_000]);
  });

  it('is at most 5 s where anything answers, so that a server that comes up is not missed for long', () => {
    for (const near of [true, false])
      expect(bounds({ answered: true, near }).slice(2)).toEqual([2000, 4000, 5000, 5000, 5000, 5000]);
  });

  it('may be nothing at all', () => {
    expect(retryDelay({ attempt: 9, answered: false, near: false }, () => 0)).toBe(0);
  });

  it('stays within its bounds for every attempt and every random number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -5, max: 1_000_000 }),
        fc.boolean(),
        fc.boolean(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, answered, near, r) => {
          const delay = retryDelay({ attempt, answered, near }, () => r);
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThan(30_000);
        },
      ),
    );
  });
});
