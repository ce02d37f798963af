import { describe, expect, it } from 'vitest';
import { line, median, ratio } from '../../bench/measure.ts';

describe('a figure of the bench', () => {
  it.each([
    [NaN, 'it is no number'],
    [Infinity, 'it is no number'],
    [-201, 'it is negative'],
    [0, 'it is zero'],
  ])('%d is called impossible', (value, why) => {
    expect(line('memory', value, 'MB', '≤ 120').impossible).toBe(why);
  });

  it('is called impossible below what is held for certain, and within its budget or not all the same', () => {
    const memory = line('memory', 100, 'MB', '≤ 120', '', { least: 220 });
    expect(memory.impossible).toBe('it is below 220, which is held for certain');
    expect(line('memory', 300, 'MB', '≤ 120', '', { least: 220 })).toMatchObject({ within: false });
    expect(line('memory', 300, 'MB', '≤ 120', '', { least: 220 }).impossible).toBeUndefined();
  });

  it('is called impossible where we would be far faster than the least that the same takes', () => {
    expect(ratio('socket', 400, 100, '× bare', '≥ 0.7').impossible).toBe('it is above 3');
    expect(ratio('socket', 80, 100, '× bare', '≥ 0.7')).toMatchObject({ value: 0.8, within: true });
  });

  it('may be zero where nothing is what is wanted', () => {
    const updates = (value: number): ReturnType<typeof line> =>
      line('updates while hidden', value, 'a second', '≤ 0', '', { mayBeZero: true });
    expect(updates(0)).toMatchObject({ within: true });
    expect(updates(0).impossible).toBeUndefined();
    expect(updates(3)).toMatchObject({ within: false });
    expect(updates(3).impossible).toBeUndefined();
  });
});

it('the median of five is the third', () => {
  expect(median([9, 1, 5, 100, 3])).toBe(5);
});
