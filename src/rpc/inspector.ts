/**
 * The contract between the inspector's host (which owns the data) and its webview (a stateless viewport).
 * Everything that crosses is plain JSON. Texts arrive translated; server text is untrusted on both sides.
 */

/** One row of the grid as a tuple: sixty of these cross per refresh, so names would be most of the bytes. */
export type Row = readonly [
  seq: number,
  /** Milliseconds since the epoch. */
  receivedAt: number,
  /** Milliseconds since the row above (of this view), `null` on the first. */
  delta: number | null,
  connection: string,
  instance: string,
  type: string,
  summary: string,
  size: number,
  severity: 'debug' | 'info' | 'warning' | 'error',
  direction: 'in' | 'out' | 'none',
  origin: 'live' | 'emitted' | 'replayed' | 'imported' | 'simulated' | 'derived',
  problems: number,
];

export interface ConnectionBadge {
  readonly name: string;
  readonly state: 'connecting' | 'authenticating' | 'ready' | 'waiting' | 'failed' | 'closed' | 'elsewhere';
  /** The state for people, e.g. "retry in 7 s". */
  readonly label: string;
  /** False where the history of this connection is switched off: its events are not among the rows. */
  readonly kept: boolean;
}

/** A mistake in a filter, from and to in characters, with what was probably meant there. */
export interface FilterProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
  readonly replacement?: string;
}

/** A complete snapshot, never a delta: the newest one replaces all before it. */
export interface Status {
  /** Grows whenever rows may stand at other positions than before (filter, clear, discard). */
  readonly revision: number;
  readonly matched: number;
  readonly total: number;
  readonly bytes: number;
  /** Rows held back since the view was paused. */
  readonly unseen: number;
  readonly paused: boolean;
  readonly filter: string;
  /** Why the filter is none, with its place in the text; the last one that was goes on. */
  readonly problem: FilterProblem | null;
  /** True while older events are still looked for. */
  readonly searching: boolean;
  /** Milliseconds that the last full evaluation of the filter took. */
  readonly filterMs: number;
  /** Events a second over the last seconds. */
  readonly rate: number;
  /** Name of the replay or recording on screen, `null` while it shows what is live. */
  readonly timeline: string | null;
  readonly connections: readonly ConnectionBadge[];
  /** Place of the events: the file, memory until it can be written, or none. */
  readonly kept: 'file' | 'memory' | 'none';
  /** Why they are not in the file and what to do, for people; empty where they are. */
  readonly keptWhy: string;
}

export interface Detail {
  readonly seq: number;
  readonly type: string;
  readonly system: string;
  readonly connection: string;
  readonly instance: string;
  readonly channel: string;
  readonly direction: string;
  readonly origin: string;
  readonly severity: 'debug' | 'info' | 'warning' | 'error';
  readonly receivedAt: number;
  readonly time: number | null;
  readonly host: string;
  readonly correlation: string | null;
  readonly summary: string;
  /** Meaning of the event type, from the catalog; empty for unknown types. */
  readonly meaning: string;
  /** Exact text after redaction, cut at `rawLimit` for the screen. */
  readonly raw: string;
  readonly rawCut: boolean;
  readonly base64: boolean;
  readonly size: number;
  readonly truncated: boolean;
  readonly redacted: readonly string[];
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  /** True where the event can be emitted again as it stands. */
  readonly emittable: boolean;
}

export interface EmitType {
  readonly type: string;
  readonly category: string;
  readonly description: string;
  /** A whole message as its system would send it, pretty-printed. */
  readonly example: string;
}

export interface EmitTarget {
  /** Opaque to the webview. */
  readonly id: string;
  readonly label: string;
  readonly detail: string;
}

export interface EmitForm {
  readonly types: readonly EmitType[];
  readonly targets: readonly EmitTarget[];
}

export interface EmitOutcome {
  readonly target: string;
  readonly label: string;
  readonly ok: boolean;
  readonly message: string;
}

/** State that the webview keeps over a reload of itself (its own `setState`). */
export interface ViewState {
  readonly detailWidth: number;
  /** Used where the detail lies below the grid. */
  readonly detailHeight: number;
  readonly detailTab: 'payload' | 'raw';
  readonly detailOpen: boolean;
}

/** Commands of the extension that the page offers. */
export type HostCommand = 'replay' | 'openInTab' | 'addTarget' | 'showLive' | 'history' | 'showLog';

/** Answered by the extension host. */
export interface InspectorHost {
  readonly requests: {
    /** First call of every webview: translated strings (English template → text) and the status. */
    hello(
      params: null,
    ): Promise<{ strings: Readonly<Record<string, string>>; status: Status; home: 'panel' | 'tab' }>;
    /** Rows by position in the filtered view; fewer come back where the view is shorter. */
    rows(params: {
      start: number;
      count: number;
    }): Promise<{ revision: number; start: number; rows: readonly Row[] }>;
    setFilter(params: { text: string }): Promise<Status>;
    setPaused(params: { paused: boolean }): Promise<Status>;
    clear(params: null): Promise<Status>;
    detail(params: { seq: number }): Promise<Detail | null>;
    /** Position of an event in the filtered view, -1 where it is not in it. */
    indexOf(params: { seq: number }): Promise<number>;
    /**
     * The selection, as spans of seqs (both ends belong to it): all events of the current view within them.
     * Seqs, not positions: a position that crosses while events are discarded would mean another event.
     */
    select(params: { spans: readonly (readonly [from: number, to: number])[] }): Promise<{ count: number }>;
    emitForm(params: null): Promise<EmitForm>;
    emit(params: { text: string; targets: readonly string[] }): Promise<readonly EmitOutcome[]>;
    copy(params: { text: string }): Promise<null>;
    /** Runs a command of the extension; only these names are accepted. */
    run(params: { command: HostCommand }): Promise<null>;
  };
  readonly notices: {
    /** Somebody works in this page: commands go to the inspector that was used last. */
    used(params: null): void;
  };
}

/** Answered by the webview. */
export interface InspectorView {
  readonly requests: object;
  readonly notices: {
    status(params: Status): void;
    /** Opens the emit form; with a seq, its text is that event's. */
    openEmit(params: { text: string | null }): void;
    focusFilter(params: { text: string | null }): void;
    /** Scrolls to an event and opens its detail. */
    reveal(params: { seq: number }): void;
  };
}
