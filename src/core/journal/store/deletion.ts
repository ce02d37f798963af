import type { RetentionClass } from '../../model/event.ts';
import { tuplesIn, type Tuple } from './checkpoints.ts';
import type { CompiledQuery } from './compiled.ts';
import type { JournalDatabase } from './database.ts';
import { deleteMatching } from './retention.ts';
import { classes } from './schema.ts';
import { unshare } from './sharedSummaries.ts';
import type { SQLInputValue } from 'node:sqlite';

/** Facts that what is deleted has all of. At least one must stand. */
export interface DeletionScope {
  readonly connection?: string;
  readonly retention?: RetentionClass;
  /** Received before this time. */
  readonly before?: number;
  /** Stands somewhere in the payload, in any case. */
  readonly names?: string;
}

export interface Deleted {
  readonly events: number;
  /** Rows of state: changes, tasks, contexts, cursors. */
  readonly states: number;
  /** Events that stay because a recording pins them. */
  readonly pinned: number;
}

/** Rows of a table that are looked at in one step. */
const stepRows = 1_000;

/** The events of a scope; `word` is the compiled form of what they name. */
export function scopeQuery(
  { connection, retention, before }: DeletionScope,
  word: CompiledQuery | undefined,
): CompiledQuery {
  const conditions: string[] = word ? [`(${word.where})`] : [];
  const params: SQLInputValue[] = [...(word?.params ?? [])];
  if (connection !== undefined) {
    conditions.push('e.connection IN (SELECT id FROM connections WHERE connection = ?)');
    params.push(connection);
  }
  if (retention !== undefined) {
    conditions.push('e.class = ?');
    params.push(classes.indexOf(retention));
  }
  if (before !== undefined) {
    conditions.push('e.receivedAt < ?');
    params.push(before);
  }
  if (conditions.length === 0) throw new Error('A deletion needs a scope.');
  return { ...(word ?? { needs: 'events' }), where: conditions.join(' AND '), params };
}

/** Deletes a scope, a step at a time. */
export function* deleteScope(
  db: JournalDatabase,
  scope: DeletionScope,
  query: CompiledQuery,
  now: () => number,
): Generator<undefined, Deleted> {
  const { connection, retention, before, names } = scope;
  const { gone: events, pinned } = yield* deleteMatching(db, query, now);
  let states = 0;
  if (names !== undefined) {
    const wanted = names.toLowerCase();
    yield* unshare(db, (summary) => summary.toLowerCase().includes(wanted));
  }
  // Part of the history of a thing would be another history.
  if (retention === undefined && before === undefined) {
    if (names !== undefined) states += yield* deleteStatesNaming(db, names, connection);
    else if (connection !== undefined) states += yield* deleteConnection(db, connection);
  }
  return { events, states, pinned };
}

const ofConnection = 'connection IN (SELECT id FROM connections WHERE connection = ?)';

/** State and history of a connection: nothing of it comes back at the next start. */
function* deleteConnection(db: JournalDatabase, connection: string): Generator<undefined, number> {
  let states = 0;
  for (;;) {
    const gone = db.write(
      () =>
        db
          .prepare(
            `DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE ${ofConnection} LIMIT ${stepRows})`,
          )
          .run(connection).changes,
    );
    states += Number(gone);
    yield;
    if (Number(gone) === 0) break;
  }
  states += db.write(() => {
    let count = 0;
    for (const table of ['contexts', 'cursors', 'current'])
      count += Number(db.prepare(`DELETE FROM ${table} WHERE ${ofConnection}`).run(connection).changes);
    db.prepare('DELETE FROM requests WHERE connection = ?').run(connection);
    db.prepare(`DELETE FROM rollups WHERE subject IN (SELECT id FROM subjects WHERE ${ofConnection})`).run(
      connection,
    );
    return count;
  });
  yield* rewriteCheckpoints(db, (tuple) => tuple.at(-2) !== connection);
  return states;
}

/** Deletes states that hold a name. The next snapshot of its system brings back an instance that is still there. */
function* deleteStatesNaming(
  db: JournalDatabase,
  names: string,
  connection: string | undefined,
): Generator<undefined, number> {
  const wanted = JSON.stringify(names).slice(1, -1).toLowerCase();
  const isNamed = (value: unknown): boolean => String(value).toLowerCase().includes(wanted);
  let states = 0;
  for (const [table, column, rowid] of [
    ['changes', 'state', 'id'],
    ['contexts', 'context', 'connection'],
    ['cursors', 'cursor', 'connection'],
  ] as const)
    for (let last = 0; ;) {
      const rows = db
        .prepareArrays(
          `SELECT ${rowid}, coalesce(${column}, '') FROM ${table}
           WHERE ${rowid} > ? AND (? IS NULL OR ${ofConnection}) ORDER BY ${rowid} LIMIT ${stepRows}`,
        )
        .all(last, connection ?? null, connection ?? null);
      if (rows.length === 0) break;
      last = Number(rows.at(-1)?.[0]);
      const found = rows.filter(([, value]) => isNamed(value));
      db.write(() => {
        for (const [id = 0] of found) db.prepare(`DELETE FROM ${table} WHERE ${rowid} = ?`).run(id);
      });
      states += found.length;
      yield;
    }
  const current = db
    .prepare(`SELECT connection, what, key, state FROM current WHERE ? IS NULL OR ${ofConnection}`)
    .all(connection ?? null, connection ?? null)
    .filter(({ state, key }) => isNamed(state) || isNamed(key));
  db.write(() => {
    for (const { connection: id = 0, what = '', key = '' } of current)
      db.prepare('DELETE FROM current WHERE connection = ? AND what = ? AND key = ?').run(id, what, key);
    for (const { id = '' } of db
      .prepare('SELECT * FROM requests')
      .all()
      .filter((row) => isNamed(JSON.stringify(row))))
      db.prepare('DELETE FROM requests WHERE id = ?').run(id);
  });
  const isOther = (tuple: Tuple): boolean => connection !== undefined && tuple.at(-2) !== connection;
  yield* rewriteCheckpoints(db, (tuple) => isOther(tuple) || !tuple.some(isNamed));
  return states + current.length;
}

/** Leaves in each checkpoint what may stay. */
function* rewriteCheckpoints(
  db: JournalDatabase,
  mayStay: (tuple: Tuple) => boolean,
): Generator<undefined, void> {
  for (const [seq = 0] of db.prepareArrays('SELECT seq FROM checkpoints').all()) {
    db.write(() => {
      const stored = db.get('SELECT state FROM checkpoints WHERE seq = ?', seq)?.['state'];
      const state = JSON.parse(String(stored ?? '{}')) as Record<string, unknown>;
      const left = Object.fromEntries(
        Object.entries(state).map(([name, tuples]) => [name, tuplesIn(tuples).filter(mayStay)]),
      );
      db.prepare('UPDATE checkpoints SET state = ? WHERE seq = ?').run(JSON.stringify(left), seq);
    });
    yield;
  }
}

/** A text of the query language for words as they stand. */
export function quoted(words: string): string {
  return `"${words.replace(/["\\]/g, '\\$&')}"`;
}
