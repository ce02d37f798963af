import type { SQLOutputValue } from 'node:sqlite';
import { retentionClasses, type RetentionClass } from '../../model/event.ts';
import type { CompiledQuery } from './compiled.ts';
import type { JournalDatabase } from './database.ts';
import { isPinned } from './recordings.ts';
import { scanDown } from './scan.ts';
import { noteRemoved } from './removed.ts';
import { rollupWidths } from './rollups.ts';
import { countedFields, classes, payloadTables } from './schema.ts';
import { Counted } from './writer.ts';

interface ClassLimit {
  readonly maxAgeMs?: number;
  readonly maxCount?: number;
  readonly maxBytes?: number;
}
export interface RetentionLimits {
  readonly classes: Readonly<Partial<Record<RetentionClass, ClassLimit>>>;
  /** Of the whole file, checkpoints, changes and pinned ranges included. */
  readonly totalBytes: number;
}

const day = 86_400_000;
export const defaultLimits: RetentionLimits = {
  classes: {
    lifecycle: { maxAgeMs: 365 * day },
    task: { maxAgeMs: 365 * day },
    control: { maxAgeMs: 90 * day },
    log: { maxAgeMs: 7 * day },
    metric: { maxAgeMs: 2 * day },
  },
  totalBytes: 2_000_000_000,
};

/** The class that goes first when the whole is too large. */
const sacrificeOrder: readonly RetentionClass[] = ['log', 'metric', 'control', 'task', 'lifecycle'];
/** How long roll-ups are kept, by their width. */
const rollupAge: Readonly<Record<(typeof rollupWidths)[number], number>> = {
  60_000: 30 * day,
  3_600_000: 365 * day,
};

/** Rows of one step: about 10 ms with what its pages cost, so that a write waits no longer. */
const stepRows = 1_000;

export type RetentionReport = Record<RetentionClass, number>;

/** Bytes of the pages in use. */
export function usedBytes(db: JournalDatabase): number {
  const pages = db.number('PRAGMA page_count') - db.number('PRAGMA freelist_count');
  return pages * db.number('PRAGMA page_size');
}

/** Rows that one step looks at, if what may go stands among what stays. */
const stepWindow = 20_000;

/**
 * Deletes the oldest of one class, a step at a time; answers how many went. `mayGo` says how many more. Pinned events stay.
 */
function* deleteOldest(
  db: JournalDatabase,
  cls: RetentionClass,
  mayGo: () => number,
  before = Number.MAX_SAFE_INTEGER,
): Generator<undefined, number> {
  const code = classes.indexOf(cls);
  const table = payloadTables[code] ?? 'payloads';
  // Without this bound a step would look through all that is younger.
  const last = Math.min(
    db.number(`SELECT max(seq) FROM ${table}`),
    db.number('SELECT max(lastSeq) FROM minutes WHERE minute <= ?', Math.floor(before / 60_000)),
  );
  let gone = 0;
  let at = db.number(`SELECT min(seq) FROM ${table}`);
  for (let count = mayGo(); count > 0 && at > 0 && at <= last; count = mayGo()) {
    const limit = Math.min(count, stepRows);
    const end = Math.min(last, at + stepWindow - 1);
    const rows = db.write(() => deleteRows(db, code, table, [at, end, before, limit]));
    gone += rows.length;
    at =
      rows.length === limit
        ? Number(rows.at(-1)?.[0]) + 1
        : db.number(`SELECT seq FROM ${table} WHERE seq > ? ORDER BY seq LIMIT 1`, end);
    if (rows.length > 0) vacuum(db);
    yield;
  }
  return gone;
}

function deleteRows(
  db: JournalDatabase,
  code: number,
  table: string,
  [from, to, before, limit]: readonly [number, number, number, number],
): SQLOutputValue[][] {
  const rows = db
    .prepareArrays(
      `SELECT ${deletedColumns} FROM ${table} p CROSS JOIN events e ON e.seq = p.seq
       WHERE p.seq BETWEEN ? AND ? AND e.class = ? AND +e.receivedAt < ? AND ${isUnpinned} ORDER BY p.seq LIMIT ?`,
    )
    .all(from, to, code, before, limit);
  deleteAndCount(db, rows);
  return rows;
}

const isUnpinned = `NOT ${isPinned}`;
const deletedColumns = `e.seq, e.receivedAt, e.sentAt, octet_length(p.raw), e.class, ${countedFields.map((field) => `e.${field}`).join(', ')}`;

const connectionAt = countedFields.indexOf('connection');

/** Deletes the events of these rows (`deletedColumns`) with their payloads, and takes them out of the counts. */
function deleteAndCount(db: JournalDatabase, rows: readonly SQLOutputValue[][]): void {
  const counted = new Counted();
  for (const [seq = 0, receivedAt, sentAt, bytes, cls, ...values] of rows) {
    db.prepare(`DELETE FROM ${payloadTables[Number(cls)] ?? 'payloads'} WHERE seq = ?`).run(seq);
    db.prepare('DELETE FROM events WHERE seq = ?').run(seq);
    counted.add(values as (number | null)[], -1);
    counted.addMinutes(Number(seq), Number(receivedAt), Number(sentAt), -1);
    counted.addBytes(Number(values[connectionAt]), Number(cls), -Number(bytes), -1);
  }
  counted.write(db);
  if (rows.length > 0)
    noteRemoved(
      db,
      rows.map(([, receivedAt = 0, , , cls = 0, type = 0]) => [cls, receivedAt, type]),
    );
}

