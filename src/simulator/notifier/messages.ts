import { TextDecoder } from 'node:util';

/** Revision of the server; `seed` knows request_authentication alone, `early` (47cb865) goodbyes too, but no messages. */
export type Revision = 'seed' | 'early' | 'lax' | 'strict';

export type ClientEvent =
  | { readonly event: 'request_authentication'; readonly id: string }
  | { readonly event: 'disconnecting'; readonly id: string }
  | { readonly event: 'send_message'; readonly id: string; readonly message: string };

/** Bytes of one read; each part of a longer record is taken for an event of its own. */
export const readBuffer = 1024;
const utf8 = new TextDecoder('utf-8');

/** Reads one record as the server does: exactly one whole event, or nothing. */
export function readEvent(record: Uint8Array, revision: Revision): ClientEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(record));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = folded(value);
  const id = textOf(fields.get('id'));
  const event = textOf(fields.get('event'));
  if (id === undefined || !isTime(fields.get('timestamp'))) return undefined;
  const content = fields.get('content') ?? {};
  if (typeof content !== 'object' || Array.isArray(content)) return undefined;
  const inner = folded(content);
  if (event === 'request_authentication')
    return textOf(inner.get('token')) === undefined ? undefined : { event, id };
  if (revision === 'seed') return undefined;
  if (event === 'disconnecting') return { event, id };
  if (revision === 'early') return undefined;
  const message = textOf(inner.get('message'));
  return event === 'send_message' && message !== undefined ? { event, id, message } : undefined;
}

/** One event as the server writes it: this order of keys, no white space, and `<`, `>` and `&` escaped. */
export function serverEvent(event: string, id: string, now: number, content: object): string {
  const timestamp = timestampOf(now);
  return JSON.stringify({ event, id, timestamp, content }).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Nanoseconds, without the zeros at their end. */
function timestampOf(now: number): string {
  const nanoseconds = String(process.hrtime.bigint() % 1_000_000n).padStart(6, '0');
  const [seconds = '', fraction = ''] = new Date(now).toISOString().replace('Z', '').split('.');
  const digits = `${fraction}${nanoseconds}`.replace(/0+$/, '');
  return digits === '' ? `${seconds}Z` : `${seconds}.${digits}Z`;
}

/** The letter case of keys does not matter to it. */
function folded(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).map(([key, inner]) => [key.toLowerCase(), inner as unknown]));
}

/** Missing and null are the empty text; everything else but a text is wrong. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : undefined;
}

function isTime(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}
