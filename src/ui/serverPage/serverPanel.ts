import { commands, l10n, workspace, type WebviewPanel } from 'vscode';
import type { Scope } from '../../core/connections/scope.ts';
import { liveTimeline, type OpsEvent } from '../../core/model/event.ts';
import { findInstance, type Fleet } from '../../core/model/fleet.ts';
import { instanceId, instanceRef, type InstanceRef } from '../../core/model/instance.ts';
import { errorWords, oneLine } from '../../core/model/text.ts';
import type { RpcChannel } from '../../rpc/channel.ts';
import type { ServerHistory, ServerHost, ServerState, ServerView } from '../../rpc/serverPage.ts';
import { commandId, operationCommandId } from '../contributions/commandIds.ts';
import { InstanceMetrics } from '../metrics/instanceMetrics.ts';
import { operationTitles } from '../operations/operationTitles.ts';
import { pageChannel, pageIcon, showPage } from '../pages/webviewPage.ts';
import type { Runtime } from '../runtime.ts';
import { showInformation } from '../showMessage.ts';
import { Throttle } from '../throttle.ts';
import { serverHistory } from './serverHistory.ts';
import { ServerLog } from './serverLog.ts';
import { serverState } from './serverState.ts';
import { shownMoment } from './shownMoment.ts';

/** A page that moves while it is read is worse than a late one. */
const followEveryMs = 500;

/** The host side of the page of one server. */
export class ServerPanel {
  readonly #runtime: Runtime;
  readonly #panel: WebviewPanel;
  readonly #ref: InstanceRef;
  /** The timeline of its connection. */
  readonly #timeline: string;
  readonly #scope: Scope;
  readonly #channel: RpcChannel<ServerHost, ServerView>;
  readonly #metrics: InstanceMetrics;
  readonly #log: ServerLog;
  readonly #titles: ReadonlyMap<string, string>;
  readonly #pace = new Throttle(followEveryMs, () => this.#update());
  /** The last known name; it stays when the server is gone. */
  #name: string;
  #revision = 0;
  /** The state that the page has, as JSON; empty before it asked. */
  #sent = '';

