export type Span = readonly [from: number, to: number];

/**
 * The selected events, as spans of seqs (both ends included), so that it stays right while rows move.
 * A focus and an anchor as in every list: plain moves set both, extending keeps the anchor.
 */
export class Selection {
  spans: readonly Span[] = [];
  focus: number | null = null;
  #anchor: number | null = null;
  /** Selection beside the range that is being extended. */
  #kept: readonly Span[] = [];

  has(seq: number): boolean {
    return this.spans.some(([from, to]) => from <= seq && seq <= to);
  }

  only(seq: number): void {
    this.focus = this.#anchor = seq;
    this.#kept = [];
    this.spans = [[seq, seq]];
  }

  toggle(seq: number): void {
    this.spans = this.has(seq) ? without(this.spans, seq) : joined([...this.spans, [seq, seq]]);
    this.#kept = this.spans;
    this.focus = this.#anchor = seq;
  }

  extendTo(seq: number): void {
    const anchor = this.#anchor ?? seq;
    this.#anchor = anchor;
    this.focus = seq;
    this.spans = joined([...this.#kept, [Math.min(anchor, seq), Math.max(anchor, seq)]]);
  }

  all(first: number, last: number): void {
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

function without(spans: readonly Span[], seq: number): readonly Span[] {
  return spans.flatMap(([from, to]): readonly Span[] => {
    if (seq < from || seq > to) return [[from, to]];
    const parts: readonly Span[] = [
      [from, seq - 1],
      [seq + 1, to],
    ];
    return parts.filter(([first, last]) => first <= last);
  });
}

function joined(spans: readonly Span[]): readonly Span[] {
  const result: [number, number][] = [];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}
