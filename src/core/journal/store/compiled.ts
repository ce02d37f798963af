import type { SQLInputValue } from 'node:sqlite';

/** A query as the scan of the store runs it. The query language makes it in the worker, from its text. */
export interface CompiledQuery {
  /**
   * SQL over `e` (table `events`) and, if `needs` is 'payload', also `p` (a payload table: seq, raw, summary, template,
   * details). The scan adds the range of seqs. Texts are bound by `?`, never written into it. Empty: everything.
   */
  readonly where: string;
  readonly params: readonly SQLInputValue[];
  readonly needs: 'events' | 'payload';
  /** Decides about the rows that `where` lets through, where SQL cannot; `needs` must be 'payload' then. */
  readonly check?: (row: CheckRow) => boolean;
}

export interface CheckRow {
  readonly seq: number;
  readonly flags: number;
  /** The text; bytes where they are no UTF-8. A text that SQLite cannot hold is given back as the text that it was. */
  readonly raw: string | Uint8Array;
  readonly summary: string;
  readonly details: string | null;
}

/** Makes a query from its text; throws the error of the query language where it is none. */
export type CompileQuery = (text: string, context: { readonly now: number }) => CompiledQuery;

/** All events. */
export const everything: CompiledQuery = { where: '', params: [], needs: 'events' };
