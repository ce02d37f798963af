import type { Clock } from '../model/clock.ts';

/** Anything with a moment, in milliseconds; only differences count. */
interface Timed {
  readonly at: number;
}

/** A factor on the recorded pace, or as fast as the target takes it. */
export type ReplaySpeed = number | 'max';

export interface ReplayOptions<T extends Timed> {
  readonly items: readonly T[];
  readonly speed: ReplaySpeed;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Delivers one item; the next one waits until this has settled. */
  deliver(item: T): Promise<boolean> | boolean;
  onProgress?(done: number): void;
}

export interface ReplayOutcome {
  readonly delivered: number;
  readonly failed: number;
  /** Items not tried, because the replay was cancelled. */
  readonly left: number;
}

/** Turns of the event loop are given back at least this often while delivering as fast as possible. */
const sliceMs = 8;

/**
 * Delivers items in their order at their recorded distances. Each is due at a time counted from the start, so that
 * delays do not add up; what is late goes out at once.
 */
export async function replay<T extends Timed>(options: ReplayOptions<T>): Promise<ReplayOutcome> {
  const { items, speed, clock, signal } = options;
  const start = clock.now();
  const first = items[0]?.at ?? 0;
  let sliceBegan = start;
  let delivered = 0;
  let failed = 0;
  let latest = 0;
  for (const item of items) {
    if (speed !== 'max') {
      // Clocks of senders step back now and then; the order of the recording counts.
      latest = Math.max(latest, (item.at - first) / speed);
      const wait = start + latest - clock.now();
      if (wait > 0) await pause(clock, wait, signal);
    } else if (clock.now() - sliceBegan >= sliceMs) {
      await new Promise((resolve) => setImmediate(resolve));
      sliceBegan = clock.now();
    }
    if (signal.aborted) break;
    if (await options.deliver(item)) delivered++;
    else failed++;
    options.onProgress?.(delivered + failed);
  }
  return { delivered, failed, left: items.length - delivered - failed };
}

/** Milliseconds that a replay takes at a speed. */
export function replayDuration(items: readonly Timed[], speed: number): number {
  const first = items[0]?.at ?? 0;
  return items.reduce((longest, item) => Math.max(longest, item.at - first), 0) / speed;
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
