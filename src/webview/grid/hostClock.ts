import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How often texts that depend on the time are written anew: the youngest ones tell seconds. */
const BEAT_MS = 1000;

/** Parts of the browser that a clock needs. */
export interface ClockBrowser {
  readonly now: () => number;
  /** Runs something again and again until the answered function is called. */
  readonly every: (milliseconds: number, run: () => void) => () => void;
  readonly isVisible: () => boolean;
  /** Calls when the page is hidden or shown, until the answered function is called. */
  readonly onVisibility: (run: () => void) => () => void;
}

/**
 * The host's clock, which may be that of another machine than the page's; and one beat for all texts that depend on it,
 * which rests while there are none and while nobody sees them.
 */
export class HostClock implements ReactiveController {
  readonly #beat: () => void;
  readonly #browser: ClockBrowser;
  #ahead = 0;
  #isWanted = false;
  #forget: (() => void) | undefined;
  #stop: (() => void) | undefined;

  constructor(host: ReactiveControllerHost, beat: () => void, browser: ClockBrowser) {
    this.#beat = beat;
    this.#browser = browser;
    host.addController(this);
  }

  get now(): number {
    return this.#browser.now() + this.#ahead;
  }

  /** Takes the time that the host's clock shows. */
  set(now: number): void {
    this.#ahead = now - this.#browser.now();
  }

  /** Starts the beat, or stops it. */
  want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    this.#follow();
  }

  hostConnected(): void {
    this.#forget = this.#browser.onVisibility(() => {
      this.#follow();
      if (this.#stop) this.#beat();
    });
    this.#follow();
  }

  hostDisconnected(): void {
    this.#forget?.();
    this.#forget = undefined;
    this.#follow();
  }

  #follow(): void {
    const isNeeded = this.#isWanted && this.#forget !== undefined && this.#browser.isVisible();
    if (isNeeded) this.#stop ??= this.#browser.every(BEAT_MS, this.#beat);
    else {
      this.#stop?.();
      this.#stop = undefined;
    }
  }
}
