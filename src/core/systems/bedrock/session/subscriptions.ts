import { oneLine, text } from '../../../model/text.ts';
import type { SessionEnvironment } from '../../session.ts';
import { BedrockError } from './bedrockSession.ts';

/**
 * Who wants which topic: it is asked for when the first does, and given up when nobody does any more. One request after
 * the other for each topic, whatever order they come in.
 */
export class Subscriptions {
  readonly #environment: SessionEnvironment;
  readonly #ask: (action: 'subscribe' | 'unsubscribe', topic: string) => Promise<void>;
  readonly #holders = new Map<string, Set<string>>();
  readonly #last = new Map<string, Promise<void>>();

  constructor(
    environment: SessionEnvironment,
    ask: (action: 'subscribe' | 'unsubscribe', topic: string) => Promise<void>,
  ) {
    this.#environment = environment;
    this.#ask = ask;
  }

  wanted(topic: string): boolean {
    return this.#holders.has(topic);
  }

  /** Resolves with the acknowledgement of the server. */
  add(topic: string, holder: string): Promise<void> {
    const holders = this.#holders.get(topic);
    if (holders) {
      holders.add(holder);
      return this.#last.get(topic) ?? Promise.resolve();
    }
    this.#holders.set(topic, new Set([holder]));
    return this.#queue('subscribe', topic);
  }

  remove(topic: string, holder: string): Promise<void> {
    const holders = this.#holders.get(topic);
    if (!holders?.delete(holder) || holders.size > 0) return Promise.resolve();
    this.#holders.delete(topic);
    return this.#queue('unsubscribe', topic);
  }

  /** Somebody said it past us. */
  note(action: 'subscribe' | 'unsubscribe', topic: string): void {
    if (action === 'unsubscribe') this.#holders.delete(topic);
    else if (!this.#holders.has(topic)) this.#holders.set(topic, new Set(['user']));
  }

  /** Whoever wanted it: the user does not. */
  removeAll(topic: string): Promise<void> {
    this.#holders.delete(topic);
    return this.#queue('unsubscribe', topic);
  }

  /** Says it where nobody waits for it: what is missing then would be missed without a word. */
  report(topic: string, done: Promise<void>): Promise<void> {
    return done.catch((error: unknown) => {
      if (!BedrockError.is(error)) throw error;
      if (error.reason === 'closed') return;
      this.#environment.gap(text('Nothing may come from {0}: {1}', oneLine(topic, 100), error.text));
    });
  }

  #queue(action: 'subscribe' | 'unsubscribe', topic: string): Promise<void> {
    const before = this.#last.get(topic) ?? Promise.resolve();
    const next = before.catch(() => undefined).then(() => this.#ask(action, topic));
    this.#last.set(topic, next);
    next.catch(() => undefined);
    return next;
  }
}
