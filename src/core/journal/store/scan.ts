import type { SQLInputValue } from 'node:sqlite';
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
 * Events of the first slice, and of those after it, which double up to that. A statement cannot be interrupted, so a write waits for a slice:
 * 3 to 7 ms for a substring in 5,000 events, 6 to 21 ms in 20,000; larger ones are no faster in all.
 */
const firstSliceSize = 5_000;
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
  const range =
    order === 'arrival'
      ? { sql: 'e.seq < ? AND e.seq >= ?', params: [above.seq, end.seq] }
      : {
          sql: '(e.sentAt, e.seq) < (?, ?) AND (e.sentAt, e.seq) >= (?, ?)',
          params: [above.time, above.seq, end.time, end.seq],
        };
  const where = query.where === '' ? range.sql : `${range.sql} AND (${query.where})`;
  const ordered = order === 'arrival' ? 'ORDER BY e.seq DESC' : 'ORDER BY e.sentAt DESC, e.seq DESC';
  // Left alone, the planner reads all events of a type to sort them.
  const events = order === 'arrival' ? 'events e' : 'events e INDEXED BY events_sentAt';
  if (query.needs === 'events')
    return {
      seqs: flat(db, `SELECT e.seq FROM ${events} WHERE ${where} ${ordered}`, [
        ...range.params,
        ...query.params,
      ]),
      end,
    };

  const toPlace = (row: QueryRow): Place => ({
    time: order === 'sent' ? Number(row['sentAt']) : 0,
    seq: Number(row['seq']),
  });
  let found: Place[] = [];
  let reached = end;
  for (const table of distinctPayloadTables) {
    if (order === 'arrival' && !hasRows(db, table, above.seq, end.seq)) continue;
    // The planner knows nothing of how rare a word is: a scan without another condition begins with the payload.
    const isPlain = order === 'arrival' && !/\be\./.test(query.where);
    const from = isPlain
      ? `FROM ${table} p CROSS JOIN events e ON e.seq = p.seq WHERE p.seq < ? AND p.seq >= ? AND (${query.where})`
      : `FROM ${events} JOIN ${table} p ON p.seq = e.seq WHERE ${where}`;
    const inOrder = isPlain ? 'ORDER BY p.seq DESC' : ordered;
    const params = [...range.params, ...query.params];
    if (query.check) {
      const columns = ['e.seq AS seq', 'e.sentAt AS sentAt', ...(query.columns ?? [])].join(', ');
      const begun = now();
      const rows = db
        .prepare(`SELECT ${columns} ${from} ${inOrder}`)
        .iterate(...(query.columnParams ?? []), ...params) as Iterable<QueryRow>;
      for (const chunk of chunksOf(rows)) {
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

function checkRows(query: CompiledQuery, rows: readonly QueryRow[]): readonly QueryRow[] {
  if (query.checkAll) return query.checkAll(rows, checkLimitMs);
  return query.check ? rows.filter(query.check) : rows;
}

/** Rows in small groups: payloads can be large, and the time is looked at after each. */
function* chunksOf(rows: Iterable<QueryRow>): Generator<QueryRow[]> {
  let chunk: QueryRow[] = [];
  for (const row of rows) {
    chunk.push(row);
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
