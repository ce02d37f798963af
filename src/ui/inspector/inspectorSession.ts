import { commands, env, l10n, type Webview } from 'vscode';
import { liveTimeline } from '../../core/model/event.ts';
import { JournalView } from '../../core/journal/journalView.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import { insertValue } from '../../core/journal/query/complete.ts';
import { keptIn, unavailableText, type Kept } from '../../core/journal/journalNotices.ts';
import { connectionStateText } from '../../core/journal/control.ts';
import type { CatalogEntry } from '../../core/systems/emit.ts';
import type { Handlers, RpcChannel } from '../../rpc/channel.ts';
import type {
  ConnectionBadge,
  EmitForm,
  EmitOutcome,
  InspectorHost,
  InspectorView,
  Status,
} from '../../rpc/inspector.ts';
import { commandId } from '../contributions/commands.ts';
import type { EmitTargets } from '../playback/emitTargets.ts';
import { confirmed } from '../operations/questions.ts';
import { pageChannel } from '../pages/webviewPage.ts';
import type { Runtime } from '../runtime.ts';
import { Scope } from '../../core/connections/scope.ts';
import type { Text } from '../../core/model/text.ts';
import { translate } from '../translate.ts';
import { detailOf, rowOf } from './rows.ts';

/** At most twenty statuses a second cross to the webview. */
const statusEveryMs = 50;
/** Rows answered in one request: more than any screen has. */
const maxRows = 500;
/** Window of the rate in the status line. */
const rateWindowMs = 5000;

const withoutMetrics = '-channel:metric';
/** Events taken into a selection at most: they are read into memory. */
const maxSelected = 200_000;
/** How often the size of the journal is looked at while it is shown. */
const bytesEveryMs = 5000;

/** The host side of one inspector: owner of view, filter and selection, which the page shows. */
export class InspectorSession {
  readonly #runtime: Runtime;
  readonly #targets: EmitTargets;
  readonly #view: JournalView;
  readonly #channel: RpcChannel<InspectorHost, InspectorView>;
  readonly #scope = new Scope();
  readonly #home: 'panel' | 'tab';
  readonly #used: () => void;
  readonly #arrivals: { at: number; total: number }[] = [];
  #visible = true;
  #ready = false;
  #timer: NodeJS.Timeout | undefined;
  #selected: readonly (readonly [from: number, to: number])[] = [];
  #bytes = 0;
  #place: { readonly kept: Kept; readonly why: string } = { kept: 'file', why: '' };
  #placeScope = this.#scope.child();
  #bytesAt = -Infinity;
  /** Notices for the page that came before it was loaded. */
  #waiting: (() => void)[] = [];

