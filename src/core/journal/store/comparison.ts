import { jsonDifference, pathText, type JsonChange } from '../../model/jsonDifference.ts';
import type { JournalDatabase } from './database.ts';
import { readEvents } from './reader.ts';
import type { JournalEvent } from './records.ts';

/** One difference of two payloads: a path of the query language, and the values as JSON, cut where they are long. */
interface PayloadChange {
  readonly path: string;
  readonly kind: JsonChange['kind'];
  readonly from?: string;
  readonly to?: string;
}

/** Two events beside each other: the older is `from`. */
export interface Comparison {
  /** The event that is compared with; null where there is none. */
  readonly from: { readonly seq: number; readonly receivedAt: number } | null;
  readonly to: { readonly seq: number; readonly receivedAt: number };
  readonly changes: readonly PayloadChange[];
  /** Changes beyond those that are listed. */
  readonly more: number;
  /** Why the payloads were not compared. */
  readonly obstacle?: 'notJson' | 'tooLarge';
}

/** Changes listed at most, and characters of a value. */
const maxChanges = 500;
const maxValue = 300;
/** Characters of both payloads together, of which reading takes some 60 ms. */
const maxCharacters = 4_000_000;
/** How far back the event before is looked for among those of its subject, or among all where it has none. */
const lookBack = 20_000;

/** The event of the same type before this one, about the same subject of the same connection. */
function previousOf(db: JournalDatabase, seq: number): number {
  const alike = 'p.type = e.type AND p.channel = e.channel AND p.direction = e.direction';
  const previous = (among: string): string =>
    `SELECT p.seq FROM events e, (${among} ORDER BY seq DESC LIMIT ${lookBack}) p
     WHERE e.seq = ?1 AND p.connection = e.connection AND p.subject IS e.subject AND ${alike}
     ORDER BY p.seq DESC LIMIT 1`;
  const subject = db.get('SELECT subject FROM events WHERE seq = ?', seq)?.['subject'];
  return typeof subject === 'number'
    ? db.number(previous('SELECT * FROM events WHERE subject = ?2 AND seq < ?1'), seq, subject)
    : db.number(previous('SELECT * FROM events WHERE seq < ?1'), seq);
}

/** Compares an event with the one before it of the same type and subject. */
export function readPrevious(db: JournalDatabase, seq: number): Comparison | null {
  const previous = previousOf(db, seq);
  const [to, from] = readEvents(db, previous === 0 ? [seq] : [seq, previous]);
  return to ? compared(from, to) : null;
}

/** Compares two events; null where one of them is gone. */
export function readComparison(db: JournalDatabase, seqs: readonly [number, number]): Comparison | null {
  const [from, to] = readEvents(
    db,
    [...seqs].sort((a, b) => a - b),
  );
  return from && to ? compared(from, to) : null;
}

function compared(from: JournalEvent | undefined, to: JournalEvent): Comparison {
  const events = { from: from ? placeOf(from) : null, to: placeOf(to) };
  const unchanged = { ...events, changes: [], more: 0 };
  if (!from) return unchanged;
  if (from.raw.length + to.raw.length > maxCharacters) return { ...unchanged, obstacle: 'tooLarge' };
  let values: readonly unknown[];
  try {
    values = [from, to].map(({ raw }): unknown => JSON.parse(raw));
  } catch {
    return { ...unchanged, obstacle: 'notJson' };
  }
  const { changes, more } = jsonDifference(values[0], values[1], maxChanges);
  return { ...events, changes: changes.map(shown), more };
}

const placeOf = ({ seq, receivedAt }: JournalEvent): Comparison['to'] => ({ seq, receivedAt });

function shown(change: JsonChange): PayloadChange {
  return {
    path: pathText(change.path),
    kind: change.kind,
    ...('from' in change ? { from: literal(change.from) } : {}),
    ...('to' in change ? { to: literal(change.to) } : {}),
  };
}

function literal(value: unknown): string {
  // Of a long text the beginning is enough; a list or object is written whole before it is cut.
  const text = typeof value === 'string' ? value.slice(0, maxValue) : value;
  let json: string;
  try {
    json = JSON.stringify(text);
  } catch {
    // Nested deeper than the stack.
    json = Array.isArray(value) ? '[…]' : '{…}';
  }
  const isCut = json.length > maxValue || (typeof value === 'string' && value.length > maxValue);
  return isCut ? `${json.slice(0, maxValue)}…` : json;
}
