import { l10n } from 'vscode';
import { type Scope } from '../../core/connections/scope.ts';
import { connectionStateText } from '../../core/journal/control.ts';
import { HiddenNoise } from '../../core/journal/hiddenNoise.ts';
import { keptIn, unavailableText, type Kept } from '../../core/journal/journalNotices.ts';
import type { JournalView } from '../../core/journal/journalView.ts';
import type { Text } from '../../core/model/text.ts';
import type { ConnectionBadge, Status } from '../../rpc/inspector.ts';
import type { Runtime } from '../runtime.ts';
import type { Replays } from '../playback/replays.ts';
import { travelStatus } from '../travel/travelRequests.ts';
import type { ShownTimeline } from './shownTimeline.ts';
import { translate } from '../translate.ts';

/** Window of the rate in the status line. */
const rateWindowMs = 5000;
/** How often the size of the journal is looked at while it is shown. */
const bytesEveryMs = 5000;

/** Everything that an inspector says about its view and about the connections. */
export class StatusReport {
  readonly #runtime: Runtime;
  readonly #timeline: ShownTimeline;
  readonly #view: JournalView;
  readonly #onDidChange: () => void;
  readonly #scope: Scope;
  readonly #arrivals: { at: number; total: number }[] = [];
  #bytes = 0;
  #bytesAt = -Infinity;
  #place: { readonly kept: Kept; readonly why: string } = { kept: 'file', why: '' };
  #placeScope: Scope;
  readonly #noise: HiddenNoise;
  readonly #replays: Replays;

  constructor(
    runtime: Runtime,
    replays: Replays,
    timeline: ShownTimeline,
    view: JournalView,
    scope: Scope,
    onDidChange: () => void,
  ) {
    this.#runtime = runtime;
    this.#replays = replays;
    this.#timeline = timeline;
    this.#view = view;
    this.#scope = scope;
    this.#placeScope = scope.child();
    this.#onDidChange = onDidChange;
    this.#noise = scope.add(
      new HiddenNoise(view, (timeline) => runtime.journals.store(timeline), onDidChange),
    );
    void this.#followPlace();
  }

  /** The view shows another timeline. */
  timelineChanged(): void {
    this.#bytes = 0;
    this.#bytesAt = -Infinity;
    this.#arrivals.length = 0;
    void this.#followPlace();
  }

  status(): Status {
    void this.#measure();
    const { notice, label } = this.#timeline;
    return {
      revision: this.#view.revision,
      now: Date.now(),
      matched: this.#view.length,
      total: this.#view.total,
      bytes: this.#bytes,
      unseen: this.#view.unseen,
      paused: this.#view.paused,
      order: this.#view.order,
      filter: this.#view.filter,
      problem: this.#view.problem ?? null,
      cleared: this.#view.cleared?.all ?? 0,
      noise: this.#noise.look() ?? null,
      searching: this.#view.searching,
      filterMs: Math.round(this.#view.filterMs * 10) / 10,
      rate: this.#rate(),
      timeline: notice ? null : (label ?? null),
      recording: notice ?? null,
      timelineId: this.#view.timeline,
      connections: notice ? [] : this.#badges(),
      replay: this.#replays.status,
      travel: notice ? null : travelStatus(this.#runtime),
      records: this.#runtime.recordings.running.length > 0,
      kept: this.#place.kept,
      keptWhy: this.#place.why,
    };
  }

  /** Keeps in mind where the events of the timeline are kept. */
  async #followPlace(): Promise<void> {
    const timeline = this.#view.timeline;
    void this.#placeScope.dispose();
    this.#placeScope = this.#scope.child();
    const scope = this.#placeScope;
    const set = (kept: Kept, why: Text | undefined): void => {
      this.#place = { kept, why: why ? translate(why) : '' };
      this.#onDidChange();
    };
    try {
      const store = await this.#runtime.journals.store(timeline);
      const look = (): void => {
        const { kept, why } = keptIn(store.status);
        set(kept, why);
      };
      scope.defer(store.onStatus(look));
      if (scope === this.#placeScope) look();
    } catch (error) {
      if (scope === this.#placeScope) set('none', unavailableText(error));
    }
  }

  /** Looks at the size of the journal, now and then. */
  async #measure(): Promise<void> {
    const now = performance.now();
    if (now - this.#bytesAt < bytesEveryMs) return;
    this.#bytesAt = now;
    try {
      const { timeline } = this.#view;
      const { bytes } = await (await this.#runtime.journals.store(timeline)).health();
      if (bytes === this.#bytes || timeline !== this.#view.timeline) return;
      this.#bytes = bytes;
      this.#onDidChange();
    } catch {
      // The view says why there is no journal.
    }
  }

  #badges(): ConnectionBadge[] {
    const { connections, history, pipeline, timelines } = this.#runtime;
    const fleet = pipeline.fleet(timelines.base);
    return connections.on(timelines.base).map(({ settings, state }) => {
      const retryAt = fleet.connections.get(settings.id)?.retryAt;
      const words = translate(connectionStateText(state));
      const label =
        state === 'waiting' && retryAt !== undefined
          ? l10n.t('retry in {0} s', Math.max(1, Math.round((retryAt - Date.now()) / 1000)))
          : words;
      return { name: settings.name, state, label, kept: !history.settings.off.has(settings.id) };
    });
  }

  /** Events a second, from how the total grew over the window. */
  #rate(): number {
    const at = Date.now();
    const total = this.#view.total;
    while (this.#arrivals[0] && at - this.#arrivals[0].at > rateWindowMs) this.#arrivals.shift();
    this.#arrivals.push({ at, total });
    const first = this.#arrivals[0];
    if (!first || at - first.at < 250) return 0;
    return Math.max(0, Math.round(((total - first.total) * 1000) / (at - first.at)));
  }
}
