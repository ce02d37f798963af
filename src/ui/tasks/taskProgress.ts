import { commands, l10n, ProgressLocation, window, type CancellationToken, type Progress } from 'vscode';
import { hasConnections, liveTimeline } from '../../core/model/event.ts';
import { systemClock } from '../../core/model/clock.ts';
import { Gathering } from '../../core/model/gathering.ts';
import { isFinished, isOperationOf, type Task } from '../../core/model/task.ts';
import { beginsWith, groupPercent, groupWords } from '../../core/model/taskGroup.ts';
import { isWindowOpen } from '../../core/connections/windowName.ts';
import type { TimelineChange } from '../../core/journal/pipeline.ts';
import { configuration } from '../configuration.ts';
import { commandId } from '../contributions/commandIds.ts';
import { showError, type Actions } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { Throttle } from '../throttle.ts';
import { translate } from '../translate.ts';
import { connectionName, taskTitle } from './taskWords.ts';

/** Actions on tasks, for messages and rows alike. */
export interface TaskActions {
  cancel(task: Task): Promise<void>;
  canRetry(task: Task): boolean;
  retry(tasks: readonly Task[]): Promise<void>;
  show(task: Task): Promise<void>;
  /** Undefined where no instance is known to stand in the tree. */
  reveal(task: Task): (() => Promise<void>) | undefined;
}

/** Tasks that one progress tells of. */
interface Group {
  readonly timeline: string;
  readonly first: Task;
  readonly notify: boolean;
  readonly tasks: Map<string, Task>;
  readonly report: () => void;
  readonly end: () => void;
}

/** Progress is told at most this often; start and end at once. */
const reportEveryMs = 500;

/** Failures within this time are one message. */
const failuresWithinMs = 1_000;

/** Names in a message about several tasks. */
const maxNames = 4;

/**
 * Shows running tasks: as a notification what was started in this window (or all, by the setting), the rest in the
 * status bar; tasks that begin together as one. What failed or was lost says so once.
 */
export class TaskProgress {
  readonly #runtime: Runtime;
  readonly #actions: TaskActions;
  readonly #groups = new Set<Group>();
  readonly #failures: Gathering<Task>;

