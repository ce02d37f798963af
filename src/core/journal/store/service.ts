import { rmSync, writeFileSync } from 'node:fs';
import { checkpointIfDue, stateAt } from './checkpoints.ts';
import { everything, type CompileQuery, type CompiledQuery } from './compiled.ts';
import {
  inMemory,
  journalError,
  JournalError,
  openDatabase,
  setAsideFile,
  type JournalDatabase,
} from './database.ts';
import type {
  CallName,
  Calls,
  Failure,
  FromWorker,
  Notice,
  Port,
  Query,
  StoreStatus,
  ToWorker,
} from './messages.ts';
import { answerOf, askRequest, readHealth, takeRequests } from './requests.ts';
import { readChanges, readChangesBetween, readEvents, readRange, valueWords } from './reader.ts';
import { BatchEncoder, type EncodedBatch } from './records.ts';
import { Result } from './result.ts';
import { retain, type RetentionLimits } from './retention.ts';
import { Writer, continueAfter, lastSeq, type Commit } from './writer.ts';

export interface ServiceOptions {
  readonly compile?: CompileQuery;
  readonly now: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly elapsed: () => number;
  readonly newId: () => string;
  readonly repeat: (ms: number, run: () => void) => () => void;
  /** Runs after messages that have arrived meanwhile. */
  readonly defer: (run: () => void) => void;
}

/** How often a journal in memory tries its file again. */
const retryMs = 30_000;
/** Events that a journal in memory holds, oldest metrics and logs first to go. */
const memoryLimits: RetentionLimits = { classes: {}, totalBytes: 64_000_000 };
/** Given back when the disk is full: not even a DELETE succeeds then. */
const reserveBytes = 4 * 1024 * 1024;
/** Idle time after which the WAL is copied into the file: passive, because others may write. */
const idleMs = 200;

interface Task {
  readonly id: number;
  readonly steps: Generator<undefined, unknown>;
}
interface OpenResult {
  readonly result: Result;
  told: string;
}

/** The loop of the worker: a write runs when it arrives, and between two of them one slice of one read. */
export class JournalService {
  readonly #port: Port;
  readonly #options: ServiceOptions;
  #db!: JournalDatabase;
  #writer!: Writer;
  #opened!: Calls['open']['args'];
  #status!: StoreStatus;
  #tasks: Task[] = [];
  readonly #results = new Map<number, OpenResult>();
  #lastResult = 0;
  #isLooping = false;
  /** The newest seq that this service told of, and SQLite's mark of what others did. */
  #toldSeq = 0;
  #dataVersion = 0;
  #lastWrite = 0;
  #isWalDirty = false;
  #stops: (() => void)[] = [];
  #stopRetry: (() => void) | undefined;
  #stopFollow: (() => void) | undefined;

  constructor(port: Port, options: ServiceOptions) {
    this.#port = port;
    this.#options = options;
    port.on('message', (message: ToWorker) => {
      this.#receive(message);
    });
  }

