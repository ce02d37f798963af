import { flags } from '../store/schema.ts';
import type { Operator, PathStep, QueryNode, Value } from './ast.ts';
import { isCaseSensitive, matchesParts, textPattern, unescapeJson } from './text.ts';
import { parseNumber } from './values.ts';

/** Columns of a row that a check reads. */
export interface QueryRow {
  readonly flags: number;
  /** As stored; NULL where the check does not need it. */
  readonly raw: string | Uint8Array | null;
  readonly [column: string]: unknown;
}

/** A payload as a check sees it; each form is made once, when it is asked for. */
export class Payload {
  readonly row: QueryRow;
  #text: string | undefined;
  #unescaped: string | undefined;
  #json: { readonly value: unknown } | undefined;

  constructor(row: QueryRow) {
    this.row = row;
  }

  get text(): string {
    const { raw, flags: bits } = this.row;
    if (typeof raw === 'string') return raw;
    this.#text ??= Buffer.from(raw ?? []).toString(bits & flags.utf16 ? 'utf16le' : 'utf8');
    return this.#text;
  }

  /** Whether a test holds for the text or for what stands in its JSON strings. */
  some(test: (text: string) => boolean): boolean {
    if (test(this.text)) return true;
    if (!this.text.includes('\\')) return false;
    this.#unescaped ??= unescapeJson(this.text);
    return test(this.#unescaped);
  }

  /** The value of a payload that is JSON, undefined for every other. */
  get json(): unknown {
    if (!this.#json) {
      let value: unknown;
      try {
        value = this.row.flags & flags.bytes ? undefined : JSON.parse(this.text);
      } catch {
        value = undefined;
      }
      this.#json = { value };
    }
    return this.#json.value;
  }
}

type PathNode = Extract<QueryNode, { kind: 'path' }>;

/** A test whether a path of the payload leads to a value that is asked for. */
export function pathTest({ steps, operator, values }: PathNode): (payload: Payload) => boolean {
  const tests = values.map((value) => valueTest(operator, value));
  const isFound = (found: unknown): boolean => tests.length === 0 || tests.some((test) => test(found));
  if (steps.some(({ deep }) => deep))
    return ({ json }) => json !== undefined && valuesAt(json, steps).some(isFound);
  return ({ json }) => {
    let place = json;
    for (const { key } of steps) {
      if (!hasPlace(place, key)) return false;
      place = place[key];
    }
    return place !== undefined && isFound(place);
  };
}

function hasPlace(value: unknown, key: string | number): value is Record<string | number, unknown> {
  return isObject(value) && Array.isArray(value) === (typeof key === 'number') && Object.hasOwn(value, key);
}

/** All that a path leads to. */
export function valuesAt(root: unknown, steps: readonly PathStep[]): readonly unknown[] {
  let places: unknown[] = [root];
  for (const { key, deep } of steps) {
    const next: unknown[] = [];
    for (const place of deep ? objectsWithin(places) : places)
      if (hasPlace(place, key)) next.push(place[key]);
    places = next;
  }
  return places;
}

/**
 * All objects and lists in some values. A set: two ways to one place count once, so that `$..a..b..c` stays linear in the
 * payload for each step. It grows while it is walked, because a payload may be nested deeper than the stack.
 */
function objectsWithin(places: readonly unknown[]): ReadonlySet<unknown> {
  const all = new Set(places.filter(isObject));
  for (const place of all) for (const child of Object.values(place)) if (isObject(child)) all.add(child);
  return all;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function valueTest(operator: Operator, { text, quoted, parts }: Value): (found: unknown) => boolean {
  const number = quoted && operator === ':' ? undefined : parseNumber(text);
  if (operator !== ':') {
    return (found) => {
      const value = typeof found === 'string' ? parseNumber(found) : found;
      if (typeof value !== 'number' || number === undefined) return false;
      const holds = {
        '>': value > number,
        '>=': value >= number,
        '<': value < number,
        '<=': value <= number,
      };
      return holds[operator];
    };
  }
  const caseSensitive = isCaseSensitive(text);
  return (found) => {
    if (typeof found === 'string') return matchesParts(parts, found, caseSensitive);
    if (quoted || (typeof found === 'object' && found !== null)) return false;
    return (typeof found === 'number' && found === number) || matchesParts(parts, String(found), false);
  };
}

/** Patterns for LIKE, one of which fits every payload in which a path can lead to such a value. */
export function pathPatterns({ steps, operator, values }: PathNode): readonly string[] {
  const key = steps.findLast((step) => typeof step.key === 'string')?.key;
  const start = typeof key === 'string' ? `%"${textPattern(key).like}"%` : '%';
  if (operator !== ':' || values.length === 0 || values.length > 4) return [start];
  return values.map(
    (value) =>
      start +
      writtenParts(value)
        .map((part) => `${textPattern(part).like}%`)
        .join(''),
  );
}

/** Parts of a value that stand in the payload however it is written. */
function writtenParts({ text, quoted, parts }: Value): readonly string[] {
  const number = quoted ? undefined : parseNumber(text);
  if (number === undefined) return parts.filter((part) => part !== '');
  // Beyond these limits programs write numbers with an exponent, each in its own way.
  const usual = String(number);
  const size = Math.abs(number);
  return (size === 0 || (size >= 1e-4 && size < 1e15)) && text.includes(usual) ? [usual] : [];
}
