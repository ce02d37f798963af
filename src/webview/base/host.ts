import { type Handlers, type Remote, RpcChannel, type Side } from '../../rpc/channel.ts';
import type { InspectorView, ViewState } from '../../rpc/inspector.ts';
import { gridSettings, viewPlace } from '../../rpc/inspectorGrid.ts';
import type { Link } from './link.ts';

/** VS Code's object in a webview; a plain page gives one of the same shape. */
export interface WebviewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): WebviewApi;

const FRESH: ViewState = {
  detailWidth: 480,
  detailHeight: 280,
  emitWidth: null,
  detailTab: 'payload',
  detailOpen: false,
  rawWrap: true,
  query: null,
  grid: null,
  place: null,
};
const TABS: readonly ViewState['detailTab'][] = ['payload', 'raw', 'changes', 'related', 'effects'];

/** Opens the channel to the host of a page. */
export function openChannel<View extends Side, PageHost extends Side>(
  api: WebviewApi,
  handlers: Handlers<View>,
): Remote<PageHost> {
  const channel = new RpcChannel<View, PageHost>((message) => api.postMessage(message), handlers);
  window.addEventListener('message', (event) => channel.receive(event.data));
  return channel;
}

/** Connects the inspector to its host. May be called once per page. */
export function connect(handlers: Handlers<InspectorView>, api: WebviewApi = acquireVsCodeApi()): Link {
  return {
    host: openChannel(api, handlers),
    load: () => viewState(api.getState()),
    save: (state) => api.setState(state),
  };
}

function viewState(saved: unknown): ViewState {
  if (typeof saved !== 'object' || saved === null) return FRESH;
  const { detailWidth, detailHeight, emitWidth, detailTab, detailOpen, rawWrap, query, grid, place } =
    saved as Partial<ViewState>;
  return {
    detailWidth: typeof detailWidth === 'number' ? detailWidth : FRESH.detailWidth,
    detailHeight: typeof detailHeight === 'number' ? detailHeight : FRESH.detailHeight,
    emitWidth: typeof emitWidth === 'number' ? emitWidth : FRESH.emitWidth,
    detailTab: TABS.find((tab) => tab === detailTab) ?? FRESH.detailTab,
    detailOpen: detailOpen === true,
    query: typeof query === 'string' ? query : FRESH.query,
    grid: gridSettings(grid),
    place: viewPlace(place),
    rawWrap: rawWrap !== false,
  };
}
