import type { Clock } from '../model/clock.ts';

const lineEveryMs = 1000;
/** Kinds told apart at a time; more have one line together, because a sender can make up any number of kinds. */
const maxKinds = 100;

/** Lines of one kind that wait for the end of their second. */
interface HeldLines {
  count: number;
  latest: () => string;
  cancel: () => void;
}

/** Writes at most one line a second of each kind; the next one says how many more there were. */
export class LineLimiter {
  readonly #clock: Clock;
  readonly #write: (line: string) => void;
  readonly #held = new Map<string, HeldLines>();

  constructor(clock: Clock, write: (line: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  write(kind: string, line: () => string): void {
    const key = this.#held.has(kind) || this.#held.size < maxKinds ? kind : '';
    const held = this.#held.get(key);
    if (held) {
      held.count++;
      held.latest = line;
      return;
    }
    this.#write(line());
    this.#hold(key, { count: 0, latest: line, cancel: () => undefined });
  }

  /** Writes what is held back. */
  dispose(): void {
    for (const held of this.#held.values()) {
      held.cancel();
      this.#release(held);
    }
    this.#held.clear();
  }

  #hold(key: string, held: HeldLines): void {
    this.#held.set(key, held);
    held.cancel = this.#clock.after(lineEveryMs, () => {
      if (this.#release(held)) this.#hold(key, held);
      else this.#held.delete(key);
    });
  }

  /** Writes the newest held line with the count of the others; false where none is held. */
  #release(held: HeldLines): boolean {
    const { count, latest } = held;
    held.count = 0;
    if (count > 0) this.#write(count === 1 ? latest() : `${latest()} … and ${count - 1} more like this`);
    return count > 0;
  }
}
