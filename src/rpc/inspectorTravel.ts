/** The part of the inspector's contract that is about the moment of the past on screen. */

export interface TravelStatus {
  /** Time of the moment, and of the ends of the history. */
  readonly at: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Number of the change that the moment comes after, of the first and of the last one. */
  readonly change: number;
  readonly first: number;
  readonly last: number;
  readonly isPlaying: boolean;
  readonly speed: number;
}

export type TravelWish =
  | { readonly wish: 'back' | 'play' | 'pause' | 'next' | 'previous' }
  | { readonly wish: 'speed'; readonly speed: number }
  | { readonly wish: 'change'; readonly change: number };

export interface TravelRequests {
  /** Answered when the moment is on screen, or when there is none. */
  travel(params: TravelWish): Promise<null>;
}
