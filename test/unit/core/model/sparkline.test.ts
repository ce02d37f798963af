import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparkline } from '../../../../src/core/model/sparkline.ts';

describe('a sparkline', () => {
  it('draws the least number lowest and the highest full', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([5, 5, 5])).toBe('▁▁▁');
    expect(sparkline([])).toBe('');
  });

  it('leaves a space where nothing was measured', () => {
    expect(sparkline([1, NaN, 2])).toBe('▁ █');
    expect(sparkline([NaN, Infinity])).toBe('  ');
  });

  it('keeps peaks when there is less room than numbers', () => {
    expect(sparkline([0, 0, 9, 0, 0, 0, NaN, NaN], 4)).toBe('▁█▁ ');
  });

  it('is never wider than asked and never anything else than blocks and spaces', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), fc.integer({ min: 0, max: 50 }), (values, width) => {
        const line = sparkline(values, width);
        expect(line).toHaveLength(Math.min(width, values.length));
        expect(line).toMatch(/^[ ▁▂▃▄▅▆▇█]*$/);
      }),
    );
  });
});
