import { commands, type Disposable, env, l10n, Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import { findInstance } from '../../core/model/fleet.ts';
import { commandId } from '../contributions/commandIds.ts';
import type { OwnCommand } from '../contributions/commands.ts';
import { contextKeys, inspectorPanelType, viewIds } from '../contributions/ids.ts';
import type { SavedQuery } from '../../rpc/inspectorQuery.ts';
import type { Row } from '../tree/treeItems.ts';
import { EmitTargets } from '../playback/emitTargets.ts';
import type { ReplayWanted } from '../playback/replayCommand.ts';
import type { Replays } from '../playback/replays.ts';
import { defaultQuery } from '../../core/journal/query/defaultQuery.ts';
import { pageIcon, showPage } from '../pages/webviewPage.ts';
import { fleetOnScreen } from '../travel/moment.ts';
import type { Runtime } from '../runtime.ts';
import type { EmitTools } from './emitRequests.ts';
import { openEventDocument, provideEventDocuments } from './eventDocuments.ts';
import { registerGridCommands } from './gridCommands.ts';
import type { InspectorSession } from './inspectorSession.ts';
import type { QueryShelf } from './queryShelf.ts';
import type { ShownTimeline } from './shownTimeline.ts';

/** The files that the script of the page imports at once; the build knows their names. */
declare const inspectorParts: readonly string[];

/** The inspectors in the panel and in editor tabs, and the commands, which go to the one used last. */
export class Inspector {
  readonly #runtime: Runtime;
  readonly #targets: EmitTargets;
  /** Each session with what brings it to the front. */
  readonly #sessions = new Map<InspectorSession, () => void>();
  #active: InspectorSession | undefined;
  /** The one whose page has the focus. */
  #focused: InspectorSession | undefined;
  #panel: InspectorSession | undefined;
  #shelf: Promise<QueryShelf> | undefined;
  #replaying: Promise<Replays> | undefined;
  #emitTools: Promise<EmitTools> | undefined;
  /** Callbacks that wait for the session of the panel that they opened. */
  #opened: ((session: InspectorSession) => void)[] = [];

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#targets = new EmitTargets(runtime);
    const { scope, timelines } = runtime;
    scope.add(
      timelines.onDidChange(() => {
        void commands.executeCommand('setContext', contextKeys.replaying, timelines.label !== undefined);
      }),
    );
    scope.add(
      window.registerWebviewViewProvider(viewIds.inspector, {
        resolveWebviewView: async (view) => {
          const session = await this.#open(view, 'panel', () => view.show());
          if (!session) return;
          this.#panel = session;
          view.onDidChangeVisibility(() => session.setVisible(view.visible));
        },
      }),
    );
    scope.add(
      window.registerWebviewPanelSerializer(inspectorPanelType, {
        deserializeWebviewPanel: (panel) => this.#adopt(panel),
      }),
    );
    scope.defer(() => {
      for (const session of this.#sessions.keys()) session.dispose();
    });
    provideEventDocuments(runtime);
    // A replay that the last window did not end is told of.
    if (runtime.context.workspaceState.get('replay') !== undefined) void this.#replays();
    this.#registerCommands();
  }

  #registerCommands(): void {
    const register = (command: OwnCommand, run: (argument: unknown) => unknown): Disposable =>
      this.#runtime.scope.add(commands.registerCommand(commandId(command), run));
    register('openInspector', () => this.#reveal());
    register('openFilter', async () => (await this.#front()).focusFilter());
    register('nextFailure', async () => (await this.#front()).goToFailure('next'));
    register('previousFailure', async () => (await this.#front()).goToFailure('previous'));
    register('openInspectorTab', () => {
      const panel = window.createWebviewPanel(
        inspectorPanelType,
        l10n.t('Event Inspector'),
        ViewColumn.Active,
      );
      return this.#adopt(panel);
    });
    register('showEvents', async (row) => {
      if (isRow(row) && row.row === 'detail') {
        const { withInstance } = await import('../../core/journal/query/edit.ts');
        return this.show(
          withInstance(defaultQuery, row),
          row.event === undefined ? {} : { event: row.event },
        );
      }
      const session = await this.#reveal();
      if (isRow(row)) session.filterBy(...this.#fieldOf(row));
      else session.filter();
    });
    register('emit', async () => {
      (await this.#reveal()).openEmit(null);
    });
    register('replay', async (argument) => {
      const { replayCommand } = await import('../playback/replayCommand.ts');
      const tools = { targets: this.#targets, replays: await this.#replays() };
      await replayCommand(this.#runtime, tools, await this.#replayWanted(argument));
    });
    register('export', async () => {
      const { exportCommand } = await import('../recordings/exportEvents.ts');
      const session = this.#active ?? (await this.#reveal());
      await exportCommand(this.#runtime, await session.exportSource());
    });
    register('openRecording', async () => {
      const { openRecording } = await import('../recordings/openRecording.ts');
      await openRecording();
    });
    register('copyLink', async () => {
      const { inspectorLink } = await import('../links/links.ts');
      await env.clipboard.writeText(inspectorLink(this.#runtime, this.#active?.query ?? ''));
    });
    register('showLive', async () => {
      if (await (await this.#replays()).mayEnd('local')) this.#runtime.timelines.showLive();
    });
    register('openAsDocument', async (argument) => {
      const [event] = await this.#events(argument);
      if (event && this.#active) await openEventDocument(this.#active.timeline, event);
    });
    register('fleetAtEvent', async (argument) => {
      const [event] = await this.#events(argument);
      if (!event || this.#active?.timeline !== this.#runtime.timelines.base) return;
      const { travelTo } = await import('../travel/travelTo.ts');
      await travelTo(this.#runtime, { to: 'event', seq: event.seq });
    });
    register('copyPayloadValue', async (argument) => {
      const [event] = await this.#events(argument);
      const { valueIn } = await import('./payloadValue.ts');
      await env.clipboard.writeText(valueIn(argument, event) ?? '');
    });
    register('copyPath', async (argument) => {
      const { pathIn } = await import('./payloadValue.ts');
      await env.clipboard.writeText(pathIn(argument) ?? '');
    });
    register('emitAgain', async (argument) => {
      const [event] = await this.#events(argument);
      if (event) this.#active?.openEmit(event);
    });
    for (const joining of ['only', 'and', 'not'] as const)
      register(`${joining}This`, async (argument) => {
        const session = this.#active;
        const [event] = await this.#events(argument);
        session?.join(joining, argument, event);
      });
    register('saveQuery', async () => (await this.#reveal()).saveQuery());
    register('renameQuery', async (argument) => (await this.#queries()).rename(savedQueryIn(argument)));
    register('deleteQuery', async (argument) => (await this.#queries()).delete(savedQueryIn(argument)));
    registerGridCommands({
      register,
      active: () => this.#active,
      events: (context) => this.#events(context),
    });
  }

  /** The events that a command is for: those selected, or the one that the context of a menu names outside of them. */
  async #events(context: unknown): Promise<readonly JournalEvent[]> {
    const session = this.#active;
    const named = eventIn(context);
    if (named === undefined) return (await session?.grid.selection()) ?? [];
    const event = await session?.event(named);
    return event ? [event] : [];
  }

  /** Saved queries and history; their code is loaded when somebody wants them. */
  #queries(): Promise<QueryShelf> {
    return (this.#shelf ??= import('./queryShelf.ts').then(({ QueryShelf: Shelf }) =>
      this.#runtime.scope.add(new Shelf(this.#runtime.context.workspaceState)),
    ));
  }

  async #replayWanted(argument: unknown): Promise<ReplayWanted> {
    if (argument instanceof Uri) return { file: argument };
    const recording = recordingIn(argument);
    if (recording) return { events: recording.recorded, name: recording.name };
    const active = this.#active;
    const events = await this.#events(argument);
    if (events.length > 0 || !active) return { events };
    // An editor shows a recording, which is played whole.
    return active.file ? { file: active.file } : { shown: await active.exportSource() };
  }

  /** The replay of this window; its code is loaded when there is one, or a page that may show it. */
  #replays(): Promise<Replays> {
    return (this.#replaying ??= import('../playback/replays.ts').then(({ Replays: Made }) =>
      this.#runtime.scope.add(new Made(this.#runtime.context.workspaceState)),
    ));
  }

  /** Messages that are sent in this window; their code is loaded with the first page that may send one. */
  #emitting(): Promise<EmitTools> {
    return (this.#emitTools ??= import('./emitting.ts').then(({ openEmitting }) =>
      openEmitting(this.#runtime, this.#targets),
    ));
  }

  #fieldOf(row: Row): [field: string, value: string] {
    if (row.row === 'connection') return ['connection', row.id];
    if (row.row !== 'instance') return ['connection', row.connection];
    return ['instance', findInstance(fleetOnScreen(this.#runtime), row)?.key ?? row.key];
  }

  /** The inspector used last; where there is none, that of the panel, which is opened. */
  async #reveal(): Promise<InspectorSession> {
    const opened = new Promise<InspectorSession>((resolve) => this.#opened.push(resolve));
    await commands.executeCommand(`${viewIds.inspector}.focus`);
    return this.#active ?? opened;
  }

  /** The inspector used last, with the focus; where there is none, that of the panel. */
  async #front(): Promise<InspectorSession> {
    const active = this.#active;
    if (!active) return this.#reveal();
    this.#sessions.get(active)?.();
    return active;
  }

  /** Shows the events of a file in the tab of its editor. */
  showRecording(panel: WebviewPanel, recording: ShownTimeline): Promise<void> {
    return this.#adopt(panel, recording);
  }

  /** Opens the inspector of the panel with a query, and the detail of an event among what it finds. */
  async show(
    query: string,
    { preserveFocus = false, event }: { readonly preserveFocus?: boolean; readonly event?: number } = {},
  ): Promise<void> {
    const opened = new Promise<InspectorSession>((resolve) => this.#opened.push(resolve));
    await commands.executeCommand(`${viewIds.inspector}.focus`, { preserveFocus });
    // A file in an editor tab may be what was used last: the query is not about it.
    const session = this.#panel ?? (await opened);
    if (event === undefined) session.filter(query, !preserveFocus);
    else await session.showEvent(query, event);
  }

  async #adopt(panel: WebviewPanel, timeline?: ShownTimeline): Promise<void> {
    panel.iconPath = pageIcon(this.#runtime.context.extensionUri, 'inspector');
    const session = await this.#open(panel, 'tab', () => panel.reveal(), timeline);
    if (!session) return;
    // A key that is pressed as soon as the rows are there is theirs; a page without the focus says so.
    if (panel.active) this.#setFocus(session, true);
    panel.onDidChangeViewState(() => {
      session.setVisible(panel.visible);
      if (panel.active) this.#active = session;
    });
  }

  /**
   * Shows the page and answers its session; undefined where the page was closed meanwhile. The code of the session is
   * loaded with the first page: most windows show only the tree.
   */
  async #open(
    { webview, onDidDispose }: Pick<WebviewPanel, 'webview' | 'onDidDispose'>,
    home: 'panel' | 'tab',
    reveal: () => void,
    timeline: ShownTimeline = this.#runtime.timelines,
  ): Promise<InspectorSession | undefined> {
    const closed = new AbortController();
    onDidDispose(() => closed.abort());
    const [{ InspectorSession: Session }, shelf, replays, emitting] = await Promise.all([
      import('./inspectorSession.ts'),
      this.#queries(),
      this.#replays(),
      this.#emitting(),
    ]);
    if (closed.signal.aborted) return undefined;
    const session = new Session(
      this.#runtime,
      { ...emitting, shelf, replays },
      webview,
      home,
      timeline,
      (isFocused) => {
        this.#setFocus(session, isFocused);
      },
    );
    closed.signal.addEventListener('abort', () => this.#close(session));
    this.#sessions.set(session, reveal);
    this.#active = session;
    showPage(webview, this.#runtime.context.extensionUri, {
      name: 'inspector',
      title: l10n.t('Event Inspector'),
      codicons: true,
      home,
      parts: inspectorParts,
    });
    for (const wake of this.#opened.splice(0)) wake(session);
    return session;
  }

  /** The page that gets the focus may tell of it before the one that loses it. */
  #setFocus(session: InspectorSession, isFocused: boolean): void {
    if (isFocused) this.#active = this.#focused = session;
    else if (this.#focused === session) this.#focused = undefined;
    void commands.executeCommand('setContext', contextKeys.inspectorFocus, this.#focused !== undefined);
  }

  #close(session: InspectorSession): void {
    this.#setFocus(session, false);
    session.dispose();
    this.#sessions.delete(session);
    if (this.#panel === session) this.#panel = undefined;
    if (this.#active === session) this.#active = [...this.#sessions.keys()].at(-1);
  }
}

/** The one event that a menu is about; undefined for a menu on a row, which is about the selection that the row is in. */
function eventIn(context: unknown): number | undefined {
  if (typeof context === 'object' && context && 'ofSelection' in context) return undefined;
  const event = typeof context === 'object' && context && 'event' in context ? context.event : undefined;
  return typeof event === 'number' ? event : undefined;
}

/** A recording that is to be played, for `gameServerOps.replay`. */
export interface PlayedRecording {
  readonly name: string;
  readonly recorded: readonly JournalEvent[];
}

function recordingIn(argument: unknown): PlayedRecording | undefined {
  return typeof argument === 'object' && argument && 'recorded' in argument
    ? (argument as PlayedRecording)
    : undefined;
}

/** The saved query that the context of a menu names. */
function savedQueryIn(context: unknown): Pick<SavedQuery, 'name' | 'scope'> | undefined {
  if (typeof context !== 'object' || context === null) return undefined;
  const { name, scope } = context as { readonly name?: unknown; readonly scope?: unknown };
  return typeof name === 'string' && (scope === 'user' || scope === 'workspace')
    ? { name, scope }
    : undefined;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && 'row' in value;
}
