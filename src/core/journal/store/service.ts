import { stateAt, checkpointIfDue } from './checkpoints.ts';
import { readComparison } from './comparison.ts';
import { everything, type CompileQuery, type CompiledQuery } from './compiled.ts';
import { inMemory, type JournalDatabase } from './database.ts';
import { deleteScope, quoted, scopeQuery, type DeletionScope } from './deletion.ts';
import { readEventContext } from './eventContext.ts';
import { readHealth } from './health.ts';
import { readInstanceHistory } from './instanceHistory.ts';
import { journalError } from './journalError.ts';
import { JournalFile } from './journalFile.ts';
import type { Calls, FromWorker, Port, Query, StoreStatus, ToWorker } from './messages.ts';
import { readChanges, readChangesSince, readEvents, readRange } from './reader.ts';
import { readPlace } from './places.ts';
import { readPlayerCounts } from './playerCounts.ts';
import { answerRecordingCall, isRecordingCall } from './recordings.ts';
import { BatchEncoder, type EncodedBatch } from './records.ts';
import { forgetRemoved, removedEvent } from './removed.ts';
import { answerSharedCall, isSharedCall } from './sharedCalls.ts';
import { failureOf, OpenResults } from './openResults.ts';
import { compact, deleteMatching, retain, type RetentionLimits } from './retention.ts';
import { readRollups } from './rollups.ts';
import { readTasks } from './tasks.ts';
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
  readonly pid: number;
  readonly isRunning: (pid: number) => boolean;
  /** Looks for damaged pages while this thread goes on; without it this thread does, a table at a time. */
  readonly checkFile?: (path: string) => Promise<void>;
}

/** Idle time after which the WAL is copied into the file: passive, because others may write. */
const idleMs = 200;

interface Task {
  readonly id: number;
  readonly steps: Generator<undefined, unknown>;
}
/** The loop of the worker: a write runs when it arrives, and between two of them one slice of one read. */
export class JournalService {
  readonly #port: Port;
  readonly #options: ServiceOptions;
  #file!: JournalFile;
  #limits!: RetentionLimits;
  #tasks: Task[] = [];
  readonly #results: OpenResults;
  #isLooping = false;
  /** The newest seq that this service told of, and SQLite's mark of what others did. */
  #toldSeq = 0;
  #dataVersion = 0;
  #lastWrite = 0;
  #isWalDirty = false;
  #isClosed = false;
  #stops: (() => void)[] = [];
  #stopFollow: (() => void) | undefined;

