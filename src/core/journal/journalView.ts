import { liveTimeline } from '../model/event.ts';
import { errorWords } from '../model/text.ts';
import { ViewResult } from './viewResult.ts';
import { QueryError, type JournalStore, type ResultHandle } from './store/journalStore.ts';
import type { Query } from './store/messages.ts';
import { sentTimeOf, type JournalEvent } from './store/records.ts';
import { isOlder, type Order, type Place } from './store/scan.ts';
import type { CountedField } from './store/schema.ts';

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

/** Rows of one revision. */
export interface ViewPage {
  readonly revision: number;
  readonly order: Order;
  readonly rows: readonly JournalEvent[];
}

export interface ViewOptions {
  readonly timeline?: string;
  readonly order?: Order;
  readonly filter?: string;
  readonly now?: () => number;
}

/**
 * Contents of one inspector: the events of a timeline that match its filter, oldest first, by position. In the order of
 * arrival new events come at the end; in that of the senders' times they may come anywhere. While a query runs, older ones
 * are found before the first.
 */
export class JournalView {
  readonly #storeOf: (timeline: string) => Promise<JournalStore>;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #timeline: string;
  #filter: string;
  #problem: FilterProblem | undefined;
  #unavailable: Error | undefined;
  #all: ViewResult | undefined;
  #matched: ViewResult | undefined;
  #revision = 1;
  #filterMs = 0;
  #order: Order;
  #isPaused = false;
  /** The newest event that the user cleared away. */
  #clearedTo = 0;
  #clearedCount = 0;
  /** Count the timelines and the searches asked for: what an earlier one brings is of no use any more. */
  #timelines = 0;
  #searches = 0;

  constructor(
    storeOf: (timeline: string) => Promise<JournalStore>,
    { timeline = liveTimeline, order = 'sent', filter = '', now = () => performance.now() }: ViewOptions = {},
  ) {
    this.#storeOf = storeOf;
    this.#timeline = timeline;
    this.#order = order;
    this.#filter = filter;
    this.#now = now;
    void this.#open();
  }

  get timeline(): string {
    return this.#timeline;
  }

  /** Events of the timeline, whatever the filter. */
  get total(): number {
    return this.#all?.count ?? 0;
  }

  get length(): number {
    return this.#matched?.count ?? 0;
  }

  /** The newest event that was cleared away, and how many events that hid; undefined where none are. */
  get cleared(): { readonly seq: number; readonly all: number } | undefined {
    return this.#clearedTo === 0 ? undefined : { seq: this.#clearedTo, all: this.#clearedCount };
  }

  /** Events that came while the view is paused. */
  get unseen(): number {
    return this.#matched?.held ?? 0;
  }

  /** Order of the rows; that of the wish until its rows are there. */
  get order(): Order {
    return this.#matched?.order ?? this.#order;
  }

  get revision(): number {
    return this.#revision;
  }

