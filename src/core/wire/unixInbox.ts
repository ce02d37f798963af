import type { Socket } from 'node:net';
import type { Clock } from '../model/clock.ts';

/** What one connection brought. */
export interface UnixMessage {
  /** What was kept of it, at most the cap. */
  readonly bytes: Uint8Array;
  /** How many bytes came, also those above the cap. */
  readonly size: number;
  readonly truncated: boolean;
  /** The sender did not end in time; there may have been more to come. */
  readonly slow: boolean;
  /** The connection did not end by the sender's EOF: it failed, brought far too much, or we stopped listening. */
  readonly broken: boolean;
  /** When it was complete. */
  readonly receivedAt: number;
}

export interface UnixInboxOptions {
  readonly maxMessageBytes: number;
  readonly maxConnectionMs: number;
  readonly clock: Clock;
  readonly onMessage: (message: UnixMessage) => void;
}

/**
 * How many times its cap a message may have before its connection is cut, and how many full messages are kept while their
 * senders are still busy: enough for honest senders, an end for a file that somebody pipes in by mistake.
 */
const excess = 64;

interface Arrival {
  readonly socket: Socket;
  readonly deadline: number;
  readonly chunks: Uint8Array[];
  kept: number;
  size: number;
}

/** Takes connections and makes one message of each. Never writes: a sender may take an answer for its own output. */
export class UnixInbox {
  readonly #options: UnixInboxOptions;
  /** In the order of their deadlines, because all have the same time. */
  readonly #arrivals = new Set<Arrival>();
  #keptBytes = 0;
  #activity = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(options: UnixInboxOptions) {
    this.#options = options;
  }

  /** Grows with every connection and every chunk: equal numbers mean that nothing came in between. */
  get activity(): number {
    return this.#activity;
  }

  accept(socket: Socket): void {
    const deadline = this.#options.clock.now() + this.#options.maxConnectionMs;
    const arrival: Arrival = { socket, deadline, chunks: [], kept: 0, size: 0 };
    this.#arrivals.add(arrival);
    this.#activity++;
    socket.on('data', (chunk: Uint8Array) => {
      this.#take(arrival, chunk);
    });
    socket.on('end', () => {
      this.#finish(arrival, { slow: false, broken: false });
    });
    // 'close' follows and delivers; without a listener the error would be thrown.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#finish(arrival, { slow: false, broken: true });
    });
    this.#armTimer();
  }

  /** Delivers what has come of unfinished messages and ends their connections. */
  flush(): void {
    for (const arrival of this.#arrivals) this.#finish(arrival, { slow: false, broken: true });
  }

  #take(arrival: Arrival, chunk: Uint8Array): void {
    const { maxMessageBytes } = this.#options;
    this.#activity++;
    arrival.size += chunk.length;
    const room = Math.min(maxMessageBytes - arrival.kept, excess * maxMessageBytes - this.#keptBytes);
    if (room > 0) {
      const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
      arrival.chunks.push(part);
      arrival.kept += part.length;
      this.#keptBytes += part.length;
    }
    if (arrival.size > excess * maxMessageBytes) this.#finish(arrival, { slow: false, broken: true });
  }

  #finish(arrival: Arrival, how: Pick<UnixMessage, 'slow' | 'broken'>): void {
    if (!this.#arrivals.delete(arrival)) return;
    this.#keptBytes -= arrival.kept;
    if (this.#arrivals.size === 0) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    }
    // Closed before the message is worked on: the sender waits for nothing else.
    arrival.socket.destroy();
    if (arrival.size === 0) return;
    const [first] = arrival.chunks;
    const bytes = arrival.chunks.length === 1 && first ? first : Buffer.concat(arrival.chunks, arrival.kept);
    this.#options.onMessage({
      bytes,
      size: arrival.size,
      truncated: arrival.kept < arrival.size,
      ...how,
      receivedAt: this.#options.clock.now(),
    });
  }

  /** One timer for all: that of the oldest connection. */
  #armTimer(): void {
    if (this.#cancelTimer) return;
    const [oldest] = this.#arrivals;
    if (!oldest) return;
    const { clock } = this.#options;
    this.#cancelTimer = clock.after(Math.max(1, oldest.deadline - clock.now()), () => {
      this.#cancelTimer = undefined;
      const now = clock.now();
      for (const arrival of this.#arrivals) {
        if (arrival.deadline > now) break;
        this.#finish(arrival, { slow: true, broken: false });
      }
      this.#armTimer();
    });
  }
}
