import { commands, EventEmitter, TreeItem, window } from 'vscode';
import { commandId } from '../contributions/commandIds.ts';
import type { OwnCommand } from '../contributions/commands.ts';
import { viewIds } from '../contributions/ids.ts';
import type { Operations } from '../operations/operations.ts';
import type { Runtime } from '../runtime.ts';
import type { InstancesTree } from '../tree/instancesTree.ts';
import type { TaskRow } from './taskItems.ts';
import type { TaskParts } from './taskParts.ts';

const taskCommands = [
  'cancelTask',
  'retryTask',
  'showTask',
  'revealTask',
  'filterTasks',
  'changeTaskFilter',
  'clearTasks',
  'showClearedTasks',
  'loadEarlierTasks',
] as const satisfies readonly OwnCommand[];

export type TaskCommand = (typeof taskCommands)[number];

/** The view of tasks, their progress and their commands; their code is loaded with the first task or look at it. */
export function registerTasks(runtime: Runtime, operations: Operations, instances: InstancesTree): void {
  const { scope, pipeline } = runtime;
  const changed = scope.add(new EventEmitter<TaskRow[] | undefined>());
  let made: Promise<TaskParts> | undefined;
  const parts = (): Promise<TaskParts> =>
    (made ??= import('./taskParts.ts').then(
      ({ TaskParts: Parts }) => new Parts(runtime, operations, instances, { view, changed }),
    ));
  const view = scope.add(
    window.createTreeView<TaskRow>(viewIds.tasks, {
      treeDataProvider: {
        onDidChangeTreeData: changed.event,
        getChildren: async (row) => (await parts()).tree.children(row),
        getTreeItem: async (row) => (await parts()).tree.item(row) ?? new TreeItem(''),
        resolveTreeItem: async (item, row) => {
          item.tooltip = (await parts()).tree.tooltip(row);
          return item;
        },
      },
    }),
  );
  scope.defer(
    pipeline.subscribe('task progress', ({ timeline, before, fleet }) => {
      if (before.tasks !== fleet.tasks)
        void parts().then(({ progress }) => progress.take({ timeline, before, fleet }));
    }),
  );
  const register = (command: OwnCommand, run: (row?: TaskRow) => unknown): void => {
    scope.add(commands.registerCommand(commandId(command), run));
  };
  register('tasks', () => commands.executeCommand(`${viewIds.tasks}.focus`));
  for (const command of taskCommands) register(command, async (row) => (await parts()).run(command, row));
}
