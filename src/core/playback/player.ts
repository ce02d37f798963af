import type { Clock } from '../model/clock.ts';
import { errorText, text, type Text } from '../model/text.ts';

/** Anything with a moment, in milliseconds; only differences count. */
interface Timed {
  readonly at: number;
}

/** A factor on the recorded pace, or as fast as the target takes it. */
export type PlaySpeed = number | 'max';

/** Distances between items: as recorded, none longer than a limit, or so many items a second. */
export type PlayGaps =
  | { readonly kind: 'original' }
  | { readonly kind: 'capped'; readonly ms: number }
  | { readonly kind: 'rate'; readonly perSecond: number };

/** `stepping` delivers one item and pauses. `failed` stopped at an item that did not arrive, or that could not be read. */
export type PlayerState = 'idle' | 'playing' | 'paused' | 'stepping' | 'done' | 'failed';

/** Items in their order. A page has at least one item unless nothing is left. */
export interface PlaySource<T extends Timed> {
  readonly length: number;
  page(from: number, count: number): Promise<readonly T[]> | readonly T[];
}

export interface PlayerOptions<T extends Timed> {
  readonly source: PlaySource<T>;
  readonly clock: Clock;
  /** Ends the player for good, in the middle of a wait too. */
  readonly signal: AbortSignal;
  readonly speed?: PlaySpeed;
  readonly gaps?: PlayGaps;
  /** First item, and the one behind the last. */
  readonly from?: number;
  readonly until?: number;
  /** Rounds in all; without an end if infinite. */
  readonly rounds?: number;
  readonly stopOnFailure?: boolean;
  /** Delivers one item; the next one waits until this has settled. False, or a rejection: it did not arrive. */
  deliver(item: T): Promise<boolean> | boolean;
  /** State, position or speed changed. */
  onChange?(): void;
}

/** Turns of the event loop are given back at least this often while delivering as fast as possible. */
const sliceMs = 8;
/** Items read at a time. */
const pageSize = 500;
/** Timers of more than 24 days ring at once. */
const longestWaitMs = 1_000_000_000;

/** The items of a list. */
export function listSource<T extends Timed>(items: readonly T[]): PlaySource<T> {
  return { length: items.length, page: (from, count) => items.slice(from, from + count) };
}

/**
 * Delivers items in their order at their distances. A playhead runs over the recorded time with the clock: what is late goes out at once,
 * so that delays do not add up.
 */
export class Player<T extends Timed> {
  readonly #options: PlayerOptions<T>;
  readonly #from: number;
  readonly #until: number;
  #state: PlayerState = 'idle';
  #speed: PlaySpeed;
  #position: number;
  #round = 1;
  #delivered = 0;
  #failed = 0;
  #problem: Text | undefined;
  /** Recorded milliseconds that the playhead has run, and when it was there. */
  #head = 0;
  #headAt = 0;
  /** Place of the last item on the way of the playhead, and the latest moment so far: clocks of senders step back now and then. */
  #reached = 0;
  #latest: number | undefined;
  /** Counts what moves the place from outside, also to where it is. */
  #jumps = 0;
  #page: { readonly from: number; readonly items: readonly T[] } = { from: 0, items: [] };
  #running: Promise<void> | undefined;
  /** Ends the present wait. */
  #wake: () => void = () => undefined;

