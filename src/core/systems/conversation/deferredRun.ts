import type { Clock } from '../../model/clock.ts';

/**
 * Work that is asked for more often than it is worth doing: done once for all that asked before it began, never twice at
 * a time, and once more where somebody asked meanwhile.
 */
export class DeferredRun {
  readonly #clock: Clock;
  readonly #work: () => Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  #due = Infinity;
  #cancelTimer: () => void = () => undefined;
  #isRunning = false;
  #last: Promise<void> = Promise.resolve();
  #again = false;
  #ended = false;

  /** `onError` gets what the work rejects with; the next run is not affected by it. */
  constructor(clock: Clock, work: () => Promise<unknown>, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#work = work;
    this.#onError = onError;
  }

  /** Runs within this time; a run that is due earlier serves as well. */
  within(ms: number): void {
    const due = this.#clock.now() + ms;
    if (this.#ended || due >= this.#due) return;
    this.#cancelTimer();
    this.#due = due;
    this.#cancelTimer = this.#clock.after(ms, () => void this.now());
  }

  /** Runs at once, or right after the run that is under way; resolves with the present run. Never rejects. */
  now(): Promise<void> {
    this.#cancelTimer();
    this.#due = Infinity;
    if (this.#ended) return Promise.resolve();
    this.#again = this.#isRunning;
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#last = this.#run();
    }
    return this.#last;
  }

  /** Begins no run any more; resolves when the run under way is over. */
  end(): Promise<void> {
    this.#ended = true;
    this.#cancelTimer();
    return this.#last;
  }

  async #run(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#isRunning = false;
    }
    if (this.#again) void this.now();
  }
}
