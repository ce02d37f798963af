import type { Task } from '../../core/model/task.ts';
import { instanceRef } from '../../core/model/instance.ts';
import { fleetOnScreen } from '../travel/moment.ts';
import type { Operations } from '../operations/operations.ts';
import type { Runtime } from '../runtime.ts';
import type { InstancesTree } from '../tree/instancesTree.ts';
import { showTask } from './taskDocuments.ts';
import type { TaskRow } from './taskItems.ts';
import { TaskProgress, type TaskActions } from './taskProgress.ts';
import type { TaskCommand } from './tasks.ts';
import { TaskTree, type TaskViewParts } from './taskTree.ts';
import { instanceOf } from './taskWords.ts';

/** All of the tasks that a start of VS Code needs only when there is a task, or when somebody looks at them. */
export class TaskParts {
  readonly tree: TaskTree;
  readonly progress: TaskProgress;
  readonly #actions: TaskActions;

  constructor(runtime: Runtime, operations: Operations, instances: InstancesTree, parts: TaskViewParts) {
    this.tree = new TaskTree(runtime, operations, parts);
    this.#actions = {
      cancel: (task) => operations.cancel(task),
      canRetry: (task) => operations.canRetry(task),
      retry: (tasks) => operations.retry(tasks),
      show: (task) => showTask(runtime, task),
      reveal: (task) => {
        const instance = instanceOf(fleetOnScreen(runtime), task);
        return (
          instance &&
          (() => instances.reveal({ row: 'instance', ...instanceRef(instance.connection, instance) }))
        );
      },
    };
    this.progress = new TaskProgress(runtime, this.#actions);
  }

  async run(command: TaskCommand, row: TaskRow | undefined): Promise<void> {
    const forTask: Readonly<Partial<Record<TaskCommand, (task: Task) => Promise<void> | undefined>>> = {
      cancelTask: (task) => this.#actions.cancel(task),
      retryTask: (task) => this.#actions.retry([task]),
      showTask: (task) => this.#actions.show(task),
      revealTask: (task) => this.#actions.reveal(task)?.(),
    };
    const forView: Readonly<Partial<Record<TaskCommand, () => Promise<void> | undefined>>> = {
      filterTasks: () => this.tree.chooseFilter(),
      changeTaskFilter: () => this.tree.chooseFilter(),
      clearTasks: () => this.tree.clear(),
      showClearedTasks: () => this.tree.showCleared(),
      loadEarlierTasks: () => {
        this.tree.loadEarlier();
        return undefined;
      },
    };
    await forView[command]?.();
    const task = this.tree.taskOf(row);
    if (task) await forTask[command]?.(task);
  }
}
