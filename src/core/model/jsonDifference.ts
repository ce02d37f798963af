/** Keys and indexes that lead to a place in a JSON value. */
export type JsonPath = readonly (string | number)[];

/** One difference. The index of something added is its place in the new list, of something removed that in the old one. */
export type JsonChange = { readonly path: JsonPath } & (
  | { readonly kind: 'added'; readonly to: unknown }
  | { readonly kind: 'removed'; readonly from: unknown }
  | { readonly kind: 'changed'; readonly from: unknown; readonly to: unknown }
);

export interface JsonDifference {
  readonly changes: readonly JsonChange[];
  /** Changes beyond the limit. */
  readonly more: number;
}

/** The way to a place, from its end: a list for each place would be as long as the payload is deep. */
interface Way {
  readonly parent: Way | undefined;
  readonly step: string | number;
}

interface Pair {
  readonly kind: 'pair';
  readonly way: Way | undefined;
  readonly from: unknown;
  readonly to: unknown;
}
type Found<Change> = Change extends JsonChange
  ? Omit<Change, 'path'> & { readonly way: Way | undefined }
  : never;
type Part = Pair | Found<JsonChange>;

/**
 * The changes that lead from one JSON value to another: the smallest places that differ, in the order of the new value. Works with a
 * stack of its own, because a payload may be nested deeper than that of the engine.
 */
export function jsonDifference(from: unknown, to: unknown, limit = Infinity): JsonDifference {
  const changes: JsonChange[] = [];
  let more = 0;
  const open: Part[] = [{ kind: 'pair', way: undefined, from, to }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.kind === 'pair') {
      if (next.from === next.to) continue;
      const parts = partsOf(next);
      if (parts) for (const part of parts.reverse()) open.push(part);
      else open.push({ ...next, kind: 'changed' });
    } else if (changes.length < limit) {
      const { way, ...change } = next;
      changes.push({ path: pathOf(way), ...change });
    } else more++;
  }
  return { changes, more };
}

function pathOf(way: Way | undefined): JsonPath {
  const path: (string | number)[] = [];
  for (let at = way; at; at = at.parent) path.push(at.step);
  return path.reverse();
}

/** The members of two lists or two objects; nothing where the values are not two of a kind. */
function partsOf({ way, from, to }: Pair): Part[] | undefined {
  if (Array.isArray(from) && Array.isArray(to)) return items(way, from, to);
  if (!isObject(from) || !isObject(to) || Array.isArray(from) || Array.isArray(to)) return undefined;
  const parts: Part[] = [];
  for (const key of Object.keys(to)) {
    const place = { parent: way, step: key };
    if (Object.hasOwn(from, key)) parts.push({ kind: 'pair', way: place, from: from[key], to: to[key] });
    else parts.push({ kind: 'added', way: place, to: to[key] });
  }
  for (const key of Object.keys(from))
    if (!Object.hasOwn(to, key))
      parts.push({ kind: 'removed', way: { parent: way, step: key }, from: from[key] });
  return parts;
}

/** Lists of one length are compared place by place; of two lengths, what was put in or taken out is looked for. */
function items(way: Way | undefined, from: readonly unknown[], to: readonly unknown[]): Part[] {
  const least = Math.min(from.length, to.length);
  let begin = 0;
  let same = 0;
  if (from.length !== to.length) {
    while (begin < least && isSame(from[begin], to[begin])) begin++;
    while (same < least - begin && isSame(from[from.length - 1 - same], to[to.length - 1 - same])) same++;
  }
  const place = (step: number): Way => ({ parent: way, step });
  const parts: Part[] = [];
  for (let at = begin; at < least - same; at++)
    parts.push({ kind: 'pair', way: place(at), from: from[at], to: to[at] });
  for (let at = least - same; at < to.length - same; at++)
    parts.push({ kind: 'added', way: place(at), to: to[at] });
  for (let at = least - same; at < from.length - same; at++)
    parts.push({ kind: 'removed', way: place(at), from: from[at] });
  return parts;
}

function isSame(a: unknown, b: unknown): boolean {
  return jsonDifference(a, b, 1).changes.length === 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** A path as the query language writes it: `$.Data.players[0]["odd name"]`. */
export function pathText(path: JsonPath): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(step) ? `.${step}` : `["${step.replace(/["\\]/g, '\\$&')}"]`;
  });
  return `$${steps.join('')}`;
}
