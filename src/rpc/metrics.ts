/**
 * The contract between the host of a metrics panel and its page. Everything that crosses is plain JSON; texts arrive
 * translated, and names from a server are untrusted on both sides.
 */

/** Facts that the page shows above its charts. */
export interface MetricsState {
  readonly name: string;
  readonly connection: string;
  /** False where nothing new can come: the instance is gone, or its connection is not ready. */
  readonly current: boolean;
  /** Why nothing new comes, for people; empty while it is current. */
  readonly note: string;
  /** The moment of the past that the charts end with, and in words; null while they go on until now. */
  readonly until: { readonly at: number; readonly words: string } | null;
}

/** Samples, oldest first. What the page has from `since` on is replaced by them. */
export interface Samples {
  /** Milliseconds since the epoch, like all times here, by the clock of the host. */
  readonly since: number;
  /** The host's clock when this was sent: the page may be on another machine. */
  readonly now: number;
  readonly times: readonly number[];
  /** One column for each name; `null` is what was not measured. */
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
}

/** The measurements that the journal keeps: one point for each span of `step` milliseconds, oldest first. */
export interface History {
  readonly step: number;
  /** The host's clock when this was read. */
  readonly now: number;
  /** Middle of each span. */
  readonly times: readonly number[];
  /** A column of means for each name, and of the least and the greatest value; `null` is what was not measured. */
  readonly means: Readonly<Record<string, readonly (number | null)[]>>;
  readonly least: Readonly<Record<string, readonly (number | null)[]>>;
  readonly greatest: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Answered by the extension host. */
export interface MetricsHost {
  readonly requests: {
    /** First call of every page: translated strings (English template → text) and all there is. */
    hello(params: null): Promise<{
      strings: Readonly<Record<string, string>>;
      state: MetricsState;
      samples: Samples;
    }>;
    /** The measurements of the last minutes, also those from before this window was opened. */
    history(params: { minutes: number }): Promise<History>;
  };
  readonly notices: object;
}

/** Answered by the page. */
export interface MetricsView {
  readonly requests: object;
  readonly notices: {
    state(params: MetricsState): void;
    samples(params: Samples): void;
  };
}
