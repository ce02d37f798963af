import type { Clock } from '../model/clock.ts';

/** The message of one sender. */
export interface InboxMessage {
  /** At most the cap. */
  readonly bytes: Uint8Array;
  /** How many bytes came, also those above the cap. */
  readonly size: number;
  readonly truncated: boolean;
  /** The sender did not end in time; there may have been more to come. */
  readonly slow: boolean;
  /** The sender did not end by itself: it failed, brought far too much, or we stopped listening. */
  readonly broken: boolean;
  /** When it was complete. */
  readonly receivedAt: number;
}

export type InboxEnd = Pick<InboxMessage, 'slow' | 'broken'>;

export const whole: InboxEnd = { slow: false, broken: false };
export const tooSlow: InboxEnd = { slow: true, broken: false };
export const brokenOff: InboxEnd = { slow: false, broken: true };

/**
 * How many times its cap a message may have before its sender is cut off, and how many full messages are kept while their
 * senders are still busy: enough for honest senders, an end for a file that somebody pipes in by mistake.
 */
const excess = 64;

/** Collects the messages of many senders at a time, with a cap for each and one for all together. */
export class Inbox {
  readonly maxMessageBytes: number;
  readonly clock: Clock;
  #keptBytes = 0;

  constructor(maxMessageBytes: number, clock: Clock) {
    this.maxMessageBytes = maxMessageBytes;
    this.clock = clock;
  }

  /** Answers how many of these bytes may be kept. */
  reserve(bytes: number): number {
    const granted = Math.max(0, Math.min(bytes, excess * this.maxMessageBytes - this.#keptBytes));
    this.#keptBytes += granted;
    return granted;
  }

  release(bytes: number): void {
    this.#keptBytes -= bytes;
  }
}

/** One message while it comes in. */
export class Arrival {
  readonly #inbox: Inbox;
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  #size = 0;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** Takes a part; false where the sender brought so much that it is to be cut off. */
  push(chunk: Uint8Array): boolean {
    const { maxMessageBytes } = this.#inbox;
    this.#size += chunk.length;
    const kept = this.#inbox.reserve(Math.min(chunk.length, maxMessageBytes - this.#kept));
    if (kept > 0) this.#chunks.push(kept < chunk.length ? chunk.subarray(0, kept) : chunk);
    this.#kept += kept;
    return this.#size <= excess * maxMessageBytes;
  }

  /** Bytes that are kept so far. */
  get bytes(): Uint8Array {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks, this.#kept);
  }

  get truncated(): boolean {
    return this.#kept < this.#size;
  }

  /** The message as far as it came. Called once. */
  end(how: InboxEnd): InboxMessage {
    this.#inbox.release(this.#kept);
    return {
      bytes: this.bytes,
      size: this.#size,
      truncated: this.truncated,
      ...how,
      receivedAt: this.#inbox.clock.now(),
    };
  }
}
