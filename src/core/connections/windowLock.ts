import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../wire/systemError.ts';
import { watchDirectory } from '../wire/watchDirectory.ts';
import { isAnswering, LifeSign } from './lifeSign.ts';

export interface WindowLockOptions {
  /** Whether the process that wrote a lock file still has it. */
  readonly isAlive?: (holder: Holder) => Promise<boolean>;
  readonly now?: () => number;
}

/** Content of a lock file. */
export interface Holder {
  readonly pid: number;
  /** Address that the holder answers at while it lives; a process id alone may be given to another process. */
  readonly lifeSign?: string;
  /** Made new for each file, so it names one holding of one lock for ever. */
  readonly token: string;
  readonly acquiredAt: number;
}

type Standing =
  { readonly is: 'free' } | { readonly is: 'held' } | { readonly is: 'stale'; readonly mark: string };

/** A lock file that makes no sense may be half written; after this time its writer is not coming back. */
const graceMs = 250;
/** The wait for another process in the middle of a takeover, which takes it a few file operations. */
const takeoverWaitMs = 20;
const maxAttempts = 50;
/** A process that dies touches no file; this is how long it may go unnoticed. */
const pollMs = 1000;

/**
 * The right of one process to a name, as a file that dies with its process.
 *
 * The file appears complete or not at all (written aside, then linked). A stale one is replaced under a second lock that is
 * named after the very holding that went stale: who has that lock and still finds the stale holding in place is the only
 * one who may replace it, so nobody can take a lock that has just been taken over by somebody else. That second lock is
 * of the same kind, so a death in the middle of a takeover is taken over too.
 * Holds for processes of one machine that see each other's process ids.
 */
export class WindowLock {
  readonly #file: string;
  readonly #token: string;
  readonly #lifeSign: LifeSign | undefined;

  private constructor(file: string, token: string, lifeSign: LifeSign | undefined) {
    this.#file = file;
    this.#token = token;
    this.#lifeSign = lifeSign;
  }

  /** The lock, or nothing while a living process has it. Creates the directory, for this user alone. */
  static async tryAcquire(
    dir: string,
    name: string,
    options: WindowLockOptions = {},
  ): Promise<WindowLock | undefined> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const file = lockFile(dir, name);
    // Without one the process id has to do.
    const lifeSign = await LifeSign.open().catch(() => undefined);
    try {
      const token = await acquireFile(file, file, lifeSign, options);
      // Somebody may have cleared the folder by hand in between.
      if (token !== undefined && (await readHolder(file))?.token === token) {
        await sweep(file, token);
        return new WindowLock(file, token, lifeSign);
      }
    } catch (error) {
      await lifeSign?.close();
      throw error;
    }
    await lifeSign?.close();
    return undefined;
  }

  /** Gives it up; removes the file only if it is still this holding's. */
  async release(): Promise<void> {
    await removeOwn(this.#file, this.#token);
    await this.#lifeSign?.close();
  }
}

/** Resolves when nobody alive holds the lock, within about a second of its holder's death; rejects when aborted. */
export async function waitForRelease(
  dir: string,
  name: string,
  signal: AbortSignal,
  options: WindowLockOptions = {},
): Promise<void> {
  const file = lockFile(dir, name);
  let wake: () => void = () => undefined;
  // The poll alone notices a change if the folder cannot be watched.
  const stopWatching = watchDirectory(dirname(file), (changed) => {
    if (changed !== null && changed !== basename(file)) return;
    wake();
  });
  try {
    for (;;) {
      signal.throwIfAborted();
      const pause = new AbortController();
      wake = () => pause.abort();
      if ((await examine(file, options)).is !== 'held') return;
      await sleep(pollMs, undefined, { signal: AbortSignal.any([signal, pause.signal]) }).catch(
        () => undefined,
      );
    }
  } finally {
    stopWatching();
  }
}

/** Whether the process that wrote a lock file lives and is still that process. */
export async function isHolderAlive({ pid, lifeSign }: Holder): Promise<boolean> {
  if (!isProcessAlive(pid)) return false;
  return lifeSign === undefined || (await isAnswering(lifeSign));
}

