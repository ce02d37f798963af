import { l10n } from 'vscode';
import type { Scope } from '../../core/connections/scope.ts';
import { connectionStateText } from '../../core/journal/control.ts';
import { findInstance, type Fleet } from '../../core/model/fleet.ts';
import { heardUntil } from '../../core/model/heardUntil.ts';
import type { InstanceRef } from '../../core/model/instance.ts';
import { oneLine } from '../../core/model/text.ts';
import type { Handlers } from '../../rpc/channel.ts';
import type { History, MetricsHost, MetricsState, Samples } from '../../rpc/metrics.ts';
import type { Runtime } from '../runtime.ts';
import { momentWords } from '../travel/moment.ts';
import { translate } from '../translate.ts';
import { MetricsFeed } from './feed.ts';
import { historyOf, stepOf } from './history.ts';

/** The measurements of one instance for the charts of one page. */
export class InstanceMetrics {
  readonly handlers: Handlers<MetricsHost>;
  readonly #runtime: Runtime;
  readonly #ref: InstanceRef;
  /** The timeline of its connection. */
  readonly #timeline: string;
  readonly #feed: MetricsFeed;
  readonly #sendState: (state: MetricsState) => void;
  /** The state that the page has, as JSON; empty before it asked. */
  #sentState = '';
  /** The last known name; it stays when the instance is gone. */
  #name: string;

  constructor(options: {
    readonly runtime: Runtime;
    readonly ref: InstanceRef;
    readonly timeline: string;
    readonly scope: Scope;
    readonly sendState: (state: MetricsState) => void;
    readonly sendSamples: (samples: Samples) => void;
  }) {
    const { runtime, ref, timeline, scope, sendState, sendSamples } = options;
    this.#runtime = runtime;
    this.#ref = ref;
    this.#timeline = timeline;
    this.#sendState = sendState;
    this.#name = oneLine(ref.key, 100);
    this.#feed = scope.add(
      new MetricsFeed({
        store: runtime.metrics,
        ref,
        send: sendSamples,
        now: Date.now,
      }),
    );
    this.handlers = {
      hello: () => {
        const state = this.state();
        this.#sentState = JSON.stringify(state);
        return { strings: l10n.bundle ?? {}, state, samples: this.#feed.all() };
      },
      history: ({ minutes }) => this.#history(minutes),
    };
  }

  /** Ends the sending until the page asks again: VS Code discards a hidden one. */
  hide(): void {
    this.#feed.hide();
    this.#sentState = '';
  }

  /** Brings the page up to date, if it has asked before. */
  update(): void {
    const state = this.state();
    const text = JSON.stringify(state);
    if (this.#sentState === '' || this.#sentState === text) return;
    this.#sentState = text;
    this.#sendState(state);
  }

  async #history(minutes: number): Promise<History> {
    const now = this.#runtime.travel.moment?.place.at ?? Date.now();
    const { connection, kind, key } = this.#ref;
    const store = await this.#runtime.journals.store(this.#timeline);
    const step = stepOf(minutes);
    const from = now - minutes * 60_000;
    const all = await store.rollups({ connection, key, from, to: now, step });
    const measured = all.filter((series) => series.kind === kind);
    // Systems that tell who joins and leaves do not measure how many play.
    const counted = measured.some(({ name }) => name === 'players')
      ? []
      : await store.playerCounts({
          instance: this.#ref,
          from,
          to: now,
          step: measured[0]?.step ?? step,
          heardUntil: heardUntil(this.#fleet.connections.get(connection), now),
        });
    return historyOf([...measured, ...counted], step, now);
  }

  get #fleet(): Fleet {
    const { travel, pipeline } = this.#runtime;
    return travel.moment?.fleet ?? pipeline.fleet(this.#timeline);
  }

  state(): MetricsState {
    const { connections, pipeline, travel } = this.#runtime;
    const { at } = travel.moment?.place ?? {};
    const connection = connections.get(this.#ref.connection);
    const instance = findInstance(pipeline.fleet(this.#timeline), this.#ref);
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
      connection: oneLine(connection?.settings.name ?? this.#ref.connection, 100),
      current: note === '',
      note,
      until: at === undefined ? null : { at, words: momentWords(at) },
    };
  }
}
