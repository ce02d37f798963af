import type { Remote } from '../../rpc/channel.ts';
import type { InspectorHost, ViewState } from '../../rpc/inspector.ts';

export type Host = Remote<InspectorHost>;

/** The host as the rest of the webview sees it, and the little that the webview keeps for itself. */
export interface Link {
  readonly host: Host;
  load(): ViewState;
  save(state: ViewState): void;
}
