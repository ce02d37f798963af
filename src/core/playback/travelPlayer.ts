import type { Clock } from '../model/clock.ts';
import type { Place } from '../journal/store/places.ts';
import type { TimeTravel } from './timeTravel.ts';

/** Longest wait for the next change: a quiet night is not waited for. */
export const longestGapMs = 3000;

interface Run {
  /** Time of the clock at which the moment on screen was due. */
  dueAt: number;
  /** The moment that the run left on screen; undefined while it moves. */
  shown: number | undefined;
  cancel: () => void;
}

/** Plays the history from the moment on screen on, change by change, until there is no later one. */
export class TravelPlayer {
  readonly #travel: TimeTravel;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #stopFollowing: { dispose(): void };
  #speed = 1;
  /** The run under way: each has an object of its own. */
  #run: Run | undefined;

  constructor(travel: TimeTravel, clock: Clock) {
    this.#travel = travel;
    this.#clock = clock;
    this.#stopFollowing = travel.onDidChange(() => this.#moved());
  }

  get isPlaying(): boolean {
    return this.#run !== undefined;
  }

  get speed(): number {
    return this.#speed;
  }

  /** Takes a factor of 0.1 to 1000; others are none. */
  setSpeed(speed: unknown): void {
    if (typeof speed !== 'number' || !(speed >= 0.1 && speed <= 1000)) return;
    this.#speed = speed;
    if (this.isPlaying) this.play();
    this.#tell();
  }

  play(): void {
    const { moment } = this.#travel;
    if (!moment) return;
    this.#run?.cancel();
    const run: Run = { dueAt: this.#clock.now(), shown: moment.place.seq, cancel: () => undefined };
    this.#run = run;
    this.#tell();
    void this.#plan(run);
  }

  pause(): void {
    if (!this.#run) return;
    this.#run.cancel();
    this.#run = undefined;
    this.#tell();
  }

  onDidChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#stopFollowing.dispose();
    this.#listeners.clear();
    this.#run?.cancel();
    this.#run = undefined;
  }

  /** Waits for the time of the next change; those that are overdue are passed over. */
  async #plan(run: Run): Promise<void> {
    const next = await this.#travel.next().catch(() => undefined);
    const here = this.#travel.moment?.place;
    if (run !== this.#run) return;
    if (!next || !here) {
      this.pause();
      return;
    }
    const gap = Math.min(longestGapMs, Math.max(0, next.at - here.at) / this.#speed);
    const late = this.#clock.now() - (run.dueAt + gap);
    if (late < 0) run.dueAt += gap;
    else run.dueAt = this.#clock.now();
    run.cancel = this.#clock.after(Math.max(0, -late), () => {
      void this.#show(run, next, late > 0 ? late * this.#speed : 0);
    });
  }

  async #show(run: Run, next: Place, over: number): Promise<void> {
    run.shown = undefined;
    const { outcome } = await this.#travel.go(
      over > 0 ? { to: 'time', time: next.at + over } : { to: 'event', seq: next.seq },
    );
    if (run !== this.#run) return;
    if (outcome === 'refused') {
      this.pause();
      return;
    }
    run.shown = this.#travel.moment?.place.seq;
    void this.#plan(run);
  }

  /** Goes on at a moment that somebody else chose; ends with the travel. */
  #moved(): void {
    const run = this.#run;
    if (!run) return;
    const { moment } = this.#travel;
    if (!moment) this.pause();
    else if (run.shown !== undefined && moment.place.seq !== run.shown) this.play();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
