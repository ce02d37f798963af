import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { CompiledQuery, QueryRow } from './compiled.ts';
import type { JournalDatabase } from './database.ts';
import { distinctPayloadTables, flags } from './schema.ts';

export type Order = 'arrival' | 'sent';

/** Place of an event in an order. Seqs decide among equal times; in the order of arrival `time` is 0. */
export interface Place {
  readonly time: number;
  readonly seq: number;
}

export function isOlder(a: Place, b: Place): boolean {
  return a.time < b.time || (a.time === b.time && a.seq < b.seq);
}

/**
 * Events of the first slice, and of those after it, which double up to that: what is common is found at once. A statement cannot be interrupted, so a write waits for a slice:
 * 3 to 7 ms for a substring in 5,000 events, 6 to 21 ms in 20,000; larger ones are no faster in all.
 */
const firstSliceSize = 1_000;
export const sliceSize = 20_000;
/** Checks in JS of one slice stop after this time; the next slice goes on there. */
const checkMs = 30;
/** Rows that are checked together, and the limit after which a query that takes longer for them fails. */
const checkChunk = 64;
const checkLimitMs = 100;

/** Places behind the newest and before the oldest event. */
export const newestPlace: Place = { time: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER };
const oldestPlace: Place = { time: Number.MIN_SAFE_INTEGER, seq: 0 };

export function placeOf(db: JournalDatabase, order: Order, seq: number): Place {
  return { time: order === 'sent' ? db.number('SELECT sentAt FROM events WHERE seq = ?', seq) : 0, seq };
}

/** The lower end (inclusive) of a slice below `above`; undefined where no event lies below. */
function sliceEnd(db: JournalDatabase, order: Order, above: Place, size: number): Place | undefined {
  if (order === 'arrival') {
    const oldest = db.number('SELECT min(seq) FROM events');
    const newest = Math.min(above.seq - 1, db.number('SELECT max(seq) FROM events'));
    return oldest === 0 || newest < oldest
      ? undefined
      : { time: 0, seq: Math.max(oldest, newest - size + 1) };
  }
  const below = 'FROM events WHERE (sentAt, seq) < (?, ?) ORDER BY sentAt DESC, seq DESC';
  const at = db.get(`SELECT sentAt, seq ${below} LIMIT 1 OFFSET ?`, above.time, above.seq, size - 1);
  if (at) return { time: Number(at['sentAt']), seq: Number(at['seq']) };
  return db.get(`SELECT seq ${below} LIMIT 1`, above.time, above.seq) ? oldestPlace : undefined;
}

interface Slice {
  /** Newest first. */
  readonly seqs: number[];
  /** The slice ends above this place. */
  readonly end: Place;
}

/** The matches between two places (`above` exclusive, `end` inclusive), newest first. */
export function matches(
  db: JournalDatabase,
  query: CompiledQuery,
  order: Order,
  above: Place,
  end: Place,
  now: () => number = () => 0,
): Slice {
  const seqs = order === 'arrival' ? { above: above.seq, end: end.seq } : denseSeqs(db, above, end);
  // A plus keeps the planner from an index. Left alone, it reads all events of an instance to sort them.
  const sentAt = seqs ? '+e.sentAt' : 'e.sentAt';
  const events = seqs ? 'events e' : 'events e INDEXED BY events_sentAt';
  const ordered = order === 'arrival' ? 'ORDER BY e.seq DESC' : `ORDER BY ${sentAt} DESC, e.seq DESC`;
  const conditions = [
    ...(seqs ? ['e.seq < ? AND e.seq >= ?'] : []),
    ...(order === 'sent' ? [between(sentAt)] : []),
    ...(query.where === '' ? [] : [`(${query.where})`]),
  ];
  const where = conditions.join(' AND ');
  const params = [
    ...(seqs ? [seqs.above, seqs.end] : []),
    ...(order === 'sent' ? placesOf(above, end) : []),
    ...query.params,
  ];
  if (query.needs === 'events')
    return { seqs: flat(db, `SELECT e.seq FROM ${events} WHERE ${where} ${ordered}`, params), end };

  const toPlace = (row: QueryRow): Place => ({
    time: order === 'sent' ? Number(row['sentAt']) : 0,
    seq: Number(row['seq']),
  });
  // The planner knows nothing of how rare a word is: a scan without another condition begins with the payload.
  const isPayloadFirst = seqs !== undefined && !/\be\./.test(query.where);
  let found: Place[] = [];
  let reached = end;
  for (const table of distinctPayloadTables) {
    if (seqs && !hasRows(db, table, seqs.above, seqs.end)) continue;
    const from = isPayloadFirst
      ? `FROM ${table} p CROSS JOIN events e ON e.seq = p.seq WHERE ${where.replace('e.seq < ? AND e.seq', 'p.seq < ? AND p.seq')}`
      : `FROM ${events} JOIN ${table} p ON p.seq = e.seq WHERE ${where}`;
    const inOrder = isPayloadFirst && order === 'arrival' ? 'ORDER BY p.seq DESC' : ordered;
    if (query.check) {
      const columns = [
        'p.seq AS seq',
        ...(order === 'sent' ? ['e.sentAt AS sentAt'] : []),
        ...(query.columns ?? []),
      ];
      const begun = now();
      const rows = db
        .prepareArrays(`SELECT ${columns.join(', ')} ${from} ${inOrder}`)
        .iterate(...(query.columnParams ?? []), ...params);
      for (const chunk of chunksOf(rows, columns.map(nameOf))) {
        const places = checkRows(query, chunk).map(toPlace);
        found.push(...places);
        const last = chunk.at(-1);
        if (last && now() - begun > checkMs) {
          if (isOlder(reached, toPlace(last))) reached = toPlace(last);
          break;
        }
      }
    } else if (order === 'arrival')
      for (const seq of flat(db, `SELECT p.seq ${from} ${inOrder}`, params)) found.push({ time: 0, seq });
    else
      for (const [seq, time] of db.prepareArrays(`SELECT p.seq, e.sentAt ${from} ${inOrder}`).all(...params))
        found.push({ time: Number(time), seq: Number(seq) });
  }
  // A table whose check was cut short decides how far the slice reached.
  found = found.filter((place) => !isOlder(place, reached));
  return { seqs: found.sort((a, b) => (isOlder(a, b) ? 1 : -1)).map(({ seq }) => seq), end: reached };
}

