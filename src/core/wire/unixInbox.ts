import type { Socket } from 'node:net';
import type { Clock } from '../model/clock.ts';
import { Arrival, brokenOff, Inbox, tooSlow, whole, type InboxEnd, type InboxMessage } from './inbox.ts';

interface UnixInboxOptions {
  readonly maxMessageBytes: number;
  readonly maxConnectionMs: number;
  readonly clock: Clock;
  readonly onMessage: (message: InboxMessage) => void;
}

/** Takes connections and makes one message of each. Never writes: a sender may take an answer for its own output. */
export class UnixInbox {
  readonly #options: UnixInboxOptions;
  readonly #inbox: Inbox;
  /** For each open connection what ends it. */
  readonly #open = new Set<(how: InboxEnd) => void>();
  #activity = 0;

  constructor(options: UnixInboxOptions) {
    this.#options = options;
    this.#inbox = new Inbox(options.maxMessageBytes, options.clock);
  }

  /** Grows with every connection and every chunk: equal numbers mean that nothing came in between. */
  get activity(): number {
    return this.#activity;
  }

  accept(socket: Socket): void {
    const { clock, maxConnectionMs, onMessage } = this.#options;
    const arrival = new Arrival(this.#inbox);
    const finish = (how: InboxEnd): void => {
      if (!this.#open.delete(finish)) return;
      cancelDeadline();
      // Closed before the message is worked on: the sender waits for nothing else.
      socket.destroy();
      const message = arrival.end(how);
      if (message.size > 0) onMessage(message);
    };
    const cancelDeadline = clock.after(maxConnectionMs, () => finish(tooSlow));
    this.#open.add(finish);
    this.#activity++;
    socket.on('data', (chunk: Uint8Array) => {
      this.#activity++;
      if (this.#open.has(finish) && !arrival.push(chunk)) finish(brokenOff);
    });
    socket.on('end', () => finish(whole));
    // 'close' follows and delivers; without a listener the error would be thrown.
    socket.on('error', () => undefined);
    socket.on('close', () => finish(brokenOff));
  }

  /** Delivers what has come of unfinished messages and ends their connections. */
  flush(): void {
    for (const finish of this.#open) finish(brokenOff);
  }
}
