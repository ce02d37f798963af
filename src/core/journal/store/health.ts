import { statSync } from 'node:fs';
import { inMemory, type JournalDatabase } from './database.ts';
import { usedBytes } from './retention.ts';
import { classes } from './schema.ts';
import type { RetentionClass } from '../../model/event.ts';

interface Amount {
  readonly count: number;
  /** Of the payloads. */
  readonly bytes: number;
}

/** Contents and condition of a journal, for the people whose journal it is. Times are milliseconds since the epoch. */
export interface JournalHealth {
  readonly path: string;
  readonly journalId: string;
  /** Of pages in use. */
  readonly bytes: number;
  /** Of the file and of its WAL; 0 for a journal in memory. */
  readonly fileBytes: number;
  readonly walBytes: number;
  /** In the file, for `compact` to give back. */
  readonly freeBytes: number;
  /** As last counted; what two recordings hold counts twice: to tell it apart would take a look at each event. */
  readonly pinned: Amount;
  /** Arrival of the oldest and the newest event; 0 where none is. */
  readonly from: number;
  readonly to: number;
  readonly classes: readonly (Amount & { readonly retention: RetentionClass })[];
  readonly connections: readonly (Amount & {
    readonly connection: string;
    readonly classes: readonly (Amount & { readonly retention: RetentionClass })[];
  })[];
  readonly checkedAt?: number;
  readonly retainedAt?: number;
}

export function readHealth(db: JournalDatabase): JournalHealth {
  const rows = db
    .prepare(
      `SELECT c.connection, t.class, sum(t.count) AS count, sum(t.bytes) AS bytes
       FROM totals t JOIN connections c ON c.id = t.connection WHERE t.count > 0 GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    .all()
    .map((row) => ({
      connection: String(row['connection']),
      retention: classes[Number(row['class'])] ?? 'control',
      count: Number(row['count']),
      bytes: Number(row['bytes']),
    }));
  const [checkedAt, retainedAt] = [db.meta('checkedAt'), db.meta('retainedAt')];
  const [pinnedCount, pinnedBytes] =
    db.prepareArrays('SELECT sum(events), sum(bytes) FROM recordings').all()[0] ?? [];
  return {
    path: db.path,
    journalId: db.journalId,
    bytes: usedBytes(db),
    fileBytes: sizeOf(db.path),
    walBytes: sizeOf(`${db.path}-wal`),
    freeBytes: db.number('PRAGMA freelist_count') * db.number('PRAGMA page_size'),
    pinned: { count: Number(pinnedCount ?? 0), bytes: Number(pinnedBytes ?? 0) },
    from: db.number('SELECT receivedAt FROM events ORDER BY seq LIMIT 1'),
    to: db.number('SELECT receivedAt FROM events ORDER BY seq DESC LIMIT 1'),
    classes: classes.flatMap((retention) => {
      const ofClass = rows.filter((row) => row.retention === retention);
      return ofClass.length === 0 ? [] : [{ retention, ...sum(ofClass) }];
    }),
    connections: [...Map.groupBy(rows, ({ connection }) => connection)].map(([connection, list]) => ({
      connection,
      ...sum(list),
      classes: list.map(({ retention, count, bytes }) => ({ retention, count, bytes })),
    })),
    ...(checkedAt === undefined ? {} : { checkedAt: Number(checkedAt) }),
    ...(retainedAt === undefined ? {} : { retainedAt: Number(retainedAt) }),
  };
}

function sizeOf(path: string): number {
  return path.startsWith(inMemory) ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}

function sum(amounts: readonly Amount[]): Amount {
  return {
    count: amounts.reduce((total, { count }) => total + count, 0),
    bytes: amounts.reduce((total, { bytes }) => total + bytes, 0),
  };
}
