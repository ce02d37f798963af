import type { Clock } from '../../../model/clock.ts';
import { text } from '../../../model/text.ts';
import { TrueNasError } from './trueNasSession.ts';
import { failureOf } from '../messages.ts';

/** The NAS does ten calls of a connection at a time and refuses the twenty-first. */
const maxInFlight = 10;
/** A call that was refused because of too many others is said again after this. */
const crowdedMs = 500;

interface Asked {
  readonly id: string;
  /** Its answer is a secret. */
  readonly secret: boolean;
  /** From the moment at which it is sent. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  send(): Promise<void>;
}

interface Waiting extends Asked {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  flying: boolean;
  /** When there were too many others for the first time. */
  crowdedSince?: number;
  cancel: () => void;
}

/** Calls on their way: not too many at a time, each with its end. */
export class Calls {
  readonly #clock: Clock;
  readonly #open = new Map<string, Waiting>();
  #queue: Waiting[] = [];
  #flying = 0;
  #over: TrueNasError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with the result; rejects with a TrueNasError, or with the reason of the signal. */
  run(asked: Asked): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (this.#over) return Promise.reject(this.#over);
    const { signal } = asked;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const call: Waiting = { ...asked, resolve, reject, flying: false, cancel: () => undefined };
    const abort = (): void => {
      this.#forget(call);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#open.set(call.id, call);
    this.#queue.push(call);
    this.#next();
    return promise.finally(() => {
      signal?.removeEventListener('abort', abort);
    });
  }

  isSecret(id: string): boolean {
    return this.#open.get(id)?.secret === true;
  }

  takesLong(id: string): void {
    const call = this.#open.get(id);
    if (!call) return;
    call.cancel();
    this.#land(call);
  }

  settle(id: string, result: unknown): void {
    const call = this.#open.get(id);
    if (!call) return;
    this.#forget(call);
    call.resolve(result);
  }

  refuse(id: string, error: unknown): void {
    const call = this.#open.get(id);
    if (!call) return;
    const failure = failureOf(error);
    const now = this.#clock.now();
    call.crowdedSince ??= now;
    if (failure.crowded && now - call.crowdedSince < call.timeoutMs) {
      call.cancel();
      this.#land(call);
      call.cancel = this.#clock.after(crowdedMs, () => {
        if (this.#open.get(id) !== call) return;
        this.#queue.push(call);
        this.#next();
      });
      return;
    }
    this.#forget(call);
    call.reject(new TrueNasError('refused', text('The NAS refused: {0}', failure.reason), { failure }));
  }

  /** It is over: nothing is answered any more. */
  end(error: TrueNasError): void {
    this.#over = error;
    this.#queue = [];
    for (const call of [...this.#open.values()]) {
      this.#forget(call);
      call.reject(error);
    }
  }

  #next(): void {
    while (this.#flying < maxInFlight) {
      const call = this.#queue.shift();
      if (!call) return;
      call.flying = true;
      this.#flying++;
      call.cancel = this.#clock.after(call.timeoutMs, () => {
        this.#forget(call);
        call.reject(
          new TrueNasError('noAnswer', text('The NAS did not answer within {0} s.', call.timeoutMs / 1000)),
        );
      });
      call.send().catch((error: unknown) => {
        this.#forget(call);
        call.reject(error);
      });
    }
  }

  #land(call: Waiting): void {
    if (!call.flying) return;
    call.flying = false;
    this.#flying--;
    this.#next();
  }

  #forget(call: Waiting): void {
    call.cancel();
    this.#open.delete(call.id);
    this.#queue = this.#queue.filter((each) => each !== call);
    this.#land(call);
  }
}
