/** A task or job of the other side, as far as it is known. */
interface Known {
  readonly id: string;
  /** Tells two tasks of one id apart: TrueNAS begins with 1 again after a restart. */
  readonly started?: number;
  /** Other names under which it may be followed. */
  readonly aliases?: readonly string[];
}

/** News of a task: words on its way, or its end. */
export interface TaskNews<E> {
  readonly words?: string | undefined;
  readonly end?: E;
}

/** Ends are kept for callers that learn the id of their task only later. */
const maxEnds = 200;

/** Tasks as far as they were told. A follower hears of the end whether it asked before or after. */
export class TaskLedger<T extends Known, E> {
  readonly #open = new Map<string, T>();
  readonly #ends = new Map<string, { readonly end: E; readonly started: number }>();
  readonly #followers = new Map<string, Set<(news: TaskNews<E>) => void>>();
  readonly #onChange: () => void;

  /** `onChange` is called when a task becomes open or is not open any more. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get open(): readonly T[] {
    return [...this.#open.values()];
  }

  endOf(id: string): E | undefined {
    return this.#ends.get(id)?.end;
  }

  /** Takes what was told of a task; false where it had ended before. */
  take(task: T, news: TaskNews<E>): boolean {
    const last = this.#ends.get(task.id);
    if (last && last.started >= (task.started ?? 0)) return false;
    if (news.end !== undefined) this.#settle(task, news.end);
    else {
      const isNew = !this.#open.has(task.id);
      this.#open.set(task.id, task);
      if (isNew) this.#onChange();
      if (news.words !== undefined) this.#tell(task, news);
    }
    return true;
  }

  /** The other side does not know the task any more. */
  lose(id: string, end: E): void {
    const task = this.#open.get(id);
    if (task) this.#settle(task, end);
  }

  /** Nobody hears of any task any more. */
  loseAll(end: E): void {
    const followers = [...this.#followers.values()];
    this.#followers.clear();
    for (const each of followers) for (const tell of each) tell({ end });
  }

  /** Tells what becomes of a task, by its id or an alias, until the returned function is called. */
  follow(name: string, tell: (news: TaskNews<E>) => void): () => void {
    const last = this.#ends.get(name);
    if (last) {
      tell({ end: last.end });
      return () => undefined;
    }
    const followers = this.#followers.get(name) ?? new Set();
    this.#followers.set(name, followers.add(tell));
    return () => {
      followers.delete(tell);
      if (followers.size === 0 && this.#followers.get(name) === followers) this.#followers.delete(name);
    };
  }

  #settle(task: T, end: E): void {
    this.#ends.set(task.id, { end, started: task.started ?? 0 });
    for (const oldest of this.#ends.keys()) {
      if (this.#ends.size <= maxEnds) break;
      this.#ends.delete(oldest);
    }
    if (this.#open.delete(task.id)) this.#onChange();
    this.#tell(task, { end });
  }

  #tell({ id, aliases = [] }: T, news: TaskNews<E>): void {
    for (const name of [id, ...aliases]) for (const tell of this.#followers.get(name) ?? []) tell(news);
  }
}
