/** The part of the inspector's contract that is about its query: values, saved and earlier queries, clearing. */
import type { Status } from './inspector.ts';

/** A value of a field in the journal. */
export interface FieldValue {
  readonly value: string;
  /** Name for people, where it differs. */
  readonly name?: string;
  readonly count: number;
}

export interface SavedQuery {
  readonly name: string;
  readonly query: string;
  readonly scope: 'user' | 'workspace';
}

/** Queries that the bar offers besides the language. */
export interface QueryShelf {
  readonly saved: readonly SavedQuery[];
  /** Queries that were used in this workspace, the newest first. */
  readonly history: readonly string[];
}

export interface QueryRequests {
  /** Values of a field in the timeline; empty for a field without a list of them. */
  values(params: { field: string }): Promise<readonly FieldValue[]>;
  shelf(params: null): Promise<QueryShelf>;
  /** Puts a query that was used into the history. */
  remember(params: { text: string }): Promise<null>;
  /** Asks for name and scope, and saves. */
  saveQuery(params: { text: string }): Promise<null>;
  undoClear(params: null): Promise<Status>;
}

export interface QueryNotices {
  /** Saved or remembered queries changed. */
  shelf(params: QueryShelf): void;
}
