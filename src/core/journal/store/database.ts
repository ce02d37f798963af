import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as Sqlite from 'node:sqlite';
import type { DatabaseSync, StatementSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { JournalError, journalError } from './journalError.ts';
import { applicationId, migrations as allMigrations } from './migrations.ts';

/** Node's SQLite; a module that may be missing (Electron 37.2.0) and that warns once when it is loaded. */
function loadSqlite(): typeof Sqlite {
  const original = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  process.emitWarning = () => undefined;
  try {
    const sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined;
    if (!sqlite)
      throw new JournalError('missing-sqlite', 'This version of VS Code comes without node:sqlite.');
    return sqlite;
  } finally {
    if (original) Object.defineProperty(process, 'emitWarning', original);
  }
}

export interface OpenOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly now: () => number;
  readonly newId: () => string;
  /** Name and version of the program that creates the file. */
  readonly software: string;
  readonly migrations?: readonly (readonly string[])[];
}

export const inMemory = ':memory:';
/** Pages that a backup copies while a write waits: 2 MB, a few milliseconds. */
const backupPages = 256;
/** How often a backup is begun: its first step fails where a write has just begun. */
const backupAttempts = 100;
type Row = Record<string, SQLOutputValue>;
interface ArrayStatement {
  all(...params: SQLInputValue[]): SQLOutputValue[][];
  iterate(...params: SQLInputValue[]): Iterable<SQLOutputValue[]>;
}

/** An open journal. Statements are prepared once; every write goes through `write`. */
export class JournalDatabase {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #version: number;
  readonly path: string;
  /** Id of this journal; a new file has a new one. */
  readonly journalId: string;
  /** A damaged file that stood in the way was renamed to this. */
  readonly setAside: string | undefined;

  constructor(db: DatabaseSync, version: number, facts: { path: string; setAside?: string }) {
    this.#db = db;
    this.#version = version;
    this.path = facts.path;
    this.setAside = facts.setAside;
    this.journalId = String(this.meta('journalId'));
  }

  /** A prepared statement that answers rows as objects. Texts of users are bound, never part of `sql`: each text is kept. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      // Queries of people come and go; those of the store are few and soon prepared again.
      if (this.#statements.size > 300) this.#statements.clear();
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** A prepared statement that answers rows as arrays, which is cheaper. Node 22 ignores the option of `prepare`. */
  prepareArrays(sql: string): ArrayStatement {
    // A comment makes it another text than the one that answers objects.
    const statement = this.prepare(`${sql} --`);
    statement.setReturnArrays(true);
    return statement as unknown as ArrayStatement;
  }

