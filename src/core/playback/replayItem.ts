import type { Draft, OpsEvent } from '../model/event.ts';

/** One message to replay. */
export interface ReplayItem {
  /** When it happened, in milliseconds; only differences count. */
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Id of the system whose message it is. */
  readonly system: string;
  /** The connection that a local replay shows it on. */
  readonly connection: string;
  /** Type of the event, where its source names it. */
  readonly type?: string;
  /** Secrets were cut out of it: it is not the message that was sent. */
  readonly redacted?: boolean;
  /** The recording holds only its beginning. */
  readonly truncated?: boolean;
}

/** The messages that were pushed among the events; requests, replies and our own notes are not sent again. */
export function itemsOfEvents(events: readonly Omit<OpsEvent, 'timeline'>[]): ReplayItem[] {
  return onOwnConnections(
    events
      .filter(({ channel }) => channel === 'push')
      .map(({ receivedAt, raw, rawBase64, system, connection, type, redacted, truncated }) => ({
        at: receivedAt,
        bytes: bytesOf(raw, rawBase64),
        system,
        connection,
        type,
        ...(redacted.length > 0 ? { redacted: true } : {}),
        ...(truncated ? { truncated } : {}),
      })),
  );
}

/** The bytes of a journalled or recorded message. */
export function bytesOf(raw: string, rawBase64: string | undefined): Uint8Array {
  return rawBase64 === undefined ? Buffer.from(raw) : Buffer.from(rawBase64, 'base64');
}

/** Gives each system connections of its own, because the state of a decoder belongs to one connection. */
export function onOwnConnections(items: readonly ReplayItem[]): ReplayItem[] {
  const systems = new Map<string, string>();
  return items.map((item) => {
    const { system, connection } = item;
    const owner = systems.get(connection) ?? system;
    systems.set(connection, owner);
    return { ...item, connection: owner === system ? connection : `${connection} (${system})` };
  });
}

/** The message as it arrives on the timeline of a local replay. */
export function localDraft(
  { bytes, system, connection, truncated }: ReplayItem,
  where: Pick<Draft, 'timeline' | 'host' | 'receivedAt'>,
): Draft {
  return {
    ...where,
    connection,
    system,
    channel: 'push',
    direction: 'in',
    origin: 'replayed',
    bytes,
    ...(truncated ? { truncated } : {}),
  };
}
