import type { MetricsHost, MetricsView } from './metrics.ts';

/**
 * The contract between the host of a server's page and the page. Everything that crosses is plain JSON; texts arrive
 * translated, and names from a server are untrusted on both sides. The charts in it talk as those of the metrics do.
 */

/** Names the server; kept by the page, so that it is there again after a reload. */
export interface ServerRef {
  readonly connection: string;
  readonly kind: string;
  readonly key: string;
  readonly host?: string;
}

/** States as far as the band tells them apart. */
export type BandName = 'up' | 'down' | 'moving' | 'crashed' | 'unknown';

export interface ServerOperation {
  readonly id: string;
  readonly title: string;
  /** Stands apart from the others: what it does cannot be undone. */
  readonly destroys: boolean;
  /** Reason why it is not on offer now; empty where it is. */
  readonly why: string;
}

/** The server as it is shown: now, in a replay, or at a moment of the past. */
export interface ServerState {
  readonly ref: ServerRef;
  readonly name: string;
  readonly connection: string;
  /** Null where nothing is known of it: it is gone, or was never seen. */
  readonly state: {
    readonly label: string;
    readonly band: BandName;
    readonly since: number;
    /** Why it is so, where the system tells; empty otherwise. */
    readonly detail: string;
  } | null;
  /** Names with their values, such as the version. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Null where the system does not tell of players. */
  readonly players: { readonly words: string; readonly names: readonly string[] } | null;
  /** Words above everything: the past is shown, the connection is lost, the server is gone. */
  readonly notes: readonly string[];
  /** Those on offer first; none where nothing is operated. */
  readonly operations: readonly ServerOperation[];
  /** Tasks that run. */
  readonly tasks: readonly { readonly id: string; readonly title: string; readonly progress: string }[];
  readonly hasLog: boolean;
  /** False in a replay, of whose times no measurements are at hand. */
  readonly hasCharts: boolean;
  /** Grows with everything that the history of the page may tell of. */
  readonly revision: number;
}

export interface ServerStretch {
  readonly band: BandName;
  /** State in words. */
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

/** Something that happened to the server, or that somebody did to it. */
export interface ServerHappening {
  readonly band: BandName | 'task';
  readonly title: string;
  /** Actor and reason in words; empty where nothing tells. */
  readonly who: string;
  readonly why: string;
  readonly at: number;
  /** Null where it goes on, or where no end was told. */
  readonly until: number | null;
  readonly goesOn: boolean;
  /** Event or task that it leads to. */
  readonly event: number | null;
  readonly task: string | null;
}

export interface ServerEvent {
  readonly seq: number;
  readonly at: number;
  readonly severity: 'debug' | 'info' | 'warning' | 'error';
  readonly summary: string;
}

export interface ServerHistory {
  readonly from: number;
  readonly to: number;
  readonly stretches: readonly ServerStretch[];
  /** Share of the known time in words; a dash where nothing is known. */
  readonly uptime: string;
  /** Time that the share is of, in words. */
  readonly known: string;
  readonly crashes: string;
  readonly happenings: readonly ServerHappening[];
  readonly events: readonly ServerEvent[];
  /** Words for a part of the history that is missing; empty where none is. */
  readonly note: string;
}

/** Answered by the extension host. */
export interface ServerHost {
  readonly requests: MetricsHost['requests'] & {
    /** First call of every page: translated strings (English template → text) and the server as it is. */
    open(params: null): Promise<{ strings: Readonly<Record<string, string>>; state: ServerState }>;
    /** The last hours; rejects with words for people where the history cannot be read. */
    past(params: { hours: number }): Promise<ServerHistory>;
  };
  readonly notices: {
    perform(params: { operation: string }): void;
    showEvent(params: { seq: number }): void;
    showEvents(params: null): void;
    showTask(params: { id: string }): void;
    showLog(params: null): void;
    /** The end of its log is on screen, or is not any more. */
    followLog(params: { isShown: boolean }): void;
  };
}

/** Answered by the page. */
export interface ServerView {
  readonly requests: object;
  readonly notices: MetricsView['notices'] & {
    server(params: ServerState): void;
    /** The last lines of the log, as text of the server. */
    log(params: { lines: readonly string[] }): void;
  };
}
