import type { Subject } from './event.ts';
import type { LifecycleState } from './lifecycle.ts';
import type { Text } from './text.ts';

/** Names an instance on its connection. Compared, never parsed. */
export interface InstanceKey {
  /** Host behind the connection, where the connection relays several; absent for a direct one: machines are renamed. */
  readonly host?: string;
  readonly kind: string;
  readonly key: string;
}

/** Kind of the instances that are programs which listen to a notification server, and no game servers. */
export const clientKind = 'client';

export interface InstanceRef extends InstanceKey {
  readonly connection: string;
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
  /** Names of the players, where the system tells them; it may know of more players than names. */
  readonly playerNames?: readonly string[];
  /** Ports that the server opens, such as `25565/tcp` or `2456-2458/udp`; players come in by the first. */
  readonly ports?: readonly string[];
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
  readonly playerNames?: readonly string[] | null;
  readonly ports?: readonly string[] | null;
  readonly detail?: Text | null;
  readonly actor?: string | null;
}

/** A string that is different for different instances; a map key, never to be taken apart. */
export function instanceId({ connection, kind, key, host }: InstanceRef): string {
  return JSON.stringify(host === undefined ? [connection, kind, key] : [connection, kind, key, host]);
}

export function instanceRef(connection: string, { host, kind, key }: InstanceKey): InstanceRef {
  return host === undefined ? { connection, kind, key } : { connection, kind, key, host };
}

/** An instance as the subject of an event or a task. */
export function subjectOf({ host, kind, key, name }: InstanceKey & { readonly name?: string }): Subject {
  return {
    ...(host === undefined ? {} : { host }),
    kind,
    key,
    ...(name === undefined || name === key ? {} : { name }),
  };
}
