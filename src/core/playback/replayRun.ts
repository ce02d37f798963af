import type { Clock } from '../model/clock.ts';
import { errorText, type Text } from '../model/text.ts';
import { listSource, Player, validSpeed, type PlayerState, type PlayGaps, type PlaySpeed } from './player.ts';
import type { ReplayItem } from './replayItem.ts';

/** Destination of the events of a replay. */
export interface ReplayTarget {
  /** False, or a rejection: the event did not arrive. The signal is aborted when the replay is left meanwhile. */
  deliver(item: ReplayItem, signal: AbortSignal): Promise<boolean> | boolean;
  /** Forgets what was delivered. A target that can do so is brought to any place: what stands before is delivered at once. */
  restart?(): void;
  /** Aborted when the target is gone. */
  readonly signal: AbortSignal;
}

export interface ReplayRunOptions {
  readonly name: string;
  /** The target for people. */
  readonly where: string;
  readonly items: readonly ReplayItem[];
  readonly target: ReplayTarget;
  readonly speed: PlaySpeed;
  readonly gaps?: PlayGaps;
  /** Rounds in all; one where absent. */
  readonly rounds?: number;
  /** Stops at the first event that does not arrive. */
  readonly stopOnFailure?: boolean;
  readonly clock: Clock;
}

export interface ReplayState {
  readonly state: PlayerState;
  readonly speed: PlaySpeed;
  /** Number of events before the next one, and of all. */
  readonly position: number;
  readonly length: number;
  readonly delivered: number;
  readonly failed: number;
  /** Milliseconds of the recording before the next event, and of all. */
  readonly elapsedMs: number;
  readonly totalMs: number;
}

/** A wish for a replay. `end` leaves the replay for good. */
export type ReplayWish =
  | { readonly wish: 'play' | 'pause' | 'step' | 'end' }
  | { readonly wish: 'speed'; readonly speed: PlaySpeed }
  | { readonly wish: 'seek'; readonly position: number };

/** Turns of the event loop are given back at least this often while a target is brought to a place. */
const sliceMs = 8;

/** One replay, from its start until it is left: played, paused, moved and heard of from several places. */
export class ReplayRun {
  readonly name: string;
  readonly where: string;
  readonly #options: ReplayRunOptions;
  readonly #player: Player<ReplayItem>;
  readonly #ended = new AbortController();
  readonly #listeners = new Set<() => void>();
  /** Milliseconds of the recording at the event of each position. */
  readonly #times: readonly number[];
  #problem: Text | undefined;
  /** Place that a move under way goes to; only the newest wish counts. */
  #wanted: number | undefined;
  /** Whether the replay plays on after a move. */
  #playsOn = false;

  constructor(options: ReplayRunOptions) {
    const { name, where, items, target, speed, gaps, rounds, stopOnFailure, clock } = options;
    this.name = name;
    this.where = where;
    this.#options = options;
    const [first] = items;
    let latest = 0;
    this.#times = items.map(({ at }) => (latest = Math.max(latest, at - (first?.at ?? 0))));
    this.#player = new Player({
      source: listSource(items),
      speed,
      ...(gaps ? { gaps } : {}),
      ...(rounds === undefined ? {} : { rounds }),
      ...(stopOnFailure ? { stopOnFailure } : {}),
      clock,
      signal: AbortSignal.any([this.#ended.signal, target.signal]),
      deliver: (item) => this.#deliver(item),
      onChange: () => this.#tell(),
    });
    for (const signal of [this.#ended.signal, target.signal])
      signal.addEventListener('abort', () => this.#tell(), { once: true });
  }

  get state(): ReplayState {
    const { state, speed, position, delivered, failed } = this.#player;
    const totalMs = this.#times.at(-1) ?? 0;
    return {
      state,
      speed,
      position: this.#wanted ?? position,
      length: this.#times.length,
      delivered,
      failed,
      elapsedMs: this.#times[this.#wanted ?? position] ?? totalMs,
      totalMs,
    };
  }

  /** Why an event did not arrive: the first one of them. */
  get problem(): Text | undefined {
    return this.#problem;
  }

  /** The target is a timeline of this window, which ends with the replay. */
  get isLocal(): boolean {
    return this.#options.target.restart !== undefined;
  }

  /** The replay was left, or its target is gone. */
  get isOver(): boolean {
    return this.#ended.signal.aborted || this.#options.target.signal.aborted;
  }

  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  take(wish: ReplayWish): void {
    if (this.isOver) return;
    const isMoving = this.#wanted !== undefined;
    switch (wish.wish) {
      case 'play':
        if (isMoving) this.#playsOn = true;
        else if (this.#player.state === 'done') void this.#move(0, true);
        else this.#player.play();
        break;
      case 'pause':
        this.#playsOn = false;
        this.#player.pause();
        break;
      case 'step':
        if (!isMoving) this.#player.step();
        break;
      case 'speed':
        if (validSpeed(wish.speed)) this.#player.setSpeed(wish.speed);
        break;
      case 'seek':
        if (Number.isFinite(wish.position))
          void this.#move(wish.position, isMoving ? this.#playsOn : this.#player.state === 'playing');
        break;
      case 'end':
        this.#ended.abort();
    }
  }

  /** Resolves when all events were delivered once, delivering failed for good, or the replay was left. */
  finished(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.isOver && this.#player.state !== 'done' && this.#player.state !== 'failed') return;
        stop();
        resolve();
      };
      const stop = this.onDidChange(look);
      look();
    });
  }

  async #deliver(item: ReplayItem): Promise<boolean> {
    try {
      return await this.#options.target.deliver(item, this.#ended.signal);
    } catch (error) {
      this.#problem ??= errorText(error);
      return false;
    }
  }

  /** Goes to a place, and plays on if wanted. */
  async #move(position: number, playsOn: boolean): Promise<void> {
    const isMoving = this.#wanted !== undefined;
    this.#wanted = Math.min(Math.max(0, Math.trunc(position)), this.#times.length);
    this.#playsOn = playsOn;
    this.#tell();
    if (isMoving) return;
    this.#player.pause();
    await this.#player.settled();
    while (!this.isOver) {
      const wanted: number = this.#wanted;
      this.#player.seek(await this.#bring(wanted));
      if (this.#wanted === wanted) break;
    }
    this.#wanted = undefined;
    if (this.isOver) return;
    if (this.#playsOn) this.#player.play();
    else this.#tell();
  }

  /** Brings the target to a place, if it can be; answers how far it came before another place was wanted. */
  async #bring(wanted: number): Promise<number> {
    const { target, items, clock } = this.#options;
    if (!target.restart) return wanted;
    let at = this.#player.position;
    if (wanted < at) {
      target.restart();
      at = 0;
    }
    let sliceBegan = clock.now();
    for (const item of items.slice(at, wanted)) {
      if (this.#wanted !== wanted || this.isOver) break;
      await this.#deliver(item);
      at++;
      if (clock.now() - sliceBegan < sliceMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceBegan = clock.now();
    }
    return at;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
