import { commands, env, l10n, type Uri, type Webview } from 'vscode';
import { JournalView } from '../../core/journal/journalView.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import type { Order } from '../../core/journal/store/scan.ts';
import { defaultQuery } from '../../core/journal/query/defaultQuery.ts';
import { withTerm, type Joining } from '../../core/journal/query/edit.ts';
import type { Handlers, RpcChannel } from '../../rpc/channel.ts';
import type { InspectorHost, InspectorView, Status } from '../../rpc/inspector.ts';
import { defaultGrid, type GridWish } from '../../rpc/inspectorGrid.ts';
import { commandId } from '../contributions/commandIds.ts';
import type { Replays } from '../playback/replays.ts';
import { pageChannel } from '../pages/webviewPage.ts';
import type { Runtime } from '../runtime.ts';
import { Scope } from '../../core/connections/scope.ts';
import { cellTerm } from './cellTerm.ts';
import { detailRequests } from './detailRequests.ts';
import { draftOf, emitRequests, type EmitTools } from './emitRequests.ts';
import { GridHost, keptGrid } from './gridRequests.ts';
import { queryRequests } from './queryRequests.ts';
import type { QueryShelf } from './queryShelf.ts';
import { detailOf } from './rows.ts';
import type { ShownTimeline } from './shownTimeline.ts';
import { StatusReport } from './statusReport.ts';
import { takeTravelWish } from '../travel/travelRequests.ts';
import { timelineRequests } from './timelineRequests.ts';

/** At most twenty statuses a second cross to the webview. */
const statusEveryMs = 50;

/** Parts of the window that all its inspectors share. */
export interface InspectorTools extends EmitTools {
  readonly shelf: QueryShelf;
  readonly replays: Replays;
}

/** The events of an inspector, for those who take them away. */
export interface ExportSource {
  readonly timeline: string;
  readonly filter: string;
  readonly matched: number;
  readonly total: number;
  readonly selected: number;
  readonly selection: () => Promise<readonly JournalEvent[]>;
  readonly nameOf: (connection: string) => string;
  /** Ids of the columns on screen, and the order of the rows. */
  readonly columns: readonly string[];
  readonly order: Order;
  /** Beginning of the file's name where the filter is all that can be exported. */
  readonly recording?: string;
}

/** The host side of one inspector: owner of view, filter and selection, which the page shows. */
export class InspectorSession {
  readonly #runtime: Runtime;
  readonly #timeline: ShownTimeline;
  readonly #tools: InspectorTools;
  readonly #view: JournalView;
  readonly #channel: RpcChannel<InspectorHost, InspectorView>;
  readonly #scope = new Scope();
  readonly #home: 'panel' | 'tab';
  readonly #focused: (isFocused: boolean) => void;
  #visible = true;
  #ready = false;
  /** The page can be told something: one that is hidden is loaded again when it is shown. */
  #isLoaded = false;
  /** A query was asked for here: that of the page before it was loaded again does not count any more. */
  #isAsked = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #grid: GridHost;
  readonly #report: StatusReport;
  /** Notices for the page that came before it was loaded. */
  #waiting: (() => void)[] = [];

