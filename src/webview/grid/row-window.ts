import type { Row, RowsAnswer } from '../../rpc/inspector.ts';

/** Answers rows by position, with values of the payload at some paths; rows of another revision than the asked one are of no use. */
export type FetchRows = (start: number, count: number, paths: readonly string[]) => Promise<RowsAnswer>;

/** Rows kept around the viewport, so that scrolling back and forth asks for nothing. */
const KEPT = 400;
/** Rows asked for beyond what is wanted, so that slow scrolling does not ask for every single row. */
const AHEAD = 16;
/** Rows loaded before they are wanted, in the direction of the scrolling: a row that is there at once is drawn once. */
const PREFETCHED = 64;
/** So near to the end of the loaded rows the next ones are asked for. */
const NEAR = 48;

/**
 * The loaded part of the view: one contiguous run of rows. Asks for what is missing of the wanted range only,
 * one request at a time; while one is under way only the newest wish is kept.
 */
export class RowWindow {
  start = 0;
  rows: readonly Row[] = [];
  #revision = -1;
  #wanted: readonly [first: number, end: number] = [0, 0];
  /** Direction of the last scrolling: 1 down, -1 up, 0 none. */
  #direction = 0;
  #total = 0;
  #busy = false;
  #paths: readonly string[] = [];
  readonly #fetch: FetchRows;
  readonly #loaded: () => void;

  constructor(fetch: FetchRows, loaded: () => void) {
    this.#fetch = fetch;
    this.#loaded = loaded;
  }

  at(position: number): Row | undefined {
    return this.rows[position - this.start];
  }

  get paths(): readonly string[] {
    return this.#paths;
  }

  /** Loads the rows anew, with the values at these paths. */
  setPaths(paths: readonly string[]): void {
    if (paths.join('\n') === this.#paths.join('\n')) return;
    this.#paths = paths;
    this.rows = [];
    void this.#load();
  }

  /** Replaces everything by rows of another revision. */
  reset(revision: number, start: number, rows: readonly Row[]): void {
    this.#revision = revision;
    this.start = start;
    this.rows = rows;
    this.#wanted = [0, 0];
  }

  want(first: number, end: number, total: number): void {
    const by = first - this.#wanted[0];
    // A jump has no direction.
    this.#direction = Math.abs(by) < PREFETCHED ? Math.sign(by) : 0;
    this.#wanted = [first, end];
    this.#total = total;
    void this.#load();
  }

  /** Missing part of the wanted range; a hole at both ends is asked for whole. */
  #missing(): readonly [first: number, end: number] | null {
    const [first, end] = this.#wanted;
    const loadedEnd = this.start + this.rows.length;
    if (first >= end) return null;
    if (first >= this.start && end <= loadedEnd) return this.#next(first, end, loadedEnd);
    if (first >= this.start && first <= loadedEnd) return [loadedEnd, Math.min(end + AHEAD, this.#total)];
    if (end >= this.start && end <= loadedEnd) return [Math.max(0, first - AHEAD), this.start];
    return [Math.max(0, first - AHEAD), Math.min(end + AHEAD, this.#total)];
  }

  /** The rows that scrolling on comes to, where they are near and not loaded. */
  #next(first: number, end: number, loadedEnd: number): readonly [first: number, end: number] | null {
    if (this.#direction < 0 && this.start > 0 && first - this.start < NEAR)
      return [Math.max(0, this.start - PREFETCHED), this.start];
    if (this.#direction > 0 && loadedEnd < this.#total && loadedEnd - end < NEAR)
      return [loadedEnd, Math.min(loadedEnd + PREFETCHED, this.#total)];
    return null;
  }

  async #load(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let missing = this.#missing(); missing; missing = this.#missing()) {
        const revision = this.#revision;
        const paths = this.#paths;
        const [first, end] = missing;
        const answer = await this.#fetch(first, end - first, paths);
        // Positions of another revision: the next status brings the grid there. Rows for other columns are asked for again.
        if (revision !== this.#revision || paths !== this.#paths) continue;
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