  constructor(runtime: Runtime, actions: TaskActions) {
    this.#runtime = runtime;
    this.#actions = actions;
    const { scope, timelines } = runtime;
    this.#failures = scope.add(
      new Gathering<Task>(systemClock, failuresWithinMs, (tasks) => this.#tellFailures(tasks)),
    );
    scope.add(
      timelines.onDidChange(() => {
        for (const group of this.#groups)
          if (group.timeline !== liveTimeline && group.timeline !== timelines.base) this.#end(group);
      }),
    );
    scope.defer(() => {
      for (const group of this.#groups) this.#end(group);
    });
  }

  take({ timeline, before, fleet }: Pick<TimelineChange, 'timeline' | 'before' | 'fleet'>): void {
    // Loaded for a task that was the last: nobody would end its progress.
    if (!hasConnections(timeline) || this.#runtime.scope.ended) return;
    for (const id of fleet.tasks.differences(before.tasks)) {
      const task = fleet.tasks.get(id);
      if (!task) {
        this.#forget(timeline, id);
        continue;
      }
      // An operation on several servers has one progress and one end of its own.
      if (this.#runtime.runs.together.has(id)) continue;
      // Events read before a connection is ready are old; they are in the journal and not notified.
      const current = fleet.connections.get(task.connection)?.state === 'ready';
      if (current || isOperationOf(this.#runtime.window, task))
        this.#follow(timeline, task, before.tasks.get(id));
    }
  }

  #follow(timeline: string, task: Task, before: Task | undefined): void {
    const isOver = isFinished(task.state);
    const group = this.#groupOf(timeline, task.id) ?? (isOver ? undefined : this.#join(timeline, task));
    if (group) {
      group.tasks.set(task.id, task);
      this.#tell(group);
    }
    if (isOver && (!before || !isFinished(before.state))) this.#conclude(timeline, task);
  }

  #groupOf(timeline: string, id: string): Group | undefined {
    for (const group of this.#groups) if (group.timeline === timeline && group.tasks.has(id)) return group;
    return undefined;
  }

  #join(timeline: string, task: Task): Group {
    const { taskProgress } = configuration();
    const mine = isOperationOf(this.#runtime.window, task);
    const notify = taskProgress === 'all' || (taskProgress === 'mine' && mine);
    for (const group of this.#groups)
      if (group.timeline === timeline && group.notify === notify && beginsWith(group.first, task))
        return group;
    const group = this.#open(timeline, task, notify);
    this.#groups.add(group);
    return group;
  }

  /** A task that the fleet forgot ends nowhere any more. */
  #forget(timeline: string, id: string): void {
    const group = this.#groupOf(timeline, id);
    group?.tasks.delete(id);
    if (group) this.#tell(group);
  }

  #tell(group: Group): void {
    if ([...group.tasks.values()].every(({ state }) => isFinished(state))) this.#end(group);
    else group.report();
  }

  #open(timeline: string, first: Task, notify: boolean): Group {
    const ended = Promise.withResolvers<undefined>();
    const tasks = new Map([[first.id, first]]);
    let progress: Progress<{ message?: string; increment?: number }> | undefined;
    let percent = 0;
    const pace = new Throttle(reportEveryMs, () => {
      const all = [...tasks.values()];
      const next = Math.max(percent, groupPercent(all) ?? percent);
      progress?.report({ message: this.#words(all, notify), increment: next - percent });
      percent = next;
    });
    void window.withProgress(
      {
        // Without a title: that of several tasks is known only when the second one begins.
        location: notify ? ProgressLocation.Notification : ProgressLocation.Window,
        cancellable: notify && first.cancellable,
      },
      async (reporter, token: CancellationToken) => {
        progress = reporter;
        pace.ask();
        const subscription = token.onCancellationRequested(() => {
          for (const task of tasks.values())
            if (task.cancellable && !isFinished(task.state)) void this.#actions.cancel(task);
        });
        await ended.promise;
        subscription.dispose();
      },
    );
    return {
      timeline,
      first,
      notify,
      tasks,
      report: () => pace.ask(),
      end: () => {
        pace.dispose();
        ended.resolve(undefined);
      },
    };
  }

  #end(group: Group): void {
    group.end();
    this.#groups.delete(group);
  }

  #conclude(timeline: string, task: Task): void {
    if (task.state !== 'failed' && task.state !== 'lost') return;
    // Failures are part of the play on simulated servers; those of the user's own operations are not.
    if (timeline !== liveTimeline && !isOperationOf(this.#runtime.window, task)) return;
    // The window in which it was asked for tells its user.
    if (isOfAnotherWindow(this.#runtime.window, task)) return;
    this.#failures.add(task);
  }

  #tellFailures(tasks: readonly Task[]): void {
    const [task] = tasks;
    if (!task) return;
    const again = tasks.filter((each) => this.#actions.canRetry(each));
    const retry: Actions = again.length === 0 ? {} : { [l10n.t('Retry')]: () => this.#actions.retry(again) };
    if (tasks.length > 1) {
      const names = tasks.slice(0, maxNames).map((each) => this.#nameOf(each));
      const rest = tasks.length > maxNames ? ['…'] : [];
      const list = { [l10n.t('Show Tasks')]: () => commands.executeCommand(commandId('tasks')) };
      showError(l10n.t('{0} tasks failed: {1}', tasks.length, [...names, ...rest].join(', ')), {
        ...list,
        ...retry,
      });
      return;
    }
    const reveal = this.#actions.reveal(task);
    const actions: Actions = {
      [l10n.t('Show Log')]: () => this.#actions.show(task),
      ...retry,
      ...(reveal ? { [l10n.t('Reveal')]: reveal } : {}),
    };
    const name = connectionName(this.#runtime, task);
    const title = taskTitle(task);
    const reason = task.message ? translate(task.message) : '';
    showError(
      task.state === 'failed'
        ? l10n.t('{0} on {1} failed. {2}', title, name, reason)
        : l10n.t('{0} on {1}: no end was reported. Whether it is still running is not known.', title, name),
      actions,
    );
  }

  #words(tasks: readonly Task[], notify: boolean): string {
    const several = groupWords(tasks);
    if (several) return translate(several);
    const [task] = tasks;
    if (!task) return '';
    const title = notify ? this.#nameOf(task) : taskTitle(task);
    const parts = [
      ...(task.message ? [translate(task.message)] : []),
      ...(task.percent !== null && task.percent > 0 ? [`${String(task.percent)} %`] : []),
    ];
    return parts.length === 0 ? title : `${title}: ${parts.join(' · ')}`;
  }

  #nameOf(task: Task): string {
    return l10n.t('{0} on {1}', taskTitle(task), connectionName(this.#runtime, task));
  }
}

/** Whether a window that is open and is not this one asked for the task. */
function isOfAnotherWindow(here: string, { startedBy }: Task): boolean {
  if (startedBy === undefined || !('window' in startedBy)) return false;
  return startedBy.window !== here && isWindowOpen(startedBy.window);
}
