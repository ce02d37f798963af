import type { JournalDatabase } from './database.ts';
import type { JournalRequest } from './messages.ts';

/** Operations that one window asks of the one that holds the connection. */
export function askRequest(db: JournalDatabase, request: JournalRequest): null {
  const { id, connection, kind, body, askedAt, window } = request;
  db.write(() =>
    db
      .prepare('INSERT INTO requests (id, connection, kind, body, askedAt, window) VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, connection, kind, JSON.stringify(body), askedAt, window),
  );
  return null;
}

/** Takes what nobody took yet; what this answers, no other window gets. */
export function takeRequests(
  db: JournalDatabase,
  { connections, window }: { readonly connections: readonly string[]; readonly window: string },
): JournalRequest[] {
  const waiting = `takenBy IS NULL AND connection IN (SELECT value FROM json_each(?))`;
  const held = JSON.stringify(connections);
  if (db.number(`SELECT count(*) FROM requests WHERE ${waiting}`, held) === 0) return [];
  return db.write(() =>
    db
      .prepare(`UPDATE requests SET takenBy = ? WHERE ${waiting} RETURNING *`)
      .all(window, held)
      .map(toRequest)
      .sort((a, b) => a.askedAt - b.askedAt),
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