/** Deletes what a query finds, a step at a time; answers how many went, and how many are pinned. For a user who asks for it. */
export function* deleteMatching(
  db: JournalDatabase,
  query: CompiledQuery,
  now: () => number,
): Generator<undefined, { gone: number; pinned: number }> {
  let gone = 0;
  let found = 0;
  for (const { seqs } of scanDown(db, query, 'arrival', now))
    for (let at = 0; at < seqs.length; at += stepRows) {
      found += Math.min(stepRows, seqs.length - at);
      gone += db.write(() => {
        const rows = db
          .prepareArrays(
            `SELECT ${deletedColumns} FROM json_each(?) j JOIN events e ON e.seq = j.value JOIN payload p ON p.seq = e.seq
             WHERE ${isUnpinned}`,
          )
          .all(JSON.stringify(seqs.slice(at, at + stepRows)));
        deleteAndCount(db, rows);
        return rows.length;
      });
      vacuum(db);
      yield;
    }
  return { gone, pinned: found - gone };
}

/** Change rows and checkpoints live as long as lifecycle events; the checkpoint at the begin of what is left stays, recordings included. */
function deleteOldState(db: JournalDatabase, beforeSeq: number): number {
  const base = db.number(
    'SELECT max(seq) FROM checkpoints WHERE seq <= min(?, coalesce((SELECT min(fromSeq) FROM recordings), ?1))',
    beforeSeq,
  );
  if (base === 0) return 0;
  return db.write(() => {
    const { changes } = db
      .prepare('DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE seq < ? ORDER BY seq LIMIT ?)')
      .run(base, stepRows);
    db.prepare('DELETE FROM checkpoints WHERE seq < ?').run(base);
    return Number(changes);
  });
}

/** Gives free pages back to the file system, which SQLite does as the rows of the pragma are read. */
function vacuum(db: JournalDatabase, pages = 256): void {
  db.prepare(`PRAGMA incremental_vacuum(${pages})`).all();
}

/** A step of compacting takes about this long: a write waits no longer than that and the step's commit. */
const compactStepMs = 10;
const maxCompactPages = 512;

/** Gives all free pages back, in steps as large as the disk allows; answers how many bytes. */
export function* compact(db: JournalDatabase, now: () => number): Generator<undefined, number> {
  const free = (): number => db.number('PRAGMA freelist_count');
  const before = free();
  let pages = 32;
  while (free() > 0) {
    const begun = now();
    const left = free();
    vacuum(db, pages);
    // A reader of an old state, or a pointer that is not to be moved.
    if (free() >= left) break;
    pages = now() - begun > compactStepMs ? Math.max(1, pages >> 1) : Math.min(maxCompactPages, pages * 2);
    yield;
  }
  return (before - free()) * db.number('PRAGMA page_size');
}

/** Removes what the limits do not cover, a small step at a time; answers how many events of each class went. */
export function* retain(
  db: JournalDatabase,
  limits: RetentionLimits,
  now: number,
): Generator<undefined, RetentionReport> {
  const report = Object.fromEntries(retentionClasses.map((cls) => [cls, 0])) as RetentionReport;
  const total = (cls: RetentionClass, column: 'count' | 'bytes'): number =>
    db.number(`SELECT sum(${column}) FROM totals WHERE class = ?`, classes.indexOf(cls));
  function* remove(cls: RetentionClass, mayGo: () => number, before?: number): Generator<undefined, void> {
    report[cls] += yield* deleteOldest(db, cls, mayGo, before);
  }
  for (const cls of retentionClasses) {
    const { maxAgeMs, maxCount, maxBytes } = limits.classes[cls] ?? {};
    if (maxAgeMs !== undefined) yield* remove(cls, () => stepRows, now - maxAgeMs);
    if (maxCount !== undefined) yield* remove(cls, () => total(cls, 'count') - maxCount);
    if (maxBytes !== undefined) yield* remove(cls, () => (total(cls, 'bytes') > maxBytes ? stepRows : 0));
  }
  for (const width of rollupWidths)
    db.write(() =>
      db.prepare('DELETE FROM rollups WHERE bucket = ? AND start < ?').run(width, now - rollupAge[width]),
    );
  const lifecycleAge = limits.classes.lifecycle?.maxAgeMs;
  if (lifecycleAge !== undefined) {
    const limit = db.number(
      'SELECT max(lastSeq) FROM minutes WHERE minute < ?',
      Math.floor((now - lifecycleAge) / 60_000),
    );
    while (deleteOldState(db, limit) > 0) yield;
  }
  for (const cls of sacrificeOrder) {
    yield* remove(cls, () => (usedBytes(db) > limits.totalBytes ? stepRows : 0));
    // Before the task and lifecycle events the state of times that no event is left of.
    if (cls === 'control')
      while (
        usedBytes(db) > limits.totalBytes &&
        deleteOldState(db, db.number('SELECT min(seq) FROM events')) > 0
      )
        yield;
  }
  while (db.number('PRAGMA freelist_count') > 0) {
    vacuum(db);
    yield;
  }
  db.write(() => {
    db.exec('DELETE FROM counts WHERE count = 0; DELETE FROM minutes WHERE received = 0 AND sent = 0');
    db.setMeta('retainedAt', now);
  });
  return report;
}
