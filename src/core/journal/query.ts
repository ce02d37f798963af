import { english } from '../model/text.ts';
import type { OpsEvent } from '../model/event.ts';

/** What the fields of a filter stand for; `instance:` and the rest compare a part of the value, whatever its case. */
const fields: Readonly<Record<string, (event: OpsEvent) => string>> = {
  type: (event) => event.type,
  instance: (event) => event.subject?.key ?? '',
  connection: (event) => event.connection,
  system: (event) => event.system,
  severity: (event) => event.severity,
  origin: (event) => event.origin,
  channel: (event) => event.channel,
  direction: (event) => event.direction,
};

export const filterFields = Object.keys(fields);

export type Filter = (event: OpsEvent) => boolean;

/**
 * The first form of the filter: words that all must stand somewhere in the event (payload included), `field:part`, and a
 * dash before a word or field to exclude it. Quotes hold spaces together. Every text is a filter; none is an error.
 */
export function parseFilter(filter: string): Filter | undefined {
  const terms = [...filter.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi)].flatMap((match) => {
    const [whole, minus = '', name, quoted, bare] = match;
    const value = (quoted ?? bare ?? '').toLowerCase();
    const lower = name?.toLowerCase() ?? '';
    const field = Object.hasOwn(fields, lower) ? fields[lower] : undefined;
    const needle = name === undefined || field ? value : whole.slice(minus.length).toLowerCase();
    if (needle === '') return [];
    const matches: Filter = field
      ? (event) => field(event).toLowerCase().includes(needle)
      : (event) => anywhere(event, needle);
    return [minus ? (event: OpsEvent) => !matches(event) : matches];
  });
  if (terms.length === 0) return undefined;
  return (event) => terms.every((term) => term(event));
}

function anywhere(event: OpsEvent, needle: string): boolean {
  return (
    event.type.toLowerCase().includes(needle) ||
    event.raw.toLowerCase().includes(needle) ||
    english(event.summary).toLowerCase().includes(needle) ||
    (event.subject?.key.toLowerCase().includes(needle) ?? false) ||
    event.connection.includes(needle)
  );
}
