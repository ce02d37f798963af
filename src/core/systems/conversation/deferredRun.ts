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
  #running = false;
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

  /** Runs at once, or right after the run that is under way. Never rejects. */
  async now(): Promise<void> {
    this.#cancelTimer();
    this.#due = Infinity;
    if (this.#ended) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    this.#again = false;
    try {
      await this.#work();
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#running = false;
    }
    if (this.#isAskedAgain()) await this.now();
  }

  end(): void {
    this.#ended = true;
    this.#cancelTimer();
  }

  /** Reads the flag through a call: TypeScript narrows a property and does not know that it changes across an await. */
  #isAskedAgain(): boolean {
    return this.#again;
  }
}
