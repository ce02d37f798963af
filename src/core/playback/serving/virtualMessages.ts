import type { PlaySpeed } from '../player.ts';

/** Lines that the process of a virtual server writes, as JSON. */
export type VirtualMessage =
  /** First of all, when it listens: an entry of the connections setting that leads to it, and what that connection asks for. */
  | {
      readonly settings: Readonly<Record<string, unknown>> & { readonly kind: string };
      readonly password?: string;
    }
  | { readonly client: ClientMessage }
  /** A message of a client, secrets included. */
  | { readonly said: { readonly client: number; readonly name: string; readonly text: string } }
  /** Messages of clients that were left out because they came faster than they were read here. */
  | { readonly unsaid: number }
  | { readonly place: VirtualPlace };

export interface ClientMessage {
  readonly id: number;
  readonly name: string;
  /** `ready` hears pushes; `slow` did not read and was dropped. */
  readonly state: 'connected' | 'ready' | 'left' | 'slow';
}

export interface VirtualPlace {
  /** `waiting` plays as soon as a client hears it. A scenario has no end. */
  readonly state: 'waiting' | 'playing' | 'paused' | 'done' | 'failed';
  /** Events of the recording before the next one, and all; both are 0 for a scenario. */
  readonly position: number;
  readonly length: number;
  readonly speed: PlaySpeed;
  /** Events that the simulator could not take. */
  readonly failed: number;
}

/** Lines that the process reads, as JSON. */
export type VirtualWish =
  { readonly wish: 'play' | 'pause' } | { readonly wish: 'speed'; readonly speed: PlaySpeed };
