import type { RowPlace, RowSpan } from '../../rpc/inspectorGrid.ts';

export function isBefore(a: RowPlace, b: RowPlace): boolean {
  return a.time < b.time || (a.time === b.time && a.seq < b.seq);
}

/**
 * The selected events, as spans between places in the order of the rows (both ends included), so that it stays right
 * while rows move: a position would mean another event, and a range of seqs other rows than those between two of them.
 * A focus and an anchor as in every list: plain moves set both, extending keeps the anchor.
 */
export class Selection {
  spans: readonly RowSpan[] = [];
  focus: RowPlace | null = null;
  #anchor: RowPlace | null = null;
  /** Selection beside the range that is being extended. */
  #kept: readonly RowSpan[] = [];

  has(place: RowPlace): boolean {
    return this.spans.some(([from, to]) => !isBefore(place, from) && !isBefore(to, place));
  }

  /** Whether it holds what stands between two rows: events that come later may belong to it. */
  get hasRange(): boolean {
    return this.spans.some(([from, to]) => isBefore(from, to));
  }

  only(place: RowPlace): void {
    this.focus = this.#anchor = place;
    this.#kept = [];
    this.spans = [[place, place]];
  }

  /** Moves the focus alone. */
  focusOn(place: RowPlace): void {
    this.focus = this.#anchor = place;
    this.#kept = this.spans;
  }

  toggle(place: RowPlace): void {
    this.spans = this.has(place) ? without(this.spans, place) : joined([...this.spans, [place, place]]);
    this.#kept = this.spans;
    this.focus = this.#anchor = place;
  }

  extendTo(place: RowPlace): void {
    const anchor = this.#anchor ?? place;
    this.#anchor = anchor;
    this.focus = place;
    this.spans = joined([...this.#kept, isBefore(place, anchor) ? [place, anchor] : [anchor, place]]);
  }

  all(first: RowPlace, last: RowPlace): void {
    this.spans = [[first, last]];
    this.#kept = [];
    this.#anchor = first;
    this.focus ??= last;
  }

  clear(): void {
    this.spans = [];
    this.focus = this.#anchor = null;
    this.#kept = [];
  }
}

function without(spans: readonly RowSpan[], place: RowPlace): readonly RowSpan[] {
  const { time, seq } = place;
  return spans.flatMap(([from, to]): readonly RowSpan[] => {
    if (isBefore(place, from) || isBefore(to, place)) return [[from, to]];
    // No event stands between a place and the one with the next seq.
    const parts: readonly RowSpan[] = [
      [from, { time, seq: seq - 1 }],
      [{ time, seq: seq + 1 }, to],
    ];
    return parts.filter(([first, last]) => !isBefore(last, first));
  });
}

function joined(spans: readonly RowSpan[]): readonly RowSpan[] {
  const result: [RowPlace, RowPlace][] = [];
  for (const [from, to] of spans.toSorted(([a], [b]) => a.time - b.time || a.seq - b.seq)) {
    const last = result.at(-1);
    if (!last || isBefore({ time: last[1].time, seq: last[1].seq + 1 }, from)) result.push([from, to]);
    else if (isBefore(last[1], to)) last[1] = to;
  }
  return result;
}
