import { isAborted } from '../model/abort.ts';
import type { Clock } from '../model/clock.ts';
import { errorWords, text, type Text } from '../model/text.ts';
import type { JournalStore } from '../journal/store/journalStore.ts';
import type { JournalRequest } from '../journal/store/messages.ts';

type RequestStore = Pick<JournalStore, 'ask' | 'take' | 'withdraw' | 'answerOf' | 'onCommit' | 'status'>;

export interface RequestBoxOptions {
  /** The live journal, which all windows share. */
  readonly store: Promise<RequestStore>;
  /** The name of this window. */
  readonly window: string;
  readonly isOpen: (window: string) => boolean;
  /** Connections that this window can do something with now. */
  connections(): readonly string[];
  /** Does what another window asks, and answers how it went. Called once for each request. */
  serve(request: JournalRequest): Promise<unknown>;
  /** Puts an answer into the journal, together with all that came of the request. */
  answer(id: string, answer: unknown): void;
  readonly clock: Clock;
  readonly log: { warn(message: Text): void };
}

export interface RequestOrder {
  readonly id: string;
  /** Id of the connection, or the address of a window. */
  readonly to: string;
  readonly kind: string;
  readonly body: unknown;
  /** Takes the request back where nobody took it yet. */
  readonly signal?: AbortSignal;
}

/** End of a request. Something may have been done only after `answered` and `unknown`. */
export type Reply =
  | { readonly is: 'answered'; readonly answer: unknown }
  /** Nobody took it in time, and nobody will. */
  | { readonly is: 'expired' }
  | { readonly is: 'withdrawn' }
  /** The window that took it ended before it said how it went. */
  | { readonly is: 'unknown' }
  /** Nobody could be asked. */
  | { readonly is: 'unavailable'; readonly why: string };

/**
 * How long a request waits to be taken. A window that is connected takes it within 100 ms, one that takes the connection
 * over within a few seconds; after half a minute nobody expects that what was pressed still happens.
 */
export const takenWithinMs = 30_000;
/** How often a window that waits for an answer looks whether the one that gives it is gone. A process that dies tells nobody. */
const lookEveryMs = 1000;

const windowPrefix = 'window:';

/** Address for requests to a window itself. Ids of connections hold no colon. */
export function addressOfWindow(window: string): string {
  return `${windowPrefix}${window}`;
}

interface Asked {
  readonly order: RequestOrder;
  readonly until: number;
  readonly resolve: (reply: Reply) => void;
}

/**
 * The requests of windows to each other, in a table of the journal. The one that captures a connection takes what is asked
 * of it and answers. Each is done at most once: who takes it is noted before anything is done, and nobody takes it again.
 */
export class RequestBox {
  readonly #options: RequestBoxOptions;
  readonly #asked = new Map<string, Asked>();
  readonly #served = new Set<string>();
  #unsubscribe: () => void = () => undefined;
  #cancelLook: (() => void) | undefined;
  #disposed = false;
  #looking = false;
  #lookAgain = false;

  constructor(options: RequestBoxOptions) {
    this.#options = options;
    options.store
      .then((store) => {
        if (this.#disposed) return;
        this.#unsubscribe = store.onCommit(({ own }) => {
          if (!own) this.look();
        });
        this.look();
      })
      // Without a journal there are no windows to share it with.
      .catch(() => undefined);
  }

  /** Asks another window; resolves with what became of it. Never rejects. */
  async ask(order: RequestOrder): Promise<Reply> {
    const { window, clock } = this.#options;
    const { id, to, kind, body, signal } = order;
    const askedAt = clock.now();
    const reply = Promise.withResolvers<Reply>();
    const onAbort = (): void => void this.#withdraw(id, { is: 'withdrawn' });
    try {
      const store = await this.#options.store;
      if (!store.status.durable) return { is: 'unavailable', why: store.status.message ?? '–' };
      const request = { id, connection: to, kind, body, askedAt, window };
      // The worker of the journal may end before it answers; the same request is entered once.
      await store.ask(request).catch(() => store.ask(request));
    } catch (error) {
      return { is: 'unavailable', why: errorWords(error) };
    }
    this.#asked.set(id, { order, until: askedAt + takenWithinMs, resolve: reply.resolve });
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal && isAborted(signal)) onAbort();
    this.look();
    try {
      return await reply.promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#asked.delete(id);
    }
  }

  /** Takes what is asked of this window, and looks for answers. */
  look(): void {
    if (this.#disposed) return;
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = true;
    void this.#lookUntilDone();
  }

  dispose(): void {
    this.#disposed = true;
    this.#unsubscribe();
    this.#cancelLook?.();
  }

  async #lookUntilDone(): Promise<void> {
    while (this.#lookAgain && !this.#disposed) {
      this.#lookAgain = false;
      try {
        const store = await this.#options.store;
        await this.#take(store);
        for (const asked of [...this.#asked.values()]) await this.#examine(store, asked);
      } catch (error) {
        this.#options.log.warn(text('Requests of other windows were not read: {0}', errorWords(error)));
      }
    }
    this.#looking = false;
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    if (this.#asked.size > 0 && !this.#disposed)
      this.#cancelLook = this.#options.clock.after(lookEveryMs, () => {
        this.look();
      });
  }

  async #take(store: RequestStore): Promise<void> {
    const { window, clock } = this.#options;
    const addresses = [...this.#options.connections(), addressOfWindow(window)];
    for (const request of await store.take(addresses, window, clock.now() - takenWithinMs)) {
      if (this.#served.has(request.id)) continue;
      this.#served.add(request.id);
      void this.#serve(request);
    }
  }

  async #serve(request: JournalRequest): Promise<void> {
    const answer = await this.#options.serve(request);
    this.#options.answer(request.id, answer ?? null);
    // A request that this window asked before it took over the connection.
    this.#asked.get(request.id)?.resolve({ is: 'answered', answer });
  }

  async #examine(store: RequestStore, { order, until, resolve }: Asked): Promise<void> {
    const { window, clock, isOpen } = this.#options;
    const row = await store.answerOf(order.id);
    if (!row) return;
    if (row.answer !== undefined) {
      resolve(
        row.takenBy === window && row.answer === null
          ? { is: 'withdrawn' }
          : { is: 'answered', answer: row.answer },
      );
      return;
    }
    if (row.takenBy === undefined) {
      const asksWindow = order.to.startsWith(windowPrefix) && !isOpen(order.to.slice(windowPrefix.length));
      if (!asksWindow && clock.now() < until) return;
      await this.#withdraw(order.id, { is: 'expired' });
      // A journal that this window cannot write any more: nobody takes what is this old.
      if (clock.now() >= until + lookEveryMs) resolve({ is: 'expired' });
      return;
    }
    if (row.takenBy === window || isOpen(row.takenBy)) return;
    // The answer may have come between the reading and the end of the window.
    const last = await store.answerOf(order.id);
    resolve(last?.answer === undefined ? { is: 'unknown' } : { is: 'answered', answer: last.answer });
  }

  async #withdraw(id: string, reply: Reply): Promise<void> {
    try {
      const store = await this.#options.store;
      if (await store.withdraw(id, this.#options.window)) this.#asked.get(id)?.resolve(reply);
    } catch (error) {
      this.#options.log.warn(text('A request could not be taken back: {0}', errorWords(error)));
    }
  }
}
