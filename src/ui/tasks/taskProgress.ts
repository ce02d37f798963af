import { commands, l10n, ProgressLocation, window, type CancellationToken, type Progress } from 'vscode';
import { hasConnections, liveTimeline } from '../../core/model/event.ts';
import { isFinished, isOperationOf, type Task } from '../../core/model/task.ts';
import { isWindowOpen } from '../../core/connections/windowName.ts';
import { configuration } from '../configuration.ts';
import { commandId } from '../contributions/commandIds.ts';
import { showError, type Actions } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

interface Shown {
  readonly timeline: string;
  readonly report: (task: Task) => void;
  readonly end: () => void;
}

/** Progress of tasks, the list of them, and each as a document. */
export function registerTasks(runtime: Runtime, cancel: (task: Task) => void): void {
  new TaskProgress(runtime, cancel);
  runtime.scope.add(
    commands.registerCommand(commandId('tasks'), async () => {
      const { showTasks } = await import('./taskList.ts');
      showTasks(runtime, cancel);
    }),
  );
}

/** Progress is told at most this often; start and end at once. */
const reportEveryMs = 500;

/**
 * Shows running tasks: as a notification what was started in this window (or all, by the setting), the rest in the
 * status bar. What failed or was lost says so once.
 */
class TaskProgress {
  readonly #runtime: Runtime;
  readonly #cancel: (task: Task) => void;
  readonly #shown = new Map<string, Shown>();

  constructor(runtime: Runtime, cancel: (task: Task) => void) {
    this.#runtime = runtime;
    this.#cancel = cancel;
    runtime.scope.defer(
      runtime.pipeline.subscribe('task progress', ({ timeline, before, fleet }) => {
        if (!hasConnections(timeline) || before.tasks === fleet.tasks) return;
        for (const task of fleet.tasks.values()) {
          if (before.tasks.get(task.id) === task || runtime.runs.together.has(task.id)) continue;
          // Events read before a connection is ready are old; they are in the journal and not notified.
          const current = fleet.connections.get(task.connection)?.state === 'ready';
          if (current || isOperationOf(runtime.window, task))
            this.#follow(timeline, task, before.tasks.get(task.id));
        }
        for (const [id, shown] of this.#shown)
          if (shown.timeline === timeline && !fleet.tasks.has(id)) this.#end(id);
      }),
    );
    const { timelines } = runtime;
    runtime.scope.add(
      timelines.onDidChange(() => {
        for (const [id, { timeline }] of this.#shown)
          if (timeline !== liveTimeline && timeline !== timelines.base) this.#end(id);
      }),
    );
    runtime.scope.defer(() => {
      for (const id of this.#shown.keys()) this.#end(id);
    });
  }

  #follow(timeline: string, task: Task, before: Task | undefined): void {
    if (isFinished(task.state)) {
      this.#end(task.id);
      if (!before || !isFinished(before.state)) this.#conclude(timeline, task);
      return;
    }
    const shown = this.#shown.get(task.id) ?? this.#show(timeline, task);
    shown.report(task);
  }

  #show(timeline: string, task: Task): Shown {
    const ended = Promise.withResolvers<undefined>();
    const { taskProgress } = configuration();
    const mine = isOperationOf(this.#runtime.window, task);
    const notify = taskProgress === 'all' || (taskProgress === 'mine' && mine);
    const cancellable = notify && task.cancellable;
    let progress: Progress<{ message?: string; increment?: number }> | undefined;
    let percent = 0;
    let latest = task;
    let timer: NodeJS.Timeout | undefined;
    const tell = (): void => {
      timer = undefined;
      const next = latest.percent ?? percent;
      progress?.report({ message: this.#message(latest), increment: Math.max(0, next - percent) });
      percent = Math.max(percent, next);
    };
    void window.withProgress(
      {
        location: notify ? ProgressLocation.Notification : ProgressLocation.Window,
        title: this.#title(task, notify),
        cancellable,
      },
      async (reporter, token: CancellationToken) => {
        progress = reporter;
        tell();
        const subscription = token.onCancellationRequested(() => this.#cancel(latest));
        await ended.promise;
        subscription.dispose();
      },
    );
    const shown: Shown = {
      timeline,
      report: (next) => {
        latest = next;
        timer ??= setTimeout(tell, reportEveryMs);
      },
      end: () => {
        clearTimeout(timer);
        ended.resolve(undefined);
      },
    };
    this.#shown.set(task.id, shown);
    return shown;
  }

  #end(id: string): void {
    this.#shown.get(id)?.end();
    this.#shown.delete(id);
  }

  #conclude(timeline: string, task: Task): void {
    // Failures are part of the play on simulated servers; those of the user's own operations are not.
    if (timeline !== liveTimeline && !isOperationOf(this.#runtime.window, task)) return;
    // The window in which it was asked for tells its user.
    if (isOfAnotherWindow(this.#runtime.window, task)) return;
    const name = this.#connectionName(task);
    const title = translate(task.title);
    const reason = task.message ? translate(task.message) : '';
    const details: Actions = {
      [l10n.t('Show Details')]: async () => {
        const { showTask } = await import('./taskList.ts');
        await showTask(this.#runtime, task);
      },
    };
    if (task.state === 'failed') showError(l10n.t('{0} on {1} failed. {2}', title, name, reason), details);
    if (task.state === 'lost') {
      showError(
        l10n.t('{0} on {1}: no end was reported. Whether it is still running is not known.', title, name),
        details,
      );
    }
  }

  #title(task: Task, notify: boolean): string {
    const title = translate(task.title);
    return notify ? l10n.t('{0} on {1}', title, this.#connectionName(task)) : title;
  }

  #message(task: Task): string {
    const parts = [];
    if (task.message) parts.push(translate(task.message));
    if (task.percent !== null && task.percent > 0) parts.push(`${String(task.percent)} %`);
    return parts.join(' · ');
  }

  #connectionName(task: Task): string {
    return this.#runtime.connections.get(task.connection)?.settings.name ?? task.connection;
  }
}

/** Whether a window that is open and is not this one asked for the task. */
function isOfAnotherWindow(here: string, { startedBy }: Task): boolean {
  if (startedBy === undefined || !('window' in startedBy)) return false;
  return startedBy.window !== here && isWindowOpen(startedBy.window);
}
