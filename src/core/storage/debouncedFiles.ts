import * as nodeFs from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { errorWords, text } from '../model/text.ts';
import type { Log } from '../systems/session.ts';

/** The functions of node:fs that write and read the files; tests bring some that fail. */
export type FileFunctions = Pick<
  typeof nodeFs,
  'mkdirSync' | 'readdirSync' | 'readFileSync' | 'renameSync' | 'rmSync' | 'writeFileSync'
>;

export interface DebouncedFilesOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly fs?: FileFunctions;
}

/** The text of a file in pieces, made when the file is written; `remove` for no file, `keep` for the one that is there. */
export type FileContent = () => Iterable<string> | 'remove' | 'keep';

/** Changes wait at least this long, so that many of them are one write. */
const pauseMs = 1000;
/** Characters for which the next write waits another millisecond: a long text costs a small share of the time. */
const charactersPerMs = 1000;
/** Characters written in one turn of the event loop: less than 10 ms of work. */
const sliceCharacters = 256 * 1024;
const retryAfterMs = 10_000;

/**
 * Files of one folder, each written whole and put in place at once, soon after it changed. Failed writes are logged
 * once and tried again until they succeed.
 */
export class DebouncedFiles {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #fs: FileFunctions;
  readonly #pending = new Map<string, FileContent>();
  readonly #failing = new Set<string>();
  /** Characters of the last write. */
  #written = 0;
  #cancelTimer: (() => void) | undefined;
  /** Identity of the write in progress; a flush clears it, which ends that write. */
  #run: object | undefined;

  constructor({ folder, clock, log, fs = nodeFs }: DebouncedFilesOptions) {
    this.#folder = folder;
    this.#clock = clock;
    this.#log = log;
    this.#fs = fs;
  }

  /** Names of the files on disk. */
  names(): readonly string[] {
    try {
      return this.#fs.readdirSync(this.#folder);
    } catch {
      return [];
    }
  }

  /** The text that is to be written to a file; undefined where nothing is pending. */
  pending(name: string): string | undefined {
    const content = this.#pending.get(name)?.();
    return content === undefined || typeof content === 'string' ? undefined : [...content].join('');
  }

  /** The text of a file on disk; undefined where none can be read. */
  read(name: string): string | undefined {
    try {
      return this.#fs.readFileSync(join(this.#folder, name), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** Has the file written soon, in place of what was to be written before. */
  change(name: string, content: FileContent): void {
    this.#pending.set(name, content);
    this.#schedule();
  }

  /** Writes what is pending of a file now, or of all files. */
  flush(name?: string): void {
    this.#run = undefined;
    for (const [pending, content] of [...this.#pending]) {
      if (name === undefined || pending === name) Array.from(this.#write(pending, content));
    }
    this.#schedule();
  }

  dispose(): void {
    this.flush();
    this.#cancelTimer?.();
  }

  #schedule(): void {
    if (this.#pending.size === 0 || this.#cancelTimer || this.#run) return;
    const wait = this.#failing.size > 0 ? retryAfterMs : Math.max(pauseMs, this.#written / charactersPerMs);
    this.#cancelTimer = this.#clock.after(wait, () => {
      this.#cancelTimer = undefined;
      void this.#writeInTurns();
    });
  }

  async #writeInTurns(): Promise<void> {
    const run = (this.#run = {});
    this.#written = 0;
    for (const [name, content] of [...this.#pending]) {
      for (const characters of this.#write(name, content)) {
        this.#written += characters;
        await new Promise<void>((resolve) => this.#clock.after(0, resolve));
        if (this.#run !== run) return;
      }
    }
    this.#run = undefined;
    this.#schedule();
  }

  /** Writes one file; yields the length of each slice of its text. */
  *#write(name: string, content: FileContent): Generator<number> {
    const path = join(this.#folder, name);
    const draft = `${path}.${process.pid}`;
    try {
      const made = content();
      if (made === 'remove') this.#fs.rmSync(path, { force: true });
      else if (made !== 'keep') {
        const pieces: string[] = [];
        let slice = 0;
        for (const piece of made) {
          pieces.push(piece);
          slice += piece.length;
          if (slice < sliceCharacters) continue;
          yield slice;
          slice = 0;
        }
        this.#fs.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
        this.#fs.writeFileSync(draft, pieces.join(''), { mode: 0o600 });
        this.#fs.renameSync(draft, path);
      }
    } catch (error) {
      this.#fail(name, path, error);
      return;
    }
    if (this.#pending.get(name) === content) this.#pending.delete(name);
    if (this.#failing.delete(name) && this.#failing.size === 0)
      this.#log.info(text('{0} can be written again', this.#folder));
  }

  #fail(name: string, path: string, error: unknown): void {
    if (this.#failing.size === 0) {
      this.#log.error(text('{0} could not be written and is tried again: {1}', path, errorWords(error)));
    }
    this.#failing.add(name);
  }
}