  constructor(runtime: Runtime, panel: WebviewPanel, ref: InstanceRef) {
    this.#runtime = runtime;
    this.#panel = panel;
    this.#ref = ref;
    this.#name = ref.key;
    const { scope, context, connections, pipeline, timelines, travel } = runtime;
    this.#scope = scope.child();
    this.#scope.add(this.#pace);
    this.#titles = operationTitles(context.extension.packageJSON);
    const timeline = connections.get(ref.connection)?.timeline ?? liveTimeline;
    this.#timeline = timeline;
    this.#metrics = new InstanceMetrics({
      runtime,
      ref,
      timeline,
      scope: this.#scope,
      sendState: (state) => this.#channel.notify('state', state),
      sendSamples: (samples) => this.#channel.notify('samples', samples),
    });
    this.#log = this.#scope.add(
      new ServerLog(runtime, ref, (lines) => this.#channel.notify('log', { lines })),
    );
    const row = { row: 'instance', ...ref } as const;
    const run = (command: string, argument: unknown): void => void commands.executeCommand(command, argument);
    this.#channel = pageChannel(panel.webview, this.#scope, {
      ...this.#metrics.handlers,
      open: () => {
        const state = this.#state();
        this.#sent = JSON.stringify(state);
        return { strings: l10n.bundle ?? {}, state };
      },
      past: ({ hours }) => this.#past(hours),
      perform: ({ operation }) => {
        // Commands of operations alone: the page is not asked for others.
        if (this.#titles.has(operation)) run(operationCommandId(operation), row);
      },
      showEvent: ({ seq }) => run(commandId('showEvents'), { ...row, row: 'detail', detail: '', event: seq }),
      showEvents: () => run(commandId('showEvents'), row),
      showTask: ({ id }) => void this.#showTask(id),
      showLog: () => run(commandId('logs'), row),
      followLog: ({ isShown }) => {
        this.#log.want(isShown);
        this.#update();
      },
    });
    this.#scope.add(
      panel.onDidChangeViewState(() => {
        if (panel.visible) return;
        this.#sent = '';
        this.#metrics.hide();
        this.#log.want(false);
      }),
    );
    this.#scope.defer(
      pipeline.subscribe('server page', (change) => {
        if (change.timeline === timeline || change.timeline === timelines.id) this.#note(change);
      }),
    );
    const changed = (): void => this.#changed();
    this.#scope.defer(connections.onDidChange('server page', changed));
    this.#scope.add(travel.onDidChange(changed));
    this.#scope.add(runtime.history.onDidChange(changed));
    this.#scope.add(workspace.onDidGrantWorkspaceTrust(changed));
    this.#scope.add(
      timelines.onDidChange(() => {
        // The simulated servers of a page go with their timeline.
        if (timeline !== liveTimeline && timeline !== timelines.base) panel.dispose();
        else changed();
      }),
    );
    panel.iconPath = pageIcon(context.extensionUri, 'server');
    showPage(panel.webview, context.extensionUri, { name: 'server', title: l10n.t('Server') });
    this.#update();
  }

  dispose(): void {
    void this.#scope.dispose();
  }

  /** Takes note of a commit that concerns the server. */
  #note(change: {
    readonly before: Fleet;
    readonly fleet: Fleet;
    readonly events: readonly OpsEvent[];
  }): void {
    const { before, fleet, events } = change;
    const { connection } = this.#ref;
    const [old, now] = [before, fleet].map((each) => findInstance(each, this.#ref));
    const isInHistory =
      old?.state !== now?.state ||
      old?.since !== now?.since ||
      before.connections.get(connection)?.state !== fleet.connections.get(connection)?.state ||
      events.some((event) => this.#isInHistory(event));
    if (isInHistory) this.#changed();
    else if (old !== now || before.tasks !== fleet.tasks) this.#pace.ask();
  }

  #isInHistory({ connection, subject, noise, retention }: OpsEvent): boolean {
    if (subject?.key !== this.#ref.key || noise === true || retention === 'metric' || retention === 'log')
      return false;
    return instanceId(instanceRef(connection, subject)) === instanceId(this.#ref);
  }

  #changed(): void {
    this.#revision += 1;
    this.#pace.ask();
  }

  /** Brings the page up to date, if it is shown and has asked before. */
  #update(): void {
    // A hidden page is gone, and asks for everything when it is shown again.
    if (!this.#panel.visible) return;
    const state = this.#state();
    this.#metrics.update();
    this.#log.update(state.hasLog);
    const text = JSON.stringify(state);
    if (this.#sent === '' || this.#sent === text) return;
    this.#sent = text;
    this.#channel.notify('server', state);
  }

  #state(): ServerState {
    const state = serverState(this.#runtime, this.#ref, shownMoment(this.#runtime, this.#timeline), {
      name: this.#name,
      titles: this.#titles,
    });
    this.#name = state.name;
    if (this.#panel.title !== state.name) this.#panel.title = state.name;
    return { ...state, revision: this.#revision };
  }

  async #past(hours: number): Promise<ServerHistory> {
    try {
      const shown = shownMoment(this.#runtime, this.#timeline);
      return await serverHistory(this.#runtime, this.#ref, shown, hours);
    } catch (error) {
      throw new Error(l10n.t('The history cannot be read: {0}', errorWords(error)), { cause: error });
    }
  }

  async #showTask(id: string): Promise<void> {
    const { findTask, showTask } = await import('../tasks/taskDocuments.ts');
    const task = await findTask(this.#runtime, this.#ref.connection, id);
    if (task) await showTask(this.#runtime, task);
    else showInformation(l10n.t('The task is not in the history any more: {0}', oneLine(this.#name, 100)));
  }
}
