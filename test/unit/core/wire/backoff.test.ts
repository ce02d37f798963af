import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullJitterDelay } from '../../../../src/core/wire/backoff.ts';

const almostOne = () => 0.999_999_999;

describe('fullJitterDelay', () => {
  it('doubles its bound with each attempt up to the cap', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 6, 7].map(
      (attempt) => fullJitterDelay(attempt, { random: almostOne }) + 1,
    );
    expect(bounds).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('may be nothing at all', () => {
    expect(fullJitterDelay(9, { random: () => 0 })).toBe(0);
  });

  it('stays within its bounds for every attempt and every random number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -5, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, r) => {
          const delay = fullJitterDelay(attempt, { baseMs: 100, capMs: 7000, random: () => r });
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThan(7000);
        },
      ),
    );
  });
});
