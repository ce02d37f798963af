import { rmSync, writeFileSync } from 'node:fs';
import { checkpointIfDue } from './checkpoints.ts';
import { inMemory, openDatabase, setAsideFile, type JournalDatabase } from './database.ts';
import { journalError, type JournalError } from './journalError.ts';
import type { Calls, StoreStatus } from './messages.ts';
import { readEvents, readLastChanges, readState } from './reader.ts';
import { BatchEncoder, type EncodedBatch } from './records.ts';
import { retain, type RetentionLimits } from './retention.ts';
import type { ServiceOptions } from './service.ts';
import { enterWriter, leaveWriter } from './writers.ts';
import { Writer, continueAfter, lastSeq, type Commit } from './writer.ts';

/** How often a journal in memory tries its file again. */
export const retryMs = 30_000;
/** Events that a journal in memory holds, oldest logs and metrics first to go. */
const memoryLimits: RetentionLimits = { classes: {}, totalBytes: 64_000_000 };
/** Given back when the disk is full: not even a DELETE succeeds then. */
const reserveBytes = 4 * 1024 * 1024;
/** Changes between two looks for a checkpoint while the journal never rests: a state is folded from the last one. */
const restlessChanges = 2_000;

/** The file of a journal, or the memory that stands in for it as long as it cannot be written. */
export class JournalFile {
  readonly #options: ServiceOptions;
  readonly #opened: Calls['open']['args'];
  readonly #onSwitch: (status: StoreStatus) => void;
  #db!: JournalDatabase;
  #writer!: Writer;
  #status!: StoreStatus;
  #stopRetry: (() => void) | undefined;
  #lost = 0;
  /** Changes since the last look for a checkpoint. */
  #changes = 0;
  /** A window that had the file open ended without closing it: pages may be damaged. */
  wasLeftOpen = false;

  /** Opens the file. `onSwitch` is called when another database takes its place later. */
  constructor(
    options: ServiceOptions,
    opened: Calls['open']['args'],
    onSwitch: (status: StoreStatus) => void,
  ) {
    this.#options = options;
    this.#opened = opened;
    this.#onSwitch = onSwitch;
    this.#openFile();
  }

  get db(): JournalDatabase {
    return this.#db;
  }
  get status(): StoreStatus {
    return this.#status;
  }

  /** Commits a batch, once, with what `also` writes to the database. */
  append(batch: EncodedBatch, also?: () => void): Commit {
    let commit: Commit;
    try {
      commit = this.#writer.append(batch, also);
    } catch (error) {
      const failure = journalError(error);
      if (this.#db.path === inMemory) throw failure;
      commit = this.#appendDespite(failure, batch);
    }
    if (!this.#status.durable) {
      const steps = retain(this.#db, memoryLimits, this.#options.now());
      let step = steps.next();
      while (!step.done) step = steps.next();
      this.#lost += Object.values(step.value).reduce((sum, count) => sum + count, 0);
    }
    this.#changes += batch.changes.length;
    if (this.#changes >= restlessChanges) this.#checkpointIfDue();
    return commit;
  }

  /** Sets a file aside in which damaged pages were found, and begins a new one. */
  replaceDamaged(failure: JournalError): void {
    if (this.#db.path === inMemory) return;
    this.#closeFile(failure);
    this.#openFile(failure);
    this.#onSwitch(this.#status);
  }

  close(): void {
    this.#stopRetry?.();
    try {
      this.#db.write(() => {
        leaveWriter(this.#db, this.#opened.writer);
      });
    } catch {
      // The next window that opens the journal checks it.
    }
    this.#db.close();
  }

  #openFile(failure?: JournalError): void {
    const why = failure ? { reason: failure.reason, message: failure.message } : {};
    try {
      this.#use(this.#openPath(this.#opened.path), why);
      this.#reserve();
    } catch (error) {
      this.#useMemory(journalError(error), 0);
    }
  }

  #openPath(path: string): JournalDatabase {
    return openDatabase({ ...this.#options, path, software: this.#opened.software });
  }

  #use(db: JournalDatabase, more: Partial<StoreStatus>): void {
    const { path } = this.#opened;
    this.#db = db;
    this.#writer = new Writer(db);
    try {
      const { pid, isRunning } = this.#options;
      this.wasLeftOpen = enterWriter(db, this.#opened.writer, pid, isRunning);
    } catch (error) {
      // A full disk, for instance: the first batch meets the same and is helped.
      if (journalError(error).reason === 'corrupt') throw error;
    }
    this.#status = {
      journalId: db.journalId,
      path,
      durable: db.path === path,
      seq: lastSeq(db),
      ...(db.setAside === undefined ? {} : { setAside: db.setAside }),
      ...more,
    };
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
    const seq = this.#knownSeq();
    this.#closeFile(failure);
    this.#useMemory(failure, seq);
    this.#onSwitch(this.#status);
    return this.#writer.append(batch);
  }

  #knownSeq(): number {
    try {
      return lastSeq(this.#db);
    } catch {
      return 0;
    }
  }

  #closeFile(failure: JournalError): void {
    try {
      this.#db.close();
    } catch {
      // A file that failed may fail to close; the handle is gone all the same.
    }
    if (failure.reason === 'corrupt') setAsideFile(this.#opened.path, this.#options.now());
  }

  /** Goes on in memory, with seqs behind those of the file, and tries the file again from time to time. */
  #useMemory(failure: JournalError, seq: number): void {
    if (failure.reason === 'missing-sqlite') throw failure;
    const db = this.#openPath(inMemory);
    if (seq > 0) continueAfter(db, seq);
    this.#use(db, { reason: failure.reason, message: failure.message });
    this.#stopRetry ??= this.#options.repeat(retryMs, () => {
      this.#retry();
    });
  }

  /** Writes what was held in memory into the file, if that works again. */
  #retry(): void {
    const memory = this.#db;
    let file: JournalDatabase | undefined;
    try {
      file = this.#openPath(this.#opened.path);
      const moved = moveInto(memory, file);
      this.#use(file, { moved, lost: this.#lost });
      this.#lost = 0;
    } catch {
      file?.close();
      return;
    }
    memory.close();
    this.#stopRetry?.();
    this.#stopRetry = undefined;
    this.#reserve();
    this.#onSwitch(this.#status);
  }

  #reserve(): void {
    if (this.#opened.path === inMemory) return;
    try {
      writeFileSync(`${this.#opened.path}.reserve`, Buffer.alloc(reserveBytes, 1), {
        mode: 0o600,
        flag: 'wx',
      });
    } catch {
      // The reserve stands already, or the disk is too full for it.
    }
  }

  /** A journal that rests is looked at by its service too. */
  #checkpointIfDue(): void {
    this.#changes = 0;
    try {
      checkpointIfDue(this.#db);
    } catch {
      // The next write meets the same and is answered.
    }
  }
}

/** Copies what a journal in memory holds behind what a file holds, in one transaction. */
function moveInto(memory: JournalDatabase, file: JournalDatabase): Commit {
  const encoder = new BatchEncoder();
  const seqs = memory.prepareArrays('SELECT seq FROM events ORDER BY seq').all();
  const { changes, contexts, cursors } = readState(memory);
  const gone = readLastChanges(memory, -1, Number.MAX_SAFE_INTEGER).filter(({ state }) => state === null);
  encoder.add({
    events: readEvents(
      memory,
      seqs.map(([seq]) => Number(seq)),
    ),
    changes: [...gone, ...changes],
    contexts,
    cursors,
  });
  return new Writer(file).append(encoder.batch);
}
