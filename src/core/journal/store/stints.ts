import type { SQLOutputValue } from 'node:sqlite';
import type { JournalDatabase } from './database.ts';
import type { ChangeRow } from './records.ts';

/** A thing, by its keys in the rows of `changes`. */
interface Thing {
  readonly connection: string;
  readonly what: ChangeRow['what'];
  readonly key: string;
}

/** A state of a thing from its begin, with the first row that tells it. */
export interface Stint {
  readonly id: number;
  readonly seq: number;
  readonly at: number;
  /** Null where the thing was gone. */
  readonly state: string | null;
  /** Of a connection: when its server was last heard of. */
  readonly heardAt?: number;
}

export interface Limits {
  /** Begin of the time that is asked for: the state that stood then is the oldest one. */
  readonly from: number;
  /** Newest row, by its seq. */
  readonly last: number;
  readonly most: number;
}

/** Rows that are read at once; behind so many of one state its begin is sought by halves. */
const pieceRows = 64;

const columns = `id, seq, json_extract(state, '$.state') AS state, json_extract(state, '$.since') AS since,
  json_extract(state, '$.heardAt') AS heardAt`;
const ofThing = 'connection = ? AND what = ? AND key = ?';

/**
 * The states of a thing since a time, oldest first. A row stands for every change of a thing, and thousands of them may tell
 * of players while the state is the same: the begin of a state is found without reading them.
 */
export function* readStints(
  db: JournalDatabase,
  { connection, what, key }: Thing,
  limits: Limits,
): Generator<undefined, readonly Stint[]> {
  const ids = db.prepare('SELECT id FROM connections WHERE connection = ?').all(connection);
  const all: Stint[] = [];
  for (const { id } of ids) all.push(...(yield* stintsOf(db, [Number(id), what, key], limits)));
  return all.sort((a, b) => a.seq - b.seq || a.id - b.id);
}

function* stintsOf(
  db: JournalDatabase,
  thing: readonly [connection: number, what: string, key: string],
  { from, last, most }: Limits,
): Generator<undefined, readonly Stint[]> {
  const piece = db.prepare(
    `SELECT ${columns} FROM changes WHERE ${ofThing} AND (seq, id) < (?, ?) ORDER BY seq DESC, id DESC LIMIT ${pieceRows}`,
  );
  const newestFirst: Stint[] = [];
  let before = { seq: last, id: Number.MAX_SAFE_INTEGER };
  for (;;) {
    const rows = piece.all(...thing, before.seq, before.id).map((row) => toStint(db, row));
    for (const row of rows) {
      const stint = newestFirst.at(-1);
      if (stint && isSame(stint, row)) newestFirst[newestFirst.length - 1] = row;
      else if ((stint && stint.at <= from) || newestFirst.length >= most) return newestFirst.reverse();
      else newestFirst.push(row);
    }
    const oldest = newestFirst.at(-1);
    if (!oldest || rows.length < pieceRows) break;
    const [first] = rows;
    if (first && isSame(first, oldest)) {
      const begin = beginOf(db, thing, oldest);
      newestFirst[newestFirst.length - 1] = begin;
      before = begin;
    } else before = oldest;
    yield;
  }
  if (newestFirst.length > 0) return newestFirst.reverse();
  // The rows of the state were deleted: the last one stands here.
  const current = db.get(
    `SELECT 0 AS id, ${columns.replace('id, ', '')} FROM current WHERE ${ofThing} AND seq <= ?`,
    ...thing,
    last,
  );
  return current ? [toStint(db, current)] : [];
}

/** The first row of a state, whose rows stand one behind the other. */
function beginOf(
  db: JournalDatabase,
  thing: readonly [connection: number, what: string, key: string],
  known: Stint,
): Stint {
  const behind = db.prepare(
    `SELECT ${columns} FROM changes WHERE ${ofThing} AND seq >= ? ORDER BY seq, id LIMIT 1`,
  );
  let begin = known;
  let low = 0;
  let high = known.seq;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = behind.get(...thing, middle);
    const stint = row && toStint(db, row);
    if (stint && isSame(stint, known)) {
      begin = stint;
      high = middle;
    } else low = middle + 1;
  }
  return begin;
}

function isSame(a: Stint, b: Stint): boolean {
  return a.state === b.state && a.at === b.at;
}

function toStint(db: JournalDatabase, row: Readonly<Record<string, SQLOutputValue>>): Stint {
  const { id, seq, state, since, heardAt } = row;
  return {
    id: Number(id),
    seq: Number(seq),
    state: typeof state === 'string' ? state : null,
    at:
      typeof since === 'number'
        ? since
        : db.number('SELECT receivedAt FROM events WHERE seq <= ? ORDER BY seq DESC LIMIT 1', Number(seq)),
    ...(typeof heardAt === 'number' ? { heardAt } : {}),
  };
}
