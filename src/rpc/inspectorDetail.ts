/** Contract of the detail: an event among others, its differences, its effects. Plain JSON, like all of the contract. */

export type DetailTab = 'payload' | 'raw' | 'changes' | 'related' | 'effects';

/** One difference of two payloads: a path of the query language, and values as JSON, cut where they are long. */
export interface PayloadChange {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly from?: string;
  readonly to?: string;
}

/** Two events beside each other; `from` is the older, `null` where there is none. */
export interface Comparison {
  readonly from: { readonly seq: number; readonly receivedAt: number } | null;
  readonly to: { readonly seq: number; readonly receivedAt: number };
  readonly changes: readonly PayloadChange[];
  /** Changes beyond those that are listed. */
  readonly more: number;
  /** Why the payloads were not compared. */
  readonly obstacle?: 'notJson' | 'tooLarge';
}

/** An event that belongs to another one by cause and effect. */
export interface RelatedRow {
  readonly seq: number;
  readonly receivedAt: number;
  /** When that ended which begins here, a call or a task; `null` for what takes no time. */
  readonly until: number | null;
  readonly type: string;
  readonly summary: string;
  readonly severity: 'debug' | 'info' | 'warning' | 'error';
  readonly direction: 'in' | 'out' | 'none';
  /** Linked by an id, or only about the same instance while a task of it ran. */
  readonly link: 'linked' | 'meanwhile';
}

/** A value before or after; states have the icon and colour that they have in the tree. */
export interface EffectValue {
  readonly text: string;
  readonly icon?: string;
  /** Id of a theme colour, such as `testing.iconPassed`. */
  readonly color?: string;
}

/** One field of a thing that an event changed. */
export interface EffectRow {
  readonly thing: string;
  readonly kind: string;
  readonly field: string;
  /** `null` where there was none, absent where it is not known. */
  readonly before?: EffectValue | null;
  readonly after: EffectValue | null;
}

/** An event among others. */
export interface EventContext {
  readonly seq: number;
  /** Descriptions of fields by their path: names and indexes with dots between, `*` for any. */
  readonly fields: readonly (readonly [path: string, words: string])[];
  /** Beside the event before of the same type and instance. */
  readonly previous: Comparison | null;
  /** In the order of arrival, the event itself among them. */
  readonly related: readonly RelatedRow[];
  readonly moreRelated: number;
  /** When the call or operation began that the event comes of. */
  readonly causeAt: number | null;
  readonly effects: readonly EffectRow[];
  /** Other events of the same commit, which may share in the effects. */
  readonly sharers: number;
  /** Words about what the effects are reckoned from, where that is not the journal; empty elsewhere. */
  readonly effectsNote: string;
}

export interface DetailRequests {
  eventContext(params: { seq: number }): Promise<EventContext | null>;
  /** The two selected events; `null` where not exactly two are selected. */
  compareSelected(params: null): Promise<Comparison | null>;
  /** Opens the exact text as a read-only document. */
  openDocument(params: { seq: number }): Promise<null>;
  /** Opens two events in the editor for differences. */
  openDifference(params: { from: number; to: number }): Promise<null>;
}
