import { type Handlers, type Remote, RpcChannel } from '../../rpc/channel.ts';
import type { InspectorHost, InspectorView, ViewState } from '../../rpc/inspector.ts';

/** What VS Code gives to a webview; a plain page gives an object of the same shape. */
export interface WebviewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): WebviewApi;

export type Host = Remote<InspectorHost>;

/** The host as the rest of the webview sees it, and the little that the webview keeps for itself. */
export interface Link {
  readonly host: Host;
  load(): ViewState;
  save(state: ViewState): void;
}

const FRESH: ViewState = { detailWidth: 400, detailHeight: 280, detailTab: 'payload', detailOpen: false };

/** Connects to the host; only this function knows how messages travel. May be called once per page. */
export function connect(handlers: Handlers<InspectorView>, api: WebviewApi = acquireVsCodeApi()): Link {
  const channel = new RpcChannel<InspectorView, InspectorHost>((message) => {
    api.postMessage(message);
  }, handlers);
  window.addEventListener('message', (event) => {
    channel.receive(event.data);
  });
  return {
    host: channel,
    load: () => viewState(api.getState()),
    save: (state) => {
      api.setState(state);
    },
  };
}

function viewState(saved: unknown): ViewState {
  if (typeof saved !== 'object' || saved === null) return FRESH;
  const { detailWidth, detailHeight, detailTab, detailOpen } = saved as Partial<ViewState>;
  return {
    detailWidth: typeof detailWidth === 'number' ? detailWidth : FRESH.detailWidth,
    detailHeight: typeof detailHeight === 'number' ? detailHeight : FRESH.detailHeight,
    detailTab: detailTab === 'raw' ? 'raw' : 'payload',
    detailOpen: detailOpen === true,
  };
}