  constructor(port: Port, options: ServiceOptions) {
    this.#port = port;
    this.#options = options;
    this.#results = new OpenResults({
      db: () => this.#db,
      compile: (query) => this.#compile(query),
      elapsed: options.elapsed,
      run: (steps) => {
        this.#start({ id: 0, steps });
      },
      post: (notice) => {
        this.#post(notice);
      },
    });
    port.on('message', (message) => {
      this.#receive(message as ToWorker);
    });
  }

  #receive(message: ToWorker): void {
    try {
      const answer = this.#answer(message);
      if (answer instanceof Promise)
        answer.then(
          (value) => {
            this.#post({ id: message.id, answer: value as unknown });
          },
          (error: unknown) => {
            this.#fail(message.id, error);
          },
        );
      else if (answer && typeof answer === 'object' && 'next' in answer && typeof answer.next === 'function')
        this.#start({ id: message.id, steps: answer as Generator<undefined, unknown> });
      else this.#post({ id: message.id, answer });
    } catch (error) {
      this.#fail(message.id, error);
    }
  }

  #answer(message: ToWorker): unknown {
    if (isSharedCall(message)) return answerSharedCall(this.#db, message);
    if (isRecordingCall(message)) return answerRecordingCall(this.#db, message, this.#options);
    const { call, args } = message;
    if (call === 'open') return this.#open(args);
    const db = this.#db;
    const { elapsed } = this.#options;
    switch (call) {
      case 'append':
        return this.#append(args);
      case 'query':
        return this.#results.open(args);
      case 'rows':
        return this.#results.rows(args);
      case 'positionOf':
        return this.#results.get(args.result).positionOf(args.seq, args.sentAt);
      case 'hold':
        return args.hold ? this.#results.hold(args.result) : this.#results.release(args.result);
      case 'values':
        return this.#results.values(args);
      case 'histogram':
      case 'timeline':
      case 'statistics':
        return this.#results.count(message);
      case 'closeResult':
        this.#results.close(args.result);
        return null;
      case 'event':
        return readEvents(db, [args.seq])[0] ?? null;
      case 'eventContext':
        return readEventContext(db, args.seq);
      case 'compare':
        return readComparison(db, args.seqs);
      case 'changes':
        return readChanges(db, args, args.from, args.to);
      case 'changesSince':
        return readChangesSince(db, args.change);
      case 'tasks':
        return readTasks(db, args);
      case 'instanceHistory':
        return readInstanceHistory(db, args);
      case 'range':
        return readRange(db, this.#compile(args.query), args.from, args.to, args.limit, elapsed);
      case 'state':
        return stateAt(db, args.seq ?? Number.MAX_SAFE_INTEGER);
      case 'place':
        return readPlace(db, args);
      case 'retain':
        return this.#deleting(retain(db, args.limits ?? this.#limits, this.#options.now()), false);
      case 'remove':
        return this.#remove(this.#compile(args.query));
      case 'delete':
        return this.#delete(args.scope);
      case 'rollups':
        return readRollups(db, args);
      case 'playerCounts':
        return readPlayerCounts(db, args);
      case 'compact':
        this.#isWalDirty = true;
        return compact(db, this.#options.elapsed);
      case 'health':
        return readHealth(db);
      case 'check':
        return this.#check();
      case 'backUp':
        return db.backUp(args.path).then(() => null);
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
      this.#begin();
      this.#results.restart();
      this.#post({ notice: 'status', status });
    });
    this.#begin();
    const { toldSeq } = args;
    if (toldSeq !== undefined && toldSeq < this.#toldSeq)
      this.#post({ notice: 'commit', commit: { from: toldSeq + 1, to: this.#toldSeq }, own: false });
    this.#stops.push(this.#options.repeat(idleMs, () => this.#idle()));
    return this.#file.status;
  }

  /** Goes on with the database that the file opened. */
  #begin(): void {
    this.#toldSeq = lastSeq(this.#db);
    this.#dataVersion = this.#db.number('PRAGMA data_version');
    this.#results.noteDeletions();
    if (!this.#file.wasLeftOpen) return;
    const check = this.#check();
    // Damage was dealt with, and a check that could not run is made up for when somebody asks for one.
    if (check instanceof Promise) check.catch(() => undefined);
    else this.#start({ id: 0, steps: check });
  }

  get #db(): JournalDatabase {
    return this.#file.db;
  }

  #append(batch: EncodedBatch): Commit {
    const commit = this.#file.append(batch);
    this.#lastWrite = this.#options.elapsed();
    this.#isWalDirty = true;
    // Posted again after a worker ended: everybody has been told.
    if (commit.to <= this.#toldSeq) return commit;
    // Events that another window wrote since the last look come first.
    this.#told({ from: this.#toldSeq + 1, to: commit.from - 1 }, false);
    this.#told(commit, true);
    return commit;
  }

  /** Tells of a commit and lets the open results take it in. */
  #told(commit: Commit, own: boolean): void {
    if (commit.to < commit.from) return;
    this.#toldSeq = commit.to;
    this.#results.commit(commit);
    this.#post({ notice: 'commit', commit, own });
  }

  #compile(query: Query): CompiledQuery {
    if (typeof query !== 'string') return query;
    if (query.trim() === '') return everything;
    if (!this.#options.compile) throw new Error('This journal has no query language.');
    return this.#options.compile(query, { now: this.#options.now() });
  }

  /** Runs a deletion to its end, then tells of it in the journal and finds the results anew. */
  *#deleting<T>(steps: Generator<undefined, T>, isAsked: boolean): Generator<undefined, T> {
    const answer = yield* steps;
    this.#isWalDirty = true;
    const now = this.#options.now();
    const event = removedEvent(this.#db, now, isAsked);
    if (event) {
      const encoder = new BatchEncoder();
      encoder.add({ events: [event] });
      const db = this.#db;
      this.#told(
        this.#file.append(encoder.batch, () => {
          forgetRemoved(db, now);
        }),
        true,
      );
    }
    this.#results.refreshIfStale();
    return answer;
  }

  *#remove(query: CompiledQuery): Generator<undefined, number> {
    const { gone } = yield* this.#deleting(deleteMatching(this.#db, query, this.#options.elapsed), true);
    return gone;
  }

  *#delete(scope: DeletionScope): Generator<undefined, unknown> {
    const { names } = scope;
    // Lower case finds every case.
    const word = names === undefined ? undefined : this.#compile(quoted(names.toLowerCase()));
    const query = scopeQuery(scope, word);
    return yield* this.#deleting(deleteScope(this.#db, scope, query, this.#options.elapsed), true);
  }

  #check(): Promise<null> | Generator<undefined, null> {
    const db = this.#db;
    const { checkFile } = this.#options;
    return checkFile && db.path !== inMemory ? this.#checkBeside(db, checkFile) : this.#checkHere(db);
  }

  *#checkHere(db: JournalDatabase): Generator<undefined, null> {
    yield* db.check();
    this.#noteChecked(db);
    return null;
  }

  async #checkBeside(db: JournalDatabase, checkFile: (path: string) => Promise<void>): Promise<null> {
    try {
      await checkFile(db.path);
    } catch (error) {
      // Another file may have taken its place meanwhile.
      if (db === this.#db) this.#replaceIfDamaged(error);
      throw error;
    }
    if (db === this.#db && !this.#isClosed) this.#noteChecked(db);
    return null;
  }

  #noteChecked(db: JournalDatabase): void {
    db.write(() => {
      db.setMeta('checkedAt', this.#options.now());
    });
  }

  #replaceIfDamaged(error: unknown): void {
    const failure = journalError(error);
    if (failure.reason === 'corrupt' && !this.#isClosed) this.#file.replaceDamaged(failure);
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
      this.#replaceIfDamaged(error);
    }
  }

  #follow(everyMs: number): void {
    this.#stopFollow?.();
    this.#stopFollow = everyMs > 0 ? this.#options.repeat(everyMs, () => this.#look()) : undefined;
  }

  /** Whether another connection committed: a read of four bytes of shared memory. */
  #look(): void {
    try {
      const version = this.#db.number('PRAGMA data_version');
      if (version === this.#dataVersion) {
        this.#results.lookForDeletions(version);
        return;
      }
      this.#dataVersion = version;
      const commit = { from: this.#toldSeq + 1, to: lastSeq(this.#db) };
      // Requests of other windows and their answers come without events.
      if (commit.to < commit.from) this.#post({ notice: 'commit', commit, own: false });
      this.#told(commit, false);
      this.#results.lookForDeletions(version);
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
    this.#isClosed = true;
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
