import { describe, expect, it } from 'vitest';
import { MeasuredRows } from '../../../../src/ui/tree/measuredRows.ts';
import { ManualClock } from '../../core/helpers.ts';

function rig() {
  const clock = new ManualClock();
  return { clock, rows: new MeasuredRows(clock) };
}

describe('a measured row', () => {
  it('is drawn anew where it says something else, after some seconds', () => {
    const { clock, rows } = rig();
    expect(rows.isDue('a', '7 %'), 'it was never drawn').toBe(false);
    rows.draw('a', '7 %');
    clock.advance(60_000);
    expect(rows.isDue('a', '7 %')).toBe(false);
    expect(rows.isDue('a', '8 %')).toBe(true);
    rows.draw('a', '8 %');
    clock.advance(4999);
    expect(rows.isDue('a', '9 %')).toBe(false);
    clock.advance(1);
    expect(rows.isDue('a', '9 %')).toBe(true);
  });

  it('is drawn at once where it said nothing of measurements', () => {
    const { rows } = rig();
    rows.draw('a', '');
    expect(rows.isDue('a', '7 %')).toBe(true);
  });

  it('is left alone while its tooltip may be read, and no other row is', () => {
    const { clock, rows } = rig();
    for (const id of ['a', 'b']) rows.draw(id, '7 %');
    rows.point('a');
    clock.advance(29_999);
    expect([rows.isDue('a', '8 %'), rows.isDue('b', '8 %')]).toEqual([false, true]);
    clock.advance(1);
    expect(rows.isDue('a', '8 %')).toBe(true);
  });

  it('is drawn again as soon as somebody points at another one', () => {
    const { clock, rows } = rig();
    for (const id of ['a', 'b']) rows.draw(id, '7 %');
    rows.point('a');
    clock.advance(10_000);
    rows.point('b');
    expect([rows.isDue('a', '8 %'), rows.isDue('b', '8 %')]).toEqual([true, false]);
  });

  it('has no tooltip to spare once it was drawn for something else', () => {
    const { clock, rows } = rig();
    rows.draw('a', '7 %');
    rows.point('a');
    rows.draw('a', '8 %');
    clock.advance(5000);
    expect(rows.isDue('a', '9 %')).toBe(true);
  });
});
