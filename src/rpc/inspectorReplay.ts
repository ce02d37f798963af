/** The part of the inspector's contract that is about the replay of this window. */

/** A factor on the recorded pace, or as fast as the target takes it. */
export type ReplaySpeed = number | 'max';

export interface ReplayStatus {
  readonly name: string;
  /** The target for people. */
  readonly where: string;
  readonly state: 'idle' | 'playing' | 'paused' | 'stepping' | 'done' | 'failed';
  readonly speed: ReplaySpeed;
  /** Number of events before the next one, and of all. */
  readonly position: number;
  readonly length: number;
  /** Events that did not arrive, and why the first of them did not, for people; empty where all did. */
  readonly failed: number;
  readonly problem: string;
  /** Milliseconds of the recording before the next event, and of all. */
  readonly elapsedMs: number;
  readonly totalMs: number;
}

/** `end` leaves the replay for good. */
export type ReplayWish =
  | { readonly wish: 'play' | 'pause' | 'step' | 'end' }
  | { readonly wish: 'speed'; readonly speed: ReplaySpeed }
  | { readonly wish: 'seek'; readonly position: number };

export interface ReplayRequests {
  replay(params: ReplayWish): Promise<null>;
}
