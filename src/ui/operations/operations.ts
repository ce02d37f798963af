import { commands } from 'vscode';
import type { Task } from '../../core/model/task.ts';
import { operationCommandId } from '../contributions/commandIds.ts';
import type { Row } from '../tree/treeItems.ts';
import { operationTitles } from './operationTitles.ts';
import type { OperationPerformer } from './performOperation.ts';
import type { Runtime } from '../runtime.ts';

/** One command per verb for every system. What it does is loaded with the first press. */
export class Operations {
  readonly #runtime: Runtime;
  /** Titles of the operations' commands, by the ids of the operations. */
  readonly #titles: ReadonlyMap<string, string>;
  #performer: Promise<OperationPerformer> | undefined;

  constructor(runtime: Runtime, selection: () => readonly Row[]) {
    this.#runtime = runtime;
    this.#titles = operationTitles(runtime.context.extension.packageJSON);
    for (const verb of this.#titles.keys()) {
      runtime.scope.add(
        commands.registerCommand(
          operationCommandId(verb),
          async (clicked?: Row, selected?: readonly Row[]) => {
            const rows = clicked ? (selected ?? [clicked]) : selection();
            await (await this.#load()).perform(verb, rows, clicked !== undefined);
          },
        ),
      );
    }
  }

  /** Ends what was started here; for a task of the system itself, asks it to end that. */
  async cancel(task: Task): Promise<void> {
    const { runs, otherWindows } = this.#runtime;
    if (runs.cancel(task.id) || otherWindows.cancel(task)) return;
    await (await this.#load()).cancel(task);
  }

  #load(): Promise<OperationPerformer> {
    return (this.#performer ??= import('./performOperation.ts').then(
      ({ OperationPerformer: Performer }) => new Performer(this.#runtime, this.#titles),
    ));
  }
}
