import type { JournalDatabase } from './database.ts';
import { commitMs } from './effects.ts';

/** A moment of the history: that after an event. */
export interface Place {
  readonly seq: number;
  /** Arrival of the event. */
  readonly at: number;
  /** Newest row of `changes` in it. */
  readonly change: number;
}

/** An instance, by its keys in the rows of `changes`. */
interface ChangedThing {
  readonly connection: string;
  readonly key: string;
}

export type PlaceWish =
  /** After an event and all that its commit changed. */
  | { readonly to: 'event'; readonly seq: number }
  | { readonly to: 'time'; readonly time: number }
  | { readonly to: 'change'; readonly change: number }
  | ({ readonly seq: number } & ChangeStep);

/** The change beside an event: of one instance, or of anything. */
export type ChangeStep =
  | { readonly to: 'next'; readonly thing?: ChangedThing }
  | { readonly to: 'previous'; readonly thing?: ChangedThing };

export interface FoundPlace {
  /** Null where the history has no such moment, or not any more. */
  readonly place: Place | null;
  /** Earliest and newest moment whose state can be had; null where nothing ever changed. */
  readonly first: Place | null;
  readonly last: Place | null;
}

export function readPlace(db: JournalDatabase, wish: PlaceWish): FoundPlace {
  const last = db.get('SELECT seq FROM changes ORDER BY seq DESC LIMIT 1');
  // A checkpoint holds all that the rows before it said, which retention deletes.
  const first = db.get(
    'SELECT min(seq) AS seq FROM (SELECT min(seq) AS seq FROM changes UNION ALL SELECT min(seq) FROM checkpoints)',
  );
  if (!last || first?.['seq'] == null) return { place: null, first: null, last: null };
  const ends = { first: placeAt(db, Number(first['seq'])), last: placeAt(db, Number(last['seq'])) };
  const seq = seqOf(db, wish, ends);
  const isKept = seq !== undefined && seq >= ends.first.seq;
  return { place: isKept ? placeAt(db, Math.min(seq, ends.last.seq)) : null, ...ends };
}

function placeAt(db: JournalDatabase, seq: number): Place {
  return {
    seq,
    at:
      db.number('SELECT receivedAt FROM events WHERE seq <= ? ORDER BY seq DESC LIMIT 1', seq) ||
      db.number('SELECT receivedAt FROM events WHERE seq > ? ORDER BY seq LIMIT 1', seq),
    change: db.number('SELECT id FROM changes WHERE seq <= ? ORDER BY seq DESC, id DESC LIMIT 1', seq),
  };
}

function seqOf(
  db: JournalDatabase,
  wish: PlaceWish,
  { first, last }: { readonly first: Place; readonly last: Place },
): number | undefined {
  switch (wish.to) {
    case 'event':
      return endOfCommit(db, wish.seq);
    case 'time':
      return wish.time < first.at ? undefined : Math.max(first.seq, seqAtTime(db, wish.time));
    case 'change': {
      const row = db.get('SELECT seq FROM changes WHERE id >= ? ORDER BY id LIMIT 1', wish.change);
      return row ? Number(row['seq']) : last.seq;
    }
    case 'next':
    case 'previous':
      return changeBeside(db, wish);
  }
}

/** The journal has changes by commit: those of an event stand at the last event of its commit. */
function endOfCommit(db: JournalDatabase, seq: number): number {
  const timeOf = (of: number): number | undefined => {
    const row = db.get('SELECT receivedAt FROM events WHERE seq = ?', of);
    return row && Number(row['receivedAt']);
  };
  const end = db.number('SELECT seq FROM changes WHERE seq >= ? ORDER BY seq LIMIT 1', seq);
  const [at, endAt] = [timeOf(seq), timeOf(end)];
  return at !== undefined && endAt !== undefined && Math.abs(endAt - at) <= commitMs ? end : seq;
}

/** The last event that had arrived at a time; a clock that was set back makes it an approximate one. */
function seqAtTime(db: JournalDatabase, time: number): number {
  let low = db.number('SELECT min(seq) FROM events');
  let high = db.number('SELECT max(seq) FROM events');
  let found = 0;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    // Events between may have been deleted.
    const row = db.get('SELECT seq, receivedAt FROM events WHERE seq >= ? ORDER BY seq LIMIT 1', middle);
    if (row && Number(row['receivedAt']) <= time) {
      found = Number(row['seq']);
      low = found + 1;
    } else high = middle - 1;
  }
  return found;
}

/** Rows that are looked at in one piece, and in all: behind so many that change nothing on screen the next one is taken. */
const pieceRows = 100;
const maxPieces = 20;

function changeBeside(
  db: JournalDatabase,
  { to, seq, thing }: ChangeStep & { readonly seq: number },
): number | undefined {
  const [side, order] = to === 'next' ? ['>', 'ASC'] : ['<', 'DESC'];
  const ofThing = thing
    ? "AND x.what = 'instance' AND x.key = ? AND x.connection IN (SELECT id FROM connections WHERE connection = ?)"
    : '';
  const rows = db.prepare(
    `SELECT x.seq, x.id, x.state,
       (SELECT p.state FROM changes p WHERE p.connection = x.connection AND p.what = x.what AND p.key = x.key
          AND p.seq <= x.seq AND p.id < x.id ORDER BY p.seq DESC, p.id DESC LIMIT 1) AS before
     FROM changes x WHERE (x.seq, x.id) ${side} (?, ?) ${ofThing}
     ORDER BY x.seq ${order}, x.id ${order} LIMIT ${pieceRows}`,
  );
  let from = { seq, id: to === 'next' ? Number.MAX_SAFE_INTEGER : 0 };
  for (let piece = 0; piece < maxPieces; piece++) {
    const found = rows.all(from.seq, from.id, ...(thing ? [thing.key, thing.connection] : []));
    for (const row of found)
      if (isVisible(row['state'] as string | null, row['before'] as string | null)) return Number(row['seq']);
    const end = found.at(-1);
    if (!end || found.length < pieceRows) return undefined;
    from = { seq: Number(end['seq']), id: Number(end['id']) };
  }
  return from.seq;
}

/** Fields that change without anything that people see of it. */
const unseen: ReadonlySet<string> = new Set(['lastEventAt', 'heardAt', 'listedAt', 'log']);

function isVisible(after: string | null, before: string | null): boolean {
  const seen = (state: string | null): string =>
    JSON.stringify(state === null ? null : JSON.parse(state), (name, value: unknown) =>
      unseen.has(name) ? undefined : value,
    );
  return seen(after) !== seen(before);
}
