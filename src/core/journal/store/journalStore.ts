import { randomUUID } from 'node:crypto';
import type { AlertBoard, AlertDeed } from './alerts.ts';
import { AppendQueue } from './appendQueue.ts';
import type { Comparison } from './comparison.ts';
import type { Deleted, DeletionScope } from './deletion.ts';
import type { InstanceHistory, InstanceHistoryRequest } from './instanceHistory.ts';
import type { Calls, EventContext, JournalRequest, Notice, Query, StoreStatus } from './messages.ts';
import { OpenQueries, type ResultHandle } from './openQueries.ts';
import type { FoundPlace, PlaceWish } from './places.ts';
import type { PlayerCountsRequest } from './playerCounts.ts';
import type { EventRange, JournalChange, JournalState, NewChanges } from './reader.ts';
import type { Batch, ChangeRow, JournalEvent } from './records.ts';
import type { NewRecording, Recording, RecordingChange, RecordingList } from './recordings.ts';
import type { RetentionLimits, RetentionReport } from './retention.ts';
import type { RollupSeries, RollupsRequest } from './rollups.ts';
import type { Order } from './scan.ts';
import type { TaskPage } from './tasks.ts';
import { ServiceClient } from './serviceClient.ts';
import type { Backend } from './workerBackend.ts';
import type { Commit } from './writer.ts';

export { QueryError } from './serviceClient.ts';
export type { ResultHandle } from './openQueries.ts';

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

const defaultMaxWaitingBytes = 64_000_000;

type Listener<T> = (value: T) => void;

/** The journal as the host sees it: typed questions to the worker, and batches of writes. */
export class JournalStore {
  readonly #client: ServiceClient;
  readonly #queue: AppendQueue;
  readonly #queries: OpenQueries;
  readonly #commitListeners = new Set<Listener<{ readonly commit: Commit; readonly own: boolean }>>();
  readonly #statusListeners = new Set<Listener<StoreStatus>>();
  readonly #deletionListeners = new Set<() => void>();
  #status: StoreStatus | undefined;
  #followEveryMs = 0;
  /** The newest event that this window was told of. */
  #toldSeq: number | undefined;

