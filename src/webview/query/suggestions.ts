import {
  completeQuery,
  insertValue,
  matchingValues,
  type Completion,
} from '../../core/journal/query/complete.ts';
import type { FieldName } from '../../core/journal/query/fields.ts';
import type { FieldValue } from '../../rpc/inspectorQuery.ts';
import { say } from './say.ts';

export interface Option {
  readonly label: string;
  readonly detail: string;
  /** How often it occurs in the journal; `null` where that is not counted. */
  readonly count: number | null;
  /** Text that takes the place of the range. */
  readonly insert: string;
}

/** Options in a list, and the range of the query that each of them replaces. */
export interface Suggestions {
  readonly kind: 'term' | 'value' | 'history';
  readonly from: number;
  readonly to: number;
  /** Part of the labels to show as found. */
  readonly typed: string;
  readonly options: readonly Option[];
}

/** The field whose values are needed at the cursor. */
export function fieldAt(text: string, cursor: number): FieldName | undefined {
  return completeQuery(text, cursor).valuesOf;
}

/** Everything that can stand at the cursor; `null` in the midst of texts and payload paths. */
export function suggest(text: string, cursor: number, values: readonly FieldValue[]): Suggestions | null {
  const completion = completeQuery(text, cursor);
  const { kind, from, to, typed } = completion;
  if (kind === 'other') return null;
  const options = kind === 'term' ? named(completion) : [...counted(completion, values)];
  return options.length === 0 ? null : { kind, from, to, typed, options };
}

/** Earlier queries, the newest first; each replaces the whole text. */
export function earlier(text: string, history: readonly string[]): Suggestions | null {
  const others = history.filter((query) => query !== text.trim());
  if (others.length === 0) return null;
  const options = others.map((query) => ({ label: query, detail: '', count: null, insert: query }));
  return { kind: 'history', from: 0, to: text.length, typed: '', options };
}

/** The option that Enter takes: the best value, unless it stands there already. A word alone may mean itself. */
export function preselected({ kind, typed, options }: Suggestions): number {
  if (kind === 'history') return 0;
  const isWhole = options[0]?.label.toLowerCase() === typed.toLowerCase();
  return kind === 'value' && typed !== '' && !isWhole ? 0 : -1;
}

function named({ items }: Completion): readonly Option[] {
  return items.map(({ insert, detail }) => ({
    label: insert.trim(),
    detail: say(detail),
    count: null,
    insert,
  }));
}

/** Names of the language first, with their counts where the journal has them; then values of the journal. */
function counted({ items, typed, valuesOf }: Completion, values: readonly FieldValue[]): readonly Option[] {
  const counts = new Map(values.map(({ value, count }) => [value, count]));
  const own = items.map(({ insert, detail }) => ({
    label: insert,
    detail: say(detail),
    count: counts.get(insert) ?? null,
    insert,
  }));
  if (valuesOf === undefined || items.length > 0) return own;
  return matchingValues(typed, values).map(({ value, name = '', count }) => ({
    label: value,
    detail: name,
    count,
    insert: insertValue(value),
  }));
}
