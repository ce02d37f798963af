export interface BackoffOptions {
  /** Upper bound of the first wait. */
  readonly baseMs?: number;
  /** Upper bound of every wait. */
  readonly capMs?: number;
  /** A number in [0, 1), as `Math.random` gives it. */
  readonly random: () => number;
}

/**
 * How long to wait before retry number `attempt` (the first is 0): anything between nothing and the doubled bound
 * ("full jitter"), so that clients that lost the same server do not come back in step.
 */
export function fullJitterDelay(attempt: number, options: BackoffOptions): number {
  const { baseMs = 500, capMs = 30_000, random } = options;
  const bound = Math.min(capMs, baseMs * 2 ** Math.max(0, attempt));
  return Math.floor(random() * bound);
}
