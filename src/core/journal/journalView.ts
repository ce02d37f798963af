import { liveTimeline } from '../model/event.ts';
import { errorWords } from '../model/text.ts';
import { QueryError, type JournalStore, type ResultHandle } from './store/journalStore.ts';
import type { JournalEvent } from './store/records.ts';

/** Why a text is no query, and where in it. */
export interface FilterProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
  readonly replacement?: string;
}

/** Events read at once where many are wanted. */
const pageSize = 1000;
/** A condition that all events meet: its result lists them one by one, so that every position is exact. */
const allEvents = { where: '(1)', params: [], needs: 'events' } as const;

/** A query and its result as far as it is known. */
interface Found {
  readonly handle: ResultHandle;
  count: number;
  done: boolean;
}

/**
 * Contents of one inspector: the events of a timeline that match its filter, oldest first, by position. New events come
 * at the end; while a query runs, older ones are found before the first.
 */
export class JournalView {
  readonly #storeOf: (timeline: string) => Promise<JournalStore>;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #timeline: string;
  #filter = '';
  #problem: FilterProblem | undefined;
  #unavailable: Error | undefined;
  #all: Found | undefined;
  #matched: Found | undefined;
  #revision = 1;
  #filterMs = 0;
  /** Length at which the view was paused. */
  #pausedAt: number | undefined;
  /** The newest event that the user cleared away, and how many of the matching events are not newer. */
  #cleared: { seq: number; all: number; matched: number } | undefined;
  /** Count the timelines and the searches asked for: what an earlier one brings is of no use any more. */
  #timelines = 0;
  #searches = 0;

  constructor(
    storeOf: (timeline: string) => Promise<JournalStore>,
    timeline: string = liveTimeline,
    now: () => number = () => performance.now(),
  ) {
    this.#storeOf = storeOf;
    this.#timeline = timeline;
    this.#now = now;
    void this.#open();
  }

  get timeline(): string {
    return this.#timeline;
  }

