import type { Clock } from '../../../model/clock.ts';
import { text } from '../../../model/text.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import { PendingCalls, type PendingCall } from '../../conversation/pendingCalls.ts';
import { failureIn, refusedError } from './refusal.ts';

/** The NAS does ten calls of a connection at a time and refuses the twenty-first. */
const maxInFlight = 10;
/** A call that was refused because of too many others is sent again after this. */
const crowdedMs = 500;

interface Request {
  readonly id: string;
  /** The answer is a secret and does not reach the journal. */
  readonly isSecret: boolean;
  /** Asked of our own accord, again and again. */
  readonly isNoise?: boolean;
  /** From the moment at which it is sent. */
  readonly timeoutMs: number;
  readonly send: () => Promise<void>;
}

interface Call extends Request {
  isInFlight: boolean;
  /** When it was refused because of too many others for the first time. */
  crowdedSince?: number;
}

/** Calls to the NAS: not too many at a time, each with its end. */
export class Calls {
  readonly #clock: Clock;
  readonly #pending: PendingCalls<Call>;
  #queue: PendingCall<Call>[] = [];
  #inFlight = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#pending = new PendingCalls(clock);
  }

  /** Resolves with the result; rejects with a ConversationError, or with the reason of the signal. */
  run(request: Request, signal?: AbortSignal): Promise<unknown> {
    const onEnd = (call: PendingCall<Call>): void => this.#land(call);
    const call = this.#pending.open({ ...request, isInFlight: false }, { signal, onEnd });
    this.#queue.push(call);
    this.#next();
    return call.answer;
  }

  isSecret(id: string): boolean {
    return this.#find(id)?.info.isSecret === true;
  }

  isNoise(id: string): boolean {
    return this.#find(id)?.info.isNoise === true;
  }

  /** A job does this call: it may take as long as the job, and makes room for others. */
  takesLong(id: string): void {
    const call = this.#find(id);
    call?.cancelTimer();
    if (call) this.#land(call);
  }

  settle(id: string, result: unknown): void {
    this.#find(id)?.resolve(result);
  }

  refuse(id: string, error: unknown): void {
    const call = this.#find(id);
    if (!call) return;
    const refusal = refusedError(error);
    const now = this.#clock.now();
    const crowdedSince = (call.info.crowdedSince ??= now);
    if (!failureIn(refusal)?.crowded || now - crowdedSince >= call.info.timeoutMs) {
      call.reject(refusal);
      return;
    }
    this.#land(call);
    call.after(crowdedMs, () => {
      this.#queue.push(call);
      this.#next();
    });
  }

  /** Rejects all calls, and those that come later. */
  end(error: ConversationError): void {
    this.#queue = [];
    this.#pending.end(error);
  }

  #find(id: string): PendingCall<Call> | undefined {
    return this.#pending.find((call) => call.id === id);
  }

  #next(): void {
    while (this.#inFlight < maxInFlight) {
      const call = this.#queue.shift();
      if (!call) return;
      if (call.isOver()) continue;
      const { timeoutMs, send } = call.info;
      call.info.isInFlight = true;
      this.#inFlight++;
      call.after(timeoutMs, () => {
        const why = text('The NAS did not answer within {0} s.', timeoutMs / 1000);
        call.reject(new ConversationError('noAnswer', why));
      });
      send().catch((error: unknown) => call.reject(error));
    }
  }

  #land({ info }: PendingCall<Call>): void {
    if (!info.isInFlight) return;
    info.isInFlight = false;
    this.#inFlight--;
    this.#next();
  }
}
