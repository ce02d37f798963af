import type { JournalDatabase } from './database.ts';
import type { BatchNumber } from './records.ts';
import type { Commit } from './writer.ts';

/**
 * Enters a window that opens the journal; answers whether one of those before ended without closing it: its process is
 * gone, or it is the same window, whose worker ended.
 */
export function enterWriter(
  db: JournalDatabase,
  writer: string,
  pid: number,
  isRunning: (pid: number) => boolean,
): boolean {
  return db.write(() => {
    const entries = db.prepare('SELECT id, pid FROM writers').all();
    const isOwn = entries.some(({ id }) => id === writer);
    const gone = entries.filter(({ id, pid: other }) => id !== writer && !isRunning(Number(other)));
    for (const { id } of gone) leaveWriter(db, String(id));
    if (!isOwn) db.prepare('INSERT INTO writers VALUES (?, ?, 0, 0, 0)').run(writer, pid);
    return isOwn || gone.length > 0;
  });
}

/** The journal was closed by this window. */
export function leaveWriter(db: JournalDatabase, writer: string): void {
  db.prepare('DELETE FROM writers WHERE id = ?').run(writer);
}

/** Events of a transaction that was committed before, though nobody was told. */
export function committedBefore(db: JournalDatabase, { writer, number }: BatchNumber): Commit | undefined {
  const row = db.get('SELECT number, fromSeq, toSeq FROM writers WHERE id = ?', writer);
  return Number(row?.['number']) === number
    ? { from: Number(row?.['fromSeq']), to: Number(row?.['toSeq']) }
    : undefined;
}

/** Notes a transaction in itself. */
export function noteCommit(db: JournalDatabase, { writer, number }: BatchNumber, { from, to }: Commit): void {
  db.prepare('UPDATE writers SET number = ?, fromSeq = ?, toSeq = ? WHERE id = ?').run(
    number,
    from,
    to,
    writer,
  );
}
