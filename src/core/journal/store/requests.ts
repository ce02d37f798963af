import type { JournalDatabase } from './database.ts';
import type { Calls, JournalRequest } from './messages.ts';

/** Requests older than this are of use to nobody. */
const keptForMs = 24 * 60 * 60_000;

/** Puts down a request to the window that holds a connection. A second time with the same id changes nothing. */
export function askRequest(db: JournalDatabase, request: JournalRequest): null {
  const { id, connection, kind, body, askedAt, window } = request;
  db.write(() => {
    db.prepare('DELETE FROM requests WHERE askedAt < ?').run(askedAt - keptForMs);
    db.prepare(
      'INSERT OR IGNORE INTO requests (id, connection, kind, body, askedAt, window) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(id, connection, kind, JSON.stringify(body), askedAt, window);
  });
  return null;
}

/**
 * Takes what nobody took yet and what is not too old; no other window gets it. Answers all that this window took and did
 * not answer, so that nothing is forgotten where the worker ended before it could answer.
 */
export function takeRequests(
  db: JournalDatabase,
  { connections, window, notBefore }: Calls['take']['args'],
): JournalRequest[] {
  const waiting = `takenBy IS NULL AND askedAt >= ? AND connection IN (SELECT value FROM json_each(?))`;
  const held = JSON.stringify(connections);
  if (db.number(`SELECT count(*) FROM requests WHERE ${waiting}`, notBefore, held) > 0)
    db.write(() =>
      db.prepare(`UPDATE requests SET takenBy = ? WHERE ${waiting}`).run(window, notBefore, held),
    );
  return db
    .prepare('SELECT * FROM requests WHERE takenBy = ? AND answer IS NULL ORDER BY askedAt')
    .all(window)
    .map(toRequest);
}

/** Takes a request back; false where somebody took it before. */
export function withdrawRequest(db: JournalDatabase, { id, window }: Calls['withdraw']['args']): boolean {
  return db.write(
    () =>
      Number(
        db
          .prepare("UPDATE requests SET takenBy = ?, answer = 'null' WHERE id = ? AND takenBy IS NULL")
          .run(window, id).changes,
      ) === 1,
  );
}

export function answerOf(db: JournalDatabase, id: string): JournalRequest | null {
  const row = db.get('SELECT * FROM requests WHERE id = ?', id);
  return row ? toRequest(row) : null;
}

function toRequest(row: Record<string, unknown>): JournalRequest {
  return {
    id: String(row['id']),
    connection: String(row['connection']),
    kind: String(row['kind']),
    body: JSON.parse(String(row['body'])),
    askedAt: Number(row['askedAt']),
    window: String(row['window']),
    ...(typeof row['takenBy'] === 'string' ? { takenBy: row['takenBy'] } : {}),
    ...(typeof row['answer'] === 'string' ? { answer: JSON.parse(row['answer']) as unknown } : {}),
  };
}
