/** Time as a wire sees it; tests bring their own. */
export interface WireClock {
  now(): number;
  /** Calls back once after `ms`; the answer cancels it. */
  after(ms: number, callback: () => void): () => void;
}

/** The real time. Its timers keep no process alive: what a wire waits for is a socket, which does that itself. */
export const systemClock: WireClock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
