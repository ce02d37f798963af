import type { JournalDatabase } from './database.ts';
import type { Calls } from './messages.ts';

/** Keeps a range of events from retention and deletion. */
export function pin(db: JournalDatabase, { id, from, to, reason }: Calls['pin']['args'], now: number): null {
  db.write(() =>
    db.prepare('INSERT OR REPLACE INTO pins VALUES (?, ?, ?, ?, ?)').run(id, from, to, reason, now),
  );
  return null;
}

export function unpin(db: JournalDatabase, id: string): null {
  db.write(() => db.prepare('DELETE FROM pins WHERE id = ?').run(id));
  return null;
}
