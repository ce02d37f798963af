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
  #performing: Promise<OperationPerformer> | undefined;
  #performer: OperationPerformer | undefined;

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

  /** Whether a task is an operation that was asked for here and did not succeed. */
  canRetry(task: Task): boolean {
    return this.#performer?.asked.canRetry(task) ?? false;
  }

  /** Does the same again with the same input, after the same question. */
  async retry(tasks: readonly Task[]): Promise<void> {
    await this.#performer?.retry(tasks);
  }

  #load(): Promise<OperationPerformer> {
    return (this.#performing ??= import('./performOperation.ts').then(
      ({ OperationPerformer: Performer }) => (this.#performer = new Performer(this.#runtime, this.#titles)),
    ));
  }
}
