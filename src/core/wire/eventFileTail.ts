import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../model/clock.ts';
import { text, type Text } from '../model/text.ts';
import {
  chunksFrom,
  endOfDay,
  endOfLastLine,
  endsLineAt,
  fileOfDay,
  eventFileError,
  listEventFiles,
  sizeOf,
  type EventFileError,
} from './eventFiles.ts';
import { LineSplitter, type Line } from './lineSplitter.ts';

export { EventFileError } from './eventFiles.ts';
import { watchDirectory } from './watchDirectory.ts';

interface JournalPosition {
  readonly file: string;
  /** Offset of the first line that was not delivered. */
  readonly offset: number;
}

/** How far a journal has been read: plain JSON, kept over restarts. */
export interface EventFileCursor extends JournalPosition {
  /** Yesterday's file, as long as late lines may still come into it. */
  readonly late?: JournalPosition;
}

export interface EventFileLine {
  /** Without the newline, cut at the cap. */
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly truncated: boolean;
  readonly receivedAt: number;
  /** To go on after this line. */
  readonly cursor: EventFileCursor;
}

export interface EventFileTailOptions {
  readonly directory: string;
  /** Position that an earlier tail stopped at; reading goes on from there. */
  readonly cursor?: EventFileCursor;
  /** Without a cursor, begins so long ago; 0 begins with what comes from now on. */
  readonly backfillHours: number;
  /** Bytes kept of one line. */
  readonly maxLineBytes: number;
  readonly clock: Clock;
  /** The time in a line, if it can be read; lines from before the back-fill are left out by it. */
  readonly timeOf?: (bytes: Uint8Array) => number | undefined;
  readonly onLine: (line: EventFileLine) => void;
  /** Asked between lines; reading goes on when what it promises has settled. A file can wait. */
  readonly pressure?: () => Promise<unknown> | undefined;
  /** The position moved without a line: at the start, over a gap, into the next file. */
  readonly onMoved: (cursor: EventFileCursor) => void;
  /** Lines are missing, and why. It goes on with what is there. */
  readonly onGap: (message: Text) => void;
  /** Reading ended and does not resume by itself. Not called after `dispose`. */
  readonly onLost: (error: EventFileError) => void;
}

/** A watch may be refused or miss what happens on network file systems; a look each second never does. */
const lookEveryMs = 1000;
/** A writer that began before midnight may end after it. */
const lateMs = 2 * 60_000;
/** Files of tomorrow are read, for a writer whose clock is ahead; what is beyond is no file of the journal. */
const aheadMs = 86_400_000;
const hourMs = 3_600_000;
/** Then the event loop gets its turn: half of what it may be blocked, for the line that is under way. */
const sliceMs = 5;

interface Reader {
  readonly file: string;
  offset: number;
  readonly lines: LineSplitter;
  /** True until `offset`, from which reading goes on, was seen to be still the end of a line. */
  resumed: boolean;
  /** Lines that begin before the byte `until` are left out if they are older than `since`. */
  readonly backfill?: { readonly since: number; readonly until: number };
}

/**
 * Follows a journal of one file per UTC day (`YYYY-MM-DD.ndjson`), line by line: from a cursor on, no line twice and
 * none lost. Yesterday's file is followed beside today's until two minutes after midnight.
 */
export class EventFileTail {
  readonly #options: EventFileTailOptions;
  #current: Reader;
  #late: Reader | undefined;
  #moved = false;
  #stopped = false;
  #looking: Promise<void> | undefined;
  #firstLook: Promise<void> | undefined;
  #lookAgain = false;
  #stopWatching: () => void = () => undefined;
  #sliceEnd = 0;

  private constructor(options: EventFileTailOptions, current: Reader, late: Reader | undefined) {
    this.#options = options;
    this.#current = current;
    this.#late = late;
  }

  /** Resolves when it follows, before the lines that are there already; rejects with a `EventFileError`. */
  static async start(options: EventFileTailOptions): Promise<EventFileTail> {
    try {
      return await EventFileTail.#open(options);
    } catch (error) {
      throw eventFileError(error, options.directory);
    }
  }