  constructor(
    runtime: Runtime,
    targets: EmitTargets,
    webview: Webview,
    home: 'panel' | 'tab',
    used: () => void,
  ) {
    this.#runtime = runtime;
    this.#used = used;
    this.#targets = targets;
    this.#home = home;
    this.#view = this.#scope.add(
      new JournalView((timeline) => runtime.journals.store(timeline), runtime.timelines.id),
    );
    // Measurements come every other second and would bury the events; the user can clear the filter.
    if (runtime.connections.connections.some(({ session }) => session?.watch !== undefined))
      void this.#view.setFilter(withoutMetrics);
    this.#channel = pageChannel(webview, this.#scope, this.#handlers());
    this.#scope.defer(this.#view.onDidChange(() => this.#schedule()));
    this.#scope.defer(
      runtime.pipeline.subscribe('inspector', ({ before, fleet }) => {
        if (before.connections !== fleet.connections) this.#schedule();
      }),
    );
    this.#scope.add(
      runtime.timelines.onDidChange(() => {
        this.#selected = [];
        this.#bytesAt = -Infinity;
        void this.#view.setTimeline(runtime.timelines.id);
        void this.#followPlace();
      }),
    );
    this.#scope.add(runtime.history.onDidChange(() => this.#schedule()));
    this.#scope.defer(() => clearTimeout(this.#timer));
    void this.#followPlace();
  }

  /** The selected events in order, at most the newest 200,000. */
  async selection(): Promise<readonly JournalEvent[]> {
    const parts = await Promise.all(
      this.#selected.map(([from, to]) => this.#view.between(from, to, maxSelected)),
    );
    return parts.flat();
  }

  event(seq: number): Promise<JournalEvent | undefined> {
    return this.#view.event(seq);
  }

  /** Stops and starts sending: VS Code drops messages to a hidden page. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#schedule();
  }

  openEmit(text: string | null): void {
    this.#whenReady(() => this.#channel.notify('openEmit', { text }));
  }

  /** Shows the events with exactly this value. */
  filterBy(field: string, value: string): void {
    this.filter(`${field}:${insertValue(value)}`);
  }

  filter(text: string): void {
    void this.#view.setFilter(text);
    this.#whenReady(() => this.#channel.notify('focusFilter', { text }));
  }

  dispose(): void {
    void this.#scope.dispose();
  }

  #handlers(): Handlers<InspectorHost> {
    return {
      used: () => this.#used(),
      hello: () => {
        this.#ready = true;
        for (const run of this.#waiting.splice(0)) setImmediate(run);
        return { strings: l10n.bundle ?? {}, status: this.#status(), home: this.#home };
      },
      rows: async ({ start, count }) => {
        const wanted = Math.min(count, maxRows);
        const lead = start > 0 ? 1 : 0;
        const { revision } = this.#view;
        const events = await this.#view.rows(start - lead, wanted + lead);
        const rows = events
          .map((event, i) => rowOf(event, events[i - 1], this.#name(event.connection)))
          .slice(lead);
        return { revision, start, rows };
      },
      setFilter: async ({ text }) => {
        await this.#view.setFilter(text);
        return this.#status();
      },
      setPaused: ({ paused }) => {
        this.#view.setPaused(paused);
        return this.#status();
      },
      clear: async () => {
        this.#selected = [];
        await this.#view.clear();
        return this.#status();
      },
      detail: async ({ seq }) => {
        const event = await this.#view.event(seq);
        // The meaning of a type is its system's to say.
        if (event) await this.#runtime.systems.load(event.system);
        return event ? detailOf(event, this.#name(event.connection), this.#runtime.systems) : null;
      },
      indexOf: ({ seq }) => this.#view.indexOf(seq),
      select: async ({ spans }) => {
        this.#selected = spans;
        const counts = await Promise.all(spans.map(([from, to]) => this.#view.countBetween(from, to)));
        return { count: counts.reduce((sum, count) => sum + count, 0) };
      },
      emitForm: () => this.#emitForm(),
      emit: ({ text, targets }) => this.#emit(text, targets),
      copy: async ({ text }) => {
        await env.clipboard.writeText(text);
        return null;
      },
      run: async ({ command }) => {
        if (command === 'addTarget') await this.#targets.add();
        if (command === 'replay') await commands.executeCommand(commandId('replay'));
        if (command === 'openInTab') await commands.executeCommand(commandId('openInspectorTab'));
        if (command === 'history') await commands.executeCommand(commandId('history'));
        if (command === 'showLog') await commands.executeCommand(commandId('showLog'));
        if (command === 'showLive') await commands.executeCommand(commandId('showLive'));
        return null;
      },
    };
  }

  async #emitForm(): Promise<EmitForm> {
    const systems = await this.#runtime.systems.loadAll();
    const targets = await this.#targets.list();
    const reached = systems.filter((system) => targets.some((target) => target.system.id === system.id));
    // Types of systems without a target are left out while there is any target.
    const offered = reached.length > 0 ? reached : systems;
    return {
      types: offered.flatMap((system) =>
        sendable(system.catalog).map(({ type, category, description, example }) => ({
          type,
          category: offered.length > 1 ? `${system.label}: ${category}` : category,
          description: translate(description),
          example: JSON.stringify(example, null, 2),
        })),
      ),
      targets: targets.map(({ id, label, address }) => ({ id, label, detail: address })),
    };
  }

  async #emit(text: string, ids: readonly string[]): Promise<readonly EmitOutcome[]> {
    const chosen = (await this.#targets.list()).filter(({ id }) => ids.includes(id));
    const bytes = Buffer.from(text);
    const refused = new Set<string>();
    for (const target of chosen) {
      const question = this.#targets.question(target, bytes);
      if (question && !(await confirmed(question))) refused.add(target.id);
    }
    return Promise.all(
      chosen.map(async (target): Promise<EmitOutcome> => {
        if (refused.has(target.id))
          return { target: target.id, label: target.label, ok: false, message: l10n.t('not sent') };
        const outcome = await this.#targets.send(target, bytes, 'emitted', AbortSignal.timeout(15_000));
        return { target: target.id, label: target.label, ...outcome };
      }),
    );
  }

  #name(connection: string): string {
    return this.#runtime.connections.get(connection)?.settings.name ?? connection;
  }

  #status(): Status {
    const { timelines } = this.#runtime;
    void this.#measure();
    return {
      revision: this.#view.revision,
      matched: this.#view.length,
      total: this.#view.total,
      bytes: this.#bytes,
      unseen: this.#view.unseen,
      paused: this.#view.paused,
      filter: this.#view.filter,
      problem: this.#view.problem ?? null,
      searching: this.#view.searching,
      filterMs: Math.round(this.#view.filterMs * 10) / 10,
      rate: this.#rate(),
      timeline: timelines.label ?? null,
      connections: this.#badges(),
      kept: this.#place.kept,
      keptWhy: this.#place.why,
    };
  }

  /** Keeps in mind where the events of the timeline are kept. */
  async #followPlace(): Promise<void> {
    const timeline = this.#runtime.timelines.id;
    void this.#placeScope.dispose();
    this.#placeScope = this.#scope.child();
    const scope = this.#placeScope;
    const set = (kept: Kept, why: Text | undefined): void => {
      this.#place = { kept, why: why ? translate(why) : '' };
      this.#schedule();
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
      const { bytes } = await (await this.#runtime.journals.store(this.#view.timeline)).health();
      if (bytes === this.#bytes) return;
      this.#bytes = bytes;
      this.#schedule();
    } catch {
      // The view says why there is no journal.
    }
  }

  #badges(): ConnectionBadge[] {
    const { connections, history, pipeline } = this.#runtime;
    const fleet = pipeline.fleet(liveTimeline);
    return connections.connections.map(({ settings, state }) => {
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

  #schedule(): void {
    if (this.#timer || !this.#visible || !this.#ready) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#visible) this.#channel.notify('status', this.#status());
    }, statusEveryMs);
  }

  #whenReady(run: () => void): void {
    if (this.#ready) run();
    else this.#waiting.push(run);
  }
}

/** The types that can be sent: where a system accepts only its client's own messages, those alone. */
function sendable(catalog: readonly CatalogEntry[]): readonly CatalogEntry[] {
  const ours = catalog.filter(({ sentBy }) => sentBy === 'client');
  return ours.length > 0 ? ours : catalog;
}