  private constructor({ path, software, limits, clock, backend, maxWaitingBytes }: StoreOptions) {
    const writer = randomUUID();
    this.#client = new ServiceClient({
      backend,
      after: (ms, run) => clock.after(ms, run),
      opening: () => ({
        path,
        software,
        limits,
        writer,
        ...(this.#toldSeq === undefined ? {} : { toldSeq: this.#toldSeq }),
      }),
      onNotice: (notice) => {
        this.#notice(notice);
      },
      onReopened: (status) => {
        this.#reopened(status);
      },
    });
    this.#queries = new OpenQueries(this.#client);
    this.#queue = new AppendQueue({
      writer,
      maxWaitingBytes: maxWaitingBytes ?? defaultMaxWaitingBytes,
      now: () => clock.now(),
      after: (ms, run) => clock.after(ms, run),
      post: (batch) => this.#client.call('append', batch),
      whenUp: () => this.#client.whenUp(),
    });
  }

  /**
   * Opens the journal. A file that cannot be used makes a store in memory that says so; missing SQLite and a worker that
   * does not start reject. A worker that ends later is started anew: what it did not acknowledge is posted again, open
   * queries begin again, and calls that it did not answer reject with reason 'worker'.
   */
  static async open(options: StoreOptions): Promise<JournalStore> {
    const store = new JournalStore(options);
    store.#status = await store.#client.open();
    store.#toldSeq = store.#status.seq;
    return store;
  }

  get status(): StoreStatus {
    if (!this.#status) throw new Error('not open');
    return this.#status;
  }

  /** Commits a batch within 50 ms, together with what else came meanwhile. */
  append(batch: Batch): Promise<Commit> {
    return this.#queue.append(batch);
  }

  /** Bytes that wait for their commit; what can wait (files, imports) pauses while they are many. */
  get waitingBytes(): number {
    return this.#queue.bytes;
  }

  /** Starts a query over the events after one; it rejects with a QueryError where the text is none. */
  query(query: Query, order: Order = 'arrival', after = 0): Promise<ResultHandle> {
    return this.#queries.open(query, order, after === 0 ? {} : { after });
  }

  async event(seq: number): Promise<JournalEvent | undefined> {
    return (await this.#client.call('event', { seq })) ?? undefined;
  }

  /** An event compared with the one before of its kind, with its cause and effect, and what it changed. */
  eventContext(seq: number): Promise<EventContext> {
    return this.#client.call('eventContext', { seq });
  }
  /** Differences of two payloads; null where one of the events is gone. */
  compare(seqs: readonly [number, number]): Promise<Comparison | null> {
    return this.#client.call('compare', { seqs });
  }

  /** History of one instance, task or connection. */
  changes(
    thing: { readonly connection: string; readonly what: ChangeRow['what']; readonly key: string },
    from = 0,
    to = Number.MAX_SAFE_INTEGER,
  ): Promise<JournalChange[]> {
    return this.#client.call('changes', { ...thing, from, to });
  }

  /** Changes behind a row of `changes`, for a window that follows. */
  changesSince(change: number): Promise<NewChanges> {
    return this.#client.call('changesSince', { change });
  }

  /** Tasks, also those that the fleet forgot, in pages: the one that changed last first. */
  tasks(limit: number, before?: number): Promise<TaskPage> {
    return this.#client.call('tasks', { limit, ...(before === undefined ? {} : { before }) });
  }

  /** A task as it was last, with its log. */
  async task(connection: string, key: string): Promise<JournalChange | undefined> {
    return (await this.#client.call('tasks', { connection, key })).tasks[0];
  }

  /** States of an instance over a time, and who did what. */
  instanceHistory(request: InstanceHistoryRequest): Promise<InstanceHistory> {
    return this.#client.call('instanceHistory', request);
  }

  /** Matching events of a range, oldest first, in pieces. */
  range(query: Query, from: number, to: number, limit = 1_000): Promise<EventRange> {
    return this.#client.call('range', { query, from, to, limit });
  }

  /** Fleet, contexts and cursors: now, or after an event of the past. */
  state(seq?: number): Promise<JournalState> {
    return this.#client.call('state', seq === undefined ? {} : { seq });
  }

  /** A moment of the past, and the ends of what can be had. */
  place(wish: PlaceWish): Promise<FoundPlace> {
    return this.#client.call('place', wish);
  }

  async ask(request: Omit<JournalRequest, 'takenBy' | 'answer'>): Promise<void> {
    await this.#client.call('ask', request);
  }
  /**
   * Takes the requests for these connections that no other window took, and answers all that this one has not answered.
   * Their answers go with the batch that came of them.
   */
  take(connections: readonly string[], window: string, notBefore: number): Promise<JournalRequest[]> {
    return this.#client.call('take', { connections, window, notBefore });
  }
  /** Takes a request back before another window takes it; false where one did. */
  withdraw(id: string, window: string): Promise<boolean> {
    return this.#client.call('withdraw', { id, window });
  }
  async answerOf(id: string): Promise<JournalRequest | undefined> {
    return (await this.#client.call('answerOf', { id })) ?? undefined;
  }

  /** Does something to the alerts, which all windows share, and answers how they are then. */
  alerts(deed: AlertDeed): Promise<AlertBoard> {
    return this.#client.call('alerts', deed);
  }

  /** Counts what came into the recordings, ends those that reached a limit, and answers them all. */
  recordings(): Promise<RecordingList> {
    return this.#client.call('recordings', null);
  }
  beginRecording(recording: NewRecording): Promise<Recording> {
    return this.#client.call('beginRecording', recording);
  }
  async endRecording(id: string): Promise<void> {
    await this.#client.call('endRecording', { id });
  }
  async changeRecording(id: string, change: RecordingChange): Promise<void> {
    await this.#client.call('changeRecording', { id, change });
  }
  /** Lets go of recordings; their events age out like all others. */
  async removeRecordings(ids: readonly string[]): Promise<void> {
    await this.#client.call('removeRecordings', { ids });
  }
  /** Removes what is too old or too much; answers how many events of each class went. */
  retain(limits?: RetentionLimits): Promise<RetentionReport> {
    return this.#client.call('retain', limits ? { limits } : {});
  }
  /** Deletes what a query finds, pinned events excepted; answers how many events went. */
  remove(query: Query): Promise<number> {
    return this.#client.call('remove', { query });
  }
  /**
   * Deletes what the whole of a scope names, pinned events excepted: a scope of a connection alone takes its state with it,
   * one of a name every state that holds the name.
   */
  async delete(scope: DeletionScope): Promise<Deleted> {
    const deleted = await this.#client.call('delete', { scope });
    for (const listener of this.#deletionListeners) listener();
    return deleted;
  }
  /** Measurements over time, from the roll-ups that outlive their events. */
  rollups(request: RollupsRequest): Promise<RollupSeries[]> {
    return this.#client.call('rollups', request);
  }
  /** Players over time, by the states of an instance; no series where its system tells of none. */
  playerCounts(request: PlayerCountsRequest): Promise<readonly RollupSeries[]> {
    return this.#client.call('playerCounts', request);
  }
  health(): Promise<Calls['health']['answer']> {
    return this.#client.call('health', null);
  }
  /** Gives free pages back to the file system in small steps; answers how many bytes. */
  compact(): Promise<number> {
    return this.#client.call('compact', null);
  }
  /** Looks for damaged pages; rejects with reason 'corrupt' and sets the file aside if there are any. */
  async check(): Promise<void> {
    await this.#client.call('check', null);
  }
  /** Copies the journal into a file that only its user reads, while others write. A file of that name is replaced. */
  async backUp(path: string): Promise<void> {
    await this.#client.call('backUp', { path });
  }

  /** Looks for commits of other windows so often; 0 stops. */
  async follow(everyMs: number): Promise<void> {
    this.#followEveryMs = everyMs;
    await this.#client.call('follow', { everyMs });
  }
  onCommit(listener: Listener<{ readonly commit: Commit; readonly own: boolean }>): () => void {
    this.#commitListeners.add(listener);
    return () => this.#commitListeners.delete(listener);
  }
  /** Tells when somebody deleted a scope in this window. */
  onDelete(listener: () => void): () => void {
    this.#deletionListeners.add(listener);
    return () => this.#deletionListeners.delete(listener);
  }
  onStatus(listener: Listener<StoreStatus>): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** Commits what waits and closes the file. */
  async close(): Promise<void> {
    await this.#queue.flush();
    try {
      await this.#client.call('close', null);
    } finally {
      await this.#client.end();
    }
  }

  #notice(notice: Notice): void {
    switch (notice.notice) {
      case 'commit':
        this.#toldSeq = notice.commit.to;
        for (const listener of this.#commitListeners) listener(notice);
        return;
      case 'status':
        this.#tellStatus(notice.status);
        return;
      case 'progress':
        this.#queries.progress(notice);
    }
  }

  #tellStatus(status: StoreStatus): void {
    this.#status = status;
    for (const listener of this.#statusListeners) listener(status);
  }

  #reopened(status: StoreStatus): void {
    this.#tellStatus(status);
    this.#queries.reopen();
    // The next service is told the same, should this one end before it answers.
    if (this.#followEveryMs > 0)
      this.#client.call('follow', { everyMs: this.#followEveryMs }).catch(() => undefined);
  }
}
