import type { JournalDatabase } from './database.ts';
import { readLastChanges, readState, type JournalState } from './reader.ts';
import { lastSeq } from './writer.ts';

/** Changes after which a checkpoint is written, if there are not more things than that. */
const minChanges = 1_000;

/**
 * Writes a checkpoint if the changes since the last exceed the number of things (a checkpoint of 20,000 instances is 4.6 MB:
 * so all of them together are no larger than the changes). Answers whether it did.
 */
export function checkpointIfDue(db: JournalDatabase): boolean {
  const last = db.number('SELECT max(change) FROM checkpoints');
  const newest = db.number("SELECT seq FROM sqlite_sequence WHERE name = 'changes'");
  if (newest - last <= minChanges) return false;
  if (newest - last <= db.number('SELECT count(*) FROM current')) return false;
  db.write(() => {
    db.prepare(
      `INSERT OR REPLACE INTO checkpoints SELECT ?, ?, json_object(
         'changes', (SELECT json_group_array(json_array(x.seq, x.what, x.key, x.state, c.source, c.host, c.connection, c.system))
                     FROM current x JOIN connections c ON c.id = x.connection),
         'contexts', (SELECT json_group_array(json_array(version, context, c.source, c.host, c.connection, c.system))
                      FROM contexts x JOIN connections c ON c.id = x.connection),
         'cursors', (SELECT json_group_array(json_array(cursor, c.source, c.host, c.connection, c.system))
                     FROM cursors x JOIN connections c ON c.id = x.connection))`,
    ).run(lastSeq(db), newest);
  });
  return true;
}

type Tuple = readonly (string | number)[];

/** The state after an event: the checkpoint before it and the changes since. Contexts and cursors are the checkpoint's. */
export function stateAt(db: JournalDatabase, seq: number): JournalState {
  if (seq >= lastSeq(db)) return readState(db);
  const row = db.get('SELECT seq, state FROM checkpoints WHERE seq <= ? ORDER BY seq DESC LIMIT 1', seq);
  const stored = JSON.parse((row?.['state'] as string | undefined) ?? '{}') as {
    readonly changes?: readonly Tuple[];
    readonly contexts?: readonly Tuple[];
    readonly cursors?: readonly Tuple[];
  };
  const addressOf = (tuple: Tuple): { source: string; host: string; connection: string; system: string } => {
    const [source, host, connection, system] = tuple.slice(-4).map(String) as [
      string,
      string,
      string,
      string,
    ];
    return { source, host, connection, system };
  };
  const things = new Map<string, JournalState['changes'][number]>();
  const put = (change: JournalState['changes'][number]): void => {
    const { source, host, connection, system } = change.address;
    const key = [change.what, change.key, connection, host, source, system].join('\0');
    if (change.state === null) things.delete(key);
    else things.set(key, change);
  };
  for (const tuple of stored.changes ?? []) {
    const [changed, what, key, state] = tuple;
    put({
      seq: Number(changed),
      what: what as 'instance',
      key: String(key),
      state: String(state),
      address: addressOf(tuple),
    });
  }
  // Also those of the checkpoint's own seq: a batch without events may have followed it.
  for (const change of readLastChanges(db, Number(row?.['seq'] ?? 0) - 1, seq)) put(change);
  return {
    seq,
    change: db.number('SELECT id FROM changes WHERE seq <= ? ORDER BY seq DESC, id DESC LIMIT 1', seq),
    changes: [...things.values()],
    contexts: (stored.contexts ?? []).map((tuple) => ({
      version: String(tuple[0]),
      context: String(tuple[1]),
      address: addressOf(tuple),
    })),
    cursors: (stored.cursors ?? []).map((tuple) => ({ cursor: String(tuple[0]), address: addressOf(tuple) })),
  };
}
