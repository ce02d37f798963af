import type { Socket } from 'node:net';
import type { Clock } from '../model/clock.ts';
import { Arrival, brokenOff, Inbox, tooSlow, whole, type InboxEnd, type InboxMessage } from './inbox.ts';
import { endsWithDocument } from './jsonDocuments.ts';

interface UnixInboxOptions {
  readonly maxMessageBytes: number;
  readonly maxConnectionMs: number;
  readonly clock: Clock;
  readonly onMessage: (message: InboxMessage) => void;
}

/** A sender that ends its side does so right behind its last bytes; one that keeps it open is not waited for any longer. */
const halfOpenMs = 50;

/**
 * Takes connections and makes one message of each, or several where a sender keeps its side open behind a whole document.
 * Never writes: a sender may take an answer for its own output.
 */
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
    let arrival = new Arrival(this.#inbox);
    let cancelLook = (): void => undefined;
    const deliver = (how: InboxEnd): void => {
      const message = arrival.end(how);
      arrival = new Arrival(this.#inbox);
      if (message.size > 0) onMessage(message);
    };
    const finish = (how: InboxEnd): void => {
      if (!this.#open.delete(finish)) return;
      cancelDeadline();
      cancelLook();
      // Closed before the message is worked on: the sender waits for nothing else.
      socket.destroy();
      deliver(how);
    };
    const cancelDeadline = clock.after(maxConnectionMs, () => finish(tooSlow));
    this.#open.add(finish);
    this.#activity++;
    socket.on('data', (chunk: Uint8Array) => {
      this.#activity++;
      if (!this.#open.has(finish)) return;
      if (!arrival.push(chunk)) {
        finish(brokenOff);
        return;
      }
      cancelLook();
      cancelLook = clock.after(halfOpenMs, () => {
        if (!arrival.truncated && endsWithDocument(arrival.bytes)) deliver(whole);
      });
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
