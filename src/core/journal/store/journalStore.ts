import { gapEvent } from './gap.ts';
import { JournalError } from './journalError.ts';
import type {
  CallName,
  Calls,
  FromWorker,
  JournalRequest,
  Notice,
  Progress,
  Query,
  StoreStatus,
} from './messages.ts';
import type { EventRange, JournalChange, JournalState } from './reader.ts';
import {
  BatchEncoder,
  type Address,
  type Batch,
  type ChangeRow,
  type JournalEvent,
  type StoredEvent,
} from './records.ts';
import type { Histogram, Page, RowsRequest } from './result.ts';
import type { RetentionLimits, RetentionReport } from './retention.ts';
import type { Order } from './scan.ts';
import type { CountedField } from './schema.ts';
import type { Backend } from './workerBackend.ts';
import type { Commit } from './writer.ts';

export interface StoreClock {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

export interface StoreOptions {
  readonly path: string;
  readonly software: string;
  readonly limits: RetentionLimits;
  readonly clock: StoreClock;
  readonly backend: Backend;
  /** Bytes that may wait for the worker before metrics and logs are dropped. */
  readonly maxWaitingBytes?: number;
}

/**
 * Least time between two commits. The first event of a quiet moment goes at once; a commit rewrites about ten pages whatever
 * it holds, so that each event alone at 20,000 a second would write gigabytes.
 */
const commitGapMs = 25;
const defaultMaxWaitingBytes = 64_000_000;
/** Size of one transaction: 2,000 events. Larger ones are no faster and hold memory on both sides. */
const maxPostBytes = 1_000_000;
/** Estimate of an event without its payload. */
const eventBytes = 300;

interface Waiting {
  batch: Batch;
  bytes: number;
  readonly resolve: (commit: Commit) => void;
  readonly reject: (error: Error) => void;
}

/** A query that runs on in the worker as long as it is open. */
export interface ResultHandle {
  /** Called as the scan goes on and as events come in. */
  onProgress(listener: Listener<Progress>): () => void;
  /** Waits until the page is full or the scan done. */
  rows(request: RowsRequest): Promise<Page>;
  positionOf(seq: number): Promise<number>;
  values(field: CountedField): Promise<Calls['values']['answer']>;
  histogram(from: number, to: number, bins: number): Promise<Histogram>;
  /** Cancels the scan and frees what was found. */
  close(): void;
}

/** An error of the query language, with its own fields (position, suggestion …). */
export class QueryError extends Error {
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(message: string, facts: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = 'QueryError';
    this.facts = facts;
  }
}

type Listener<T> = (value: T) => void;

/** The journal as the host sees it: typed questions to the worker, and batches of writes. */
export class JournalStore {
  readonly #options: StoreOptions;
  readonly #pending = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  readonly #commitListeners = new Set<Listener<{ readonly commit: Commit; readonly own: boolean }>>();
  readonly #statusListeners = new Set<Listener<StoreStatus>>();
  readonly #progressListeners = new Map<number, Set<Listener<Progress>>>();
  #status: StoreStatus | undefined;
  #lastId = 0;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #postedBytes = 0;
  #lastPost = -Infinity;
  #isScheduled = false;
  #ended: Error | undefined;
  /** Dropped under pressure, by connection, not yet journalled as a gap. */
  #dropped = new Map<string, { address: Address; count: number }>();

  private constructor(options: StoreOptions) {
    this.#options = options;
    options.backend.port.on('message', (message) => {
      this.#receive(message as FromWorker);
    });
    options.backend.onEnd((error) => {
      this.#ended = error;
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
    });
  }

  /** Opens the journal. A file that cannot be used makes a store in memory that says so; only missing SQLite rejects. */
  static async open(options: StoreOptions): Promise<JournalStore> {
    const store = new JournalStore(options);
    const { path, software, limits } = options;
    store.#status = await store.#call('open', { path, software, limits });
    return store;
  }

  get status(): StoreStatus {
    if (!this.#status) throw new Error('not open');
    return this.#status;
  }

  /** Commits a batch within 50 ms, together with what else came meanwhile. */
  append(batch: Batch): Promise<Commit> {
    const bytes = batch.events.reduce((sum, event) => sum + eventSize(event), 0);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#relieve();
      this.#schedule();
    });
  }

  /** Bytes that wait for their commit; what can wait (files, imports) pauses while they are many. */
  get waitingBytes(): number {
    return this.#waitingBytes + this.#postedBytes;
  }