  #receive(message: ToWorker): void {
    try {
      const answer = this.#answer(message);
      if (answer && typeof answer === 'object' && 'next' in answer && typeof answer.next === 'function')
        this.#start({ id: message.id, steps: answer as Generator<undefined, unknown> });
      else this.#post({ id: message.id, answer });
    } catch (error) {
      this.#fail(message.id, error);
    }
  }

  #answer(message: ToWorker): unknown {
    const { call, args } = message;
    const db = this.#db;
    switch (call) {
      case 'open':
        return this.#open(args);
      case 'append':
        return this.#append(args);
      case 'query':
        return this.#query(args);
      case 'rows':
        return this.#rows(args);
      case 'positionOf':
        return this.#result(args.result).positionOf(args.seq);
      case 'values':
        return this.#values(args);
      case 'histogram':
        return this.#result(args.result).histogram(args.from, args.to, args.bins);
      case 'closeResult':
        this.#results.delete(args.result);
        return null;
      case 'event':
        return readEvents(db, [args.seq])[0] ?? null;
      case 'changes':
        return readChanges(db, args, args.from, args.to);
      case 'changesBetween':
        return readChangesBetween(db, args.from, args.to);
      case 'range':
        return readRange(
          db,
          this.#compile(args.query),
          args.from,
          args.to,
          args.limit,
          this.#options.elapsed,
        );
      case 'state':
        return stateAt(db, args.seq ?? Number.MAX_SAFE_INTEGER);
      case 'ask':
        return askRequest(db, args);
      case 'take':
        return takeRequests(db, args);
      case 'answerOf':
        return answerOf(db, args.id);
      case 'pin':
        db.write(() =>
          db
            .prepare('INSERT OR REPLACE INTO pins VALUES (?, ?, ?, ?, ?)')
            .run(args.id, args.from, args.to, args.reason, this.#options.now()),
        );
        return null;
      case 'unpin':
        db.write(() => db.prepare('DELETE FROM pins WHERE id = ?').run(args.id));
        return null;
      case 'retain':
        return retain(db, args.limits ?? this.#opened.limits, this.#options.now());
      case 'health':
        return readHealth(db);
      case 'check':
        return this.#check();
      case 'backUp':
        db.prepare('VACUUM INTO ?').run(args.path);
        return null;
      case 'follow':
        this.#follow(args.everyMs);
        return null;
      case 'close':
        this.#close();
        return null;
    }
  }

  #open(args: Calls['open']['args']): StoreStatus {
    this.#opened = args;
    try {
      this.#useFile();
    } catch (error) {
      this.#useMemory(journalError(error), 0);
    }
    this.#stops.push(
      this.#options.repeat(idleMs, () => {
        this.#idle();
      }),
    );
    return this.#status;
  }

  #use(db: JournalDatabase, more: Omit<StoreStatus, 'journalId' | 'path' | 'durable'>): void {
    this.#db = db;
    this.#writer = new Writer(db);
    this.#toldSeq = lastSeq(db);
    this.#dataVersion = db.number('PRAGMA data_version');
    this.#status = {
      journalId: db.journalId,
      path: this.#opened.path,
      durable: db.path !== inMemory || this.#opened.path === inMemory,
      ...more,
    };
  }

  #openPath(path: string): JournalDatabase {
    return openDatabase({ ...this.#options, path, software: this.#opened.software });
  }

  #useFile(): void {
    const { path } = this.#opened;
    const db = this.#openPath(path);
    this.#use(db, db.setAside === undefined ? {} : { setAside: db.setAside });
    if (path !== inMemory) this.#reserve();
    if (db.wasLeftOpen) this.#start({ id: 0, steps: this.#check() });
  }

  /** Goes on in memory, with seqs behind those of the file, and tries the file again from time to time. */
  #useMemory(failure: JournalError, seq: number): void {
    if (failure.reason === 'missing-sqlite') throw failure;
    const db = this.#openPath(inMemory);
    if (seq > 0) continueAfter(db, seq);
    this.#use(db, { reason: failure.reason, message: failure.message });
    this.#results.clear();
    this.#stopRetry ??= this.#options.repeat(retryMs, () => {
      this.#retryFile();
    });
  }

  /** Writes what was held in memory into the file, if that works again. */
  #retryFile(): void {
    const memory = this.#db;
    const held = this.#status;
    let file: JournalDatabase;
    try {
      file = this.#openPath(this.#opened.path);
    } catch {
      return;
    }
    try {
      const moved = moveInto(memory, file);
      this.#use(file, { moved, ...(file.setAside === undefined ? {} : { setAside: file.setAside }) });
    } catch {
      file.close();
      this.#db = memory;
      this.#status = held;
      return;
    }
    memory.close();
    this.#stopRetry?.();
    this.#stopRetry = undefined;
    this.#results.clear();
    this.#reserve();
    this.#post({ notice: 'status', status: this.#status });
  }

  #append(batch: EncodedBatch): Commit {
    let commit: Commit;
    try {
      commit = this.#writer.append(batch);
    } catch (error) {
      const failure = journalError(error);
      if (failure.reason === 'locked' || this.#db.path === inMemory) throw failure;
      commit = this.#appendDespite(failure, batch);
    }
    this.#lastWrite = this.#options.elapsed();
    this.#isWalDirty = true;
    this.#told(commit, true);
    if (!this.#status.durable) for (const _ of retain(this.#db, memoryLimits, this.#options.now()));
    return commit;
  }

  #appendDespite(failure: JournalError, batch: EncodedBatch): Commit {
    if (failure.reason === 'disk-full') {
      rmSync(`${this.#opened.path}.reserve`, { force: true });
      try {
        return this.#writer.append(batch);
      } catch {
        // The reserve was not enough, or is gone.
      }
    }
    const seq = this.#toldSeq;
    this.#closeFile(failure);
    this.#useMemory(failure, seq);
    this.#post({ notice: 'status', status: this.#status });
    return this.#writer.append(batch);
  }

  #closeFile(failure: JournalError): void {
    for (const { id } of this.#tasks) this.#fail(id, failure);
    this.#tasks = [];
    try {
      this.#db.close();
    } catch {
      // A file that failed may fail to close; the handle is gone all the same.
    }
    if (failure.reason === 'corrupt') setAsideFile(this.#opened.path, this.#options.now());
  }

  #reserve(): void {
    try {
      writeFileSync(`${this.#opened.path}.reserve`, Buffer.alloc(reserveBytes, 1), {
        mode: 0o600,
        flag: 'wx',
      });
    } catch {
      // It stands already, or the disk is too full for it.
    }
  }

  /** Tells of a commit and lets the open results take it in. */
  #told(commit: Commit, own: boolean): void {
    if (commit.to < commit.from) return;
    this.#toldSeq = commit.to;
    for (const [id, open] of this.#results) if (open.result.commit(commit) > 0) this.#progress(id, open);
    this.#post({ notice: 'commit', commit, own });
  }

  #progress(id: number, open: OpenResult): void {
    const { count, done } = open.result;
    if (open.told === `${count} ${String(done)}`) return;
    open.told = `${count} ${String(done)}`;
    this.#post({ notice: 'progress', result: id, count, done });
  }

  #compile(query: Query): CompiledQuery {
    if (typeof query !== 'string') return query;
    if (query.trim() === '') return everything;
    if (!this.#options.compile) throw new Error('This journal has no query language.');
    return this.#options.compile(query, { now: this.#options.now() });
  }

  #query({ query, order }: Calls['query']['args']): number {
    const id = ++this.#lastResult;
    const open = {
      result: new Result(this.#db, this.#compile(query), order, this.#options.elapsed),
      told: '',
    };
    this.#results.set(id, open);
    this.#start({ id: 0, steps: this.#scan(id, open) });
    return id;
  }

  *#scan(id: number, open: OpenResult): Generator<undefined, void> {
    for (const _ of open.result.scan()) {
      if (!this.#results.has(id)) return;
      this.#progress(id, open);
      yield;
    }
    this.#progress(id, open);
  }

  *#rows({ result, request }: Calls['rows']['args']): Generator<undefined, unknown> {
    while (!this.#result(result).hasRows(request)) yield;
    return this.#result(result).rows(request);
  }

  *#values({ result, field }: Calls['values']['args']): Generator<undefined, unknown> {
    const counts = yield* this.#result(result).values(field);
    const values = [...counts].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
    return values.map(([value, count]) => ({ value: valueWords(this.#db, field, value), count }));
  }

  #result(id: number): Result {
    const open = this.#results.get(id);
    if (!open) throw new Error('This result was closed.');
    return open.result;
  }

  *#check(): Generator<undefined, null> {
    yield* this.#db.check();
    return null;
  }

  #start(task: Task): void {
    this.#tasks.push(task);
    this.#loop();
  }

  /** One slice, then whatever arrived, then the next task's slice. */
  #loop(): void {
    if (this.#isLooping) return;
    this.#isLooping = true;
    const step = (): void => {
      const task = this.#tasks.shift();
      if (task) this.#step(task);
      if (this.#tasks.length > 0) this.#options.defer(step);
      else this.#isLooping = false;
    };
    this.#options.defer(step);
  }

  #step(task: Task): void {
    try {
      const { done, value } = task.steps.next();
      if (!done) this.#tasks.push(task);
      else if (task.id !== 0) this.#post({ id: task.id, answer: value });
    } catch (error) {
      if (task.id !== 0) this.#fail(task.id, error);
      const failure = journalError(error);
      if (failure.reason === 'corrupt' && this.#db.path !== inMemory) this.#replaceDamaged(failure);
    }
  }

  #replaceDamaged(failure: JournalError): void {
    this.#closeFile(failure);
    try {
      this.#useFile();
    } catch (error) {
      this.#useMemory(journalError(error), 0);
    }
    this.#results.clear();
    this.#status = { ...this.#status, reason: failure.reason, message: failure.message };
    this.#post({ notice: 'status', status: this.#status });
  }

  #follow(everyMs: number): void {
    this.#stopFollow?.();
    this.#stopFollow =
      everyMs > 0
        ? this.#options.repeat(everyMs, () => {
            this.#look();
          })
        : undefined;
  }

  /** Whether another connection committed: a read of four bytes of shared memory. */
  #look(): void {
    try {
      const version = this.#db.number('PRAGMA data_version');
      if (version === this.#dataVersion) return;
      this.#dataVersion = version;
      const to = lastSeq(this.#db);
      this.#told({ from: this.#toldSeq + 1, to }, false);
    } catch (error) {
      this.#post({ notice: 'status', status: { ...this.#status, ...failureOf(error) } });
    }
  }

  #idle(): void {
    if (this.#tasks.length > 0 || this.#options.elapsed() - this.#lastWrite < idleMs || !this.#isWalDirty)
      return;
    this.#isWalDirty = false;
    try {
      if (checkpointIfDue(this.#db)) this.#isWalDirty = true;
      this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // The next write meets the same and is answered.
    }
  }

  #close(): void {
    for (const stop of this.#stops) stop();
    this.#stopRetry?.();
    this.#stopFollow?.();
    this.#tasks = [];
    this.#results.clear();
    this.#db.close();
  }

  #post(message: FromWorker | Notice): void {
    this.#port.postMessage(message);
  }

  #fail(id: number, error: unknown): void {
    this.#post({ id, failure: failureOf(error) });
  }
}

function failureOf(error: unknown): Failure {
  const isOfSqlite =
    error instanceof JournalError || (error as { errcode?: number } | null)?.errcode !== undefined;
  const failure = isOfSqlite ? journalError(error) : (error as Error);
  const facts = isOfSqlite ? {} : { ...(error as object) };
  return {
    message: failure.message,
    facts,
    ...(failure instanceof JournalError ? { reason: failure.reason } : {}),
  };
}

/** Copies what a journal in memory holds behind what a file holds, in one transaction. */
function moveInto(memory: JournalDatabase, file: JournalDatabase): Commit {
  const encoder = new BatchEncoder();
  const seqs = memory
    .prepareArrays('SELECT seq FROM events ORDER BY seq')
    .all()
    .map(([seq]) => Number(seq));
  const state = stateAt(memory, Number.MAX_SAFE_INTEGER);
  const gone = readChangesBetween(memory, -1, Number.MAX_SAFE_INTEGER).filter(
    (change) => change.state === null,
  );
  encoder.add({
    events: readEvents(memory, seqs),
    changes: [...gone, ...state.changes],
    contexts: state.contexts,
    cursors: state.cursors,
  });
  return new Writer(file).append(encoder.batch);
}

export type { CallName };
