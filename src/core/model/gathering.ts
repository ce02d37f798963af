import type { Clock } from './clock.ts';

/** Hands on together what comes within a time of the first. */
export class Gathering<Thing> {
  readonly #clock: Clock;
  readonly #withinMs: number;
  readonly #run: (things: readonly Thing[]) => void;
  #things: Thing[] = [];
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, withinMs: number, run: (things: readonly Thing[]) => void) {
    this.#clock = clock;
    this.#withinMs = withinMs;
    this.#run = run;
  }

  add(thing: Thing): void {
    this.#things.push(thing);
    this.#cancel ??= this.#clock.after(this.#withinMs, () => {
      const things = this.#things;
      this.dispose();
      this.#run(things);
    });
  }

  dispose(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#things = [];
  }
}
