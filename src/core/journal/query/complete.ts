import { text, type Text } from '../../model/text.ts';
import { fieldNames, fields, flagTables, isFieldName, type FieldName } from './fields.ts';
import { parseQuery } from './parse.ts';
import { quote } from './reader.ts';

interface CompletionItem {
  /** Text that takes the place of the range. */
  readonly insert: string;
  readonly detail: Text;
}

export interface Completion {
  /** The range of the query that an item replaces. */
  readonly from: number;
  readonly to: number;
  /** Text between the beginning of the range and the cursor, without a quote before it. */
  readonly typed: string;
  readonly items: readonly CompletionItem[];
  /** The journal has values for this place: the caller adds them, each by `insertValue`, with its count. */
  readonly valuesOf?: FieldName;
}

/** Completions at the cursor that begin with the typed text. */
export function completeQuery(source: string, cursor: number): Completion {
  const before = source.slice(0, cursor);
  const { end, node } = parseQuery(before);
  const rest = /^[^\s()",]*/.exec(source.slice(cursor))?.[0] ?? '';
  const range = { from: end.from, to: cursor + rest.length, typed: before.slice(end.from).replace(/^"/, '') };
  if (end.kind === 'other') return { ...range, items: [] };
  const items =
    end.kind === 'term' ? terms(before, end.from, node !== undefined) : values(end.field, end.inList);
  const lower = range.typed.toLowerCase();
  const hasComparison = /[<>=]$/.test(before.slice(0, end.from));
  return {
    ...range,
    items: items.filter(
      ({ insert }) => insert.toLowerCase().startsWith(lower) && !(hasComparison && /^[<>]/.test(insert)),
    ),
    ...(end.kind === 'value' && isListed(end.field) ? { valuesOf: end.field } : {}),
  };
}

/** A value of the journal as it is written behind `field:`; in quotes where it would be read otherwise. */
export function insertValue(value: string): string {
  return /^[^\s()",*]+$/.test(value) ? value : quote(value);
}

function isListed(name: string): name is FieldName {
  if (!isFieldName(name)) return false;
  const field = fields[name];
  return field.kind === 'names' && field.listed === true;
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
      return [...examples(inList ? [] : sizes), ...ordered];
  }
}
