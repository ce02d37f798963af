import { randomUUID } from 'node:crypto';
import type { Hub } from './hub.ts';

/** Something in the background, as sockets and REST tell of it. */
export interface TaskState {
  readonly status: 'in_progress' | 'success' | 'error';
  readonly message: string;
  readonly result: unknown;
  readonly username: string;
}

export interface BegunTask {
  readonly id: string;
  /** Lets the work begin; to be called when the answer with the id is out. */
  readonly run: () => void;
}

/** Tasks of a recording that are remembered: recordings may be of months. */
const maxKept = 1000;

/** All tasks since the program was started; none that it began itself is ever removed. */
export class Tasks {
  readonly #hub: Hub;
  readonly #states = new Map<string, TaskState>();
  readonly #signal: AbortSignal;
  /** Ids of recorded tasks; the one told last is the last. */
  readonly #kept = new Set<string>();

  constructor(hub: Hub, signal: AbortSignal) {
    this.#hub = hub;
    this.#signal = signal;
  }

  get(id: string): TaskState | undefined {
    return this.#states.get(id);
  }

  list(): readonly (TaskState & { readonly id: string })[] {
    return [...this.#states].map(([id, state]) => ({ ...state, id }));
  }

  /** Remembers a task as a recording tells it; tells nobody. */
  keep(id: string, state: TaskState): void {
    this.#states.set(id, state);
    this.#kept.delete(id);
    this.#kept.add(id);
    const [oldest = id] = this.#kept;
    if (this.#kept.size <= maxKept) return;
    this.#kept.delete(oldest);
    this.#states.delete(oldest);
  }

  /** The user hears of it before the request that asked for it is answered. */
  async begin(username: string, work: () => Promise<unknown>): Promise<BegunTask> {
    const id = randomUUID();
    await this.#tell(id, { status: 'in_progress', message: 'Task is running.', result: null, username });
    return {
      id,
      run: () => {
        void this.#run(id, username, work);
      },
    };
  }

  async #run(id: string, username: string, work: () => Promise<unknown>): Promise<void> {
    let state: TaskState;
    try {
      // That nothing was thrown is all that success means here.
      const result = await work();
      state = { status: 'success', message: 'Task completed successfully.', result, username };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      state = { status: 'error', message, result: null, username };
    }
    if (!this.#signal.aborted) await this.#tell(id, state);
  }

  async #tell(id: string, state: TaskState): Promise<void> {
    this.#states.set(id, state);
    await this.#hub.sendToUser(state.username, { type: 'task_update', topic: `task:${id}`, data: state });
  }
}
