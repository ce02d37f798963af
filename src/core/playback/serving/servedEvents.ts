import type { OpsEvent } from '../../model/event.ts';
import type { Instance, InstanceKey } from '../../model/instance.ts';

/** State of an instance that a virtual server is set to without telling anybody. */
export type ServedInstance = InstanceKey &
  Pick<Instance, 'name' | 'state' | 'game' | 'version' | 'latestVersion' | 'players'>;

/** Effect of an event on one instance: the state after the event, or that the instance is gone. */
export type ServedChange = { readonly instance: ServedInstance } | { readonly gone: InstanceKey };

/** One recorded event as a virtual server needs it. */
export interface ServedEvent extends Pick<OpsEvent, 'type' | 'channel' | 'direction'> {
  /** Time of the event in milliseconds; only differences count. */
  readonly at: number;
  /** Exactly the recorded message. */
  readonly bytes: Uint8Array;
  /** The recording holds only its beginning: it cannot be pushed. */
  readonly truncated?: boolean;
  readonly changes: readonly ServedChange[];
}

/** A line of the file that hands a recording over to the process of a virtual server. The state before the first event has a line of its own. */
type ServedLine =
  | { readonly changes: readonly ServedChange[] }
  | (Omit<ServedEvent, 'bytes'> & { readonly raw?: string; readonly base64?: string });

/** Channels of messages that a server sends by itself. */
const unasked: ReadonlySet<OpsEvent['channel']> = new Set(['push', 'metric', 'log']);

/** Whether a server may have sent it unasked: an answer to a call has a channel of its own, save for measurements that were asked for. */
export function isUnasked({ channel, direction }: Pick<ServedEvent, 'channel' | 'direction'>): boolean {
  return direction === 'in' && unasked.has(channel);
}

export function servedLine(line: ServedLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Reads a line of `servedLine`; without an event it tells the state before the first one. */
export function readServedLine(line: string): {
  readonly changes: readonly ServedChange[];
  readonly event?: ServedEvent;
} {
  const read = JSON.parse(line) as ServedLine;
  if (!('at' in read)) return read;
  const { raw = '', base64, ...event } = read;
  const bytes = base64 === undefined ? Buffer.from(raw) : Buffer.from(base64, 'base64');
  return { changes: event.changes, event: { ...event, bytes } };
}
