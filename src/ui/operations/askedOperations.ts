import { instanceRef } from '../../core/model/instance.ts';
import { isFinished, type Task } from '../../core/model/task.ts';
import type { OperationOrder } from '../../core/connections/operationRuns.ts';
import type { OperationInput } from '../../core/systems/operation.ts';
import type { Row } from '../tree/treeItems.ts';

/** An operation that was asked for in this window. */
export interface AskedOperation {
  readonly verb: string;
  readonly row: Row;
  readonly input: OperationInput;
}

/** So many are known; the fleet keeps as many ended tasks. */
const maxAsked = 200;

/** Operations that were asked for in this window, by the ids of their tasks, to ask for them again. */
export class AskedOperations {
  /** The newest last. */
  readonly #asked = new Map<string, AskedOperation>();

  remember(id: string, order: OperationOrder): void {
    this.#asked.set(id, { verb: order.operation.id, row: rowOf(order), input: order.input });
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > maxAsked && oldest !== undefined) this.#asked.delete(oldest);
  }

  /** Whether a task is an operation that was asked for here and did not succeed. */
  canRetry({ id, state }: Task): boolean {
    return this.#asked.has(id) && isFinished(state) && state !== 'succeeded';
  }

  /** Operations of tasks; those that were asked for together, which have the same input, stand together. */
  together(tasks: readonly Task[]): readonly (readonly AskedOperation[])[] {
    const asked = tasks.flatMap(({ id }) => this.#asked.get(id) ?? []);
    return [...Map.groupBy(asked, ({ input }) => input).values()];
  }
}

function rowOf({ connection, instance }: Pick<OperationOrder, 'connection' | 'instance'>): Row {
  return instance
    ? { row: 'instance', ...instanceRef(connection.id, instance) }
    : { row: 'connection', id: connection.id };
}
