import type { JournalStore } from '../journal/store/journalStore.ts';
import type { ChangeStep, FoundPlace, Place, PlaceWish } from '../journal/store/places.ts';
import { PastFleets } from '../journal/fleetState.ts';
import type { Fleet } from '../model/fleet.ts';
import { errorText, text, type Text } from '../model/text.ts';

/** The moment of the history that is shown instead of what is now. */
export interface ShownMoment {
  readonly place: Place;
  /** The ends of what can be shown, as they were at the last move. */
  readonly first: Place;
  readonly last: Place;
  readonly fleet: Fleet;
}

/** A moment that needs none to begin at. */
export type MomentWish = Exclude<PlaceWish, ChangeStep>;

/** A wish for another moment; a step begins at the moment that is shown. */
export type TravelWish = MomentWish | ChangeStep;

/** `replaced`: a newer wish, or the way back, came before this one was begun or shown. */
export type TravelAnswer =
  | { readonly outcome: 'there' | 'replaced' }
  | {
      readonly outcome: 'refused';
      readonly reason: 'invalid' | 'empty' | 'tooEarly' | 'noMore' | 'unreadable';
      readonly why: Text;
      /** Earliest moment that can be shown instead. */
      readonly first?: Place;
    };

interface Waiting {
  readonly wish: TravelWish;
  readonly answer: (answer: TravelAnswer) => void;
}

const replaced: TravelAnswer = { outcome: 'replaced' };

/**
 * The travel of a window through the live journal, which goes on meanwhile. One move is under way at a time; of the
 * wishes that come meanwhile only the newest counts.
 */
export class TimeTravel {
  readonly #store: () => Promise<Pick<JournalStore, 'place' | 'state'>>;
  /** A time in words for people. */
  readonly #words: (at: number) => string;
  readonly #listeners = new Set<() => void>();
  #fleets = new PastFleets();
  #moment: ShownMoment | undefined;
  #waiting: Waiting | undefined;
  #isMoving = false;
  /** Changes with each way back: a move that is under way then shows nothing. */
  #visit = {};

  constructor(options: {
    readonly store: () => Promise<Pick<JournalStore, 'place' | 'state'>>;
    readonly words: (at: number) => string;
  }) {
    this.#store = options.store;
    this.#words = options.words;
  }

  /** The moment on screen; undefined while that is now. */
  get moment(): ShownMoment | undefined {
    return this.#moment;
  }

  go(wish: TravelWish): Promise<TravelAnswer> {
    if (!isValid(wish)) {
      const why = text('There is no such moment in the history.');
      return Promise.resolve({ outcome: 'refused', reason: 'invalid', why });
    }
    this.#waiting?.answer(replaced);
    return new Promise((answer) => {
      this.#waiting = { wish, answer };
      void this.#move();
    });
  }

  /** The change after the moment on screen; undefined where it is the last one. */
  async next(): Promise<Place | undefined> {
    const { seq } = this.#moment?.place ?? {};
    if (seq === undefined) return undefined;
    return (await (await this.#store()).place({ to: 'next', seq })).place ?? undefined;
  }

  /** The fleet at a moment, without going there. */
  async fleetAt(wish: MomentWish): Promise<{ readonly place: Place; readonly fleet: Fleet } | undefined> {
    const store = await this.#store();
    const { place } = await store.place(wish);
    if (!place) return undefined;
    return { place, fleet: new PastFleets().fleetOf((await store.state(place.seq)).changes) };
  }

  /** Shows what is now. */
  back(): void {
    this.#waiting?.answer(replaced);
    this.#waiting = undefined;
    this.#visit = {};
    if (!this.#moment) return;
    this.#moment = undefined;
    this.#fleets = new PastFleets();
    this.#tell();
  }

  onDidChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#listeners.clear();
    this.back();
  }

  async #move(): Promise<void> {
    if (this.#isMoving) return;
    this.#isMoving = true;
    for (let next = this.#take(); next; next = this.#take()) next.answer(await this.#show(next.wish));
    this.#isMoving = false;
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  async #show(wish: TravelWish): Promise<TravelAnswer> {
    const visit = this.#visit;
    try {
      const store = await this.#store();
      const asked = placeWish(wish, this.#moment?.place);
      const found = await store.place(asked);
      const { place, first, last } = found;
      if (!place || !first || !last) return this.#refusal(wish, found);
      const { changes } = await store.state(place.seq);
      if (visit !== this.#visit) return replaced;
      this.#moment = { place, first, last, fleet: this.#fleets.fleetOf(changes) };
      this.#tell();
      return { outcome: 'there' };
    } catch (error) {
      const why = text('The history could not be read: {0}', errorText(error));
      return { outcome: 'refused', reason: 'unreadable', why };
    }
  }

  #refusal(wish: TravelWish, { first }: FoundPlace): TravelAnswer {
    if (!first) {
      const why = text('There is no history yet to travel in.');
      return { outcome: 'refused', reason: 'empty', why };
    }
    if (wish.to === 'next' || wish.to === 'previous') {
      const why =
        wish.to === 'next'
          ? text('There is no later change in the history.')
          : text('There is no earlier change in the history, which begins at {0}.', this.#words(first.at));
      return { outcome: 'refused', reason: 'noMore', why };
    }
    const why = text(
      'Nothing is known of that time any more: the history begins at {0}.',
      this.#words(first.at),
    );
    return { outcome: 'refused', reason: 'tooEarly', why, first };
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A step without a moment on screen begins at the newest one. */
function placeWish(wish: TravelWish, from: Place | undefined): PlaceWish {
  return wish.to === 'next' || wish.to === 'previous'
    ? { ...wish, seq: from?.seq ?? Number.MAX_SAFE_INTEGER }
    : wish;
}

/** Whether the numbers of a wish, which come from pages and links of menus, are some that a journal may have. */
function isValid(wish: TravelWish): boolean {
  switch (wish.to) {
    case 'event':
      return Number.isSafeInteger(wish.seq) && wish.seq > 0;
    case 'time':
      return Number.isFinite(wish.time);
    case 'change':
      return Number.isSafeInteger(wish.change) && wish.change >= 0;
    case 'next':
    case 'previous':
      return true;
    default:
      return false;
  }
}
