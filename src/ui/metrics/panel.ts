import { l10n, type WebviewPanel } from 'vscode';
import { connectionStateText } from '../../core/journal/control.ts';
import { liveTimeline } from '../../core/model/event.ts';
import { findInstance } from '../../core/model/fleet.ts';
import type { InstanceRef } from '../../core/model/instance.ts';
import { oneLine } from '../../core/model/text.ts';
import type { RpcChannel } from '../../rpc/channel.ts';
import type { History, MetricsHost, MetricsState, MetricsView } from '../../rpc/metrics.ts';
import { pageChannel, pageIcon, showPage } from '../pages/webviewPage.ts';
import type { Runtime } from '../runtime.ts';
import { Scope } from '../../core/connections/scope.ts';
import { momentWords } from '../travel/moment.ts';
import { translate } from '../translate.ts';
import { MetricsFeed } from './feed.ts';
import { historyOf, stepOf } from './history.ts';

/** The host side of one panel: the measurements of one instance. */
export class MetricsPanel {
  readonly ref: InstanceRef;
  readonly #runtime: Runtime;
  /** The timeline of its connection. */
  readonly #timeline: string;
  readonly #panel: WebviewPanel;
  readonly #scope = new Scope();
  readonly #channel: RpcChannel<MetricsHost, MetricsView>;
  /** The state that the page has, as JSON; empty before it asked. */
  #sentState = '';
  /** The last known name; it stays when the instance is gone. */
  #name: string;

  constructor(runtime: Runtime, panel: WebviewPanel, ref: InstanceRef) {
    this.ref = ref;
    this.#runtime = runtime;
    this.#panel = panel;
    this.#timeline = runtime.connections.get(ref.connection)?.timeline ?? liveTimeline;
    this.#name = oneLine(ref.key, 100);
    const feed = this.#scope.add(
      new MetricsFeed({
        store: runtime.metrics,
        ref,
        send: (samples) => this.#channel.notify('samples', samples),
        now: Date.now,
      }),
    );
    this.#channel = pageChannel(panel.webview, this.#scope, {
      hello: () => {
        const state = this.#state();
        this.#sentState = JSON.stringify(state);
        return { strings: l10n.bundle ?? {}, state, samples: feed.all() };
      },
      history: ({ minutes }) => this.#history(minutes),
    });
    this.#scope.add(
      panel.onDidChangeViewState(() => {
        if (panel.visible) return;
        feed.hide();
        this.#sentState = '';
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
        if (this.#timeline !== liveTimeline && this.#timeline !== runtime.timelines.base) panel.dispose();
      }),
    );
    this.#scope.add(runtime.travel.onDidChange(() => this.#update()));
    const extension = runtime.context.extensionUri;
    panel.iconPath = pageIcon(extension, 'metrics');
    showPage(panel.webview, extension, { name: 'metrics', title: l10n.t('Metrics') });
    this.#update();
  }

  get visible(): boolean {
    return this.#panel.visible;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    void this.#scope.dispose();
  }

  async #history(minutes: number): Promise<History> {
    const now = this.#runtime.travel.moment?.place.at ?? Date.now();
    const { connection, kind, key } = this.ref;
    const store = await this.#runtime.journals.store(this.#timeline);
    const step = stepOf(minutes);
    const all = await store.rollups({ connection, key, from: now - minutes * 60_000, to: now, step });
    return historyOf(
      all.filter((series) => series.kind === kind),
      step,
      now,
    );
  }

  /** Brings the title up to date, and the page if it has asked before. */
  #update(): void {
    const state = this.#state();
    const title = l10n.t('{0} · Metrics', state.name);
    if (this.#panel.title !== title) this.#panel.title = title;
    const text = JSON.stringify(state);
    if (this.#sentState === '' || this.#sentState === text) return;
    this.#sentState = text;
    this.#channel.notify('state', state);
  }

  #state(): MetricsState {
    const { connections, pipeline, travel } = this.#runtime;
    const { at } = travel.moment?.place ?? {};
    const connection = connections.get(this.ref.connection);
    const instance = findInstance(pipeline.fleet(this.#timeline), this.ref);
    if (instance) this.#name = oneLine(instance.name, 100);
    const note =
      connection === undefined
        ? l10n.t('The connection was removed. These are the last values.')
        : connection.state !== 'ready'
          ? l10n.t(
              'The connection is not ready ({0}). These are the last values.',
              translate(connectionStateText(connection.state)),
            )
          : instance === undefined
            ? l10n.t('The instance is gone. These are the last values.')
            : '';
    return {
      name: this.#name,
      connection: oneLine(connection?.settings.name ?? this.ref.connection, 100),
      current: note === '',
      note,
      until: at === undefined ? null : { at, words: momentWords(at) },
    };
  }
}
