import type { JournalDatabase } from './database.ts';
import { changeColumns, toChange, type JournalChange } from './reader.ts';

/** A page of all tasks, or one task with its log. */
export type TaskWish =
  | { readonly before?: number; readonly limit: number }
  | { readonly connection: string; readonly key: string };

export interface TaskPage {
  /** Tasks as they were last, the one that changed last first. */
  readonly tasks: readonly JournalChange[];
  /** Place before which the next page begins; undefined at the end. */
  readonly next: number | undefined;
}

/** Tasks that the journal knows, also those that the fleet forgot; a page of them has no logs. */
export function readTasks(db: JournalDatabase, wish: TaskWish): TaskPage {
  return 'key' in wish
    ? { tasks: readTask(db, wish.connection, wish.key), next: undefined }
    : readPage(db, wish.limit, wish.before);
}

/** The newest row of a task that says more than that it was forgotten. */
const lastOfTask = `SELECT y.id FROM changes y
  WHERE y.connection = ? AND y.what = 'task' AND y.key = ? AND y.state IS NOT NULL
  ORDER BY y.seq DESC, y.id DESC LIMIT 1`;

function readPage(db: JournalDatabase, limit: number, before = Number.MAX_SAFE_INTEGER): TaskPage {
  // The index over connection, what and key has all that this needs.
  const found = db
    .prepare(
      `SELECT connection, key, max(id) AS last FROM changes
       WHERE connection IN (SELECT id FROM connections) AND what = 'task'
       GROUP BY connection, key HAVING last < ? ORDER BY last DESC LIMIT ?`,
    )
    .all(before, limit);
  const read = db.prepare(
    `SELECT ${changeColumns.replace('x.state', "json_remove(x.state, '$.log') AS state")}
     FROM changes x JOIN connections c ON c.id = x.connection WHERE x.id = (${lastOfTask})`,
  );
  const tasks = found.flatMap((row) => read.all(Number(row['connection']), String(row['key'])).map(toChange));
  return { tasks, next: found.length < limit ? undefined : Number(found.at(-1)?.['last']) };
}

function readTask(db: JournalDatabase, connection: string, key: string): readonly JournalChange[] {
  const row = db.get(
    `SELECT ${changeColumns} FROM changes x JOIN connections c ON c.id = x.connection
     WHERE x.connection IN (SELECT id FROM connections WHERE connection = ?)
       AND x.what = 'task' AND x.key = ? AND x.state IS NOT NULL ORDER BY x.seq DESC, x.id DESC LIMIT 1`,
    connection,
    key,
  );
  return row ? [toChange(row)] : [];
}
