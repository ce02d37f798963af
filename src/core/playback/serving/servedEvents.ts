import type { OpsEvent } from '../../model/event.ts';
import type { Instance, InstanceKey } from '../../model/instance.ts';

/** State of an instance that a virtual server is set to without telling anybody. */
export type ServedInstance = InstanceKey &
  Pick<Instance, 'name' | 'state' | 'game' | 'version' | 'latestVersion' | 'players'>;

/** What an event did to one instance: its state after it, or that it is gone. */
export type ServedChange = { readonly instance: ServedInstance } | { readonly gone: InstanceKey };

/** One recorded event as a virtual server needs it. */
export interface ServedEvent extends Pick<OpsEvent, 'type' | 'channel' | 'direction'> {
  /** When it happened, in milliseconds; only differences count. */
  readonly at: number;
  /** Exactly the recorded message. */
  readonly bytes: Uint8Array;
  /** The recording holds only its beginning: it cannot be pushed. */
  readonly truncated?: boolean;
  readonly changes: readonly ServedChange[];
}

/** What is known of the connection whose recording is served. */
export interface ServedHead {
  readonly system: string;
  readonly connection: string;
  /** Number of events. */
  readonly events: number;
  /** Instances at the first message that is pushed: the recording's base, and all that replies told before. */
  readonly base: readonly ServedInstance[];
}
