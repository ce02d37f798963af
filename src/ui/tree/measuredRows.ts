import type { Clock } from '../../core/model/clock.ts';

/** A row that is drawn anew gets new buttons, and a press that began on the old ones is lost. */
const drawnEveryMs = 5000;

/**
 * A row that is drawn anew loses its tooltip, and VS Code does not say when the pointer leaves it: longer than anybody reads
 * a tooltip, and short enough for a row that only looks hovered.
 */
const pointedForMs = 30_000;

/** Decides when a row is drawn anew only because something else was measured. */
export class MeasuredRows {
  readonly #clock: Pick<Clock, 'now'>;
  /** Words that each drawn row shows of its measurements, and since when. */
  readonly #drawn = new Map<string, { readonly words: string; readonly at: number }>();
  /** The row whose tooltip was asked for last. */
  #pointed: { readonly id: string; readonly at: number } | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Notes what a row shows that is drawn now; a tooltip that it had is gone. */
  draw(id: string, words: string): void {
    this.#drawn.set(id, { words, at: this.#clock.now() });
    if (this.#pointed?.id === id) this.#pointed = undefined;
  }

  /** Notes that the tooltip of a row is shown. */
  point(id: string): void {
    this.#pointed = { id, at: this.#clock.now() };
  }

  /** Whether a row is to be drawn anew to show these words. */
  isDue(id: string, words: string): boolean {
    const drawn = this.#drawn.get(id);
    if (!drawn || drawn.words === words) return false;
    if (drawn.words !== '' && this.#isWithin(drawnEveryMs, drawn.at)) return false;
    return this.#pointed?.id !== id || !this.#isWithin(pointedForMs, this.#pointed.at);
  }

  /** Whether so little time has gone by, also where the clock was set back. */
  #isWithin(ms: number, since: number): boolean {
    return Math.abs(this.#clock.now() - since) < ms;
  }
}
