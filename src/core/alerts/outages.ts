import type { Clock } from '../model/clock.ts';
import type { Fleet } from '../model/fleet.ts';

/** Waits for connections that were there and are not. */
export class Outages {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #onLost: (connection: string) => void;
  readonly #lost = new Map<string, () => void>();

  constructor(clock: Clock, afterMs: number, onLost: (connection: string) => void) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#onLost = onLost;
  }

  /** `captures` says which connections this window has; those of others are theirs to watch. */
  observe(before: Fleet, fleet: Fleet, captures: (connection: string) => boolean): void {
    for (const [id, { state }] of fleet.connections) {
      const was = before.connections.get(id)?.state;
      if (was === state) continue;
      // A connection that was ended on purpose, or that another window has, is not lost.
      if (state === 'ready' || state === 'closed' || state === 'elsewhere') this.#over(id);
      else if (was === 'ready' && captures(id)) this.#begin(id);
    }
    for (const id of this.#lost.keys()) if (!fleet.connections.has(id)) this.#over(id);
  }

  dispose(): void {
    for (const id of [...this.#lost.keys()]) this.#over(id);
  }

  #begin(id: string): void {
    if (this.#lost.has(id)) return;
    const cancel = this.#clock.after(this.#afterMs, () => {
      this.#onLost(id);
    });
    this.#lost.set(id, cancel);
  }

  #over(id: string): void {
    this.#lost.get(id)?.();
    this.#lost.delete(id);
  }
}
