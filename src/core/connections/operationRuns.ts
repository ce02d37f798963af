import type { Clock } from '../model/clock.ts';
import type { Instance } from '../model/instance.ts';
import type { Pipeline } from '../journal/pipeline.ts';
import type { AnyOperation, OperationInput, OperationResult, Question } from '../systems/operation.ts';
import type { Connection } from './connection.ts';
import { runOperation } from './runOperation.ts';

/** Something that is done now: an operation with what it is done to. */
export interface OperationOrder {
  readonly connection: Connection;
  readonly operation: AnyOperation;
  /** Undefined for an operation on the connection as a whole. */
  readonly instance: Instance | undefined;
  readonly input: OperationInput;
}

/** How an operation was asked for. */
export interface Asking {
  /** Id of its task. */
  readonly id: string;
  /** The window in which it was asked for, and in which its questions are asked. */
  readonly window: string;
  ask(question: Question, signal: AbortSignal): Promise<boolean>;
}

export interface OperationRunsOptions {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly host: string;
  readonly window: string;
  /** Longest time that an operation waits for the next conversation. */
  taskTimeoutMs(): number;
  /** A line for the log. */
  log(connection: Connection, line: string): void;
}

/** The operations that run in this window, whoever asked for them. */
export class OperationRuns {
  readonly #options: OperationRunsOptions;
  /** Ids of operations that are part of one on several servers, which tells their progress and failures itself. */
  readonly together = new Set<string>();
  readonly #running = new Map<string, AbortController>();

  constructor(options: OperationRunsOptions) {
    this.#options = options;
  }

  /** Runs an operation to its end, or until its connection is disposed of. */
  async run(
    { connection, operation, instance, input }: OperationOrder,
    asking: Asking,
  ): Promise<OperationResult> {
    const { pipeline, clock, host, window } = this.#options;
    const { id } = asking;
    const abort = new AbortController();
    this.#running.set(id, abort);
    const scope = connection.scope.child();
    scope.defer(() => abort.abort());
    try {
      const result = await runOperation({
        id,
        connection: connection.settings,
        system: connection.system,
        operation,
        instance,
        session: connection.session,
        nextSession: (after, signal) =>
          connection.nextSession(
            after,
            AbortSignal.any([signal, AbortSignal.timeout(this.#options.taskTimeoutMs())]),
          ),
        input,
        pipeline,
        timeline: connection.timeline,
        clock,
        host,
        window: asking.window,
        ...(asking.window === window ? {} : { runner: window }),
        signal: abort.signal,
        ask: (question) => asking.ask(question, abort.signal),
        log: (line) => {
          this.#options.log(connection, line);
        },
      });
      if (operation.silent) connection.refresh();
      return result;
    } finally {
      this.#running.delete(id);
      await scope.dispose();
    }
  }

  /** Cancels an operation; false where none of this id runs here. */
  cancel(id: string): boolean {
    const running = this.#running.get(id);
    running?.abort();
    return running !== undefined;
  }
}
