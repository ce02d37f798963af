import type { Traits } from './profiles.ts';

/** One event as services send it. */
export interface Update {
  readonly msg: 'added' | 'changed' | 'removed';
  readonly collection: string;
  readonly id?: string | number;
  readonly fields?: unknown;
  readonly extra?: object;
  /** Username that the event is for; full administrators get it too. */
  readonly owner?: string;
}

export interface Hearer {
  /** Whether a plain event of this name goes to it. */
  hears(update: Update): boolean;
  /** Sends what a client gets of an event; both protocols say it in the same words. */
  tell(body: object): void;
}

/** Passes events on to the connected peers. */
export class Hub {
  readonly #traits: Traits;
  readonly hearers = new Set<Hearer>();

  constructor(traits: Traits) {
    this.#traits = traits;
  }

  publish(update: Update): void {
    const body = bodyOf(update, this.#traits);
    for (const hearer of this.hearers) if (hearer.hears(update)) hearer.tell(body);
  }
}

/** The inner object of an event. CORE has no word for what is gone. */
function bodyOf({ msg, collection, id, fields, extra }: Update, traits: Traits): object {
  const where = { collection, ...(id === undefined ? {} : { id }) };
  if (msg === 'removed')
    return traits.removal === 'removed' ? { msg, ...where } : { msg: 'changed', ...where, cleared: true };
  return {
    msg,
    ...where,
    ...(fields === undefined ? {} : { fields }),
    ...(extra === undefined ? {} : { extra }),
  };
}
