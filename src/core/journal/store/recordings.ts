import type { RetentionClass } from '../../model/event.ts';
import type { JournalDatabase } from './database.ts';
import type { ToWorker } from './messages.ts';
import { classes } from './schema.ts';
import type { ServiceOptions } from './service.ts';
import { lastSeq } from './writer.ts';

/** Why a recording ended: somebody ended it, or it reached the size or the time that it was begun with. */
type RecordingEnd = 'asked' | 'size' | 'time';

/** A range of the journal that retention and deletion leave alone. Times are milliseconds since the epoch. */
export interface Recording {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly fromSeq: number;
  /** Absent as long as it goes on. */
  readonly toSeq?: number;
  /** Ids in the settings; none means all. */
  readonly connections: readonly string[];
  /** None means all. */
  readonly classes: readonly RetentionClass[];
  /** View on its events; it keeps all of the range. */
  readonly query: string;
  readonly createdAt: number;
  readonly maxBytes: number;
  readonly maxMs: number;
  /** Absent as long as it goes on. */
  readonly ended?: RecordingEnd;
  readonly events: number;
  readonly bytes: number;
  /** Arrival of its first and last event; absent where it has none. */
  readonly firstAt?: number;
  readonly lastAt?: number;
}

export interface NewRecording extends Pick<
  Recording,
  'name' | 'note' | 'connections' | 'classes' | 'query' | 'maxBytes' | 'maxMs'
> {
  /** Events that arrived from this time on belong to it; absent where it begins with the next event. */
  readonly since?: number;
}

export interface RecordingChange {
  readonly name?: string;
  readonly note?: string;
  /** Leaves events out that arrived before or after; what was left out is no longer kept. */
  readonly trim?: { readonly from: number; readonly to: number };
}

export interface RecordingList {
  readonly recordings: readonly Recording[];
  /** Ids of those that reached a limit and were ended by this look. */
  readonly reachedLimit: readonly string[];
}

/** Events that one step counts. */
const stepRows = 20_000;

/** Whether a recording `r` covers an event `e` of its range. */
const covers = `(r.classes = '[]' OR e.class IN (SELECT value FROM json_each(r.classes)))
  AND (r.connections = '[]' OR e.connection IN (SELECT id FROM connections WHERE connection IN (SELECT value FROM json_each(r.connections))))`;

/** Whether a recording keeps the event `e`. */
export const isPinned = `EXISTS (SELECT 1 FROM recordings r
  WHERE e.seq >= r.fromSeq AND (r.toSeq IS NULL OR e.seq <= r.toSeq) AND ${covers})`;

const recordingCalls = [
  ...(['recordings', 'beginRecording', 'endRecording'] as const),
  ...(['changeRecording', 'removeRecordings'] as const),
];
type RecordingCall = Extract<ToWorker, { call: (typeof recordingCalls)[number] }>;

export function isRecordingCall(message: ToWorker): message is RecordingCall {
  return (recordingCalls as readonly string[]).includes(message.call);
}

export function answerRecordingCall(
  db: JournalDatabase,
  { call, args }: RecordingCall,
  { now: clock, newId }: Pick<ServiceOptions, 'now' | 'newId'>,
): unknown {
  const now = clock();
  switch (call) {
    case 'recordings':
      return lookAtRecordings(db, now);
    case 'beginRecording':
      return beginRecording(db, newId(), args, now);
    case 'endRecording':
      return endRecording(db, args.id);
    case 'changeRecording':
      return changeRecording(db, args.id, args.change);
    case 'removeRecordings':
      return removeRecordings(db, args.ids);
  }
}