export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Takes one lock file; answers the token of this holding. `root` is the lock that it is all about. */
async function acquireFile(
  root: string,
  file: string,
  lifeSign: LifeSign | undefined,
  options: WindowLockOptions,
): Promise<string | undefined> {
  const holder = newHolder(lifeSign, options);
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    if (await createFile(root, file, holder)) return holder.token;
    const standing = await examine(file, options);
    if (standing.is === 'held') return undefined;
    if (standing.is === 'free') continue;
    const claim = claimFile(root, standing.mark);
    const claimToken = await acquireFile(root, claim, lifeSign, options);
    if (claimToken === undefined) {
      await sleep(takeoverWaitMs);
      continue;
    }
    try {
      const found = await readText(file);
      if (found !== undefined && markOf(found) === standing.mark && (await replaceFile(root, file, holder))) {
        return holder.token;
      }
    } finally {
      await removeOwn(claim, claimToken);
    }
  }
  return undefined;
}

async function examine(file: string, options: WindowLockOptions): Promise<Standing> {
  const isAlive = options.isAlive ?? isHolderAlive;
  for (;;) {
    const found = await readText(file);
    if (found === undefined) return { is: 'free' };
    const holder = parseHolder(found);
    if (holder) return (await isAlive(holder)) ? { is: 'held' } : { is: 'stale', mark: holder.token };
    await sleep(graceMs);
    if ((await readText(file)) === found) return { is: 'stale', mark: markOf(found) };
  }
}

function newHolder(lifeSign: LifeSign | undefined, options: WindowLockOptions): Holder {
  return {
    pid: process.pid,
    ...(lifeSign ? { lifeSign: lifeSign.address } : {}),
    token: randomBytes(16).toString('hex'),
    acquiredAt: (options.now ?? Date.now)(),
  };
}

/** Makes the file with its content in one step; answers false where one stands. */
async function createFile(root: string, file: string, holder: Holder): Promise<boolean> {
  const content = JSON.stringify(holder);
  const temporary = temporaryFile(root, holder);
  await writeFile(temporary, content, { flag: 'wx', mode: 0o600 });
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    const why = errorCode(error);
    if (why === 'EEXIST') return false;
    if (why === 'ENOENT') throw error;
  } finally {
    await unlink(temporary).catch(ignoreMissing);
  }
  // A file system without hard links. Readers allow for the moment between creating and writing.
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Puts a new holding in the place of another, in one step. Windows refuses while somebody reads the old file. */
async function replaceFile(root: string, file: string, holder: Holder): Promise<boolean> {
  const temporary = temporaryFile(root, holder);
  await writeFile(temporary, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
  try {
    await rename(temporary, file);
    return true;
  } catch (error) {
    await unlink(temporary).catch(ignoreMissing);
    if (process.platform === 'win32') return false;
    throw error;
  }
}

async function removeOwn(file: string, token: string): Promise<void> {
  if ((await readHolder(file))?.token === token) await unlink(file).catch(ignoreMissing);
}

/**
 * Removes what processes left behind that died in the middle. While we live and hold the lock, every claim is about a
 * holding that is gone for good and gives no right to anything, so none is needed any longer.
 */
async function sweep(file: string, token: string): Promise<void> {
  const prefix = basename(file);
  for (const entry of await readdir(dirname(file))) {
    if (!entry.startsWith(prefix)) continue;
    const rest = entry.slice(prefix.length);
    const claim = /^\.claim-([0-9a-f]{32})$/.exec(rest);
    const writer = /^\.tmp-(\d+)-[0-9a-f]{32}$/.exec(rest);
    if ((claim && claim[1] !== token) || (writer && !isProcessAlive(Number(writer[1])))) {
      await unlink(join(dirname(file), entry)).catch(ignoreMissing);
    }
  }
}

function lockFile(dir: string, name: string): string {
  return join(dir, `${encodeURIComponent(name).replaceAll('*', '%2A')}.lock`);
}

function claimFile(root: string, mark: string): string {
  return `${root}.claim-${mark}`;
}

function temporaryFile(root: string, holder: Holder): string {
  return `${root}.tmp-${holder.pid}-${holder.token}`;
}

/** Identity of a holding: its token, or a digest of the content where there is none. */
function markOf(content: string): string {
  return parseHolder(content)?.token ?? createHash('sha256').update(content).digest('hex').slice(0, 32);
}

function parseHolder(content: string): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, lifeSign, token, acquiredAt } = value as Partial<Record<keyof Holder, unknown>>;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (typeof token !== 'string' || !/^[0-9a-f]{32}$/.test(token)) return undefined;
  return {
    pid,
    ...(typeof lifeSign === 'string' ? { lifeSign } : {}),
    token,
    acquiredAt: typeof acquiredAt === 'number' ? acquiredAt : 0,
  };
}

async function readHolder(file: string): Promise<Holder | undefined> {
  const content = await readText(file);
  return content === undefined ? undefined : parseHolder(content);
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}
