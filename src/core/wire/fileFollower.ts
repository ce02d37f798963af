import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../model/clock.ts';
import { errorCode } from './systemError.ts';
import { watchDirectory } from './watchDirectory.ts';

/** Change of a followed file that its reader is told. */
export type FileTurn = 'missing' | 'appeared' | 'rotated' | 'truncated' | 'noPermission';

export interface FileFollowerOptions {
  readonly path: string;
  /** So much of what is there already is shown, from the beginning of a line. */
  readonly tailBytes: number;
  readonly clock: Clock;
  onText(text: string): void;
  onTurn(turn: FileTurn): void;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: bigint;
  at: number;
}

/** A watch may be refused, or miss what happens on network file systems; a look each second never does. */
const lookEveryMs = 1000;
const chunkBytes = 64 * 1024;

/**
 * Follows a text file by its name: what is appended is told, a file that takes its place is read from its beginning, and
 * the last words of the old one are not lost.
 */
export class FileFollower {
  readonly #options: FileFollowerOptions;
  #file: OpenFile | undefined;
  #decoder = new StringDecoder('utf8');
  #looking: Promise<void> | undefined;
  #again = false;
  #ended = false;
  #last: FileTurn | undefined;
  #stopWatch: (() => void) | undefined;
  #stopTimer: (() => void) | undefined;

  private constructor(options: FileFollowerOptions) {
    this.#options = options;
  }

  /** Resolves when what was there has been told. */
  static async start(options: FileFollowerOptions): Promise<FileFollower> {
    const follower = new FileFollower(options);
    const name = basename(options.path);
    follower.#stopWatch = watchDirectory(dirname(options.path), (changed) => {
      if (changed === null || changed === name) follower.#look();
    });
    follower.#tick();
    follower.#look();
    await follower.#looking;
    return follower;
  }

  async dispose(): Promise<void> {
    this.#ended = true;
    this.#stopTimer?.();
    this.#stopWatch?.();
    await this.#looking;
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  #tick(): void {
    this.#stopTimer = this.#options.clock.after(lookEveryMs, () => {
      this.#look();
      if (!this.#ended) this.#tick();
    });
  }

  /** One look at a time; what changes meanwhile gets another. */
  #look(): void {
    if (this.#ended) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = this.#readAll().finally(() => {
      this.#looking = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.#look();
    });
  }

  async #readAll(): Promise<void> {
    try {
      const there = await stat(this.#options.path, { bigint: true });
      const first = this.#file === undefined && this.#last === undefined;
      if (this.#file && this.#file.inode !== there.ino) {
        await this.#drain();
        await this.#close();
        this.#turn('rotated');
      }
      this.#file ??= await this.#open(there.ino, first ? Number(there.size) : 0);
      if (Number(there.size) < this.#file.at) {
        this.#file.at = 0;
        this.#turn('truncated');
      }
      if (this.#last === 'missing' || this.#last === 'noPermission') this.#turn('appeared');
      await this.#drain();
    } catch (error) {
      await this.#drain().catch(() => undefined);
      await this.#close();
      this.#turn(errorCode(error) === 'EACCES' ? 'noPermission' : 'missing');
    }
  }

  async #open(inode: bigint, size: number): Promise<OpenFile> {
    const handle = await open(this.#options.path, 'r');
    this.#decoder = new StringDecoder('utf8');
    const from = Math.max(0, size - this.#options.tailBytes);
    return { handle, inode, at: from === 0 ? 0 : await lineStart(handle, from) };
  }

  async #drain(): Promise<void> {
    const file = this.#file;
    if (!file) return;
    const chunk = Buffer.alloc(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.handle.read(chunk, 0, chunkBytes, file.at);
      if (bytesRead === 0 || this.#ended) return;
      file.at += bytesRead;
      const text = this.#decoder.write(chunk.subarray(0, bytesRead));
      if (text !== '') this.#options.onText(text);
    }
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  /** A state that lasts is told once. */
  #turn(turn: FileTurn): void {
    const lasts = turn === 'missing' || turn === 'noPermission';
    if (this.#ended || (lasts && this.#last === turn)) return;
    this.#last = turn;
    this.#options.onTurn(turn);
  }
}

/** The first beginning of a line at or behind a position. */
async function lineStart(handle: FileHandle, from: number): Promise<number> {
  const chunk = Buffer.alloc(chunkBytes);
  const { bytesRead } = await handle.read(chunk, 0, chunkBytes, from - 1);
  const newline = chunk.subarray(0, bytesRead).indexOf(0x0a);
  return newline < 0 ? from : from + newline;
}
