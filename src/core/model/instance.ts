import type { LifecycleState } from './lifecycle.ts';
import type { Text } from './text.ts';

/** The triple that names an instance. It is compared, never parsed. */
export interface InstanceRef {
  readonly connection: string;
  readonly kind: string;
  readonly key: string;
}

export interface Instance extends InstanceRef {
  readonly name: string;
  readonly state: LifecycleState;
  /** When the state began, by the event's receiving time. */
  readonly since: number;
  readonly game?: string;
  readonly version?: string;
  readonly latestVersion?: string;
  readonly players?: number;
  /** Why it failed or crashed, or whatever else people should read beside the state. */
  readonly detail?: Text;
  /** Actor that caused the last change, where the system names one. */
  readonly actor?: string;
  /** When anything was last heard of it. */
  readonly lastEventAt: number;
}

/** Fields to change; `null` forgets a value. */
export interface InstancePatch {
  readonly name?: string;
  readonly state?: LifecycleState;
  readonly game?: string | null;
  readonly version?: string | null;
  readonly latestVersion?: string | null;
  readonly players?: number | null;
  readonly detail?: Text | null;
  readonly actor?: string | null;
}

/** A string that is different for different triples; a map key, never to be taken apart. */
export function instanceId(ref: InstanceRef): string {
  return JSON.stringify([ref.connection, ref.kind, ref.key]);
}
