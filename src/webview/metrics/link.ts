import type { Handlers, Remote } from '../../rpc/channel.ts';
import type { MetricsHost, MetricsView } from '../../rpc/metrics.ts';
import { openChannel, type WebviewApi } from '../base/host.ts';

declare function acquireVsCodeApi(): WebviewApi;

/** Spans that can be shown, in minutes. Those of more than an hour come from the journal. */
export const SPANS = [5, 15, 60, 1440, 10_080, 43_200] as const;
export type Span = (typeof SPANS)[number];

/** The host, and the little that the page keeps for itself while it is hidden. */
export interface Link {
  readonly host: Remote<MetricsHost>;
  loadSpan(): Span;
  saveSpan(span: Span): void;
}

/** Connects to the host. May be called once per page. */
export function connect(handlers: Handlers<MetricsView>): Link {
  const api = acquireVsCodeApi();
  return {
    host: openChannel(api, handlers),
    loadSpan: () => {
      const saved = api.getState() as { readonly span?: unknown } | null | undefined;
      return SPANS.find((span) => span === saved?.span) ?? SPANS[0];
    },
    saveSpan: (span) => api.setState({ span }),
  };
}
