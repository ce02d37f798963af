import type { AlertBoard, AlertDeed } from './alerts.ts';
import type { JournalErrorReason } from './journalError.ts';
import type { CompiledQuery } from './compiled.ts';
import type { Comparison } from './comparison.ts';
import type { Deleted, DeletionScope } from './deletion.ts';
import type { Effects } from './effects.ts';
import type { JournalHealth } from './health.ts';
import type { InstanceHistory, InstanceHistoryRequest } from './instanceHistory.ts';
import type { EventRange, JournalChange, JournalState, NewChanges } from './reader.ts';
import type { ChangeRow, EncodedBatch, JournalEvent } from './records.ts';
import type { FoundPlace, PlaceWish } from './places.ts';
import type { PlayerCountsRequest } from './playerCounts.ts';
import type { NewRecording, Recording, RecordingChange, RecordingList } from './recordings.ts';
import type { Related } from './related.ts';
import type { Bounds, Page, RowsRequest } from './result.ts';
import type { Histogram, Timeline, TimelineRange } from './resultCounts.ts';
import type { ResultStatistics } from './resultStatistics.ts';
import type { RetentionLimits, RetentionReport } from './retention.ts';
import type { RollupSeries, RollupsRequest } from './rollups.ts';
import type { Order } from './scan.ts';
import type { CountedField } from './schema.ts';
import type { TaskPage, TaskWish } from './tasks.ts';
import type { Commit } from './writer.ts';

/** A text of the query language, or what its compiler makes of one (without a check, which cannot be posted). */
export type Query = string | Omit<CompiledQuery, 'check' | 'checkAll'>;

export interface JournalRequest {
  readonly id: string;
  /** Id of the connection in the settings; `window:` and its name where a window is asked. */
  readonly connection: string;
  readonly kind: string;
  readonly body: unknown;
  readonly askedAt: number;
  readonly window: string;
  readonly takenBy?: string;
  readonly answer?: unknown;
}

/** Place of the events; in memory with the reason why not in the file. */
export interface StoreStatus {
  readonly journalId: string;
  readonly path: string;
  readonly durable: boolean;
  /** The newest seq when it was opened. */
  readonly seq: number;
  readonly reason?: JournalErrorReason;
  readonly message?: string;
  /** New name of a damaged file. */
  readonly setAside?: string;
  /** Events that were held in memory got these seqs in the file; others may have written in between. */
  readonly moved?: Commit;
  /** Events that memory had no room for before the file could be written again. */
  readonly lost?: number;
}

/** An event among others: null where it is gone. */
export interface EventContext {
  readonly previous: Comparison | null;
  readonly related: Related | null;
  readonly effects: Effects;
}

/** Questions to the worker with their answers. */
export interface Calls {
  open: {
    args: {
      path: string;
      software: string;
      limits: RetentionLimits;
      /** UUID of the window's session. */
      writer: string;
      /** The newest seq that the window was told of, where a service before this one ended. */
      toldSeq?: number;
    };
    answer: StoreStatus;
  };
  append: { args: EncodedBatch; answer: Commit };
  query: { args: { query: Query; order: Order } & Bounds; answer: number };
  rows: { args: { result: number; request: RowsRequest }; answer: Page };
  positionOf: { args: { result: number; seq: number; sentAt?: number }; answer: number };
  /** Holds a result or releases it; answers the last event that is not held back. */
  hold: { args: { result: number; hold: boolean }; answer: number };
  values: { args: { result: number; field: CountedField }; answer: { value: string; count: number }[] };
  histogram: { args: { result: number; from: number; to: number; bins: number }; answer: Histogram };
  timeline: { args: { result: number; range: TimelineRange }; answer: Timeline };
  statistics: { args: { result: number }; answer: ResultStatistics };
  closeResult: { args: { result: number }; answer: null };
  event: { args: { seq: number }; answer: JournalEvent | null };
  eventContext: { args: { seq: number }; answer: EventContext };
  compare: { args: { seqs: readonly [number, number] }; answer: Comparison | null };
  changes: {
    args: { connection: string; what: ChangeRow['what']; key: string; from: number; to: number };
    answer: JournalChange[];
  };
  changesSince: { args: { change: number }; answer: NewChanges };
  tasks: { args: TaskWish; answer: TaskPage };
  instanceHistory: { args: InstanceHistoryRequest; answer: InstanceHistory };
  range: { args: { query: Query; from: number; to: number; limit: number }; answer: EventRange };
  state: { args: { seq?: number }; answer: JournalState };
  place: { args: PlaceWish; answer: FoundPlace };
  ask: { args: JournalRequest; answer: null };
  take: {
    args: { connections: readonly string[]; window: string; notBefore: number };
    answer: JournalRequest[];
  };
  withdraw: { args: { id: string; window: string }; answer: boolean };
  answerOf: { args: { id: string }; answer: JournalRequest | null };
  alerts: { args: AlertDeed; answer: AlertBoard };
  recordings: { args: null; answer: RecordingList };
  beginRecording: { args: NewRecording; answer: Recording };
  endRecording: { args: { id: string }; answer: null };
  changeRecording: { args: { id: string; change: RecordingChange }; answer: null };
  removeRecordings: { args: { ids: readonly string[] }; answer: null };
  retain: { args: { limits?: RetentionLimits }; answer: RetentionReport };
  remove: { args: { query: Query }; answer: number };
  delete: { args: { scope: DeletionScope }; answer: Deleted };
  rollups: { args: RollupsRequest; answer: RollupSeries[] };
  playerCounts: { args: PlayerCountsRequest; answer: readonly RollupSeries[] };
  compact: { args: null; answer: number };
  health: { args: null; answer: JournalHealth };
  check: { args: null; answer: null };
  backUp: { args: { path: string }; answer: null };
  follow: { args: { everyMs: number }; answer: null };
  close: { args: null; answer: null };
}
export type CallName = keyof Calls;

export type ToWorker = {
  [Name in CallName]: { id: number; call: Name; args: Calls[Name]['args'] };
}[CallName];

export interface Failure {
  readonly message: string;
  /** Of a JournalError; an error of the query language has its own fields instead. */
  readonly reason?: JournalErrorReason;
  /** Further facts of the error, e.g. its place in a query. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Progress {
  readonly count: number;
  /** How many of them commits brought since the scan began; the others stand behind them. */
  readonly newer: number;
  /** Goes back to false when rows went or were found anew: they stand at other positions then. */
  readonly done: boolean;
  /** Events that would belong to the result if it were not held. */
  readonly held: number;
  /** Events came among older ones, which stand at other positions now. */
  readonly moved?: true;
  /** A check took too long; the result is useless from here on. */
  readonly failure?: Failure;
}

/** Messages that the worker sends without being asked. */
export type Notice =
  /** Events came in, from this window or another; none where another window wrote something else. */
  | { readonly notice: 'commit'; readonly commit: Commit; readonly own: boolean }
  | ({ readonly notice: 'progress'; readonly result: number } & Progress)
  | { readonly notice: 'status'; readonly status: StoreStatus };
export type FromWorker =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: Failure }
  | Notice;

/** Either end of a worker, or of a `MessageChannel` for a store in the same thread. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: string, listener: (message: unknown) => void): unknown;
}
