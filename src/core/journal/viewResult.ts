import type { ResultHandle } from './store/journalStore.ts';
import type { Progress } from './store/messages.ts';
import type { JournalEvent } from './store/records.ts';
import type { Page } from './store/result.ts';
import type { Order } from './store/scan.ts';

/** How often a search is told of: each older event that it finds moves all positions, and pages look for their rows meanwhile. */
const foundEveryMs = 250;
/** Attempts to read rows between events that come. */
const attempts = 5;

/** Result of a query as far as it is told to a view: positions count from the oldest row of that. */
export class ViewResult {
  readonly handle: ResultHandle;
  readonly order: Order;
  count = 0;
  done = false;
  /** Events that came while it is held. */
  held = 0;
  /** Rows that came since the search began. */
  #newer = 0;
  #takenAt = -Infinity;

  constructor(handle: ResultHandle, order: Order) {
    this.handle = handle;
    this.order = order;
  }

  /** False where nothing is told: the search goes on, and more of it is told soon. */
  take({ count, newer, done, held, moved, failure }: Progress, now: number): boolean {
    const isOnTheWay = !done && !this.done && this.count > 0 && moved === undefined && failure === undefined;
    if (isOnTheWay && now - this.#takenAt < foundEveryMs) return false;
    this.#takenAt = now;
    this.count = count;
    this.#newer = newer;
    this.done = done;
    this.held = held;
    return true;
  }

  /** Rows from one position up to (not including) another, oldest first; undefined where events come too fast. */
  async rows(start: number, end: number): Promise<readonly JournalEvent[] | undefined> {
    const { count } = this;
    const came = this.#came();
    // Events that come meanwhile move positions counted from the newest: the answer says how many there were.
    let ahead = 0;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const page = await this.handle.rows({
        anchor: { position: Math.max(0, count - end + ahead) },
        direction: 'older',
        count: end - start,
        durations: true,
      });
      if (came(page) === ahead) return page.rows.toReversed();
      ahead = came(page);
    }
    return undefined;
  }

  /** Position of an event, −1 where it is not in the result. */
  async indexOf(seq: number): Promise<number> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const { count } = this;
      const came = this.#came();
      const position = await this.handle.positionOf(seq);
      const page = await this.handle.rows({ anchor: { position }, direction: 'older', count: 1 });
      if (page.rows[0]?.seq === seq) return count + came(page) - 1 - page.position;
      // No event came between the two questions: the result does not hold this one.
      if (came(page) === 0) break;
    }
    return -1;
  }

  /** Counts the events that came after what is told now; older ones that a search still finds move no row. */
  #came(): (page: Page) => number {
    const { count, done } = this;
    const newer = this.#newer;
    return (page) => (done ? page.total - count : page.newer - newer);
  }
}
