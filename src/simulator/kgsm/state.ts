import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../core/wire/systemError.ts';

export interface BackupNote {
  readonly version: string;
  readonly createdAt: string;
  /** Taken from a server that stood still, or from one that had just saved. */
  readonly consistency: 'cold' | 'flushed';
}

/** The stored state of an instance, in a file of its own. */
export interface InstanceState {
  readonly name: string;
  readonly blueprint: string;
  readonly version: string;
  readonly installDir: string;
  readonly active: boolean;
  /** False from the creation until the installation is through. */
  readonly installed: boolean;
  /** True where the server folder is empty: versions 1 and 2 skip the backup with a warning, and end with 0. */
  readonly emptied?: boolean;
  /** The watcher has seen it open for players. */
  readonly ready?: boolean;
  readonly players?: readonly string[];
  /** Their names, the oldest first. */
  readonly backups?: readonly string[];
  /** Facts about each backup in version 3, by name. */
  readonly backupNotes?: Readonly<Record<string, BackupNote>>;
  readonly port?: string;
  /** Result of the last `check-update --emit`. */
  readonly look?: { readonly latest: string; readonly at: string };
  /** The configuration cannot be read: KGSM lists the instance without details. */
  readonly malformed?: boolean;
  readonly startedAt?: number;
  readonly pid?: number;
  /** A file that keeps the stand-in of the game process alive; only where the command line started it. */
  readonly run?: string;
}

/** The instances of a root. Each change is one rename, so that command lines and a player may work at the same time. */
export class InstanceStore {
  readonly #folder: string;

  constructor(root: string) {
    this.#folder = join(root, 'instances');
    mkdirSync(this.#folder, { recursive: true });
  }

  /** In the order of the directory, like the real one: not sorted. */
  list(): InstanceState[] {
    const files = readdirSync(this.#folder).filter((file) => file.endsWith(suffix));
    return files.flatMap((file) => this.#read(file) ?? []);
  }

  get(name: string): InstanceState | undefined {
    return this.#read(fileOf(name));
  }

  put(instance: InstanceState): void {
    const path = join(this.#folder, fileOf(instance.name));
    const draft = `${path}.${randomBytes(4).toString('hex')}`;
    writeFileSync(draft, JSON.stringify(instance, undefined, 2));
    renameSync(draft, path);
  }

  /** Changes an instance if it is there. */
  change(name: string, patch: Partial<InstanceState>): InstanceState | undefined {
    const old = this.get(name);
    if (!old) return undefined;
    const changed = { ...old, ...patch };
    this.put(changed);
    return changed;
  }

  remove(name: string): void {
    rmSync(join(this.#folder, fileOf(name)), { force: true });
  }

  #read(file: string): InstanceState | undefined {
    try {
      // Written by this class only.
      return JSON.parse(readFileSync(join(this.#folder, file), 'utf8')) as InstanceState;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

const suffix = '.json';
/** A file name may have 255 bytes; the rest is for the suffix and the draft's ending. */
const longestFileName = 200;

/** Names of instances may hold anything, also slashes, newlines and halves of surrogate pairs. */
export function fileNameOf(name: string): string {
  const safe = name.isWellFormed() ? encodeURIComponent(name) : undefined;
  if (safe !== undefined && safe.length <= longestFileName) return safe;
  // As JSON, for a hash takes the halves of surrogate pairs for one and the same character.
  return createHash('sha256').update(JSON.stringify(name)).digest('hex');
}

function fileOf(name: string): string {
  return fileNameOf(name) + suffix;
}