  constructor(options: PlayerOptions<T>) {
    const { source, from = 0, until = source.length, speed = 1 } = options;
    this.#options = options;
    this.#speed = speed;
    this.#until = Math.min(Math.max(0, until), source.length);
    this.#from = Math.min(Math.max(0, from), this.#until);
    this.#position = this.#from;
    options.signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  get state(): PlayerState {
    return this.#state;
  }

  get speed(): PlaySpeed {
    return this.#speed;
  }

  /** Index of the item that comes next. */
  get position(): number {
    return this.#position;
  }

  get round(): number {
    return this.#round;
  }

  get delivered(): number {
    return this.#delivered;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Why the state is `failed`, if the source or the target said so. */
  get problem(): Text | undefined {
    return this.#problem;
  }

  /** Goes on; from the beginning if it was at its end. */
  play(): void {
    this.#go('playing');
  }

  /** Delivers the next item at once, and pauses. */
  step(): void {
    this.#go('stepping');
  }

  pause(): void {
    if (this.#state !== 'playing' && this.#state !== 'stepping') return;
    this.#moveHead();
    this.#change('paused');
  }

  /** Goes to an item, which is due at once when it plays. */
  seek(position: number): void {
    this.#jumps++;
    this.#position = Math.min(Math.max(this.#from, Math.trunc(position)), this.#until);
    this.#restartHead();
    this.#change(this.#state === 'done' || this.#state === 'failed' ? 'paused' : this.#state);
  }

  setSpeed(speed: PlaySpeed): void {
    this.#moveHead();
    this.#speed = speed;
    this.#change(this.#state);
  }

  /** Resolves when nothing is being delivered and nothing will be before the next wish. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  #go(state: 'playing' | 'stepping'): void {
    if (this.#options.signal.aborted) return;
    if (this.#state === 'idle' || this.#state === 'done') this.#rewind();
    this.#problem = undefined;
    if (this.#state !== 'playing') this.#headAt = this.#options.clock.now();
    this.#change(state);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  #rewind(): void {
    this.#round = 1;
    this.#delivered = 0;
    this.#failed = 0;
    if (this.#state === 'done') this.#position = this.#from;
    this.#restartHead();
  }

  async #run(): Promise<void> {
    let sliceBegan = this.#options.clock.now();
    while (this.#isOn()) {
      if (this.#position >= this.#until) {
        if (!this.#nextRound()) return;
        continue;
      }
      const item = await this.#read(this.#position);
      if (item === undefined) return;
      if (!this.#isOn()) return;
      const wait = this.#state === 'stepping' ? 0 : this.#waitFor(item);
      if (wait > 0) {
        await this.#pauseFor(wait);
        sliceBegan = this.#options.clock.now();
        // The speed, the place or the state may be others now.
        continue;
      }
      if (this.#options.clock.now() - sliceBegan >= sliceMs) {
        await new Promise((resolve) => setImmediate(resolve));
        sliceBegan = this.#options.clock.now();
        if (!this.#isOn()) return;
      }
      await this.#deliver(item);
    }
  }

  #isOn(): boolean {
    return !this.#options.signal.aborted && (this.#state === 'playing' || this.#state === 'stepping');
  }

  /** False at the end of the last one. */
  #nextRound(): boolean {
    if (this.#until === this.#from || this.#round >= (this.#options.rounds ?? 1)) {
      this.#change('done');
      return false;
    }
    this.#round++;
    this.#position = this.#from;
    this.#restartHead();
    return true;
  }

  async #read(position: number): Promise<T | undefined> {
    const { from, items } = this.#page;
    const known = items[position - from];
    if (known) return known;
    try {
      const count = Math.min(pageSize, this.#until - position);
      this.#page = { from: position, items: await this.#options.source.page(position, count) };
    } catch (error) {
      this.#fail(errorText(error));
      return undefined;
    }
    const item = this.#page.items[0];
    if (!item) this.#fail(text('The event with the number {0} could not be read.', position + 1));
    return item;
  }

  async #deliver(item: T): Promise<void> {
    const jumps = this.#jumps;
    let arrived: boolean;
    let problem: Text | undefined;
    try {
      arrived = await this.#options.deliver(item);
    } catch (error) {
      arrived = false;
      problem = errorText(error);
    }
    if (arrived) this.#delivered++;
    else this.#failed++;
    // Somebody may have gone elsewhere meanwhile.
    if (this.#jumps === jumps) {
      this.#reached = this.#placeOf(item);
      this.#latest = Math.max(this.#latest ?? item.at, item.at);
      this.#position++;
      if (this.#headNow() < this.#reached) this.#moveHead(this.#reached);
    }
    if (!arrived && this.#options.stopOnFailure) this.#fail(problem);
    else if (this.#state !== 'stepping') this.#options.onChange?.();
    else this.#change(this.#position >= this.#until && this.#isLastRound() ? 'done' : 'paused');
  }

  #isLastRound(): boolean {
    return this.#round >= (this.#options.rounds ?? 1);
  }

  #fail(problem: Text | undefined): void {
    this.#moveHead();
    this.#problem = problem;
    this.#change('failed');
  }

  #change(state: PlayerState): void {
    this.#state = state;
    this.#wake();
    this.#options.onChange?.();
  }

  /** Place of the next item on the way of the playhead. */
  #placeOf({ at }: T): number {
    if (this.#latest === undefined) return this.#reached;
    return this.#reached + distance(this.#latest, at, this.#options.gaps);
  }

  /** Milliseconds of the clock until an item is due. */
  #waitFor(item: T): number {
    if (this.#speed === 'max') return 0;
    return (this.#placeOf(item) - this.#headNow()) / this.#speed;
  }

  #headNow(): number {
    if (this.#state !== 'playing' || this.#speed === 'max') return this.#head;
    return this.#head + (this.#options.clock.now() - this.#headAt) * this.#speed;
  }

  /** The playhead goes on from here; without a place, from where it is. */
  #moveHead(head = this.#headNow()): void {
    this.#head = head;
    this.#headAt = this.#options.clock.now();
  }

  #restartHead(): void {
    this.#reached = 0;
    this.#latest = undefined;
    this.#moveHead(0);
  }

  #pauseFor(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(Math.min(ms, longestWaitMs), () => {
        this.#wake();
      });
      this.#wake = () => {
        cancel();
        this.#wake = () => undefined;
        resolve();
      };
      if (!this.#isOn()) this.#wake();
    });
  }
}

/** From 0.1 to 1000, or as fast as the target takes it. */
export function validSpeed(speed: unknown): speed is PlaySpeed {
  return speed === 'max' || (typeof speed === 'number' && speed >= 0.1 && speed <= 1000);
}

/** Recorded milliseconds between an item and the one after it; the clock of a sender may have stepped back. */
function distance(latest: number, at: number, gaps: PlayGaps = { kind: 'original' }): number {
  if (gaps.kind === 'rate') return 1000 / gaps.perSecond;
  const gap = Math.max(0, at - latest);
  return gaps.kind === 'capped' ? Math.min(gap, gaps.ms) : gap;
}

/** Milliseconds from the start to each item, where nothing is late. */
export function dueTimes(
  items: readonly Timed[],
  speed: PlaySpeed,
  gaps: PlayGaps = { kind: 'original' },
): readonly number[] {
  let due = 0;
  let latest: number | undefined;
  return items.map(({ at }) => {
    if (latest !== undefined && speed !== 'max') due += distance(latest, at, gaps) / speed;
    latest = Math.max(latest ?? at, at);
    return due;
  });
}
