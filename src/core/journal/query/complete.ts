import { text, type Text } from '../../model/text.ts';
import type { OpenEnd } from './ast.ts';
import { fieldNames, fields, flagTables, isFieldName, type FieldName } from './fields.ts';
import { parseQuery } from './parse.ts';
import { quote } from './reader.ts';

interface CompletionItem {
  /** Text that takes the place of the range. */
  readonly insert: string;
  readonly detail: Text;
  /** Beginning that it is found by, where that is another than its own. */
  readonly found?: string;
}

/** A value of a field in the journal. */
export interface FieldValue {
  readonly value: string;
  /** Name for people, where it differs. */
  readonly name?: string;
  readonly count: number;
}

export interface Completion {
  /** Kind of place that the cursor is at. */
  readonly kind: OpenEnd['kind'];
  /** The range of the query that an item replaces. */
  readonly from: number;
  readonly to: number;
  /** Text between the beginning of the range and the cursor, without a quote before it. */
  readonly typed: string;
  readonly items: readonly CompletionItem[];
  /** The journal has values for this place: the caller adds them, each by `insertValue`, with its count. */
  readonly valuesOf?: FieldName;
}

/** Values that are offered at most: more are found by typing. */
const maxValues = 200;

/** Completions at the cursor: names that begin with the typed text, values that hold it. */
export function completeQuery(source: string, cursor: number): Completion {
  const before = source.slice(0, cursor);
  const { end, node } = parseQuery(before);
  const rest = /^[^\s()",]*/.exec(source.slice(cursor))?.[0] ?? '';
  const range = {
    kind: end.kind,
    from: end.from,
    to: cursor + rest.length,
    typed: before.slice(end.from).replace(/^"/, ''),
  };
  if (end.kind === 'other') return { ...range, items: [] };
  const isTerm = end.kind === 'term';
  const items = isTerm
    ? [...terms(before, end.from, node !== undefined), ...(range.typed === '' ? [] : flagTerms)]
    : values(end.field, end.inList);
  const hasComparison = /[<>=]$/.test(before.slice(0, end.from));
  const worst = isTerm ? 1 : 3;
  return {
    ...range,
    items: items
      .map((item) => ({ item, rank: rankOf(range.typed, item.found ?? item.insert) }))
      .filter(({ item, rank }) => rank <= worst && !(hasComparison && /^[<>]/.test(item.insert)))
      .sort((a, b) => a.rank - b.rank)
      .map(({ item }) => item),
    ...(end.kind === 'value' && isCounted(end.field) ? { valuesOf: end.field } : {}),
  };
}

/** The values that hold the typed text in value or name, best first: whole, beginning, beginning of a word, anywhere; then by count. */
export function matchingValues(typed: string, values: readonly FieldValue[]): readonly FieldValue[] {
  return values
    .map((each) => ({ each, rank: Math.min(rankOf(typed, each.value), rankOf(typed, each.name ?? '')) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank || b.each.count - a.each.count || (a.each.value < b.each.value ? -1 : 1))
    .slice(0, maxValues)
    .map(({ each }) => each);
}

/** How well a text answers what is typed; the less the better, `Infinity` where it does not hold it. */
function rankOf(typed: string, text: string): number {
  if (typed === '') return 1;
  const [needle, hay] = [typed.toLowerCase(), text.toLowerCase()];
  const at = hay.indexOf(needle);
  if (at < 0) return Infinity;
  if (at === 0) return hay === needle ? 0 : 1;
  for (let next = at; next >= 0; next = hay.indexOf(needle, next + 1))
    if (!/[\p{L}\p{N}]/u.test(hay[next - 1] ?? '')) return 2;
  return 3;
}

/**
 * A value of the journal as it is written behind `field:`; in quotes where it would be read otherwise. A query is one
 * line: a value of several is asked for with stars for what cannot be written.
 */
export function insertValue(value: string): string {
  if (/[\n\r]/.test(value)) return value.replace(/[\s()",*]+/g, '*');
  return /^(?![<>=])[^\s()",*]+$/.test(value) ? value : quote(value);
}

function isCounted(name: string): name is FieldName {
  if (!isFieldName(name)) return false;
  const field = fields[name];
  return field.kind === 'codes' || (field.kind === 'names' && field.listed === true);
}

function terms(before: string, from: number, follows: boolean): CompletionItem[] {
  const items = [
    ...fieldNames.map((name) => ({ insert: `${name}:`, detail: fields[name].label })),
    { insert: 'is:', detail: text('Kind of event') },
    { insert: 'has:', detail: text('Something that not every event has') },
    { insert: '$.', detail: text('Key of the payload') },
    { insert: '$..', detail: text('Key at any depth of the payload') },
    { insert: 'NOT ', detail: text('Excludes what follows') },
  ];
  // An operator needs a term before itself.
  if (!follows || /(?:^|\s|\()(?:AND|OR|NOT)\s*$|[(-]$/.test(before.slice(0, from))) return items;
  return [
    ...items,
    { insert: 'OR ', detail: text('Either side') },
    { insert: 'AND ', detail: text('Both sides, as without it') },
  ];
}

/** Kinds of events by their names: who types "fail" need not know that `is:` comes before it. */
const flagTerms: readonly CompletionItem[] = Object.entries(flagTables.is).map(([found, { label }]) => ({
  insert: `is:${found}`,
  detail: label,
  found,
}));

const comparisons = {
  '>': text('More than'),
  '>=': text('At least'),
  '<': text('Less than'),
  '<=': text('At most'),
};
const times = ['>now-15m', '>now-1h', 'today', 'yesterday', 'now-1h..now'];
const sizes = ['>10kB', '>1MB'];

function values(name: string, inList: boolean): CompletionItem[] {
  if (name === 'is' || name === 'has') {
    return Object.entries(flagTables[name]).map(([insert, { label }]) => ({ insert, detail: label }));
  }
  if (!isFieldName(name)) return [];
  const field = fields[name];
  const examples = (written: readonly string[]) => written.map((insert) => ({ insert, detail: field.label }));
  const ordered = inList ? [] : Object.entries(comparisons).map(([insert, detail]) => ({ insert, detail }));
  switch (field.kind) {
    case 'names':
      return [];
    case 'codes':
      return [...examples(field.codes), ...(field.ordered ? ordered : [])];
    case 'times':
      return [...examples(times.filter((time) => !inList || !time.startsWith('>'))), ...ordered];
    case 'numbers':
      return [...examples(inList || !field.isSize ? [] : sizes), ...ordered];
  }
}
