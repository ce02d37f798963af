import { isFields, named, type Fields } from '../../reading.ts';
import type { TaskEnd } from './bedrockSession.ts';
import { failureIn } from '../messages.ts';

/** Ends are kept for operations that learn the id of their task only later. */
const maxEnds = 200;

/** The tasks of this user as far as they were told: who waits for an end gets it, in whatever order it came. */
export class TaskLedger {
  readonly #open = new Set<string>();
  readonly #ends = new Map<string, TaskEnd>();
  readonly #waiting = new Map<string, Set<(end: TaskEnd) => void>>();
  readonly #onChange: (open: readonly string[]) => void;

  constructor(onChange: (open: readonly string[]) => void) {
    this.#onChange = onChange;
  }

  get open(): readonly string[] {
    return [...this.#open];
  }

  endOf(id: string): TaskEnd | undefined {
    return this.#ends.get(id);
  }

  /** Takes what the server says of a task; true where that was its end. */
  take(id: string, data: Fields): boolean {
    const end = endIn(data);
    if (end) {
      this.settle(id, end);
      return true;
    }
    if (!this.#ends.has(id) && !this.#open.has(id)) {
      this.#open.add(id);
      this.#onChange(this.open);
    }
    return false;
  }

  settle(id: string, end: TaskEnd): void {
    if (this.#ends.has(id)) return;
    this.#ends.set(id, end);
    for (const oldest of this.#ends.keys()) {
      if (this.#ends.size <= maxEnds) break;
      this.#ends.delete(oldest);
    }
    if (this.#open.delete(id)) this.#onChange(this.open);
    for (const tell of this.#waiting.get(id) ?? []) tell(end);
    this.#waiting.delete(id);
  }

  /** Calls back with the end; the answer stops that. */
  wait(id: string, tell: (end: TaskEnd) => void): () => void {
    const end = this.#ends.get(id);
    if (end) {
      tell(end);
      return () => undefined;
    }
    const waiting = this.#waiting.get(id) ?? new Set();
    waiting.add(tell);
    this.#waiting.set(id, waiting);
    return () => {
      waiting.delete(tell);
    };
  }

  /** Nobody hears of any task any more. */
  lose(message: string): void {
    for (const [id, waiting] of [...this.#waiting]) {
      this.#waiting.delete(id);
      for (const tell of waiting) tell({ outcome: 'lost', message });
    }
  }
}

function endIn(data: Fields): TaskEnd | undefined {
  const { status, result } = data;
  const said = named(data['message']) ?? '–';
  if (status === 'error') return { outcome: 'failed', message: said };
  if (status !== 'success') return undefined;
  const failure = failureIn(result);
  if (failure !== undefined) return { outcome: 'failed', message: failure };
  const words = isFields(result) ? named(result['message']) : undefined;
  return { outcome: 'succeeded', message: words ?? said };
}