  get paused(): boolean {
    return this.#isPaused;
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

  /** True while events are still looked for: older ones, or any at all. */
  get searching(): boolean {
    return this.#matched ? !this.#matched.done : !this.#unavailable && !this.#problem;
  }

  async rows(start: number, count: number): Promise<ViewPage> {
    const found = this.#matched;
    const none: ViewPage = { revision: this.#revision, order: this.order, rows: [] };
    const end = Math.min(start + count, this.length);
    if (!found || end <= start) return none;
    const { done } = found;
    const revision = this.#revision;
    const rows = await found.rows(start, end);
    if (!rows || this.#matched !== found) return none;
    return { revision: done ? this.#revision : revision, order: found.order, rows };
  }

  /** Position of an event in the view, −1 where it is not in it. */
  async indexOf(seq: number): Promise<number> {
    for (;;) {
      const found = this.#matched;
      const at = await found?.indexOf(seq).catch((error: unknown) => {
        // A result that another one took the place of answers no more.
        if (found === this.#matched) throw error;
      });
      if (found === this.#matched) return at ?? -1;
    }
  }

  /** The events of the view from one place to another, oldest first; at most `limit`, the newest of them. */
  async between(from: Place, to: Place, limit = Infinity): Promise<readonly JournalEvent[]> {
    const found = this.#matched;
    const events: JournalEvent[] = [];
    // The event at the place itself belongs to it.
    let anchor = { seq: to.seq + 1, sentAt: to.time };
    while (found && events.length < limit) {
      const { rows } = await found.handle.rows({
        anchor,
        direction: 'older',
        count: pageSize,
        durations: true,
      });
      const wanted = rows.filter((event) => !isBefore(event, from, found.order));
      events.push(...wanted);
      const last = wanted.at(-1);
      if (!last || wanted.length < pageSize) break;
      anchor = { seq: last.seq, sentAt: sentTimeOf(last) };
    }
    return events.slice(0, limit).reverse();
  }

  /** How many events of the view lie between two places, both included. */
  async countBetween(from: Place, to: Place): Promise<number> {
    const found = this.#matched;
    if (!found) return 0;
    const [newer, upTo] = await Promise.all([
      found.handle.positionOf(to.seq, to.time),
      found.handle.positionOf(from.seq - 1, from.time),
    ]);
    return upTo - newer;
  }

  /** The result of the filter, for counts of it; undefined where there is none. */
  get matching(): ResultHandle | undefined {
    return this.#matched?.handle;
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
    this.#clearedTo = this.#clearedCount = 0;
    await this.#open();
  }

  async setOrder(order: Order): Promise<void> {
    if (order === this.#order) return;
    this.#order = order;
    await this.#search();
  }

  async setPaused(paused: boolean): Promise<void> {
    const found = this.#matched;
    if (!found || paused === this.#isPaused) return;
    this.#isPaused = paused;
    await (paused ? found.handle.hold() : found.handle.release());
    this.#tell();
  }

  /** Shows only what comes from now on; the journal keeps everything. */
  async clear(): Promise<void> {
    const newest = await this.#all?.handle.rows({ anchor: 'newest', direction: 'older', count: 1 });
    this.#clearedTo = newest?.rows[0]?.seq ?? this.#clearedTo;
    this.#clearedCount += newest?.total ?? 0;
    await this.#open();
  }

  /** Shows again what was cleared away. */
  async undoClear(): Promise<void> {
    if (this.#clearedTo === 0) return;
    this.#clearedTo = this.#clearedCount = 0;
    await this.#open();
  }

  /** The values that a field has in the timeline, with how often; names of connections and instances are their keys. */
  async values(field: CountedField): Promise<readonly { readonly value: string; readonly count: number }[]> {
    return (await this.#all?.handle.values(field)) ?? [];
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

  async #open(): Promise<void> {
    const wish = ++this.#timelines;
    // Rows of before are none of this timeline, or were cleared away.
    this.#all?.handle.close();
    this.#matched?.handle.close();
    this.#all = this.#matched = undefined;
    this.#isPaused = false;
    this.#revision++;
    try {
      const store = await this.#store();
      if (!store) return;
      const all = await this.#find(store, '', 'arrival');
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
      const query = this.#filter.trim() === '' ? allEvents : this.#filter;
      const found = await this.#find(store, query, this.#order, () => {
        this.#filterMs = this.#now() - begun;
      });
      if (wish !== this.#searches) {
        found.handle.close();
        return;
      }
      this.#matched?.handle.close();
      this.#matched = found;
      this.#problem = undefined;
      this.#isPaused = false;
      this.#revision++;
    } catch (error) {
      if (wish === this.#searches) this.#fail(error);
    }
    this.#tell();
  }

  async #find(
    store: JournalStore,
    query: Query,
    order: Order,
    onDone: () => void = () => undefined,
  ): Promise<ViewResult> {
    const handle = await store.query(query, order, this.#clearedTo);
    const found = new ViewResult(handle, order);
    handle.onProgress((progress) => {
      const { done, moved, failure } = progress;
      const wasDone = found.done;
      if (!found.take(progress, this.#now())) return;
      // An event found before the first row moves every position.
      if (!wasDone || moved) this.#revision++;
      if (done && !wasDone) onDone();
      if (failure) this.#fail(new QueryError(failure.message, failure.facts));
      this.#tell();
    });
    return found;
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

function isBefore(event: JournalEvent, place: Place, order: Order): boolean {
  return order === 'arrival'
    ? event.seq < place.seq
    : isOlder({ time: sentTimeOf(event), seq: event.seq }, place);
}
