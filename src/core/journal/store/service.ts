import { stateAt, checkpointIfDue } from './checkpoints.ts';
import { everything, type CompileQuery, type CompiledQuery } from './compiled.ts';
import { type JournalDatabase } from './database.ts';
import { journalError, JournalError } from './journalError.ts';
import { JournalFile } from './journalFile.ts';
import type { Calls, Failure, FromWorker, Port, Query, StoreStatus, ToWorker } from './messages.ts';
import { readChanges, readChangesBetween, readEvents, readRange, valueWords } from './reader.ts';
import type { EncodedBatch } from './records.ts';
import { answerOf, askRequest, readHealth, takeRequests } from './requests.ts';
import { Result } from './result.ts';
import { deleteMatching, retain, type RetentionLimits } from './retention.ts';
import { lastSeq, type Commit } from './writer.ts';

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

/** Idle time after which the WAL is copied into the file: passive, because others may write. */
const idleMs = 200;

interface Task {
  readonly id: number;
  readonly steps: Generator<undefined, unknown>;
}
interface OpenResult {
  readonly result: Result;
  told: string;
  /** A check took too long: the result holds what was found before. */
  failure?: Failure;
}

/** The loop of the worker: a write runs when it arrives, and between two of them one slice of one read. */
export class JournalService {
  readonly #port: Port;
  readonly #options: ServiceOptions;
  #file!: JournalFile;
  #limits!: RetentionLimits;
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
  #stopFollow: (() => void) | undefined;

  constructor(port: Port, options: ServiceOptions) {
    this.#port = port;
    this.#options = options;
    port.on('message', (message) => {
      this.#receive(message as ToWorker);
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
    if (call === 'open') return this.#open(args);
    const db = this.#db;
    switch (call) {
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
        return retain(db, args.limits ?? this.#limits, this.#options.now());
      case 'remove':
        return deleteMatching(db, this.#compile(args.query), this.#options.elapsed);
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
    this.#limits = args.limits;
    this.#file = new JournalFile(this.#options, args, (status) => {
      for (const { id } of this.#tasks.splice(0))
        if (id !== 0) this.#fail(id, new Error('The journal was opened anew.'));
      this.#results.clear();
      this.#begin();
      this.#post({ notice: 'status', status });
    });
    this.#begin();
    this.#stops.push(
      this.#options.repeat(idleMs, () => {
        this.#idle();
      }),
    );
    return this.#file.status;
  }

  /** Goes on with the database that the file opened. */
  #begin(): void {
    this.#toldSeq = lastSeq(this.#db);
    this.#dataVersion = this.#db.number('PRAGMA data_version');
    if (this.#db.wasLeftOpen) this.#start({ id: 0, steps: this.#check() });
  }

  get #db(): JournalDatabase {
    return this.#file.db;
  }

  #append(batch: EncodedBatch): Commit {
    const commit = this.#file.append(batch);
    this.#lastWrite = this.#options.elapsed();
    this.#isWalDirty = true;
    this.#told(commit, true);
    return commit;
  }

  /** Tells of a commit and lets the open results take it in. */
  #told(commit: Commit, own: boolean): void {
    if (commit.to < commit.from) return;
    this.#toldSeq = commit.to;
    for (const [id, open] of this.#results)
      this.#guard(id, open, () => {
        if (open.result.commit(commit) > 0) this.#progress(id, open);
      });
    this.#post({ notice: 'commit', commit, own });
  }

  /** A query that fails fails alone: neither the commit nor other results know of it. */
  #guard(id: number, open: OpenResult, run: () => void): void {
    if (open.failure) return;
    try {
      run();
    } catch (error) {
      if (journalError(error).reason === 'corrupt') throw error;
      open.failure = failureOf(error);
      const { count } = open.result;
      this.#post({ notice: 'progress', result: id, count, done: true, failure: open.failure });
    }
  }

  #progress(id: number, open: OpenResult): void {
    if (open.failure) return;
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
    const slices = open.result.scan();
    // Until it is closed, failed or at its end.
    while (this.#results.has(id) && !open.failure && !open.result.done) {
      this.#guard(id, open, () => {
        slices.next();
        this.#progress(id, open);
      });
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
    if (open.failure) throw Object.assign(new Error(open.failure.message), open.failure.facts);
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
      if (failure.reason === 'corrupt') this.#file.replaceDamaged(failure);
    }
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
      this.#post({ notice: 'status', status: { ...this.#file.status, ...failureOf(error) } });
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
    this.#stopFollow?.();
    this.#tasks = [];
    this.#results.clear();
    this.#file.close();
  }

  #post(message: FromWorker): void {
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