/** A condition for events from one place (exclusive) down to another, and its parameters. */
const between = (sentAt: string): string => `(${sentAt}, e.seq) < (?, ?) AND (${sentAt}, e.seq) >= (?, ?)`;
const placesOf = (above: Place, end: Place): number[] => [above.time, above.seq, end.time, end.seq];

/** The seqs among which those of a range in the sender's order lie, if few others lie there. Read from the index alone. */
function denseSeqs(
  db: JournalDatabase,
  above: Place,
  end: Place,
): { readonly above: number; readonly end: number } | undefined {
  const [low = 0, high = 0, count = 0] =
    db
      .prepareArrays(
        `SELECT min(e.seq), max(e.seq), count(*) FROM events e INDEXED BY events_sentAt WHERE ${between('e.sentAt')}`,
      )
      .all(...placesOf(above, end))[0]
      ?.map(Number) ?? [];
  return high - low < 2 * count ? { above: high + 1, end: low } : undefined;
}

function checkRows(query: CompiledQuery, rows: readonly QueryRow[]): readonly QueryRow[] {
  if (query.checkAll) return query.checkAll(rows, checkLimitMs);
  return query.check ? rows.filter(query.check) : rows;
}

/** Name of an expression in a list of columns. */
function nameOf(column: string): string {
  return column.slice(column.lastIndexOf(' ') + 1);
}

/** Rows in small groups: payloads can be large, and the time is looked at after each. */
function* chunksOf(rows: Iterable<SQLOutputValue[]>, names: readonly string[]): Generator<QueryRow[]> {
  let chunk: QueryRow[] = [];
  for (const values of rows) {
    const row: Record<string, unknown> = {};
    for (let n = 0; n < names.length; n++) row[names[n] ?? ''] = values[n];
    chunk.push(row as unknown as QueryRow);
    if (chunk.length < checkChunk) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function hasRows(db: JournalDatabase, table: string, above: number, end: number): boolean {
  return db.number(`SELECT EXISTS (SELECT 1 FROM ${table} WHERE seq < ? AND seq >= ?)`, above, end) === 1;
}

/** `raw` as it was before SQLite, which holds neither NUL nor half a surrogate pair. */
export function textOf(raw: string | Uint8Array, bits: number): string | Uint8Array {
  return typeof raw !== 'string' && bits & flags.utf16
    ? Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf16le')
    : raw;
}

function flat(db: JournalDatabase, sql: string, params: readonly SQLInputValue[]): number[] {
  return db
    .prepareArrays(sql)
    .all(...params)
    .map(([seq]) => seq as number);
}

/** Slices from a place down to the oldest event. Each step is one slice; who asks for no more cancels. */
export function* scanDown(
  db: JournalDatabase,
  query: CompiledQuery,
  order: Order,
  now: () => number,
  from: Place = newestPlace,
): Generator<Slice, void> {
  let above = from;
  for (let size = firstSliceSize; ; size = Math.min(sliceSize, 2 * size)) {
    const end = sliceEnd(db, order, above, size);
    if (!end) return;
    const slice = matches(db, query, order, above, end, now);
    yield slice;
    above = slice.end;
  }
}
