/** Bins of time. All lists have `bins` entries. Times are milliseconds since the epoch in the order that the rows have. */
export interface TimelineBins {
  /** Begin of the first bin, and width of each. */
  readonly from: number;
  readonly width: number;
  readonly bins: number;
  /** Events of the view, whatever the filter. */
  readonly all: readonly number[];
  /** Events that match the filter, and those of them that warn or tell of an error. */
  readonly counts: readonly number[];
  readonly warnings: readonly number[];
  readonly errors: readonly number[];
  /** Matching events that deserve a mark. */
  readonly states: readonly number[];
  readonly failures: readonly number[];
  readonly gaps: readonly number[];
}

/** Figures of the matching events; each value is a term of a query. */
export interface Statistics {
  readonly count: number;
  readonly bytes: number;
  /** Arrival of the first and the last. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds between two arrivals; `null` where there are fewer than two. */
  readonly between: {
    readonly median: number;
    readonly p95: number;
    readonly p99: number;
    readonly longest: number;
  } | null;
  readonly groups: readonly StatisticsGroup[];
  readonly largest: readonly { readonly seq: number; readonly type: string; readonly bytes: number }[];
  readonly slowest: readonly { readonly seq: number; readonly type: string; readonly ms: number }[];
}

/** The values of a field, the most frequent first. */
export interface StatisticsGroup {
  /** Field of the query language. */
  readonly field: 'type' | 'connection' | 'instance' | 'severity';
  readonly values: readonly { readonly value: string; readonly label: string; readonly count: number }[];
  /** Values beyond the listed ones. */
  readonly others: number;
}

export interface TimelineRequests {
  /** Bins of a range of time, at most so many; `null` is everything. `null` comes back where there is no event. */
  timeline(params: {
    range: { from: number; to: number } | null;
    bins: number;
  }): Promise<TimelineBins | null>;
  /** The first event of the view that is not before a time; `null` where none is. */
  eventAt(params: { time: number }): Promise<number | null>;
  /** The failure before or after an event, or the outermost one; `null`, and told to the user, where there is none. */
  failureBeside(params: { seq: number | null; direction: 'next' | 'previous' }): Promise<number | null>;
  statistics(params: null): Promise<Statistics | null>;
}
