import type { Text } from './text.ts';

export type Channel = 'push' | 'request' | 'reply' | 'log' | 'metric' | 'control';
export type Direction = 'in' | 'out' | 'none';
export type Origin = 'live' | 'emitted' | 'replayed' | 'imported' | 'simulated' | 'derived';
export type Severity = 'debug' | 'info' | 'warning' | 'error';
/** Each class has its own cap in the journal, so that metrics and logs never push out the rare lifecycle events. */
export type RetentionClass = 'lifecycle' | 'task' | 'metric' | 'log' | 'control';
export const retentionClasses: readonly RetentionClass[] = ['lifecycle', 'task', 'metric', 'log', 'control'];

/** The instance or task that an event is about. Keys and names may hold any character and are never parsed. */
export interface Subject {
  /** Host behind the connection, where the connection relays several. */
  readonly host?: string;
  readonly kind: string;
  readonly key: string;
  /** Name for people, where it differs from the key. */
  readonly name?: string;
}

/** Something in an event that did not match what its type promises. The event is kept all the same. */
export interface Problem {
  /** Dotted path into the payload, empty for the whole. */
  readonly path: string;
  readonly message: Text;
}

/** The id of the timeline of what really happens now; every other timeline is a recording, a replay or simulated. */
export const liveTimeline = 'live';

const simulated = 'simulated-';

/** The id of a timeline of simulated servers, which connections of its own fill. */
export function simulatedTimeline(count: number): string {
  return `${simulated}${String(count)}`;
}

/** Whether connections fill a timeline, so that servers can be operated and measured on it. */
export function hasConnections(timeline: string): boolean {
  return timeline === liveTimeline || timeline.startsWith(simulated);
}

/** Bytes that arrived or were sent, with the facts that only their source knows. */
export interface Draft {
  readonly timeline: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Machine that is operated. */
  readonly host: string;
  readonly connection: string;
  readonly system: string;
  readonly channel: Channel;
  readonly direction: Direction;
  readonly origin: Origin;
  /** The exact bytes of the message, without white space round it. */
  readonly bytes: Uint8Array;
  /** Value of the JSON in `bytes`, where its source has parsed it already. */
  readonly parsed?: unknown;
  /** Size of the message as it arrived, where `bytes` is shorter. */
  readonly size?: number | undefined;
  /** The cap of the wire cut the bytes off. */
  readonly truncated?: boolean | undefined;
  /** Problems that the wire saw: cut off, too slow, closed in the middle. */
  readonly problems?: readonly Problem[] | undefined;
  /** Links call, reply, task and echo. */
  readonly correlation?: string | undefined;
  /** Asked, or answered, of the session's own accord and again and again: nobody wanted to know. */
  readonly noise?: boolean | undefined;
}

/** A message with its meaning. The journal gives it its place when it is committed. */
export interface OpsEvent {
  readonly timeline: string;
  readonly receivedAt: number;
  /** The sender's time, if it told one that can be read. */
  readonly time?: number;
  /** Host behind the connection, where the connection relays several; empty for a direct one. */
  readonly host: string;
  readonly connection: string;
  readonly system: string;
  readonly channel: Channel;
  readonly correlation?: string;
  readonly direction: Direction;
  readonly origin: Origin;
  readonly type: string;
  readonly subject?: Subject;
  readonly severity: Severity;
  readonly retention: RetentionClass;
  /** One line for people. */
  readonly summary: Text;
  /** The exact text after redaction; empty where `rawBase64` stands. */
  readonly raw: string;
  /** The bytes where they are no UTF-8. */
  readonly rawBase64?: string;
  /** Bytes that arrived, also those that were cut off. */
  readonly size: number;
  readonly truncated: boolean;
  /** Paths that redaction cut out. */
  readonly redacted: readonly string[];
  readonly problems: readonly Problem[];
  /** Repeats what is known; hidden by `-is:noise`. */
  readonly noise?: boolean;
}
