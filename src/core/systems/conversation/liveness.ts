import type { Clock } from '../../model/clock.ts';
import { errorWords, text } from '../../model/text.ts';
import type { Log } from '../session.ts';
import { ConversationError } from './conversationError.ts';

interface LivenessParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Asks for a sign of life after a silence; rejects with `noAnswer` where none comes in time. */
  readonly probe: () => Promise<unknown>;
  /** Called once, when a probe was not answered. */
  readonly onDead: (error: ConversationError) => void;
}

/** A connection on which nothing came for so long is asked whether anybody is still there. */
const quietMs = 30_000;

/** Notices a connection that stands although the other side does not answer any more. */
export class Liveness {
  readonly #parts: LivenessParts;
  #heardAt: number;
  #cancel: () => void = () => undefined;
  #isAsking = false;
  #ended = false;

  constructor(parts: LivenessParts) {
    this.#parts = parts;
    this.#heardAt = parts.clock.now();
  }

  /** When anything last came from the other side. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Something came from the other side. */
  heard(): void {
    this.#heardAt = this.#parts.clock.now();
  }

  begin(): void {
    if (this.#ended) return;
    this.#cancel = this.#parts.clock.after(quietMs, () => void this.#check(quietMs));
  }

  /** Asks now, however short the silence was. */
  checkNow(): void {
    if (this.#ended || this.#isAsking) return;
    this.#cancel();
    void this.#check(0);
  }

  end(): void {
    this.#ended = true;
    this.#cancel();
  }

  /** Asks where nothing came for so long. */
  async #check(silenceMs: number): Promise<void> {
    const { clock, log, probe, onDead } = this.#parts;
    if (clock.now() - this.#heardAt >= silenceMs) {
      this.#isAsking = true;
      try {
        await probe();
      } catch (error) {
        if (ConversationError.is(error, 'noAnswer')) {
          if (!this.#ended) onDead(error);
          return;
        }
        // A refusal is a sign of life; a closed connection ends with its session.
        if (!ConversationError.is(error))
          log.error(text('Asking for a sign of life failed: {0}', errorWords(error)));
      } finally {
        this.#isAsking = false;
      }
    }
    this.begin();
  }
}
