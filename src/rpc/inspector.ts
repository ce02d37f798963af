import type { ReplayRequests, ReplayStatus } from './inspectorReplay.ts';
import type { TimelineRequests } from './inspectorTimeline.ts';
import type { TravelRequests, TravelStatus } from './inspectorTravel.ts';

/**
 * The contract between the inspector's host (which owns the data) and its webview (a stateless viewport).
 * Everything that crosses is plain JSON. Texts arrive translated; server text is untrusted on both sides.
 */

import type { QueryNotices, QueryRequests } from './inspectorQuery.ts';
import type {
  GridNotices,
  GridRequests,
  GridSettings,
  RowOrder,
  RowSpan,
  ViewPlace,
} from './inspectorGrid.ts';
import type { DetailRequests, DetailTab } from './inspectorDetail.ts';
import type { EmitNotices, EmitRequests } from './inspectorEmit.ts';

/** One row of the grid as a tuple: sixty of these cross per refresh, so names would be most of the bytes. */
export type Row = readonly [
  seq: number,
  /** Time of the order of the rows, in milliseconds since the epoch. */
  at: number,
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
  host: string,
  /** Milliseconds from the call to this reply, `null` where it is none or the call is not known. */
  duration: number | null,
  /** Values of the payload at the paths that were asked for. */
  values: readonly string[],
  /** Id of the connection, which queries compare with; the name of above is for people. */
  connectionId: string,
  /** True where the event is a call that can be made again by hand. */
  isCall: boolean,
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
interface FilterProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
  readonly replacement?: string;
}

/** An opened file for people: its name, how far it is read, and what of it could not be read. */
export interface RecordingNotice {
  readonly name: string;
  readonly text: string;
  readonly problem: string;
}

/** A complete snapshot, never a delta: the newest one replaces all before it. */
export interface Status {
  /** Grows whenever rows may stand at other positions than before (filter, clear, discard). */
  readonly revision: number;
  /** The host's clock when this was sent: the page may be on another machine. */
  readonly now: number;
  readonly matched: number;
  readonly total: number;
  readonly bytes: number;
  /** Rows held back since the view was paused. */
  readonly unseen: number;
  readonly paused: boolean;
  readonly order: RowOrder;
  readonly filter: string;
  /** Why the filter is none, with its place in the text; the last one that was goes on. */
  readonly problem: FilterProblem | null;
  /** Events that came before the view was cleared; 0 where it was not. */
  readonly cleared: number;
  /** Events that the filter hides as noise: `shown` where it hides none, `null` while the count is not known. */
  readonly noise: number | 'shown' | null;
  /** True while older events are still looked for. */
  readonly searching: boolean;
  /** Milliseconds that the last full evaluation of the filter took. */
  readonly filterMs: number;
  /** Events a second over the last seconds. */
  readonly rate: number;
  /** Name of the replay or recording on screen, `null` while it shows what is live. */
  readonly timeline: string | null;
  /** The file whose events are shown instead of the journal's. */
  readonly recording: RecordingNotice | null;
  /** Id of the timeline: in another one a seq means another event. */
  readonly timelineId: string;
  readonly connections: readonly ConnectionBadge[];
  /** The replay of this window, whatever events are shown. */
  readonly replay: ReplayStatus | null;
  /** The moment of the past that the tree shows; null while that is now. */
  readonly travel: TravelStatus | null;
  /** True while something is recorded into the history, in whatever window it was begun. */
  readonly records: boolean;
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

/** State that the webview keeps over a reload of itself (its own `setState`). */
export interface ViewState {
  readonly detailWidth: number;
  /** Used where the detail lies below the grid. */
  readonly detailHeight: number;
  /** Width of the emit form; `null` where the reader never changed it. */
  readonly emitWidth: number | null;
  readonly detailTab: DetailTab;
  readonly detailOpen: boolean;
  /** Query of this inspector; `null` for one that had none yet. */
  readonly query: string | null;
  /** `null` where the reader never changed it. */
  readonly grid: GridSettings | null;
  /** `null` where no event had the focus. */
  readonly place: ViewPlace | null;
  /** Long lines of the raw text go on in the next. */
  readonly rawWrap: boolean;
}

/** Commands of the extension that the page offers. */
export type HostCommand =
  | 'export'
  | 'replay'
  | 'record'
  | 'stopRecording'
  | 'openInTab'
  | 'addTarget'
  | 'showLive'
  | 'history'
  | 'showLog';

/** Rows of the filtered view; of use only while that view has this revision. */
export interface RowsAnswer {
  readonly revision: number;
  readonly start: number;
  readonly rows: readonly Row[];
}

/** Answered by the extension host. */
export interface InspectorHost {
  readonly requests: GridRequests & {
    /** First call of every webview: translated strings (English template → text) and the status. */
    hello(params: {
      /** The query that the page had before it was loaded again. */
      query: string | null;
    }): Promise<{
      strings: Readonly<Record<string, string>>;
      status: Status;
      home: 'panel' | 'tab';
      /** The rows that most readers see first, so that the page asks for none: those at the end, without values of payloads; null where none could be had. */
      newest: RowsAnswer | null;
    }>;
    /** Rows by position in the filtered view; fewer come back where the view is shorter. */
    rows(params: {
      start: number;
      count: number;
      /** Paths of the payload whose values are wanted. */
      paths: readonly string[];
    }): Promise<RowsAnswer>;
    setFilter(params: { text: string }): Promise<Status>;
    setPaused(params: { paused: boolean }): Promise<Status>;
    clear(params: null): Promise<Status>;
    detail(params: { seq: number }): Promise<Detail | null>;
    /** Position of an event in the filtered view, -1 where it is not in it. */
    indexOf(params: { seq: number }): Promise<{ readonly at: number; readonly revision: number }>;
    /**
     * The selection: all events of the current view within the spans. Places of events, not positions: a position that
     * crosses while events come or go would mean another event.
     */
    select(params: { spans: readonly RowSpan[] }): Promise<{ count: number }>;
    copy(params: { text: string }): Promise<null>;
    /** Runs a command of the extension; only these names are accepted. */
    run(params: { command: HostCommand }): Promise<null>;
  } & QueryRequests &
    ReplayRequests &
    TimelineRequests &
    TravelRequests &
    DetailRequests &
    EmitRequests;
  readonly notices: {
    /** Somebody works in this page: commands go to the inspector that was used last. */
    used(params: null): void;
    /** The focus left the page. */
    left(params: null): void;
  };
}

/** Answered by the webview. */
export interface InspectorView {
  readonly requests: object;
  readonly notices: GridNotices & {
    status(params: Status): void;
    focusFilter(params: { text: string | null }): void;
    /** Scrolls to an event and opens its detail. */
    reveal(params: { seq: number }): void;
    /** Goes to the failure beside the event that has the focus. */
    goToFailure(params: { direction: 'next' | 'previous' }): void;
  } & QueryNotices &
    EmitNotices;
}
