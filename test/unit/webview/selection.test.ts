import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RowPlace } from '../../../src/rpc/inspectorGrid.ts';
import { isBefore, Selection } from '../../../src/webview/grid/selection.ts';

/** Rows in the order of the senders: seqs are no order there. */
const places: readonly RowPlace[] = [
  { time: 10, seq: 7 },
  { time: 10, seq: 9 },
  { time: 20, seq: 1 },
  { time: 30, seq: 8 },
  { time: 30, seq: 12 },
  { time: 45, seq: 2 },
  { time: 50, seq: 3 },
];
const at = (index: number): RowPlace => places[index] ?? { time: 0, seq: 0 };
const selectedIn = (selection: Selection): number[] =>
  places.flatMap((place, index) => (selection.has(place) ? [index] : []));

function toggled(model: ReadonlySet<number>, index: number): Set<number> {
  const changed = new Set(model);
  if (!changed.delete(index)) changed.add(index);
  return changed;
}

describe('a selection in the order of the senders', () => {
  it('extends over what stands between two rows, whatever their seqs', () => {
    const selection = new Selection();
    selection.only(at(2));
    selection.extendTo(at(4));
    expect(selectedIn(selection)).toEqual([2, 3, 4]);
    selection.extendTo(at(0));
    expect(selectedIn(selection)).toEqual([0, 1, 2]);
    expect(selection.hasRange).toBe(true);
  });

  it('toggles a row inside a range without another', () => {
    const selection = new Selection();
    selection.all(at(0), at(6));
    selection.toggle(at(3));
    expect(selectedIn(selection)).toEqual([0, 1, 2, 4, 5, 6]);
    selection.toggle(at(3));
    expect(selectedIn(selection)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('moves the focus alone and extends from there beside what was selected', () => {
    const selection = new Selection();
    selection.only(at(0));
    selection.focusOn(at(4));
    expect(selectedIn(selection)).toEqual([0]);
    selection.extendTo(at(5));
    expect(selectedIn(selection)).toEqual([0, 4, 5]);
    expect(selection.focus).toEqual(at(5));
  });

  it('takes in a late row that stands in a range', () => {
    const selection = new Selection();
    selection.only(at(2));
    selection.extendTo(at(3));
    expect(selection.has({ time: 25, seq: 99 })).toBe(true);
    expect(selection.has({ time: 31, seq: 99 })).toBe(false);
  });

  it('holds what a set of positions holds, and each place in one span', () => {
    const step = fc.record({
      what: fc.constantFrom('only', 'toggle', 'extendTo', 'focusOn'),
      index: fc.nat({ max: places.length - 1 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const selection = new Selection();
        let kept = new Set<number>();
        let model = new Set<number>();
        let anchor: number | undefined;
        for (const { what, index } of steps) {
          selection[what as 'only'](at(index));
          if (what === 'extendTo') {
            anchor ??= index;
            const [low, high] = [Math.min(anchor, index), Math.max(anchor, index)];
            model = new Set(kept);
            for (let n = low; n <= high; n++) model.add(n);
            continue;
          }
          if (what === 'only') model = new Set([index]);
          else if (what === 'toggle') model = toggled(model, index);
          kept = what === 'only' ? new Set() : model;
          anchor = index;
        }
        expect(selectedIn(selection)).toEqual([...model].sort((a, b) => a - b));
        for (const [index, [, to]] of selection.spans.entries()) {
          const next = selection.spans[index + 1];
          if (next) expect(isBefore(to, next[0])).toBe(true);
        }
      }),
    );
  });
});
