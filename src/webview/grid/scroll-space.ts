import type { GridSettings } from '../../rpc/inspectorGrid.ts';

/** Height of a row in CSS pixels. */
export const ROW_HEIGHTS: Readonly<Record<GridSettings['density'], number>> = {
  comfortable: 22,
  compact: 18,
};

/** Browsers clamp an element's height at some 16.7 million pixels; beyond this the scroll bar is compressed. */
const TALLEST = 10_000_000;

/**
 * Maps the virtual height of all rows to the height that the scroll bar really gets.
 * Positions are pixels in the virtual height, so that rows are reached exactly whatever the compression.
 */
export class ScrollSpace {
  readonly total: number;
  readonly height: number;
  readonly compressed: boolean;
  /** The greatest position: the last row stands at the bottom. */
  readonly limit: number;
  readonly #viewport: number;

  constructor(rows: number, viewport: number, rowHeight: number, tallest = TALLEST) {
    this.total = rows * rowHeight;
    this.compressed = this.total > tallest;
    this.height = Math.min(this.total, tallest);
    this.limit = Math.max(0, this.total - viewport);
    this.#viewport = viewport;
  }

  clamp(position: number): number {
    return Math.min(Math.max(0, position), this.limit);
  }

  toScrollTop(position: number): number {
    return this.compressed ? (position / this.limit) * (this.height - this.#viewport) : position;
  }

  toPosition(scrollTop: number): number {
    if (!this.compressed) return this.clamp(scrollTop);
    return this.clamp((scrollTop / (this.height - this.#viewport)) * this.limit);
  }
}
