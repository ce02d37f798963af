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
         'changes', json((SELECT json_group_array(json_array(x.seq, x.what, x.key, x.state, c.source, c.host, c.connection, c.system))
                     FROM current x JOIN connections c ON c.id = x.connection)),
         'contexts', json((SELECT json_group_array(json_array(version, context, c.source, c.host, c.connection, c.system))
                      FROM contexts x JOIN connections c ON c.id = x.connection)),
         'cursors', json((SELECT json_group_array(json_array(cursor, c.source, c.host, c.connection, c.system))
                     FROM cursors x JOIN connections c ON c.id = x.connection)))`,
    ).run(lastSeq(db), newest);
  });
  return true;
}

export type Tuple = readonly (string | number)[];

/** The state after an event: the checkpoint before it and the changes since. Contexts and cursors are the checkpoint's. */
export function stateAt(db: JournalDatabase, seq: number): JournalState {
  if (seq >= lastSeq(db)) return readState(db);
  const row = db.get('SELECT seq, state FROM checkpoints WHERE seq <= ? ORDER BY seq DESC LIMIT 1', seq);
  const stored = JSON.parse((row?.['state'] as string | undefined) ?? '{}') as Readonly<
    Record<string, unknown>
  >;
  const addressOf = (tuple: Tuple): { source: string; host: string; connection: string; system: string } => {
    const last = (n: number): string => String(tuple.at(-n) ?? '');
    return { source: last(4), host: last(3), connection: last(2), system: last(1) };
  };
  const things = new Map<string, JournalState['changes'][number]>();
  const put = (change: JournalState['changes'][number]): void => {
    const { source, host, connection, system } = change.address;
    const key = [change.what, change.key, connection, host, source, system].join('\0');
    if (change.state === null) things.delete(key);
    else things.set(key, change);
  };
  for (const tuple of tuplesIn(stored['changes'])) {
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
    contexts: tuplesIn(stored['contexts']).map((tuple) => ({
      version: String(tuple[0]),
      context: String(tuple[1]),
      address: addressOf(tuple),
    })),
    cursors: tuplesIn(stored['cursors']).map((tuple) => ({
      cursor: String(tuple[0]),
      address: addressOf(tuple),
    })),
  };
}

/** A list of a checkpoint. SQLite does not promise that JSON from a subquery stays JSON: it may stand as a text in the JSON around it. */
export function tuplesIn(list: unknown): readonly Tuple[] {
  const read: unknown = typeof list === 'string' ? JSON.parse(list) : list;
  if (!Array.isArray(read)) return [];
  return read.map((tuple: unknown) => (typeof tuple === 'string' ? JSON.parse(tuple) : tuple) as Tuple);
}
