import { commands, env, l10n, Uri, ViewColumn, window, type WebviewPanel, type Disposable } from 'vscode';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import { findInstance } from '../../core/model/fleet.ts';
import { commandId, type OwnCommand } from '../contributions/commands.ts';
import { contextKeys, inspectorPanelType, viewIds } from '../contributions/ids.ts';
import type { Row } from '../tree/treeItems.ts';
import { EmitTargets } from '../playback/emitTargets.ts';
import { pageIcon, showPage } from '../pages/webviewPage.ts';
import type { Runtime } from '../runtime.ts';
import type { InspectorSession } from './inspectorSession.ts';

/** The inspectors in the panel and in editor tabs, and the commands, which go to the one used last. */
export class Inspector {
  readonly #runtime: Runtime;
  readonly #targets: EmitTargets;
  readonly #sessions = new Set<InspectorSession>();
  #active: InspectorSession | undefined;
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
          const session = await this.#open(view, 'panel');
          if (!session) return;
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
      for (const session of this.#sessions) session.dispose();
    });
    this.#registerCommands();
  }

  #registerCommands(): void {
    const register = (command: OwnCommand, run: (argument: unknown) => unknown): Disposable =>
      this.#runtime.scope.add(commands.registerCommand(commandId(command), run));
    register('openInspector', () => this.#reveal());
    register('openInspectorTab', () => {
      const panel = window.createWebviewPanel(
        inspectorPanelType,
        l10n.t('Event Inspector'),
        ViewColumn.Active,
      );
      return this.#adopt(panel);
    });
    register('showEvents', async (row) => {
      const session = await this.#reveal();
      if (isRow(row)) session.filterBy(...this.#fieldOf(row));
      else session.filter('');
    });
    register('emit', async () => {
      (await this.#reveal()).openEmit(null);
    });
    register('replay', async (argument) => {
      const { replayCommand } = await import('../playback/replayCommand.ts');
      const file = argument instanceof Uri ? argument : undefined;
      await replayCommand(this.#runtime, this.#targets, file ? [] : await this.#events(argument), file);
    });
    register('showLive', () => this.#runtime.timelines.showLive());
    register('copyEvent', async (argument) => {
      const events = await this.#events(argument);
      await env.clipboard.writeText(events.map(({ raw, rawBase64 }) => rawBase64 ?? raw).join('\n'));
    });
    register('emitAgain', async (argument) => {
      const [event] = await this.#events(argument);
      if (event) this.#active?.openEmit(event.raw);
    });
    register('filterType', async (argument) => {
      const [event] = await this.#events(argument);
      if (event) this.#active?.filterBy('type', event.type);
    });
    register('filterInstance', async (argument) => {
      const subject = (await this.#events(argument))[0]?.subject;
      if (subject) this.#active?.filterBy('instance', subject.name ?? subject.key);
    });
  }

  /** The event that the context of a menu names, else the selected ones. */
  async #events(context: unknown): Promise<readonly JournalEvent[]> {
    const named = eventIn(context);
    if (named === undefined) return (await this.#active?.selection()) ?? [];
    const event = await this.#active?.event(named);
    return event ? [event] : [];
  }

  #fieldOf(row: Row): [field: string, value: string] {
    if (row.row === 'connection') return ['connection', row.id];
    const { pipeline, timelines } = this.#runtime;
    return ['instance', findInstance(pipeline.fleet(timelines.id), row)?.key ?? row.key];
  }

  /** The inspector used last; where there is none, that of the panel, which is opened. */
  async #reveal(): Promise<InspectorSession> {
    const opened = new Promise<InspectorSession>((resolve) => this.#opened.push(resolve));
    await commands.executeCommand(`${viewIds.inspector}.focus`);
    return this.#active ?? opened;
  }

  async #adopt(panel: WebviewPanel): Promise<void> {
    panel.iconPath = pageIcon(this.#runtime.context.extensionUri, 'inspector');
    const session = await this.#open(panel, 'tab');
    if (!session) return;
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
  ): Promise<InspectorSession | undefined> {
    const closed = new AbortController();
    onDidDispose(() => closed.abort());
    const { InspectorSession: Session } = await import('./inspectorSession.ts');
    if (closed.signal.aborted) return undefined;
    const session = new Session(this.#runtime, this.#targets, webview, home, () => {
      this.#active = session;
    });
    closed.signal.addEventListener('abort', () => this.#close(session));
    this.#sessions.add(session);
    this.#active = session;
    showPage(webview, this.#runtime.context.extensionUri, {
      name: 'inspector',
      title: l10n.t('Event Inspector'),
      codicons: true,
      home,
    });
    for (const wake of this.#opened.splice(0)) wake(session);
    return session;
  }

  #close(session: InspectorSession): void {
    session.dispose();
    this.#sessions.delete(session);
    if (this.#active === session) this.#active = [...this.#sessions].at(-1);
  }
}

function eventIn(context: unknown): number | undefined {
  const event = typeof context === 'object' && context && 'event' in context ? context.event : undefined;
  return typeof event === 'number' ? event : undefined;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && 'row' in value;
}
