import type { SQLInputValue } from 'node:sqlite';
import { countedFields, type CountedField } from './schema.ts';

/** A row that a check decides about: the columns that its query names. */
export interface QueryRow {
  readonly flags: number;
  /** As stored; NULL where the check does not need it. */
  readonly raw: string | Uint8Array | null;
  readonly [column: string]: unknown;
}

/** A query as the scan of the store runs it. The query language makes it in the worker, from its text. */
export interface CompiledQuery {
  /**
   * SQL over `e` (table `events`) and, if `needs` is 'payload', also `p` (a payload table). The scan adds the range of seqs.
   * Texts are bound by `?`, never written into it. Empty or `1`: everything.
   */
  readonly where: string;
  readonly params: readonly SQLInputValue[];
  readonly needs: 'events' | 'payload';
  /** Expressions with their names that the check reads, and their parameters. */
  readonly columns?: readonly string[];
  readonly columnParams?: readonly SQLInputValue[];
  /** Decides about the rows that `where` lets through, where SQL cannot. */
  readonly check?: (row: QueryRow) => boolean;
  /** The same for many rows with one time limit, where a row could take for ever (regular expressions). */
  readonly checkAll?: <Row extends QueryRow>(rows: readonly Row[], limitMs: number) => readonly Row[];
}

/** Makes a query from its text; throws the error of the query language where it is none. */
export type CompileQuery = (text: string, context: { readonly now: number }) => CompiledQuery;

/** All events. */
export const everything: CompiledQuery = { where: '', params: [], needs: 'events' };

export function isEverything({ where, check }: CompiledQuery): boolean {
  return (where === '' || where === '1') && !check;
}

/** The counted field that alone decides about a query: `counts` tells how many events match. */
export function countedFieldOf({ where, needs, check }: CompiledQuery): CountedField | undefined {
  if (needs !== 'events' || check) return undefined;
  // Texts are bound: each `e.` is a column.
  const columns = new Set([...where.matchAll(/\be\.(\w+)/g)].map(([, column]) => column));
  return columns.size === 1 ? countedFields.find((field) => columns.has(field)) : undefined;
}
