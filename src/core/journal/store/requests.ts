import type { JournalDatabase } from './database.ts';
import type { JournalHealth, JournalRequest } from './messages.ts';
import { usedBytes } from './retention.ts';
import { classes } from './schema.ts';

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

export function readHealth(db: JournalDatabase): JournalHealth {
  const list = (sql: string): Record<string, unknown>[] => db.prepare(sql).all();
  return {
    path: db.path,
    journalId: db.journalId,
    bytes: usedBytes(db),
    pinnedEvents: db.number(
      'SELECT count(*) FROM events e WHERE EXISTS (SELECT 1 FROM pins WHERE e.seq BETWEEN fromSeq AND toSeq)',
    ),
    from: db.number('SELECT min(minute) FROM minutes WHERE received > 0') * 60_000,
    to: db.number('SELECT receivedAt FROM events ORDER BY seq DESC LIMIT 1'),
    classes: list('SELECT class, count, bytes FROM totals').map((row) => ({
      retention: classes[Number(row['class'])] ?? '',
      count: Number(row['count']),
      bytes: Number(row['bytes']),
    })),
    connections: list(
      'SELECT c.connection, sum(n.count) AS count FROM counts n JOIN connections c ON c.id = n.value WHERE n.field = 2 GROUP BY 1',
    ).map((row) => ({ connection: String(row['connection']), count: Number(row['count']) })),
  };
}
