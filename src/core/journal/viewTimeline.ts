import type { JournalView } from './journalView.ts';
import type { JournalStore, ResultHandle } from './store/journalStore.ts';
import { sentTimeOf, type JournalEvent } from './store/records.ts';
import type { Order } from './store/scan.ts';
import type { Timeline, TimelineRange } from './store/resultCounts.ts';

/** Bins of what matches, and of everything beside it. */
export type ViewBins = Timeline & { readonly all: readonly number[] };

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Widths of a bin, each of which people can name. */
const widths = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * second),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 7, 14, 30, 91, 365, 3650, 36_500].map((days) => days * day),
];

/** Bins that hold a range: of a width that people can name, beginning at a multiple of it. */
export function binsOf(from: number, to: number, atMost: number): TimelineRange {
  const width =
    widths.find((each) => Math.floor(to / each) - Math.floor(from / each) < atMost) ?? 36_500 * day;
  const begin = Math.floor(from / width) * width;
  return { from: begin, width, bins: Math.min(atMost, Math.floor((to - begin) / width) + 1) };
}

/** Bins that change with what comes in: behind these, all are counted anew. */
const newBins = 2;

/** The timeline of a view. Counts everything once, and afterwards only the newest bins, where events come in. */
export class ViewTimeline {
  readonly #view: JournalView;
  readonly #storeOf: (timeline: string) => Promise<JournalStore>;
  readonly #recountMs: number;
  readonly #now: () => number;
  #everything: { readonly key: string; readonly handle: Promise<ResultHandle> } | undefined;
  #last:
    | { readonly key: string; readonly revision: number; readonly at: number; readonly bins: ViewBins }
    | undefined;

  /** `recountMs`: least time between two counts of everything while rows move under the same filter. */
  constructor(options: {
    readonly view: JournalView;
    readonly storeOf: (timeline: string) => Promise<JournalStore>;
    readonly now: () => number;
    readonly recountMs: number;
  }) {
    this.#view = options.view;
    this.#storeOf = options.storeOf;
    this.#now = options.now;
    this.#recountMs = options.recountMs;
  }

  /** Bins of a range, or of all that the view has; undefined where there is no event. */
  async bins(
    wanted: { readonly from: number; readonly to: number } | undefined,
    atMost: number,
  ): Promise<ViewBins | undefined> {
    const { matching, timeline, filter, revision, order, cleared } = this.#view;
    if (!matching) return undefined;
    const everything = await this.#open(timeline, order);
    const range = wanted ?? (await this.#whole(everything));
    if (!range) return undefined;
    const bins = binsOf(range.from, range.to, atMost);
    const key = JSON.stringify([timeline, filter, order, cleared?.seq, bins.from, bins.width]);
    const last = this.#last?.key === key && this.#isFresh(revision) ? this.#last : undefined;
    const counted = last ? Math.min(last.bins.bins, bins.bins) - newBins : 0;
    const tail = counted > 0 ? counted : 0;
    const part: TimelineRange = {
      from: bins.from + tail * bins.width,
      width: bins.width,
      bins: bins.bins - tail,
    };
    const [all, matched] = await Promise.all([
      everything.histogram(part.from, part.from + part.width * part.bins, part.bins),
      matching.timeline(part),
    ]);
    const joined = joinBins(last?.bins, tail, { ...matched, all: all.counts }, bins);
    this.#last = { key, revision, at: last?.at ?? this.#now(), bins: joined };
    return joined;
  }

  /** The first event of the view that is not before a time; undefined where none is. */
  async eventAt(time: number): Promise<number | undefined> {
    let [low, high] = [0, this.#view.length];
    let found: number | undefined;
    // In the order of arrival a clock that was set back makes the answer an approximate one.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { rows, order } = await this.#view.rows(middle, 1);
      const [event] = rows;
      if (event && (order === 'sent' ? sentTimeOf(event) : event.receivedAt) >= time) {
        found = event.seq;
        high = middle;
      } else low = middle + 1;
    }
    return found;
  }

  dispose(): void {
    void this.#everything?.handle.then((handle) => handle.close()).catch(() => undefined);
    this.#everything = undefined;
  }

  #isFresh(revision: number): boolean {
    const last = this.#last;
    return last !== undefined && (last.revision === revision || this.#now() - last.at < this.#recountMs);
  }

  #open(timeline: string, order: Order): Promise<ResultHandle> {
    const key = `${order} ${timeline}`;
    if (this.#everything?.key === key) return this.#everything.handle;
    this.dispose();
    const handle = this.#storeOf(timeline).then((store) => store.query('', order));
    this.#everything = { key, handle };
    return handle;
  }

  async #whole(everything: ResultHandle): Promise<{ from: number; to: number } | undefined> {
    const { cleared, order } = this.#view;
    const [oldest, newest] = await Promise.all([
      everything.rows({
        anchor: cleared === undefined ? 'oldest' : { seq: cleared.seq },
        direction: 'newer',
        count: 1,
      }),
      everything.rows({ anchor: 'newest', direction: 'older', count: 1 }),
    ]);
    const [first] = oldest.rows;
    const [last] = newest.rows;
    const timeOf = (event: JournalEvent): number => (order === 'sent' ? sentTimeOf(event) : event.receivedAt);
    return first && last ? { from: timeOf(first), to: timeOf(last) } : undefined;
  }
}

function joinBins(
  before: ViewBins | undefined,
  tail: number,
  part: ViewBins,
  range: TimelineRange,
): ViewBins {
  const joined = (
    name: 'all' | 'counts' | 'warnings' | 'errors' | 'states' | 'failures' | 'gaps',
  ): number[] => [...(before?.[name].slice(0, tail) ?? []), ...part[name]];
  return {
    ...range,
    all: joined('all'),
    counts: joined('counts'),
    warnings: joined('warnings'),
    errors: joined('errors'),
    states: joined('states'),
    failures: joined('failures'),
    gaps: joined('gaps'),
  };
}
