import * as z from 'zod/mini';
import { issuesBy } from '../schemaIssues.ts';

/** The `content` of an event, before anything is known of its fields. */
export type NotifierContent = Readonly<Record<string, unknown>>;

const client = z.looseObject({ client_id: z.string().check(z.minLength(1)) });
/** The document has a text there, the server sends a number. */
const refusal = z.looseObject({ code: z.union([z.number(), z.string()]), reason: z.string() });

const contentSchemas: Readonly<Record<string, z.ZodMiniType>> = {
  request_authentication: z.looseObject({ token: z.optional(z.nullable(z.string())) }),
  connection_accepted: client,
  connection_rejected: refusal,
  connection_refused: refusal,
  client_authenticated: client,
  client_disconnected: client,
  disconnecting: z.looseObject({}),
  send_message: z.looseObject({ message: z.string() }),
  broadcast_message: z.looseObject({ message: z.string(), sender: z.string() }),
};

/** The payload schema of a type. */
export function contentSchema(type: string): z.ZodMiniType | undefined {
  return Object.hasOwn(contentSchemas, type) ? contentSchemas[type] : undefined;
}

/** Finds the issues in the envelope of all events. The server takes them with parts missing, so do we. */
export const envelopeIssues = issuesBy(
  z.looseObject({
    event: z.string().check(z.minLength(1)),
    id: z.optional(z.nullable(z.string())),
    timestamp: z.optional(z.nullable(z.string())),
    content: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  }),
);

/** One event as a client writes it, in the order of the document; the time is RFC 3339, UTC. */
export function clientEvent(type: string, id: string, content: NotifierContent, now: number): Uint8Array {
  const timestamp = new Date(now).toISOString();
  return Buffer.from(JSON.stringify({ event: type, id, content, timestamp }));
}

/** Greatest length of one message, its newline included: the server reads into a buffer of this size. */
export const maxEventBytes = 1024;