/** Begins a recording and answers it. */
export function beginRecording(
  db: JournalDatabase,
  id: string,
  wanted: NewRecording,
  now: number,
): Recording {
  db.write(() => {
    const begun = lastSeq(db);
    const fromSeq = wanted.since === undefined ? begun + 1 : firstSeqSince(db, wanted.since, 1, begun);
    db.prepare(
      `INSERT INTO recordings (id, name, note, fromSeq, toSeq, connections, classes, query, createdAt, begunSeq, maxBytes, maxMs, countedTo)
       VALUES (?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      id,
      wanted.name,
      wanted.note,
      fromSeq,
      JSON.stringify(wanted.connections),
      JSON.stringify(wanted.classes.map((cls) => classes.indexOf(cls))),
      wanted.query,
      now,
      begun,
      wanted.maxBytes,
      wanted.maxMs,
      fromSeq - 1,
    );
  });
  const found = readRecordings(db).find((each) => each.id === id);
  if (!found) throw new Error('The recording was deleted as it began.');
  return found;
}

/** Ends a recording with the newest event; one that has ended stays as it is. */
export function endRecording(db: JournalDatabase, id: string): null {
  db.write(() =>
    db
      .prepare("UPDATE recordings SET toSeq = ?, ended = 'asked' WHERE id = ? AND toSeq IS NULL")
      .run(lastSeq(db), id),
  );
  return null;
}

/** Changes what a recording says of itself, or cuts its range. */
export function changeRecording(db: JournalDatabase, id: string, change: RecordingChange): null {
  const { name, note, trim } = change;
  db.write(() => {
    db.prepare('UPDATE recordings SET name = coalesce(?, name), note = coalesce(?, note) WHERE id = ?').run(
      name ?? null,
      note ?? null,
      id,
    );
    const row = db.get('SELECT fromSeq, toSeq FROM recordings WHERE id = ?', id);
    if (!trim || !row || row['toSeq'] === null) return;
    const [fromSeq, toSeq] = [Number(row['fromSeq']), Number(row['toSeq'])];
    const from = firstSeqSince(db, trim.from, fromSeq, toSeq);
    const to = firstSeqSince(db, trim.to + 1, from, toSeq) - 1;
    db.prepare(
      `UPDATE recordings SET fromSeq = ?, toSeq = ?, countedTo = ?, events = 0, bytes = 0, pastBytes = 0, firstAt = NULL, lastAt = NULL
       WHERE id = ?`,
    ).run(from, to, from - 1, id);
  });
  return null;
}

/** Lets go of recordings: their events age out like all others. */
function removeRecordings(db: JournalDatabase, ids: readonly string[]): null {
  db.write(() => {
    for (const id of ids) db.prepare('DELETE FROM recordings WHERE id = ?').run(id);
  });
  return null;
}

/** The recordings, oldest first, after their new events were counted and those that are full or over were ended. */
export function* lookAtRecordings(db: JournalDatabase, now: number): Generator<undefined, RecordingList> {
  const reachedLimit: string[] = [];
  for (const { id } of readRecordings(db)) {
    for (let end = count(db, id, now); end !== 'counted'; end = count(db, id, now)) {
      if (end !== 'more') reachedLimit.push(id);
      yield;
    }
  }
  return { recordings: readRecordings(db), reachedLimit };
}

/** The seq of the first event of a range that arrived at a time or later; the one behind the range where none did. */
function firstSeqSince(db: JournalDatabase, time: number, from: number, to: number): number {
  // A minute holds the seqs of its events; those before it are skipped without a look at them.
  const first = db.number(
    'SELECT min(firstSeq) FROM minutes WHERE minute >= ? AND lastSeq >= ?',
    Math.floor(time / 60_000),
    from,
  );
  if (first === 0) return to + 1;
  const seq = db.number(
    'SELECT seq FROM events WHERE seq BETWEEN ? AND ? AND receivedAt >= ? ORDER BY seq LIMIT 1',
    Math.max(first, from),
    to,
    time,
  );
  return seq === 0 ? to + 1 : seq;
}

/** Progress of the count of one recording. */
interface Count {
  countedTo: number;
  events: number;
  bytes: number;
  /** Of events from before it was begun, which do not count towards its size. */
  pastBytes: number;
  firstAt: number | null;
  lastAt: number | null;
}

/** Counts the next events of a recording, and ends it where one goes over its limits. */
function count(db: JournalDatabase, id: string, now: number): 'counted' | 'more' | RecordingEnd {
  const found = db.get('SELECT * FROM recordings WHERE id = ?', id);
  if (!found) return 'counted';
  const last = found['toSeq'] === null ? lastSeq(db) : Number(found['toSeq']);
  const deadline = Number(found['createdAt']) + Number(found['maxMs']);
  const isOver = found['toSeq'] === null && now >= deadline;
  if (Number(found['countedTo']) >= last && !isOver) return 'counted';
  return db.write(() => {
    // Another window may have counted since.
    const row = db.get('SELECT * FROM recordings WHERE id = ?', id);
    if (!row) return 'counted';
    const state = row as unknown as Count;
    const isOpen = row['toSeq'] === null;
    const to = Math.min(last, state.countedTo + stepRows);
    const end = take(db, row, state, to, isOpen);
    const wasLast = end === undefined && to >= last;
    const reason = end ?? (isOpen && wasLast && now >= deadline ? 'time' : undefined);
    db.prepare(
      `UPDATE recordings SET countedTo = ?, events = ?, bytes = ?, pastBytes = ?, firstAt = ?, lastAt = ?,
         toSeq = iif(?7 IS NULL, toSeq, ?1), ended = coalesce(?7, ended) WHERE id = ?8`,
    ).run(
      state.countedTo,
      state.events,
      state.bytes,
      state.pastBytes,
      state.firstAt,
      state.lastAt,
      reason ?? null,
      id,
    );
    return reason ?? (wasLast ? 'counted' : 'more');
  });
}

/** Adds the events up to a seq to the count; stops before the one that is too much, and says why. */
function take(
  db: JournalDatabase,
  row: Record<string, unknown>,
  state: Count,
  to: number,
  isOpen: boolean,
): RecordingEnd | undefined {
  const deadline = Number(row['createdAt']) + Number(row['maxMs']);
  const events = db
    .prepareArrays(
      `SELECT e.seq, e.size, e.receivedAt FROM recordings r JOIN events e ON e.seq BETWEEN ? AND ?
       WHERE r.id = ? AND ${covers} ORDER BY e.seq`,
    )
    .all(state.countedTo + 1, to, String(row['id']));
  for (const values of events) {
    const [seq = 0, size = 0, receivedAt = 0] = values.map(Number);
    const isPast = seq <= Number(row['begunSeq']);
    if (isOpen && !isPast) {
      const isLate = receivedAt > deadline;
      if (isLate || state.bytes - state.pastBytes + size > Number(row['maxBytes'])) {
        state.countedTo = seq - 1;
        return isLate ? 'time' : 'size';
      }
    }
    state.events++;
    state.bytes += size;
    if (isPast) state.pastBytes += size;
    state.firstAt ??= receivedAt;
    state.lastAt = receivedAt;
  }
  state.countedTo = Math.max(state.countedTo, to);
  return undefined;
}

function readRecordings(db: JournalDatabase): Recording[] {
  return db
    .prepare('SELECT * FROM recordings ORDER BY createdAt, id')
    .all()
    .map((row) => ({
      id: String(row['id']),
      name: String(row['name']),
      note: String(row['note']),
      fromSeq: Number(row['fromSeq']),
      ...(row['toSeq'] === null ? {} : { toSeq: Number(row['toSeq']) }),
      connections: JSON.parse(String(row['connections'])) as string[],
      classes: (JSON.parse(String(row['classes'])) as number[]).map((code) => classes[code] ?? 'control'),
      query: String(row['query']),
      createdAt: Number(row['createdAt']),
      maxBytes: Number(row['maxBytes']),
      maxMs: Number(row['maxMs']),
      ...(row['ended'] === null ? {} : { ended: row['ended'] as RecordingEnd }),
      events: Number(row['events']),
      bytes: Number(row['bytes']),
      ...(row['firstAt'] === null ? {} : { firstAt: Number(row['firstAt']) }),
      ...(row['lastAt'] === null ? {} : { lastAt: Number(row['lastAt']) }),
    }));
}
