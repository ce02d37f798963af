import type { Row } from '../../rpc/inspector.ts';

/** Answers rows by position; rows of another revision than the asked one are of no use. */
export type FetchRows = (
  start: number,
  count: number,
) => Promise<{ readonly revision: number; readonly start: number; readonly rows: readonly Row[] }>;

/** Rows kept around the viewport, so that scrolling back and forth asks for nothing. */
const KEPT = 400;
/** Rows asked for beyond what is wanted, so that slow scrolling does not ask for every single row. */
const AHEAD = 16;

/**
 * The loaded part of the view: one contiguous run of rows. Asks for what is missing of the wanted range only,
 * one request at a time; while one is under way only the newest wish is kept.
 */
export class RowWindow {
  start = 0;
  rows: readonly Row[] = [];
  #revision = -1;
  #wanted: readonly [first: number, end: number] = [0, 0];
  #total = 0;
  #busy = false;
  readonly #fetch: FetchRows;
  readonly #loaded: () => void;

  constructor(fetch: FetchRows, loaded: () => void) {
    this.#fetch = fetch;
    this.#loaded = loaded;
  }

  at(position: number): Row | undefined {
    return this.rows[position - this.start];
  }

  positionOf(seq: number): number {
    const index = this.rows.findIndex((row) => row[0] === seq);
    return index < 0 ? -1 : this.start + index;
  }

  /** Replaces everything by rows of another revision. */
  reset(revision: number, start: number, rows: readonly Row[]): void {
    this.#revision = revision;
    this.start = start;
    this.rows = rows;
    this.#wanted = [0, 0];
  }

  want(first: number, end: number, total: number): void {
    this.#wanted = [first, end];
    this.#total = total;
    void this.#load();
  }

  /** Missing part of the wanted range; a hole at both ends is asked for whole. */
  #missing(): readonly [first: number, end: number] | null {
    const [first, end] = this.#wanted;
    const loadedEnd = this.start + this.rows.length;
    if (first >= end || (first >= this.start && end <= loadedEnd)) return null;
    if (first >= this.start && first <= loadedEnd) return [loadedEnd, Math.min(end + AHEAD, this.#total)];
    if (end >= this.start && end <= loadedEnd) return [Math.max(0, first - AHEAD), this.start];
    return [Math.max(0, first - AHEAD), Math.min(end + AHEAD, this.#total)];
  }

  async #load(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let missing = this.#missing(); missing; missing = this.#missing()) {
        const revision = this.#revision;
        const [first, end] = missing;
        const answer = await this.#fetch(first, end - first);
        // Positions of another revision: the next status brings the grid there.
        if (revision !== this.#revision) continue;
        if (answer.revision !== revision || answer.rows.length === 0) return;
        this.#merge(answer.start, answer.rows);
        this.#loaded();
        if (answer.rows.length < end - first) return;
      }
    } catch {
      // The host is gone or could not answer; the next status or scroll asks again.
    } finally {
      this.#busy = false;
    }
  }

  #merge(start: number, rows: readonly Row[]): void {
    const end = this.start + this.rows.length;
    if (start === end && this.rows.length > 0) {
      const all = [...this.rows, ...rows];
      const dropped = Math.max(0, all.length - KEPT);
      this.rows = all.slice(dropped);
      this.start += dropped;
    } else if (start + rows.length === this.start) {
      this.rows = [...rows, ...this.rows].slice(0, KEPT);
      this.start = start;
    } else {
      this.rows = rows;
      this.start = start;
    }
  }
}
