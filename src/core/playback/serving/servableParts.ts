import type { Readable } from 'node:stream';
import type { Batch } from '../../journal/store/records.ts';
import { importRecording } from '../recording/importRecording.ts';
import { isUnasked } from './servedEvents.ts';

/** A connection of a recording that sent something unasked, which a virtual server can send again. */
export interface ServablePart {
  readonly system: string;
  readonly connection: string;
  /** Name of the connection. */
  readonly name: string;
  /** Messages that it sent unasked. */
  readonly messages: number;
}

export interface ServablePartsOptions {
  readonly content: Readable;
  /** System of lines that name none. */
  readonly plainSystem: string;
  /** Name of the file. */
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Finds in a file what can be served, without decoding its messages. */
export async function servableParts(options: ServablePartsOptions): Promise<readonly ServablePart[]> {
  const parts = new Map<string, Omit<ServablePart, 'name'>>();
  const count = ({ events }: Batch): Promise<void> => {
    for (const event of events) {
      if (!isUnasked(event) || event.truncated) continue;
      const { system, connection } = event;
      const key = JSON.stringify([system, connection]);
      parts.set(key, { system, connection, messages: (parts.get(key)?.messages ?? 0) + 1 });
    }
    return Promise.resolve();
  };
  const { header } = await importRecording({
    ...options,
    store: { waitingBytes: 0, append: count },
    loadSystem: () => Promise.resolve(),
    decoderOf: () => undefined,
    onProgress: () => undefined,
  });
  options.signal.throwIfAborted();
  const names = namesOf(header?.connections);
  return [...parts.values()].map((part) => ({
    ...part,
    name: names.get(part.connection) ?? part.connection,
  }));
}

/** Names by the ids of connections; a header may claim anything. */
function namesOf(connections: unknown): ReadonlyMap<string, string> {
  if (!Array.isArray(connections)) return new Map();
  return new Map(
    connections.flatMap((each: { readonly id?: unknown; readonly name?: unknown } | null) =>
      typeof each?.id === 'string' && typeof each.name === 'string' ? [[each.id, each.name] as const] : [],
    ),
  );
}
