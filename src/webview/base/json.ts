import { t } from './l10n.ts';
import { checkJson, type JsonProblem } from './jsonCheck.ts';

type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

export interface JsonReading {
  /** As far as the text could be read; `null` where it does not even begin as JSON. */
  readonly root: JsonNode | null;
  readonly problem: JsonProblem | null;
}

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Characters from which a trusted text is not checked; the check takes 10 to 40 ms for a million. */
const UNCHECKED = 500_000;

/**
 * Reads JSON into nodes that remember their place in the text. Accepts exactly what `JSON.parse` accepts, but keeps
 * doubled names and long numbers, gives what it has of a text that was cut, and takes any depth. Children are read when
 * they are asked for: a payload of 5 MB has a million nodes, of which a screen shows fifty. A long text that is trusted
 * is not looked through: the host has read it already.
 */
export function readJson(text: string, trusted = false): JsonReading {
  const problem = text.length > UNCHECKED && trusted ? null : checkJson(text);
  const begin = skipSpace(text, 0);
  return { root: nodeAt(text, begin, problem?.at ?? text.length, null, null, begin), problem };
}

/** A value and its place in the text. */
export class JsonNode {
  readonly kind: JsonKind;
  /** Name or index in its parent, `null` for the root. */
  readonly key: string | number | null;
  readonly parent: JsonNode | null;
  /** Begin with its name, and begin and end of the value: numbers and strings are shown as they were sent. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
  readonly #text: string;
  readonly #limit: number;
  readonly #children: JsonNode[] = [];
  /** Place behind the last child that was read. */
  #at: number;
  #isRead: boolean;
  #count: number;

  constructor(
    text: string,
    limit: number,
    place: Pick<JsonNode, 'kind' | 'key' | 'parent' | 'from' | 'start'>,
    extent: Extent,
  ) {
    ({ kind: this.kind, key: this.key, parent: this.parent, from: this.from, start: this.start } = place);
    this.#text = text;
    this.#limit = limit;
    this.end = extent.end;
    this.#count = extent.count;
    this.#at = place.start + 1;
    this.#isRead = this.kind !== 'object' && this.kind !== 'array';
  }

  /** How many children there are. */
  get count(): number {
    if (this.#count < 0) this.#count = this.first(Infinity).length;
    return this.#count;
  }

  /** The first children, at most so many. */
  first(count: number): readonly JsonNode[] {
    while (!this.#isRead && this.#children.length < count) this.#step();
    return count < this.#children.length ? this.#children.slice(0, count) : this.#children;
  }

  /** The child whose name or value holds a place of the text. */
  childAt(place: number): { readonly child: JsonNode; readonly index: number } | undefined {
    while (!this.#isRead && (this.#children.at(-1)?.end ?? 0) <= place) this.#step();
    let [low, high] = [0, this.#children.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#children[middle]?.end ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    const child = this.#children[low];
    return child && child.from <= place ? { child, index: low } : undefined;
  }

  /** Reads the next child. */
  #step(): void {
    const text = this.#text;
    let at = skipSpace(text, this.#at);
    if (text[at] === ',') at = skipSpace(text, at + 1);
    const from = at;
    let key: string | number = this.#children.length;
    if (this.kind === 'object') {
      const end = text.charCodeAt(at) === QUOTE ? stringEnd(text, at, this.#limit) : -1;
      if (end < 0) {
        this.#isRead = true;
        return;
      }
      key = unquoted(text.slice(at, end));
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    const child = at < this.#limit ? nodeAt(text, at, this.#limit, key, this, from) : null;
    if (!child) {
      this.#isRead = true;
      return;
    }
    this.#children.push(child);
    this.#at = child.end;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;)
    code = text.charCodeAt(++at);
  return at;
}

function nodeAt(
  text: string,
  start: number,
  limit: number,
  key: string | number | null,
  parent: JsonNode | null,
  from: number,
): JsonNode | null {
  if (start >= limit) return null;
  const make = (kind: JsonKind, extent: Extent): JsonNode =>
    new JsonNode(text, limit, { kind, key, parent, from, start }, extent);
  const first = text[start];
  if (first === '{' || first === '[')
    return make(first === '{' ? 'object' : 'array', containerExtent(text, start, limit));
  if (first === '"') {
    const end = stringEnd(text, start, limit);
    return end < 0 ? null : make('string', { end, count: 0 });
  }
  SCALAR.lastIndex = start;
  const [word] = SCALAR.exec(text) ?? [];
  if (word === undefined || start + word.length > limit) return null;
  const kind = word === 'null' ? 'null' : word === 'true' || word === 'false' ? 'boolean' : 'number';
  return make(kind, { end: start + word.length, count: 0 });
}

/** The text of a string; in a text that was not checked it may be none of JSON. */
export function unquoted(source: string): string {
  try {
    return JSON.parse(source) as string;
  } catch {
    return source.slice(1, -1);
  }
}

/** Place behind a string, −1 where it does not end. */
function stringEnd(text: string, start: number, limit: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0 && at < limit; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return -1;
}

interface Extent {
  readonly end: number;
  /** Children; −1 where the text was cut in the middle. */
  readonly count: number;
}

/** Passes over a list or an object, and counts its children by their commas. */
function containerExtent(text: string, start: number, limit: number): Extent {
  let depth = 0;
  let commas = 0;
  let isEmpty = true;
  for (let at = start; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      isEmpty = false;
      const end = stringEnd(text, at, limit);
      if (end < 0) break;
      at = end - 1;
    } else if (code === 0x7b || code === 0x5b) {
      if (depth > 0) isEmpty = false;
      depth++;
    } else if (code === 0x7d || code === 0x5d) {
      if (--depth === 0) return { end: at + 1, count: isEmpty ? 0 : commas + 1 };
    } else if (code === 0x2c) {
      if (depth === 1) commas++;
    } else if (code > 0x20) isEmpty = false;
  }
  return { end: limit, count: -1 };
}

/** The problem for people, with its place: `line 3, column 5: …`. */
export function problemText(text: string, problem: JsonProblem): string {
  const before = text.slice(0, problem.at);
  const line = before.split('\n').length;
  const column = problem.at - before.lastIndexOf('\n');
  return t('line {0}, column {1}: {2}', line, column, problem.message);
}

/** Names and indexes that lead to a node from the root. */
export function stepsTo(node: JsonNode): readonly (string | number)[] {
  const steps: (string | number)[] = [];
  for (let at: JsonNode | null = node; at; at = at.parent) if (at.key !== null) steps.push(at.key);
  return steps.reverse();
}

/** The way to a node as the query language writes it: `$.Data.players[0]["odd name"]`; `$` for the root. */
export function pathOf(node: JsonNode): string {
  const steps = stepsTo(node).map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(step) ? `.${step}` : `["${step.replace(/["\\]/g, '\\$&')}"]`;
  });
  return `$${steps.join('')}`;
}
