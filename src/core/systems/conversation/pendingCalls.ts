import type { Clock } from '../../model/clock.ts';

interface CallOptions<I, A> {
  readonly signal?: AbortSignal | undefined;
  /** Called once, as soon as the call is over, however it ended. */
  readonly onEnd?: (call: PendingCall<I, A>) => void;
}

/** Calls that wait for an answer. Each ends once: answered, refused, timed out, aborted, or together with all others. */
export class PendingCalls<I, A = unknown> {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #open = new Set<PendingCall<I, A>>();
  #over: Error | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a call; after `end`, or with an aborted signal, it is over at once. */
  open(info: I, { signal, onEnd }: CallOptions<I, A> = {}): PendingCall<I, A> {
    const call = new PendingCall<I, A>(info, this.#clock);
    this.#open.add(call);
    const abort = (): void => call.reject(signal?.reason as Error);
    call.onEnd = () => {
      signal?.removeEventListener('abort', abort);
      this.#open.delete(call);
      onEnd?.(call);
    };
    if (this.#over) call.reject(this.#over);
    else if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    return call;
  }

  /** The oldest call that fits. */
  find(fits: (info: I) => boolean): PendingCall<I, A> | undefined {
    for (const call of this.#open) if (fits(call.info)) return call;
    return undefined;
  }

  /** Rejects all calls, and those that come later. */
  end(error: Error): void {
    this.#over = error;
    for (const call of this.#open) call.reject(error);
  }
}

export class PendingCall<I, A = unknown> {
  readonly info: I;
  readonly answer: Promise<A>;
  onEnd: () => void = () => undefined;
  readonly #clock: Clock;
  readonly #settled = Promise.withResolvers<A>();
  #over = false;
  #cancelTimer: () => void = () => undefined;

  constructor(info: I, clock: Clock) {
    this.info = info;
    this.#clock = clock;
    this.answer = this.#settled.promise;
    // A caller that is still busy with sending hears of a rejection later.
    this.answer.catch(() => undefined);
  }

  isOver(): boolean {
    return this.#over;
  }

  /** Runs after this time unless the call is over by then. A call has one timer: a new one replaces the last. */
  after(ms: number, run: () => void): void {
    this.#cancelTimer();
    if (!this.#over) this.#cancelTimer = this.#clock.after(ms, run);
  }

  cancelTimer(): void {
    this.#cancelTimer();
  }

  resolve(value: A): void {
    if (this.#end()) this.#settled.resolve(value);
  }

  reject(error: unknown): void {
    if (this.#end()) this.#settled.reject(error);
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#cancelTimer();
    this.onEnd();
    return true;
  }
}
