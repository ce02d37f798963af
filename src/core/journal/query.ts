import { english } from '../model/text.ts';
import type { OpsEvent } from '../model/event.ts';

/** Value of an event per filter field. Comparison is by substring and ignores case. */
const fields: Readonly<Record<string, (event: OpsEvent) => string>> = {
  type: (event) => event.type,
  instance: ({ subject }) =>
    subject?.name === undefined ? (subject?.key ?? '') : `${subject.name}\n${subject.key}`,
  connection: (event) => event.connection,
  system: (event) => event.system,
  severity: (event) => event.severity,
  origin: (event) => event.origin,
  channel: (event) => event.channel,
  direction: (event) => event.direction,
};

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
    const matches = field ? fieldFilter(field, needle) : anywhere(needle);
    return [minus ? (event: OpsEvent) => !matches(event) : matches];
  });
  if (terms.length === 0) return undefined;
  return (event) => terms.every((term) => term(event));
}

/** Fields have few different values: each is compared once. */
function fieldFilter(field: (event: OpsEvent) => string, needle: string): Filter {
  const known = new Map<string, boolean>();
  return (event) => {
    const value = field(event);
    let answer = known.get(value);
    if (answer === undefined) {
      answer = value.toLowerCase().includes(needle);
      if (known.size < maxKnownValues) known.set(value, answer);
    }
    return answer;
  };
}

/** Beyond this a field is no longer one of few values, and remembering them would only cost. */
const maxKnownValues = 10_000;

/** A search that ignores case without making a lower-case copy of every payload. */
function anywhere(needle: string): Filter {
  const search = new RegExp(needle.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i');
  return (event) =>
    search.test(event.raw) ||
    search.test(event.type) ||
    search.test(event.connection) ||
    (event.subject !== undefined &&
      (search.test(event.subject.key) || search.test(event.subject.name ?? ''))) ||
    search.test(english(event.summary));
}
