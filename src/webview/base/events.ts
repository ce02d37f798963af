import type { HostCommand, ViewState } from '../../rpc/inspector.ts';
import type { EmitDraft, EmitTemplate } from '../../rpc/inspectorEmit.ts';
import type { GridSettings, RowSpan, ViewPlace } from '../../rpc/inspectorGrid.ts';

/** Actions that a control or a key asks of the shell. */
export type Action =
  | 'togglePause'
  | 'toggleFollow'
  | 'clear'
  | 'undoClear'
  | 'showNoise'
  | 'hideNoise'
  | 'emit'
  | 'emitAgain'
  | 'replay'
  | 'record'
  | 'stopRecording'
  | 'export'
  | 'openInTab'
  | 'showLive'
  | 'history'
  | 'showLog'
  | 'focusFilter'
  | 'clearFilter'
  | 'closePane'
  | 'copyEvent'
  | 'statistics'
  | 'columns'
  | 'help';

/** Actions that are commands of the host by the same name. */
const hostActions = [
  ...(['replay', 'record', 'stopRecording', 'export', 'openInTab'] as const),
  ...(['showLive', 'history', 'showLog'] as const),
] satisfies readonly (Action & HostCommand)[];
type HostAction = (typeof hostActions)[number];
export type PageAction = Exclude<Action, HostAction>;

export function isHostAction(action: Action): action is HostAction {
  return (hostActions as readonly Action[]).includes(action);
}

/** The events between the parts of the inspector; all bubble across shadow roots up to the shell. */
export interface PartEvents {
  'gso-action': Action;
  'gso-filter': string;
  /** A query to put into the bar. */
  'gso-query': string;
  'gso-follow': boolean;
  'gso-focus': { readonly seq: number; readonly open: boolean };
  'gso-spans': readonly RowSpan[];
  /** Looks of the grid, and the columns that are shown with them. */
  'gso-grid': { readonly settings: GridSettings; readonly shown: readonly string[] };
  'gso-place': ViewPlace | null;
  'gso-copy': string;
  /** The text of the message that is composed. */
  'gso-text': string;
  /** A message to begin with. */
  'gso-draft': EmitDraft;
  'gso-delete-template': EmitTemplate;
  'gso-series': { readonly count: number; readonly perSecond: number };
  'gso-stop-series': null;
  'gso-tab': ViewState['detailTab'];
  'gso-resize': number;
  /** Asks for the events of a time; null for no limit of time. */
  'gso-time': { readonly from: number; readonly to: number } | null;
  /** Asks for the events with a value of a field. */
  'gso-term': { readonly field: string; readonly value: string };
  /** Opens another event, without the focus leaving its place. */
  'gso-reveal': number;
  /** Goes to an event in the grid, with the pane as it is; one that the filter hides is opened. */
  'gso-go-to': number;
  'gso-wrap': boolean;
  'gso-document': number;
  'gso-difference': { readonly from: number; readonly to: number };
  'gso-find': string;
  'gso-find-step': number;
  'gso-find-close': null;
}

export type PartEvent<K extends keyof PartEvents> = CustomEvent<PartEvents[K]>;

/** A handler that fires one event, whatever it is called with. */
export function firing<K extends keyof PartEvents>(
  from: EventTarget,
  name: K,
  detail: PartEvents[K],
): () => void {
  return () => fire(from, name, detail);
}

export function fire<K extends keyof PartEvents>(from: EventTarget, name: K, detail: PartEvents[K]): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
