import type { Task } from '../model/task.ts';
import { endOf, listedForMs } from '../model/taskList.ts';
import type { JournalStore } from './store/journalStore.ts';

const pageSize = 100;

/** Tasks of the last days from a journal, read a page at a time as they are wanted. */
export class EarlierTasks {
  readonly #store: Pick<JournalStore, 'tasks'>;
  readonly #since: number;
  /** Tasks that are shown. */
  #shown: readonly Task[] = [];
  /** Tasks that were read and wait to be shown. */
  #ahead: readonly Task[] = [];
  #next: number | undefined;
  #isAtEnd = false;

  constructor(store: Pick<JournalStore, 'tasks'>, now: number) {
    this.#store = store;
    this.#since = now - listedForMs;
  }

  get shown(): readonly Task[] {
    return this.#shown;
  }

  /** Tasks that `show` would bring. */
  get ahead(): readonly Task[] {
    return this.#ahead;
  }

  /** Reads on until `isWanted` holds for a task ahead, or to the end. */
  async lookAhead(isWanted: (task: Task) => boolean): Promise<void> {
    while (!this.#isAtEnd && !this.#ahead.some(isWanted)) {
      const { tasks, next } = await this.#store.tasks(pageSize, this.#next);
      const read = tasks.map(({ state }) => JSON.parse(state ?? '') as Task);
      const recent = read.filter((task) => endOf(task) >= this.#since);
      this.#ahead = [...this.#ahead, ...recent];
      this.#next = next;
      // A whole page of what is too old: what follows changed still earlier.
      this.#isAtEnd = next === undefined || recent.length === 0;
    }
  }

  /** Takes over tasks that the fleet has forgotten: pages that were read do not have them. */
  takeOver(tasks: readonly Task[]): void {
    this.#ahead = [...tasks.map(({ log: _log, ...task }) => task), ...this.#ahead];
  }

  show(): void {
    this.#shown = [...this.#shown, ...this.#ahead];
    this.#ahead = [];
  }
}
