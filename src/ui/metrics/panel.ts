import { l10n, type WebviewPanel } from 'vscode';
import type { Scope } from '../../core/connections/scope.ts';
import { liveTimeline } from '../../core/model/event.ts';
import type { InstanceRef } from '../../core/model/instance.ts';
import type { RpcChannel } from '../../rpc/channel.ts';
import type { MetricsHost, MetricsView } from '../../rpc/metrics.ts';
import { pageChannel, pageIcon, showPage } from '../pages/webviewPage.ts';
import type { Runtime } from '../runtime.ts';
import { InstanceMetrics } from './instanceMetrics.ts';

/** The host side of one panel: the measurements of one instance. */
export class MetricsPanel {
  readonly #panel: WebviewPanel;
  readonly #scope: Scope;
  readonly #metrics: InstanceMetrics;

  constructor(runtime: Runtime, panel: WebviewPanel, ref: InstanceRef) {
    this.#panel = panel;
    this.#scope = runtime.scope.child();
    const timeline = runtime.connections.get(ref.connection)?.timeline ?? liveTimeline;
    this.#metrics = new InstanceMetrics({
      runtime,
      ref,
      timeline,
      scope: this.#scope,
      sendState: (state) => channel.notify('state', state),
      sendSamples: (samples) => channel.notify('samples', samples),
    });
    const channel: RpcChannel<MetricsHost, MetricsView> = pageChannel(
      panel.webview,
      this.#scope,
      this.#metrics.handlers,
    );
    this.#scope.add(
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#metrics.hide();
      }),
    );
    this.#scope.defer(
      runtime.pipeline.subscribe('metrics panel', ({ before, fleet }) => {
        if (before.connections !== fleet.connections) this.#update();
      }),
    );
    this.#scope.defer(runtime.connections.onDidChange('metrics panel', () => this.#update()));
    this.#scope.add(
      runtime.timelines.onDidChange(() => {
        if (timeline !== liveTimeline && timeline !== runtime.timelines.base) panel.dispose();
      }),
    );
    this.#scope.add(runtime.travel.onDidChange(() => this.#update()));
    const extension = runtime.context.extensionUri;
    panel.iconPath = pageIcon(extension, 'metrics');
    showPage(panel.webview, extension, { name: 'metrics', title: l10n.t('Metrics') });
    this.#update();
  }

  dispose(): void {
    void this.#scope.dispose();
  }

  /** Brings the title up to date, and the page if it has asked before. */
  #update(): void {
    const title = l10n.t('{0} · Metrics', this.#metrics.state().name);
    if (this.#panel.title !== title) this.#panel.title = title;
    this.#metrics.update();
  }
}