  constructor(
    runtime: Runtime,
    tools: InspectorTools,
    webview: Webview,
    home: 'panel' | 'tab',
    timeline: ShownTimeline,
    focused: (isFocused: boolean) => void,
  ) {
    this.#runtime = runtime;
    this.#timeline = timeline;
    this.#focused = focused;
    this.#tools = tools;
    this.#home = home;
    this.#view = this.#scope.add(
      new JournalView((id) => runtime.journals.store(id), {
        timeline: timeline.id,
        order: keptGrid(runtime.context, home)?.order ?? defaultGrid.order,
        filter: defaultQuery,
      }),
    );
    this.#grid = new GridHost(runtime, this.#view, home, (id) => this.#name(id));
    this.#report = new StatusReport(runtime, tools.replays, timeline, this.#view, this.#scope, () =>
      this.#schedule(),
    );
    this.#channel = pageChannel(webview, this.#scope, this.#handlers());
    this.#scope.defer(this.#view.onDidChange(() => this.#schedule()));
    this.#scope.defer(
      runtime.pipeline.subscribe('inspector', ({ before, fleet }) => {
        if (before.connections !== fleet.connections) this.#schedule();
      }),
    );
    this.#scope.add(
      timeline.onDidChange(() => {
        if (timeline.id === this.#view.timeline) {
          this.#schedule();
          return;
        }
        this.#grid.deselect();
        void this.#view.setTimeline(timeline.id);
        this.#report.timelineChanged();
      }),
    );
    this.#scope.add(runtime.history.onDidChange(() => this.#schedule()));
    this.#scope.add(tools.replays.onDidChange(() => this.#schedule()));
    this.#scope.add(runtime.travel.onDidChange(() => this.#schedule()));
    this.#scope.add(runtime.travelPlayer.onDidChange(() => this.#schedule()));
    this.#scope.defer(runtime.recordings.onDidChange('inspector', () => this.#schedule()));
    const { shelf } = tools;
    this.#scope.add(
      shelf.onDidChange(() => this.#whenLoaded(() => this.#channel.notify('shelf', shelf.contents))),
    );
    const { emissions, emitShelf } = tools;
    this.#scope.add(
      emitShelf.onDidChange(() =>
        this.#whenLoaded(() => this.#channel.notify('emitShelf', emitShelf.contents)),
      ),
    );
    this.#scope.add(
      emissions.onDidChange(() => {
        if (this.#visible) this.#channel.notify('emitSeries', emissions.series);
      }),
    );
    this.#scope.add(emissions.onDidEcho((echo) => this.#channel.notify('emitEcho', echo)));
    this.#scope.defer(() => clearTimeout(this.#timer));
  }

  /** The file whose events are shown. */
  get file(): Uri | undefined {
    return this.#timeline.uri;
  }

  /** Everything that an export of this inspector needs. */
  async exportSource(): Promise<ExportSource> {
    const { timeline, filter, length, total } = this.#view;
    return {
      timeline,
      filter,
      matched: length,
      total,
      selected: await this.#grid.selectedCount(),
      selection: () => this.#grid.selection(),
      nameOf: (connection) => this.#name(connection),
      columns: this.#grid.columns,
      order: this.#view.order,
    };
  }

  get timeline(): string {
    return this.#view.timeline;
  }

  get query(): string {
    return this.#view.filter;
  }

  get grid(): GridHost {
    return this.#grid;
  }

  /** Asks something of the grid of the page. */
  wish(wish: GridWish): void {
    this.#whenLoaded(() => this.#channel.notify('grid', wish));
  }

  event(seq: number): Promise<JournalEvent | undefined> {
    return this.#view.event(seq);
  }

  /** Stops and starts sending: VS Code drops messages to a hidden page. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#schedule();
    else {
      this.#isLoaded = false;
      this.#focused(false);
    }
  }

  goToFailure(direction: 'next' | 'previous'): void {
    this.#whenLoaded(() => this.#channel.notify('goToFailure', { direction }));
  }

  focusFilter(): void {
    this.#whenLoaded(() => this.#channel.notify('focusFilter', { text: null }));
  }

  /** Opens the emit form, with the message of an event or empty. */
  openEmit(event: JournalEvent | null): void {
    this.#whenLoaded(() => this.#channel.notify('openEmit', { draft: event && draftOf(event) }));
  }

  /** Shows the events with exactly this value. */
  filterBy(field: string, value: string): void {
    this.filter(withTerm(defaultQuery, field, value, 'and'));
  }

  filter(text: string = defaultQuery, takesFocus = true): void {
    this.#isAsked = true;
    void this.#view.setFilter(text);
    if (takesFocus) this.#whenLoaded(() => this.#channel.notify('focusFilter', { text }));
  }

  /** Shows what a query finds, and the detail of an event. */
  async showEvent(query: string, seq: number): Promise<void> {
    this.#isAsked = true;
    await this.#view.setFilter(query);
    this.#whenLoaded(() => this.#channel.notify('reveal', { seq }));
  }

  /** Filters by the value of the cell that the context of a menu names, or by the type of the event. */
  join(joining: Joining, context: unknown, event: JournalEvent | undefined): void {
    const term = cellTerm(context, event);
    if (!term) return;
    const query = withTerm(this.#view.filter, term.field, term.value, joining);
    void this.#view.setFilter(query);
    void this.#tools.shelf.remember(query);
  }

  saveQuery(): Promise<void> {
    return this.#tools.shelf.save(this.#view.filter);
  }

  dispose(): void {
    void this.#scope.dispose();
  }

  #handlers(): Handlers<InspectorHost> {
    return {
      used: () => {
        this.#focused(true);
        this.#loaded();
      },
      left: () => this.#focused(false),
      hello: async ({ query }) => {
        if (query !== null && !this.#isAsked) void this.#view.setFilter(query);
        const newest = await this.#grid.newest();
        this.#ready = true;
        this.#loaded();
        return { strings: l10n.bundle ?? {}, status: this.#status(), home: this.#home, newest };
      },
      ...this.#grid.handlers(() => this.#status()),
      setFilter: async ({ text }) => {
        await this.#view.setFilter(text);
        return this.#status();
      },
      setPaused: async ({ paused }) => {
        await this.#view.setPaused(paused);
        return this.#status();
      },
      clear: async () => {
        this.#grid.deselect();
        await this.#view.clear();
        return this.#status();
      },
      detail: async ({ seq }) => {
        const event = await this.#view.event(seq);
        // The meaning of a type is its system's to say.
        if (event) await this.#runtime.systems.load(event.system);
        return event ? detailOf(event, this.#name(event.connection), this.#runtime.systems) : null;
      },
      indexOf: async ({ seq }) => ({ at: await this.#view.indexOf(seq), revision: this.#view.revision }),
      ...emitRequests(this.#runtime, this.#tools, this.#view),
      ...timelineRequests(this.#runtime, this.#view, this.#scope, (id) => this.#name(id)),
      ...queryRequests({
        runtime: this.#runtime,
        view: this.#view,
        shelf: this.#tools.shelf,
        status: () => this.#status(),
      }),
      ...detailRequests({
        runtime: this.#runtime,
        view: this.#view,
        selection: () => this.#grid.selection(),
        connectionName: (id) => this.#name(id),
      }),
      replay: (wish) => {
        this.#tools.replays.take(wish);
        return null;
      },
      travel: (wish) => takeTravelWish(this.#runtime, wish),
      copy: async ({ text }) => {
        await env.clipboard.writeText(text);
        return null;
      },
      run: async ({ command }) => {
        if (command === 'addTarget') await this.#tools.targets.add();
        if (command === 'export') await commands.executeCommand(commandId('export'));
        if (command === 'replay') await commands.executeCommand(commandId('replay'));
        if (command === 'openInTab') await commands.executeCommand(commandId('openInspectorTab'));
        if (command === 'history') await commands.executeCommand(commandId('history'));
        if (command === 'showLog') await commands.executeCommand(commandId('showLog'));
        if (command === 'record')
          await commands.executeCommand(commandId('record'), { query: this.#view.filter });
        if (command === 'stopRecording') await commands.executeCommand(commandId('stopRecording'));
        if (command === 'showLive') await commands.executeCommand(commandId('showLive'));
        return null;
      },
    };
  }

  #name(connection: string): string {
    if (this.#timeline.nameOf) return this.#timeline.nameOf(connection) ?? connection;
    return this.#runtime.connections.get(connection)?.settings.name ?? connection;
  }

  #status(): Status {
    return this.#report.status();
  }

  #schedule(): void {
    if (this.#timer || !this.#visible || !this.#ready) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#visible) this.#channel.notify('status', this.#status());
    }, statusEveryMs);
  }

  #loaded(): void {
    this.#isLoaded = true;
    for (const run of this.#waiting.splice(0)) setImmediate(run);
  }

  #whenLoaded(run: () => void): void {
    if (this.#isLoaded) run();
    else this.#waiting.push(run);
  }
}
