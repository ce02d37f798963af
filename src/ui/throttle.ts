/** Does something at once when it is asked for, and after that no sooner than a pause later, however often it is asked. */
export class Throttle {
  /** From the next time on. */
  pauseMs: number;
  readonly #run: () => void;
  #timer: NodeJS.Timeout | undefined;
  #asked = false;
  #isOver = false;

  constructor(pauseMs: number, run: () => void) {
    this.pauseMs = pauseMs;
    this.#run = run;
  }

  ask(): void {
    this.#asked = true;
    if (!this.#timer) this.#next();
  }

  /** Does it at once, for what a user waits for; what was asked for is done with it. */
  now(): void {
    clearTimeout(this.#timer);
    this.#asked = true;
    this.#next();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#asked = false;
    this.#isOver = true;
  }

  #next(): void {
    this.#timer = undefined;
    if (!this.#asked || this.#isOver) return;
    this.#asked = false;
    this.#timer = setTimeout(() => this.#next(), this.pauseMs);
    this.#run();
  }
}