  /** Events of the timeline, whatever the filter. */
  get total(): number {
    return Math.max(0, (this.#all?.count ?? 0) - (this.#cleared?.all ?? 0));
  }

  get length(): number {
    return Math.min(this.#pausedAt ?? Infinity, this.#count);
  }

  get unseen(): number {
    return this.#pausedAt === undefined ? 0 : Math.max(0, this.#count - this.#pausedAt);
  }

  get revision(): number {
    return this.#revision;
  }

  get paused(): boolean {
    return this.#pausedAt !== undefined;
  }

  get filter(): string {
    return this.#filter;
  }

  /** Why the filter is none; the last one that was goes on. */
  get problem(): FilterProblem | undefined {
    return this.#problem;
  }

  /** Why the timeline has no journal, and so no events. */
  get unavailable(): Error | undefined {
    return this.#unavailable;
  }

  get filterMs(): number {
    return this.#filterMs;
  }

  /** True while older events are still looked for. */
  get searching(): boolean {
    return this.#matched?.done === false;
  }

  async rows(start: number, count: number): Promise<readonly JournalEvent[]> {
    const first = start + (this.#cleared?.matched ?? 0);
    const end = Math.min(start + count, this.length) + (this.#cleared?.matched ?? 0);
    const found = this.#matched;
    if (!found || end <= first) return [];
    // Events that come meanwhile move positions counted from the newest: the answer says how many there were.
    let total = found.count;
    for (let attempt = 0; attempt < 5; attempt++) {
      const position = Math.max(0, total - end);
      const page = await found.handle.rows({
        anchor: { position },
        direction: 'older',
        count: end - first,
      });
      if (page.total === total || this.#matched !== found) return [...page.rows].reverse();
      total = page.total;
    }
    return [];
  }

  /** Position of an event in the view, −1 where it is not in it. */
  async indexOf(seq: number): Promise<number> {
    const found = this.#matched;
    if (!found) return -1;
    const position = await found.handle.positionOf(seq);
    const page = await found.handle.rows({ anchor: { position }, direction: 'older', count: 1 });
    if (page.rows[0]?.seq !== seq) return -1;
    const index = page.total - 1 - page.position - (this.#cleared?.matched ?? 0);
    return index < this.length ? index : -1;
  }

  /** The events of the view from one seq to another, oldest first; at most `limit`, the newest of them. */
  async between(from: number, to: number, limit = Infinity): Promise<readonly JournalEvent[]> {
    const found = this.#matched;
    const events: JournalEvent[] = [];
    let anchor: { seq: number } = { seq: to + 1 };
    while (found && events.length < limit) {
      const { rows } = await found.handle.rows({ anchor, direction: 'older', count: pageSize });
      const wanted = rows.filter(({ seq }) => seq >= from && seq <= to);
      events.push(...wanted);
      const last = rows.at(-1);
      if (!last || last.seq < from || rows.length < pageSize) break;
      anchor = { seq: last.seq };
    }
    return events.slice(0, limit).reverse();
  }

  /** How many events of the view lie between two seqs, both included. */
  async countBetween(from: number, to: number): Promise<number> {
    const found = this.#matched;
    if (!found) return 0;
    const [newer, upTo] = await Promise.all([found.handle.positionOf(to + 1), found.handle.positionOf(from)]);
    const last = await found.handle.rows({ anchor: { position: upTo }, direction: 'older', count: 1 });
    return upTo - newer + (last.rows[0]?.seq === from ? 1 : 0);
  }

  async event(seq: number): Promise<JournalEvent | undefined> {
    return (await this.#storeOf(this.#timeline)).event(seq);
  }

  async setFilter(filter: string): Promise<void> {
    if (filter === this.#filter && !this.#problem) return;
    this.#filter = filter;
    await this.#search();
  }

  async setTimeline(timeline: string): Promise<void> {
    this.#timeline = timeline;
    this.#cleared = undefined;
    await this.#open();
  }

  setPaused(paused: boolean): void {
    this.#pausedAt = paused ? this.length : undefined;
    this.#tell();
  }

  /** Shows only what comes from now on; the journal keeps everything. */
  async clear(): Promise<void> {
    const newest = await this.#all?.handle.rows({ anchor: 'newest', direction: 'older', count: 1 });
    const seq = newest?.rows[0]?.seq;
    this.#cleared = seq === undefined ? undefined : { seq, all: newest?.total ?? 0, matched: 0 };
    await this.#countCleared();
    this.#revision++;
    this.#tell();
  }

  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#timelines++;
    this.#searches++;
    this.#listeners.clear();
    this.#all?.handle.close();
    this.#matched?.handle.close();
  }

  get #count(): number {
    return Math.max(0, (this.#matched?.count ?? 0) - (this.#cleared?.matched ?? 0));
  }

  async #open(): Promise<void> {
    const wish = ++this.#timelines;
    this.#all?.handle.close();
    this.#all = undefined;
    try {
      const store = await this.#store();
      if (!store) return;
      const all = await this.#find(store, '');
      if (wish !== this.#timelines) {
        all.handle.close();
        return;
      }
      this.#all = all;
    } catch (error) {
      this.#fail(error);
      return;
    }
    await this.#search();
  }

  /** The journal of the timeline; undefined, and told, where there is none. */
  async #store(): Promise<JournalStore | undefined> {
    const timeline = this.#timeline;
    try {
      const store = await this.#storeOf(timeline);
      if (timeline === this.#timeline) this.#unavailable = undefined;
      return store;
    } catch (error) {
      if (timeline === this.#timeline) {
        this.#unavailable = error instanceof Error ? error : new Error(String(error));
        this.#tell();
      }
      return undefined;
    }
  }

  async #search(): Promise<void> {
    const wish = ++this.#searches;
    const begun = this.#now();
    try {
      const store = await this.#store();
      if (!store) return;
      const found = await this.#find(store, this.#filter, () => {
        this.#filterMs = this.#now() - begun;
      });
      if (wish !== this.#searches) {
        found.handle.close();
        return;
      }
      this.#matched?.handle.close();
      this.#matched = found;
      this.#problem = undefined;
      this.#pausedAt = undefined;
      await this.#countCleared();
      this.#revision++;
    } catch (error) {
      if (wish === this.#searches) this.#fail(error);
    }
    this.#tell();
  }

  async #find(store: JournalStore, filter: string, onDone: () => void = () => undefined): Promise<Found> {
    const handle = await store.query(filter.trim() === '' ? allEvents : filter);
    const found: Found = { handle, count: 0, done: false };
    handle.onProgress(({ count, done, failure }) => {
      // An event found before the first row moves every position.
      if (!found.done) this.#revision++;
      if (done && !found.done) {
        onDone();
        void this.#countCleared();
      }
      found.count = count;
      found.done = done;
      if (failure) this.#fail(new QueryError(failure.message, failure.facts));
      this.#tell();
    });
    return found;
  }

  async #countCleared(): Promise<void> {
    const found = this.#matched;
    const cleared = this.#cleared;
    if (!found || !cleared) return;
    const newer = await found.handle.positionOf(cleared.seq);
    cleared.matched = found.count - newer;
  }

  #fail(error: unknown): void {
    const {
      from = 0,
      to = this.#filter.length,
      replacement,
    } = error instanceof QueryError
      ? (error.facts as { from?: number; to?: number; replacement?: string })
      : {};
    this.#problem = {
      message: errorWords(error),
      from,
      to,
      ...(replacement === undefined ? {} : { replacement }),
    };
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
