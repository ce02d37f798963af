import type { Text } from '../../model/text.ts';
import type { FieldName } from './fields.ts';
import type { NumberRange, TimeRange } from './values.ts';

/** Positions in the text of the query; `to` is the first that no longer belongs to it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type Operator = ':' | '>' | '>=' | '<' | '<=';

/** One value as it was written. `parts` are the literal texts between its stars; a value without a star has one. */
export interface Value extends Span {
  readonly text: string;
  readonly quoted: boolean;
  readonly parts: readonly string[];
}

/** One step of a payload path: a key of an object or an index of a list; `deep` looks at every depth below. */
export interface PathStep {
  readonly key: string | number;
  readonly deep: boolean;
}

export type QueryNode = Span &
  (
    | { readonly kind: 'and' | 'or'; readonly parts: readonly QueryNode[] }
    | { readonly kind: 'not'; readonly part: QueryNode }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'regex'; readonly pattern: RegExp }
    | { readonly kind: 'names'; readonly field: FieldName; readonly values: readonly Value[] }
    | { readonly kind: 'codes'; readonly field: FieldName; readonly codes: readonly number[] }
    | {
        readonly kind: 'times';
        readonly field: FieldName;
        readonly operator: Operator;
        readonly ranges: readonly TimeRange[];
      }
    | {
        readonly kind: 'numbers';
        readonly field: FieldName;
        readonly operator: Operator;
        readonly ranges: readonly NumberRange[];
      }
    | { readonly kind: 'flags'; readonly table: 'is' | 'has'; readonly names: readonly string[] }
    | {
        readonly kind: 'path';
        readonly steps: readonly PathStep[];
        readonly operator: Operator;
        /** None: the path leads somewhere. */
        readonly values: readonly Value[];
      }
  );

/** Something in a query that cannot be understood. */
export interface QueryProblem extends Span {
  readonly message: Text;
  /** Text that could stand there instead. */
  readonly replacement?: string;
  /** Stands at the end of the text, so that typing on may mend it. */
  readonly open?: true;
}

/** Place at the end of a query where typing goes on. */
export type OpenEnd =
  | { readonly kind: 'term'; readonly from: number }
  | { readonly kind: 'value'; readonly from: number; readonly field: string; readonly inList: boolean }
  | { readonly kind: 'other'; readonly from: number };

export interface ParsedQuery {
  /** All that was understood; undefined where that is nothing. */
  readonly node: QueryNode | undefined;
  readonly problems: readonly QueryProblem[];
  readonly end: OpenEnd;
}
