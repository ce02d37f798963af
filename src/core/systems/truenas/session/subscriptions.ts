import { oneLine, text, type Text } from '../../../model/text.ts';
import type { SessionEnvironment } from '../../session.ts';
import { isSource } from '../catalog.ts';
import { TrueNasError } from './trueNasSession.ts';
import { baseOf, failureOf } from '../messages.ts';

/** What carries subscriptions out. */
interface Carrier {
  subscribe(name: string): Promise<string>;
  unsubscribe(id: string): Promise<void>;
  /** One stands again: what it would have told meanwhile was not heard. */
  missed(): void;
}

/** A source that ended is asked for again after this at first, and after at most the second. */
const firstRestMs = 1000;
const longestRestMs = 60_000;
/** One that held this long was good. */
const goodAfterMs = 60_000;

interface Held {
  /** Who wants it. */
  readonly holders: Set<string>;
  id?: string;
  state: 'off' | 'asking' | 'on' | 'resting';
  refusal?: TrueNasError;
  since: number;
  attempts: number;
  cancel: () => void;
  /** One thing after the other: asked for and given up at once would cross on the way. */
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
  /** Ends of sources that we asked for ourselves and that were not told yet. */
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
    const held: Held = this.#held.get(name) ?? {
      holders: new Set(),
      state: 'off',
      since: 0,
      attempts: 0,
      cancel: () => undefined,
      last: Promise.resolve(),
    };
    this.#held.set(name, held);
    held.holders.add(holder);
    try {
      await this.#follow(name, held);
    } catch (error) {
      if (TrueNasError.is(error, 'noAnswer') && held.state === 'off') this.#rest(name, held);
      throw error;
    }
  }

  async remove(name: string, holder: string): Promise<void> {
    const held = this.#held.get(name);
    if (held?.holders.delete(holder) && held.holders.size === 0) await this.#follow(name, held);
  }

  /** Whoever wanted it: the user does not. */
  async removeAll(name: string): Promise<void> {
    const held = this.#held.get(name);
    if (!held) return;
    held.holders.clear();
    await this.#follow(name, held);
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

  /** Does what is wanted by the time at which all before it is done. */
  #follow(name: string, held: Held): Promise<void> {
    const done = held.last.then(() => this.#settle(name, held));
    held.last = done.catch(() => undefined);
    return done;
  }

  async #settle(name: string, held: Held): Promise<void> {
    if (this.#over) throw new TrueNasError('closed', text('The connection is closed.'));
    if (this.#wanted(held)) {
      if (held.state === 'off') await this.#ask(name, held);
      return;
    }
    held.cancel();
    const stood = held.state === 'on';
    held.state = 'off';
    try {
      if (stood && held.id !== undefined) {
        // Only sources tell that they were given up.
        if (isSource(baseOf(name))) this.#leaving.set(name, (this.#leaving.get(name) ?? 0) + 1);
        await this.#carrier.unsubscribe(held.id);
      }
    } finally {
      if (!this.#wanted(held)) this.#held.delete(name);
    }
  }

  /** A call, because it changes while something is waited for. */
  #wanted({ holders }: Held): boolean {
    return holders.size > 0;
  }

  async #ask(name: string, held: Held): Promise<void> {
    held.state = 'asking';
    delete held.refusal;
    try {
      const id = await this.#carrier.subscribe(name);
      held.id = id;
      const { refusal } = held as { readonly refusal?: TrueNasError };
      if (refusal) throw refusal;
      held.state = 'on';
      held.since = this.#environment.clock.now();
    } catch (error) {
      held.state = 'off';
      throw error;
    }
  }

  #rest(name: string, held: Held): void {
    const { clock } = this.#environment;
    if (clock.now() - held.since >= goodAfterMs) held.attempts = 0;
    held.state = 'resting';
    const ms = Math.min(longestRestMs, firstRestMs * 2 ** held.attempts++);
    held.cancel = clock.after(ms, () => {
      held.state = 'off';
      this.#follow(name, held).then(
        () => {
          if (!isSource(baseOf(name))) this.#carrier.missed();
        },
        (error: unknown) => {
          if (!TrueNasError.is(error, 'closed') && !this.#over && this.#wanted(held)) this.#rest(name, held);
        },
      );
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
