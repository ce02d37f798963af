import { oneLine, text, type Text } from '../../model/text.ts';
import type { SessionEnvironment } from '../system.ts';
import { TrueNasError } from './conversation.ts';
import { failureOf } from './messages.ts';

/** What carries subscriptions out. */
interface Carrier {
  subscribe(name: string): Promise<string>;
  unsubscribe(id: string): Promise<void>;
}

/** A source that ended is asked for again after this at first, and after at most the second. */
const firstRestMs = 1000;
const longestRestMs = 60_000;
/** One that held this long was good. */
const goodAfterMs = 60_000;

interface Held {
  readonly holders: Set<string>;
  id?: string;
  state: 'asking' | 'on' | 'resting' | 'refused';
  refusal?: TrueNasError;
  since: number;
  attempts: number;
  cancel: () => void;
  /** One thing after the other, whatever order they are wanted in. */
  last: Promise<void>;
}

/**
 * Who wants which event. It is asked for when the first does and given up when nobody does any more. However the NAS
 * refuses, before or after it said yes, the end is the same: one gap that says why nothing comes.
 */
export class Subscriptions {
  readonly #environment: Pick<SessionEnvironment, 'gap' | 'clock'>;
  readonly #carrier: Carrier;
  readonly #held = new Map<string, Held>();
  /** Ends that we asked for ourselves and that were not told yet. */
  readonly #leaving = new Map<string, number>();
  #over = false;

  constructor(environment: Pick<SessionEnvironment, 'gap' | 'clock'>, carrier: Carrier) {
    this.#environment = environment;
    this.#carrier = carrier;
  }

  /** What stands now. */
  get names(): readonly string[] {
    return [...this.#held].filter(([, { state }]) => state === 'on').map(([name]) => name);
  }

  /** Resolves when the NAS accepted it. Rejects with a TrueNasError. */
  async add(name: string, holder: string): Promise<void> {
    const known = this.#held.get(name);
    if (known && known.state !== 'refused') {
      known.holders.add(holder);
      await known.last;
      return;
    }
    const held: Held = {
      holders: new Set([...(known?.holders ?? []), holder]),
      state: 'asking',
      since: 0,
      attempts: 0,
      cancel: () => undefined,
      last: Promise.resolve(),
    };
    this.#held.set(name, held);
    held.last = (known?.last ?? Promise.resolve()).catch(() => undefined).then(() => this.#ask(name, held));
    held.last.catch(() => undefined);
    await held.last;
  }

  async remove(name: string, holder: string): Promise<void> {
    const held = this.#held.get(name);
    if (!held?.holders.delete(holder) || held.holders.size > 0) return;
    await this.removeAll(name);
  }

  /** Whoever wanted it: the user does not. */
  async removeAll(name: string): Promise<void> {
    const held = this.#held.get(name);
    if (!held) return;
    this.#held.delete(name);
    held.cancel();
    await held.last.catch(() => undefined);
    if (held.state !== 'on' || held.id === undefined || this.#over) return;
    this.#leaving.set(name, (this.#leaving.get(name) ?? 0) + 1);
    await this.#carrier.unsubscribe(held.id);
  }

  /** Says it where nobody waits for it: what is missing then would be missed without a word. */
  report(name: string, done: Promise<void>): Promise<void> {
    return done.catch((error: unknown) => {
      if (!TrueNasError.is(error)) throw error;
      if (error.reason !== 'closed') this.#gap(name, error.text);
    });
  }

  /** The NAS said that nothing comes any more, by the name or by the id of a subscription. */
  ended(nameOrId: string, error: unknown): void {
    const leaving = this.#leaving.get(nameOrId) ?? 0;
    if (leaving > 0 && error === undefined) {
      if (leaving === 1) this.#leaving.delete(nameOrId);
      else this.#leaving.set(nameOrId, leaving - 1);
      return;
    }
    const found = [...this.#held].find(([name, { id }]) => name === nameOrId || id === nameOrId);
    if (!found) return;
    const [name, held] = found;
    if (held.state === 'asking') {
      // It says so before it says yes: what it says then counts for nothing.
      held.refusal = refused(error);
      return;
    }
    if (held.state !== 'on') return;
    this.#gap(name, error === undefined ? text('the NAS ended it') : text('{0}', failureOf(error).reason));
    this.#rest(name, held);
  }

  end(): void {
    this.#over = true;
    for (const held of this.#held.values()) held.cancel();
  }

  async #ask(name: string, held: Held): Promise<void> {
    held.state = 'asking';
    delete held.refusal;
    this.#leaving.delete(name);
    try {
      const id = await this.#carrier.subscribe(name);
      held.id = id;
      const { refusal } = held as { readonly refusal?: TrueNasError };
      if (refusal) throw refusal;
      held.state = 'on';
      held.since = this.#environment.clock.now();
    } catch (error) {
      held.state = 'refused';
      throw error;
    }
  }

  #rest(name: string, held: Held): void {
    const { clock } = this.#environment;
    if (clock.now() - held.since >= goodAfterMs) held.attempts = 0;
    held.state = 'resting';
    const ms = Math.min(longestRestMs, firstRestMs * 2 ** held.attempts++);
    held.cancel = clock.after(ms, () => {
      if (this.#over || this.#held.get(name) !== held) return;
      held.last = this.#ask(name, held).catch((error: unknown) => {
        if (TrueNasError.is(error, 'closed') || this.#over) return;
        this.#rest(name, held);
      });
    });
  }

  #gap(name: string, why: Text): void {
    this.#environment.gap(text('Nothing comes from {0}: {1}', oneLine(name, 100), why));
  }
}

function refused(error: unknown): TrueNasError {
  const failure = failureOf(error);
  return new TrueNasError('refused', text('The NAS refused: {0}', failure.reason), { failure });
}
