import type { Wait } from '../host.ts';
import type { Clients } from './clients.ts';

/** How a receiver took an event. */
export type Outcome = 'taken' | 'nobody' | { readonly refused: string };

/** A way to one receiver, which may be there or not. */
export interface ReceiverWay {
  readonly name: string;
  /** Tells who is there now, differently for another one; empty where nobody is. `known`: the answer before. */
  present(known: string, signal: AbortSignal): string | Promise<string>;
  /** Sends one event; rejects when the signal aborts. */
  send(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome>;
}

interface ReceiverOptions {
  readonly clients: Clients;
  readonly wait: Wait;
  readonly signal: AbortSignal;
}

/** How often somebody is looked for; as often as the demo does. */
export const lookMs = 200;
/** Time for a receiver to take one event. KGSM itself would wait for ever. */
export const patienceMs = 2000;

/** Sends events to whoever listens, and tells who that is. */
export class Receiver {
  readonly #way: ReceiverWay;
  readonly #options: ReceiverOptions;
  /** The last answer to who is there; somebody who did not take an event is known without being a client. */
  #known = '';
  #client: number | undefined;

  constructor(way: ReceiverWay, options: ReceiverOptions) {
    this.#way = way;
    this.#options = options;
  }

  get client(): number | undefined {
    return this.#client;
  }

  async look(): Promise<void> {
    const { signal } = this.#options;
    const present = await this.#way.present(this.#known, signal);
    if (present === this.#known || signal.aborted) return;
    this.#went();
    this.#known = present;
    if (present !== '') this.#came();
  }

  /**
   * Waits until a receiver took the event. One that is slow loses it, and is reported as slow; where nobody takes it, it waits for
   * somebody who does. Resolves without that when the signal aborts.
   */
  async send(bytes: Uint8Array): Promise<void> {
    const { signal, wait, clients } = this.#options;
    try {
      for (;;) {
        await this.look();
        const outcome = this.#known === '' ? 'nobody' : await this.#attempt(bytes);
        if (outcome === 'taken') {
          this.#came();
          return;
        }
        if (outcome === 'slow') {
          this.#went('slow');
          // The next look finds it anew.
          this.#known = '';
          return;
        }
        if (outcome === 'nobody') this.#went();
        else if (this.#client !== undefined) clients.said(this.#client, outcome.refused);
        await wait(lookMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Reports the client that is there as gone: serving ends. */
  end(): void {
    this.#went();
  }

  async #attempt(bytes: Uint8Array): Promise<Outcome | 'slow'> {
    const { signal, wait } = this.#options;
    const attempt = new AbortController();
    const done = new AbortController();
    const stop = (): void => {
      done.abort();
      attempt.abort();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const limit = wait(patienceMs, done.signal).then(
      () => attempt.abort(),
      () => undefined,
    );
    try {
      return await this.#way.send(bytes, attempt.signal);
    } catch (error) {
      if (!attempt.signal.aborted || signal.aborted) throw error;
      return 'slow';
    } finally {
      signal.removeEventListener('abort', stop);
      done.abort();
      await limit;
    }
  }

  #came(): void {
    const { clients } = this.#options;
    this.#client ??= clients.came(this.#way.name);
    clients.ready(this.#client);
  }

  #went(why?: 'slow'): void {
    if (this.#client !== undefined) this.#options.clients.went(this.#client, why);
    this.#client = undefined;
  }
}
