import { setImmediate as nextTurn } from 'node:timers/promises';

/** Time that passes when a test says so: hand `now` and `wait` to a simulator and call `advance`. */
export class HandClock {
  #now: number;
  #waits: { readonly due: number; readonly end: () => void }[] = [];

  constructor(now = 1_795_200_000_000) {
    this.#now = now;
  }

  /** Number of pending waits. */
  get waiting(): number {
    return this.#waits.length;
  }

  readonly now = (): number => this.#now;

  readonly wait = (ms: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const end = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const waiting = { due: this.#now + ms, end };
      const stop = (): void => {
        this.#waits = this.#waits.filter((each) => each !== waiting);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#waits.push(waiting);
    });
  };

  /** Lets this much time pass, one wait after the other, each with all that follows from it. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    // A call that was just made may not have reached its wait yet.
    await settle();
    for (;;) {
      const next = this.#waits.filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#waits = this.#waits.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.due);
      next.end();
      await settle();
    }
    this.#now = until;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}