  /** Starts a query; it rejects with a QueryError where the text is none. */
  async query(query: Query, order: Order = 'arrival'): Promise<ResultHandle> {
    const early: (Progress & { readonly result: number })[] = [];
    const stop = this.#onAnyProgress((progress) => early.push(progress));
    const result = await this.#call('query', { query, order }).finally(stop);
    const listeners = new Set<Listener<Progress>>();
    this.#progressListeners.set(result, listeners);
    let last = early.findLast((progress) => progress.result === result);
    listeners.add((progress) => (last = { result, ...progress }));
    return {
      onProgress: (listener) => {
        listeners.add(listener);
        if (last) listener(last);
        return () => listeners.delete(listener);
      },
      rows: (request) => this.#call('rows', { result, request }),
      positionOf: (seq) => this.#call('positionOf', { result, seq }),
      values: (field) => this.#call('values', { result, field }),
      histogram: (from, to, bins) => this.#call('histogram', { result, from, to, bins }),
      close: () => {
        this.#progressListeners.delete(result);
        void this.#call('closeResult', { result }).catch(() => undefined);
      },
    };
  }

  async event(seq: number): Promise<JournalEvent | undefined> {
    return (await this.#call('event', { seq })) ?? undefined;
  }

  /** History of one instance, task or connection. */
  changes(
    thing: { readonly connection: string; readonly what: ChangeRow['what']; readonly key: string },
    from = 0,
    to = Number.MAX_SAFE_INTEGER,
  ): Promise<JournalChange[]> {
    return this.#call('changes', { ...thing, from, to });
  }

  /** Changes after `from`, up to `to`, for a window that follows. */
  changesBetween(from: number, to: number): Promise<JournalChange[]> {
    return this.#call('changesBetween', { from, to });
  }

  /** Matching events of a range, oldest first, in pieces. */
  range(query: Query, from: number, to: number, limit = 1_000): Promise<EventRange> {
    return this.#call('range', { query, from, to, limit });
  }

  /** Fleet, contexts and cursors: now, or after an event of the past. */
  state(seq?: number): Promise<JournalState> {
    return this.#call('state', seq === undefined ? {} : { seq });
  }

  async ask(request: Omit<JournalRequest, 'takenBy' | 'answer'>): Promise<void> {
    await this.#call('ask', request);
  }
  /** Requests for these connections that no other window took. Their answers go with the batch that came of them. */
  take(connections: readonly string[], window: string): Promise<JournalRequest[]> {
    return this.#call('take', { connections, window });
  }
  async answerOf(id: string): Promise<JournalRequest | undefined> {
    return (await this.#call('answerOf', { id })) ?? undefined;
  }

  async pin(pin: {
    readonly id: string;
    readonly from: number;
    readonly to: number;
    readonly reason: string;
  }): Promise<void> {
    await this.#call('pin', pin);
  }
  async unpin(id: string): Promise<void> {
    await this.#call('unpin', { id });
  }
  /** Removes what is too old or too much; answers how many events of each class went. */
  retain(limits?: RetentionLimits): Promise<RetentionReport> {
    return this.#call('retain', limits ? { limits } : {});
  }
  /** Deletes what a query finds, pinned events excepted; answers how many events went. */
  remove(query: Query): Promise<number> {
    return this.#call('remove', { query });
  }
  health(): Promise<Calls['health']['answer']> {
    return this.#call('health', null);
  }
  /** Looks for damaged pages; rejects with reason 'corrupt' and sets the file aside if there are any. */
  async check(): Promise<void> {
    await this.#call('check', null);
  }
  async backUp(path: string): Promise<void> {
    await this.#call('backUp', { path });
  }

  /** Looks for commits of other windows so often; 0 stops. */
  async follow(everyMs: number): Promise<void> {
    await this.#call('follow', { everyMs });
  }
  onCommit(listener: Listener<{ readonly commit: Commit; readonly own: boolean }>): () => void {
    this.#commitListeners.add(listener);
    return () => this.#commitListeners.delete(listener);
  }
  onStatus(listener: Listener<StoreStatus>): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** Commits what waits and closes the file. */
  async close(): Promise<void> {
    const last = this.#waiting.length > 0 ? this.append({ events: [] }).catch(() => undefined) : undefined;
    this.#post();
    await last;
    await this.#call('close', null);
    this.#ended = new JournalError('io', 'The journal is closed.');
    await this.#options.backend.end();
  }

  #call<Name extends CallName>(call: Name, args: Calls[Name]['args']): Promise<Calls[Name]['answer']> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#options.backend.port.postMessage({ id, call, args });
    });
  }

  readonly #anyProgress = new Set<Listener<Extract<Notice, { notice: 'progress' }>>>();
  #onAnyProgress(listener: Listener<Extract<Notice, { notice: 'progress' }>>): () => void {
    this.#anyProgress.add(listener);
    return () => this.#anyProgress.delete(listener);
  }

  #receive(message: FromWorker): void {
    if ('notice' in message) {
      if (message.notice === 'commit') for (const listener of this.#commitListeners) listener(message);
      else if (message.notice === 'status') {
        this.#status = message.status;
        for (const listener of this.#statusListeners) listener(message.status);
      } else {
        for (const listener of this.#anyProgress) listener(message);
        for (const listener of this.#progressListeners.get(message.result) ?? []) listener(message);
      }
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (!('failure' in message)) pending?.resolve(message.answer as never);
    else {
      const { reason, message: words, facts } = message.failure;
      pending?.reject(reason ? new JournalError(reason, words) : new QueryError(words, facts));
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const { clock } = this.#options;
    // A turn at least, for what the same message brings.
    const wait = this.#waitingBytes > maxPostBytes ? 0 : this.#lastPost + commitGapMs - clock.now();
    clock.after(Math.max(0, wait), () => {
      this.#isScheduled = false;
      this.#post();
    });
  }

  #post(): void {
    // One transaction on its way at a time: what comes meanwhile can still be dropped.
    if (this.#waiting.length === 0 || this.#postedBytes > 0) return;
    this.#lastPost = this.#options.clock.now();
    let count = 0;
    let bytes = 0;
    while (count < this.#waiting.length && bytes < maxPostBytes) bytes += this.#waiting[count++]?.bytes ?? 0;
    const batches = this.#waiting.splice(0, count);
    this.#waitingBytes -= bytes;
    this.#postedBytes = Math.max(1, bytes);
    const encoder = new BatchEncoder();
    for (const { batch } of batches) encoder.add(batch);
    const gaps = this.#gaps();
    encoder.add({ events: gaps });
    void this.#call('append', encoder.batch)
      .then(
        ({ from }) => {
          let next = from;
          for (const { batch, resolve } of batches) {
            resolve({ from: next, to: next + batch.events.length - 1 });
            next += batch.events.length;
          }
        },
        (error: unknown) => {
          for (const { reject } of batches) reject(error as Error);
        },
      )
      .finally(() => {
        this.#postedBytes = 0;
        if (this.#waiting.length > 0) this.#schedule();
      });
  }

  /** Beyond the limit drops the oldest metrics and logs, then the oldest of all; each is counted. */
  #relieve(): void {
    const max = this.#options.maxWaitingBytes ?? defaultMaxWaitingBytes;
    for (const isDroppable of [isShortLived, () => true])
      for (const waiting of this.#waiting) {
        if (this.waitingBytes <= max) return;
        let excess = this.waitingBytes - max;
        const kept = waiting.batch.events.filter((event) => {
          if (excess <= 0 || !isDroppable(event)) return true;
          const size = eventSize(event);
          excess -= size;
          waiting.bytes -= size;
          this.#waitingBytes -= size;
          this.#countDropped(event);
          return false;
        });
        waiting.batch = { ...waiting.batch, events: kept };
      }
  }

  #countDropped({ source, host, connection, system }: StoredEvent): void {
    const key = JSON.stringify([source, host, connection, system]);
    const dropped = this.#dropped.get(key) ?? { address: { source, host, connection, system }, count: 0 };
    dropped.count++;
    this.#dropped.set(key, dropped);
  }

  #gaps(): StoredEvent[] {
    const now = this.#options.clock.now();
    const gaps = [...this.#dropped.values()].map(({ address, count }) => gapEvent(address, count, now));
    this.#dropped.clear();
    return gaps;
  }
}

function isShortLived({ retention }: StoredEvent): boolean {
  return retention === 'metric' || retention === 'log';
}

function eventSize({ raw, rawBase64 }: StoredEvent): number {
  return raw.length + (rawBase64?.length ?? 0) + eventBytes;
}
