import type { OpsEvent } from '../model/event.ts';
import type { Journal } from './journal.ts';
import { parseFilter, type Filter } from './query.ts';

/**
 * The events of one timeline that pass a filter, by position: what a list shows. Kept up to date event by event; a
 * paused view stays as it is while the journal goes on.
 */
export class JournalView {
  readonly #journal: Journal;
  readonly #now: () => number;
  #timeline: string;
  #filterText = '';
  #filter: Filter | undefined;
  #rows: number[] = [];
  #total = 0;
  #dead = false;
  #revision = 1;
  #filterMs = 0;
  #paused = false;
  #unseen = 0;
  readonly #unsubscribe: () => void;
  readonly #listeners = new Set<() => void>();

  constructor(journal: Journal, timeline: string, now: () => number = () => performance.now()) {
    this.#journal = journal;
    this.#timeline = timeline;
    this.#now = now;
    this.#unsubscribe = journal.subscribe('view', ({ appended, discarded }) =>
      this.#follow(appended, discarded),
    );
    this.#evaluate();
  }

  /** Grows whenever rows may stand at other positions than before. */
  get revision(): number {
    this.#compact();
    return this.#revision;
  }

  get length(): number {
    this.#compact();
    return this.#rows.length;
  }

  /** Events of the timeline, filtered or not. */
  get total(): number {
    return this.#total;
  }

  get filterMs(): number {
    return this.#filterMs;
  }

  get filter(): string {
    return this.#filterText;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get unseen(): number {
    return this.#unseen;
  }

  get timeline(): string {
    return this.#timeline;
  }

  rows(start: number, count: number): OpsEvent[] {
    this.#compact();
    return this.#rows
      .slice(Math.max(0, start), Math.max(0, start + count))
      .flatMap((seq) => this.#journal.get(seq) ?? []);
  }

  /** The position of an event, -1 where the filter hides it. */
  indexOf(seq: number): number {
    const at = this.#firstFrom(seq);
    return this.#rows[at] === seq ? at : -1;
  }

  /** The seqs from one event to another, as far as they are in the view. */
  between(from: number, to: number): number[] {
    return this.#rows.slice(this.#firstFrom(from), this.#firstFrom(to + 1));
  }

  setFilter(filter: string): void {
    this.#filterText = filter;
    this.#filter = parseFilter(filter);
    this.#evaluate();
  }

  setTimeline(timeline: string): void {
    this.#timeline = timeline;
    this.#evaluate();
  }

  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#changed();
    else this.#evaluate();
  }

  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#unsubscribe();
    this.#listeners.clear();
  }

  /** Position of the first row whose seq is not below; the rows are in order. */
  #firstFrom(seq: number): number {
    this.#compact();
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#rows[middle] ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #evaluate(): void {
    const begun = this.#now();
    const rows: number[] = [];
    let total = 0;
    for (const event of this.#journal.events()) {
      if (event.timeline !== this.#timeline) continue;
      total++;
      if (!this.#filter || this.#filter(event)) rows.push(event.seq);
    }
    this.#rows = rows;
    this.#total = total;
    this.#unseen = 0;
    this.#dead = false;
    this.#revision++;
    this.#filterMs = this.#now() - begun;
    this.#changed();
  }

  #follow(appended: readonly OpsEvent[], discarded: readonly OpsEvent[]): void {
    let touched = false;
    for (const event of appended) {
      if (event.timeline !== this.#timeline) continue;
      touched = true;
      this.#total++;
      if (this.#filter && !this.#filter(event)) continue;
      if (this.#paused) this.#unseen++;
      else this.#rows.push(event.seq);
    }
    for (const event of discarded) {
      if (event.timeline !== this.#timeline) continue;
      touched = true;
      this.#total--;
      this.#dead = true;
    }
    if (touched) this.#changed();
  }

  /** Takes out what the journal discarded; done when somebody looks, not for every event of a flood. */
  #compact(): void {
    if (!this.#dead) return;
    this.#dead = false;
    const rows = this.#rows.filter((seq) => this.#journal.get(seq) !== undefined);
    if (rows.length === this.#rows.length) return;
    this.#rows = rows;
    this.#revision++;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