  static async #open(options: EventFileTailOptions): Promise<EventFileTail> {
    const { directory, clock, onGap } = options;
    const newest = fileOfDay(clock.now() + aheadMs);
    const names = await listEventFiles(directory, newest);
    let { cursor } = options;
    if (cursor && cursor.file > newest) {
      onGap(
        text('The journal was read up to {0}, which is in the future; lines may be missing.', cursor.file),
      );
      cursor = undefined;
    }
    const tail = cursor
      ? new EventFileTail(options, readerAt(options, cursor), cursor.late && readerAt(options, cursor.late))
      : await EventFileTail.#fresh(options, names);
    // At once: stopped before its first line, it goes on from here and not from a later beginning.
    options.onMoved(tail.#cursor());
    tail.#watch();
    return tail;
  }

  static async #fresh(options: EventFileTailOptions, names: readonly string[]): Promise<EventFileTail> {
    const { directory, backfillHours, clock } = options;
    const now = clock.now();
    const today = fileOfDay(now);
    const endOf = async (file: string): Promise<JournalPosition> => ({
      file,
      offset: await endOfLastLine(join(directory, file)),
    });
    const yesterday = fileOfDay(now - lateMs);
    if (backfillHours === 0) {
      const late = yesterday === today ? undefined : readerAt(options, await endOf(yesterday));
      return new EventFileTail(options, readerAt(options, await endOf(today)), late);
    }
    const since = now - backfillHours * hourMs;
    const first = names.find((name) => name >= fileOfDay(since) && name <= today) ?? today;
    // Lines behind this offset are new, whatever their time says.
    const until = (await sizeOf(join(directory, first))) ?? 0;
    const reader = { ...readerAt(options, { file: first, offset: 0 }), backfill: { since, until } };
    const late = first > yesterday ? readerAt(options, { file: yesterday, offset: 0 }) : undefined;
    return new EventFileTail(options, reader, late);
  }

  /** Resolves when what was there at the start has been delivered, or when it ends before. */
  async caughtUp(): Promise<void> {
    await this.#firstLook;
  }

  /** Reads no more. Resolves when nothing of it is open; no callback comes after that. */
  async dispose(): Promise<void> {
    this.#stopped = true;
    this.#stopWatching();
    await this.#looking;
  }

  #watch(): void {
    const { directory, clock } = this.#options;
    const stopWatch = watchDirectory(directory, () => this.#look());
    let cancelTimer: () => void;
    const arm = (): void => {
      cancelTimer = clock.after(lookEveryMs, () => {
        arm();
        this.#look();
      });
    };
    arm();
    this.#stopWatching = () => {
      cancelTimer();
      stopWatch();
    };
    this.#look();
    this.#firstLook = this.#looking;
  }

  /** Reads what has come; one look at a time, and one more if something happens meanwhile. */
  #look(): void {
    if (this.#stopped) return;
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#lookAgain = false;
    this.#looking = this.#readAll()
      .then(
        () => undefined,
        (error: unknown) => eventFileError(error, this.#options.directory),
      )
      .then((error) => {
        this.#looking = undefined;
        if (this.#stopped) return;
        if (error) {
          this.#stopped = true;
          this.#stopWatching();
          this.#options.onLost(error);
        } else if (this.#lookAgain) this.#look();
      });
  }

  async #readAll(): Promise<void> {
    const { directory, clock, onMoved } = this.#options;
    // Both before reading: what a file holds when its successor is seen, or when its time is over, is all that it gets.
    const now = clock.now();
    const names = await listEventFiles(directory, fileOfDay(now + aheadMs));
    this.#sliceEnd = performance.now() + sliceMs;
    if (this.#late) {
      await this.#read(this.#late);
      if (now >= endOfDay(this.#late.file) + lateMs) this.#leaveLate();
    }
    for (;;) {
      const { file } = this.#current;
      await this.#read(this.#current);
      if (this.#stopped) return;
      const over = now >= endOfDay(file) + lateMs;
      if (over) this.#finish(this.#current);
      const next = names.find((name) => name > file);
      if (next === undefined) break;
      // A day whose first line is a late one has no file yet.
      const yesterday = fileOfDay(now - lateMs);
      const late = over ? yesterday > file && yesterday < next && this.#readerAt(yesterday) : this.#current;
      if (late) {
        this.#leaveLate();
        this.#late = late;
      }
      this.#current = this.#readerAt(next);
      this.#moved = true;
    }
    if (!this.#moved || this.#isStopped()) return;
    this.#moved = false;
    onMoved(this.#cursor());
  }

  #readerAt(file: string): Reader {
    return readerAt(this.#options, { file, offset: 0 });
  }

  #leaveLate(): void {
    if (!this.#late || this.#stopped) return;
    this.#finish(this.#late);
    this.#late = undefined;
    this.#moved = true;
  }

  /** Nobody will end its last line any more. */
  #finish(reader: Reader): void {
    const line = this.#stopped ? undefined : reader.lines.end();
    if (line) this.#deliver(reader, line);
  }

  async #read(reader: Reader): Promise<void> {
    const path = join(this.#options.directory, reader.file);
    const size = await sizeOf(path);
    const readTo = reader.offset + reader.lines.pending;
    if (this.#stopped || size === readTo) return;
    if (size === undefined) {
      if (readTo > 0)
        this.#gap(reader, text('The journal file {0} was removed; lines may be missing.', reader.file));
      return;
    }
    if (size > readTo && reader.resumed && !(await this.#isWhereItStopped(reader, path))) {
      this.#gap(
        reader,
        text('The journal file {0} is not what it was; it is read from its beginning.', reader.file),
      );
    }
    reader.resumed = false;
    if (size < readTo) {
      this.#gap(
        reader,
        text(
          'The journal file {0} has {1} bytes but was read up to {2}; lines may be missing.',
          reader.file,
          size,
          readTo,
        ),
      );
    }
    for await (const chunk of chunksFrom(path, reader.offset + reader.lines.pending)) {
      for (const line of reader.lines.push(chunk)) {
        if (this.#isStopped()) return;
        this.#deliver(reader, line);
        if (performance.now() < this.#sliceEnd) continue;
        await nextTurn();
        await this.#options.pressure?.();
        this.#sliceEnd = performance.now() + sliceMs;
      }
      if (this.#isStopped()) return;
    }
  }

  /** A file that was replaced by a longer one; only what was delivered without a newline may end without one. */
  async #isWhereItStopped({ file, offset }: Reader, path: string): Promise<boolean> {
    return this.#options.clock.now() >= endOfDay(file) + lateMs || (await endsLineAt(path, offset));
  }

  #deliver(reader: Reader, { bytes, size, length }: Line): void {
    const start = reader.offset;
    reader.offset += length;
    if (isBlank(bytes) || this.#isTooOld(reader, start, bytes)) {
      this.#moved = true;
      return;
    }
    this.#moved = false;
    const { clock, onLine } = this.#options;
    onLine({
      bytes,
      size,
      truncated: size > bytes.length,
      receivedAt: clock.now(),
      cursor: this.#cursor(),
    });
  }

  #isTooOld({ backfill }: Reader, start: number, bytes: Uint8Array): boolean {
    if (!backfill || start >= backfill.until) return false;
    const time = this.#options.timeOf?.(bytes);
    return time !== undefined && time < backfill.since;
  }

  #gap(reader: Reader, message: Text): void {
    reader.offset = 0;
    reader.lines.clear();
    this.#moved = true;
    this.#options.onGap(message);
  }

  #cursor(): EventFileCursor {
    const late = this.#late;
    return { ...positionOf(this.#current), ...(late ? { late: positionOf(late) } : {}) };
  }

  /** Reads the flag through a call: TypeScript narrows it and does not know that it changes across an await. */
  #isStopped(): boolean {
    return this.#stopped;
  }
}

function positionOf({ file, offset }: Reader): JournalPosition {
  return { file, offset };
}

function readerAt(options: EventFileTailOptions, { file, offset }: JournalPosition): Reader {
  return { file, offset, resumed: offset > 0, lines: new LineSplitter(options.maxLineBytes) };
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
