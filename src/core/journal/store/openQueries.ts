import type { Calls, Notice, Progress, Query } from './messages.ts';
import type { Bounds, Page, RowsRequest } from './result.ts';
import type { Histogram, Timeline, TimelineRange } from './resultCounts.ts';
import type { ResultStatistics } from './resultStatistics.ts';
import type { Order } from './scan.ts';
import type { CountedField } from './schema.ts';
import { JournalError, journalError } from './journalError.ts';
import type { ServiceClient } from './serviceClient.ts';

type Listener<T> = (value: T) => void;
type ProgressNotice = Extract<Notice, { notice: 'progress' }>;

/** A query that runs on in the worker as long as it is open. */
export interface ResultHandle {
  /** Called as the scan goes on and as events come in. */
  onProgress(listener: Listener<Progress>): () => void;
  /** Waits until the page is full or the scan done. */
  rows(request: RowsRequest): Promise<Page>;
  /** Position of an event, newest first; of its neighbour where it is not in the result. An event that is gone needs its time. */
  positionOf(seq: number, sentAt?: number): Promise<number>;
  /** Holds back what comes from now on; `held` of its progress counts it. */
  hold(): Promise<void>;
  /** Takes in what was held back. */
  release(): Promise<void>;
  values(field: CountedField): Promise<Calls['values']['answer']>;
  histogram(from: number, to: number, bins: number): Promise<Histogram>;
  timeline(range: TimelineRange): Promise<Timeline>;
  statistics(): Promise<ResultStatistics>;
  /** Cancels the scan and frees what was found. */
  close(): void;
}

interface OpenQuery {
  readonly query: Query;
  readonly order: Order;
  bounds: Bounds;
  readonly listeners: Set<Listener<Progress>>;
  last: Progress | undefined;
  /** Id of its result in the service; settles anew after a service ended. */
  result: Promise<number>;
}

/** The queries that views hold open. They outlive the service that answers them. */
export class OpenQueries {
  readonly #client: ServiceClient;
  readonly #queries = new Map<number, OpenQuery>();
  /** Progress of results whose id has not arrived yet. */
  readonly #early = new Map<number, ProgressNotice>();
  #starting = 0;

  constructor(client: ServiceClient) {
    this.#client = client;
  }

  async open(query: Query, order: Order, bounds: Bounds): Promise<ResultHandle> {
    const open: OpenQuery = {
      query,
      order,
      bounds,
      listeners: new Set(),
      last: undefined,
      result: Promise.resolve(0),
    };
    this.#begin(open);
    await open.result;
    return this.#handle(open);
  }

  progress(notice: ProgressNotice): void {
    const open = this.#queries.get(notice.result);
    if (open) tell(open, notice);
    else if (this.#starting > 0) this.#early.set(notice.result, notice);
  }

  /** Asks everything again of a service that knows nothing of it. */
  reopen(): void {
    const queries = [...this.#queries.values()];
    this.#queries.clear();
    for (const open of queries) {
      tell(open, { count: open.last?.count ?? 0, newer: 0, done: false, held: 0 });
      this.#begin(open);
      open.result.catch((error: unknown) => {
        const { reason, message } = journalError(error);
        tell(open, { count: 0, newer: 0, done: true, held: 0, failure: { reason, message, facts: {} } });
      });
    }
  }

  #begin(open: OpenQuery): void {
    this.#starting++;
    open.result = this.#client
      .call('query', { query: open.query, order: open.order, ...open.bounds })
      .then((result) => {
        this.#queries.set(result, open);
        const early = this.#early.get(result);
        if (early) tell(open, early);
        return result;
      })
      .finally(() => {
        if (--this.#starting === 0) this.#early.clear();
      });
  }

  #handle(open: OpenQuery): ResultHandle {
    let isClosed = false;
    const result = (): Promise<number> =>
      isClosed ? Promise.reject(new JournalError('closed', 'This result was closed.')) : open.result;
    return {
      onProgress(listener) {
        open.listeners.add(listener);
        if (open.last) listener(open.last);
        return () => open.listeners.delete(listener);
      },
      rows: async (request) => this.#client.call('rows', { result: await result(), request }),
      positionOf: async (seq, sentAt) =>
        this.#client.call('positionOf', {
          result: await result(),
          seq,
          ...(sentAt === undefined ? {} : { sentAt }),
        }),
      hold: async () => {
        open.bounds = {
          ...open.bounds,
          upTo: await this.#client.call('hold', { result: await result(), hold: true }),
        };
      },
      release: async () => {
        const { upTo: _upTo, ...bounds } = open.bounds;
        open.bounds = bounds;
        await this.#client.call('hold', { result: await result(), hold: false });
      },
      values: async (field) => this.#client.call('values', { result: await result(), field }),
      histogram: async (from, to, bins) =>
        this.#client.call('histogram', { result: await result(), from, to, bins }),
      timeline: async (range) => this.#client.call('timeline', { result: await result(), range }),
      statistics: async () => this.#client.call('statistics', { result: await result() }),
      close: () => {
        isClosed = true;
        open.listeners.clear();
        void open.result
          .then((id) => {
            this.#queries.delete(id);
            return this.#client.call('closeResult', { result: id });
          })
          .catch(() => undefined);
      },
    };
  }
}

function tell(open: OpenQuery, { count, newer, done, held, moved, failure }: Progress): void {
  open.last = { count, newer, done, held, ...(failure ? { failure } : {}) };
  const now: Progress = moved ? { ...open.last, moved } : open.last;
  for (const listener of open.listeners) listener(now);
}
