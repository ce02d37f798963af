import type { ViewState } from '../../rpc/inspector.ts';

/** Actions that a control or a key asks of the shell. */
export type Action =
  | 'togglePause'
  | 'toggleFollow'
  | 'clear'
  | 'emit'
  | 'emitAgain'
  | 'replay'
  | 'openInTab'
  | 'addTarget'
  | 'showLive'
  | 'history'
  | 'showLog'
  | 'focusFilter'
  | 'clearFilter'
  | 'closePane'
  | 'copyEvent'
  | 'help';

/** The events between the parts of the inspector; all bubble across shadow roots up to the shell. */
export interface PartEvents {
  'gso-action': Action;
  'gso-filter': string;
  'gso-follow': boolean;
  'gso-focus': { readonly seq: number; readonly open: boolean };
  'gso-spans': readonly (readonly [number, number])[];
  'gso-copy': string;
  'gso-emit': { readonly text: string; readonly targets: readonly string[] };
  'gso-tab': ViewState['detailTab'];
  'gso-resize': number;
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