  get(sql: string, ...params: SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...params);
  }

  /** The first column of the first row as a number; 0 where none is. */
  number(sql: string, ...params: SQLInputValue[]): number {
    return Number(this.prepareArrays(sql).all(...params)[0]?.[0] ?? 0);
  }

  /** The value of a row of `meta`. */
  meta(key: string): string | undefined {
    return this.get('SELECT value FROM meta WHERE key = ?', key)?.['value'] as string | undefined;
  }

  setMeta(key: string, value: string | number): void {
    this.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, String(value));
  }

  /** Copies the database in steps between which others write. A file of that name is replaced. */
  async backUp(path: string): Promise<void> {
    rmSync(path, { force: true });
    closeSync(openSync(path, 'wx', 0o600));
    try {
      for (let attempt = 1; !(await this.#copied(path, attempt)); attempt++);
    } catch (error) {
      rmSync(path, { force: true });
      throw journalError(error);
    }
  }

  /** Whether the copy is complete. A first step that meets an open write is refused by SQLite without an error code. */
  async #copied(path: string, attempt: number): Promise<boolean> {
    try {
      await loadSqlite().backup(this.#db, path, { rate: backupPages });
      return true;
    } catch (error) {
      if (attempt < backupAttempts && (error as { errcode?: unknown }).errcode === 0) return false;
      throw error;
    }
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Runs `body` in one transaction. Another version of the extension may have migrated the file: that is seen here. */
  write<T>(body: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const version = this.number('PRAGMA user_version');
      if (version !== this.#version)
        throw new JournalError('newer-version', 'A newer version of Game Server Ops changed the journal.');
      const result = body();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Looks for damaged pages, a table a step, so that others may write in between. */
  *check(): Generator<undefined, void> {
    yield* findDamage(this.#db);
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }
}

/** Throws where pages are damaged, which inserts do not notice. */
function* findDamage(db: DatabaseSync): Generator<undefined, void> {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  for (const { name } of tables) {
    const found = db.prepare(`PRAGMA quick_check("${String(name)}")`).get()?.['quick_check'];
    if (found !== 'ok') throw new JournalError('corrupt', `The journal is damaged: ${String(found)}`);
    yield;
  }
}

/** Looks for damaged pages over a connection of its own; throws where there are any. */
export function checkFile(path: string): void {
  const db = new (loadSqlite().DatabaseSync)(path, { readOnly: true });
  try {
    db.exec('PRAGMA busy_timeout = 5000; PRAGMA cache_size = -4096');
    const steps = findDamage(db);
    while (!steps.next().done);
  } catch (error) {
    throw journalError(error);
  } finally {
    db.close();
  }
}

/** Opens a journal, or creates it. A damaged file is set aside, never deleted, and a new one begins. */
export function openDatabase(options: OpenOptions): JournalDatabase {
  const { path } = options;
  try {
    return open(options);
  } catch (error) {
    const failure = journalError(error);
    if (failure.reason !== 'corrupt' || path === inMemory) throw failure;
    try {
      return open(options, setAsideFile(path, options.now()));
    } catch (second) {
      throw journalError(second);
    }
  }
}

/** Renames a damaged journal, with its WAL, and answers its new name. */
export function setAsideFile(path: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-');
  let aside = `${path}.damaged-${stamp}`;
  for (let n = 2; existsSync(aside); n++) aside = `${path}.damaged-${stamp}-${n}`;
  renameSync(path, aside);
  for (const suffix of ['-wal', '-shm'])
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
}

function open(options: OpenOptions, setAside?: string): JournalDatabase {
  const { path, migrations = allMigrations } = options;
  const { DatabaseSync } = loadSqlite();
  if (path !== inMemory) prepareFile(path);
  // Foreign keys are documentation here: checked, they cost four lookups an event.
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    db.exec('PRAGMA busy_timeout = 5000; PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL');
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384');
    // Memory-mapped pages would count as resident; a WAL that grew in a busy hour is cut again.
    db.exec('PRAGMA mmap_size = 0; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY');
    migrate(db, migrations, options);
    return new JournalDatabase(db, migrations.length, {
      path,
      ...(setAside ? { setAside } : {}),
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite gives the WAL the mode of the database, so the file exists with its mode before SQLite opens it. */
function prepareFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch {
    // Says EROFS where Node's recursive form says ENOENT.
    mkdirSync(dirname(path), { mode: 0o700 });
  }
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) closeSync(openSync(path, 'a', 0o600));
  else if (!entry.isFile()) throw new JournalError('io', `${path} is no file.`);
  else if (process.platform !== 'win32') {
    if ((entry.mode & 0o077) !== 0) chmodSync(path, 0o600);
    // Left from when the database was read-only, they would refuse every write to one that is writable again.
    if ((entry.mode & 0o200) !== 0)
      for (const file of [`${path}-wal`, `${path}-shm`])
        if (existsSync(file) && (statSync(file).mode & 0o777) !== 0o600) chmodSync(file, 0o600);
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function migrate(
  db: DatabaseSync,
  migrations: readonly (readonly string[])[],
  { now, newId, software }: OpenOptions,
): void {
  const isCurrent = (): boolean => {
    const version = pragma(db, 'user_version');
    if (version > migrations.length)
      throw new JournalError(
        'newer-version',
        'The journal was written by a newer version of Game Server Ops.',
      );
    const isOurs = pragma(db, 'application_id') === applicationId;
    const isEmpty = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']) === 0;
    if (!isOurs && !isEmpty) throw new JournalError('corrupt', 'The file is a database of another program.');
    return version === migrations.length;
  };
  if (isCurrent()) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Another window may have been faster.
    if (!isCurrent()) {
      const from = pragma(db, 'user_version');
      for (const statement of migrations.slice(from).flat()) db.exec(statement);
      db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
      if (from === 0) {
        const insert = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
        insert.run('journalId', newId());
        insert.run('created', new Date(now()).toISOString());
        insert.run('software', software);
      }
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
