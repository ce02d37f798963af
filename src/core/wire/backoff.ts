/** Facts that decide how long to wait before the next attempt to connect. */
export interface RetryFacts {
  /** Number of the attempt that failed; the first is 0. */
  readonly attempt: number;
  /** Something answered, if only with a refusal: a program that is being started is there within seconds. */
  readonly answered: boolean;
  /** The server is this machine or one in the same network: an attempt costs nobody anything. */
  readonly near: boolean;
}

/** Upper bound of the first wait; it doubles with each attempt. */
const firstMs = 500;
/** Upper bounds of every wait. */
const longestMs = { answered: 5000, near: 15_000, else: 30_000 } as const;

/**
 * How long to wait before the next attempt: anything between nothing and the bound ("full jitter"), so that clients that
 * lost the same server do not come back in step. `random` gives a number in [0, 1), as `Math.random` does.
 */
export function retryDelay({ attempt, answered, near }: RetryFacts, random: () => number): number {
  const longest = longestMs[answered ? 'answered' : near ? 'near' : 'else'];
  return Math.floor(random() * Math.min(longest, firstMs * 2 ** Math.max(0, attempt)));
}
