import { randomBytes } from 'node:crypto';
import {
  link,
  lstat,
  mkdtemp,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  unlink,
} from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ReasonedError } from '../model/reasonedError.ts';
import { oneLine, text } from '../model/text.ts';
import { errorCode, explainSystemError, type SystemErrorTable } from './systemError.ts';

export type UnixListenerReason =
  'pathTooLong' | 'inUse' | 'notASocket' | 'noDirectory' | 'noPermission' | 'unsupported' | 'failed';

/** Why a socket path cannot be listened on, or not any longer. */
export class UnixListenerError extends ReasonedError<UnixListenerReason> {
  override readonly name = 'UnixListenerError';
}

/** How many bytes a socket path may have: `sun_path` less its closing zero. Node cuts longer ones without a word. */
export function unixPathLimit(platform: NodeJS.Platform = process.platform): number {
  return platform === 'linux' ? 107 : 103;
}

/** Refuses what no socket can be made of, before anything is touched. */
export function checkUnixPath(path: string, platform: NodeJS.Platform = process.platform): void {
  if (platform === 'win32') {
    throw new UnixListenerError(
      'unsupported',
      text('Sockets by path do not exist on Windows. Run this where the server runs, by Remote-SSH or WSL.'),
    );
  }
  const length = Buffer.byteLength(path);
  const limit = unixPathLimit(platform);
  if (length > limit) {
    throw new UnixListenerError(
      'pathTooLong',
      text('The socket path {0} has {1} bytes; at most {2} are possible.', oneLine(path), length, limit),
    );
  }
}

const noPermission = [
  'noPermission',
  text('There is no permission to create or reach the socket {0}.'),
] as const;
const noDirectory = ['noDirectory', text('The directory of the socket {0} does not exist.')] as const;
const systemErrors: SystemErrorTable<UnixListenerReason> = {
  EACCES: noPermission,
  EPERM: noPermission,
  EROFS: noPermission,
  ENOENT: noDirectory,
  ENOTDIR: noDirectory,
  other: ['failed', text('Listening on {0} failed: {1}')],
};

/** Explains a system error that came while the socket at `path` was made or listened on. */
export function listenerError(error: unknown, path: string): UnixListenerError {
  return explainSystemError(UnixListenerError, error, oneLine(path), systemErrors);
}

/** Which file it is, whatever its name. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

export function sameFile(one: FileIdentity | undefined, other: FileIdentity | undefined): boolean {
  return one !== undefined && one.dev === other?.dev && one.ino === other.ino;
}

/** The file that stands at a path; nothing where none does. Symbolic links are followed only where asked for. */
export async function identify(
  path: string,
  options: { readonly follow: boolean },
): Promise<FileIdentity | undefined> {
  try {
    const { dev, ino } = await (options.follow ? stat : lstat)(path, { bigint: true });
    return { dev, ino };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** As many as Linux follows. */
const maxLinks = 40;

/** The path to bind so that `path` reaches the socket: the end of its symbolic links, which need not exist. */
export async function resolveLinks(path: string): Promise<string> {
  let current = path;
  for (let links = 0; links < maxLinks; links++) {
    let target: string;
    try {
      target = await readlink(current);
    } catch (error) {
      // EINVAL: it is no link.
      if (isMissing(error) || errorCode(error) === 'EINVAL') return current;
      throw error;
    }
    // Not `path.join`, which would shorten `link/..` in a way that the kernel does not.
    current = target.startsWith('/') ? target : `${await realpath(dirname(current))}/${target}`;
  }
  throw new UnixListenerError(
    'failed',
    text('The socket path {0} is a circle of symbolic links.', oneLine(path)),
  );
}

/** Connects and goes away at once: `connected`, or the code of what stood in the way. */
export function probe(path: string): Promise<string> {
  return new Promise((answer) => {
    const socket = connect({ path });
    socket.on('connect', () => {
      answer('connected');
      socket.destroy();
    });
    socket.on('error', (error) => answer(errorCode(error) ?? 'unknown'));
  });
}

export type Standing =
  | { readonly is: 'nothing' | 'live' | 'unreachable' | 'notASocket' | 'changing' }
  | { readonly is: 'stale'; readonly file: FileIdentity };

/** A bound socket refuses until its owner calls `listen`, a moment later: one refusal does not make it stale. */
const refusals = 2;
const nextLookMs = 25;
/** For a file that comes and goes faster than it can be looked at. */
const maxLooks = 10;

/** Tells the kind of file at `target`. `reach` is a path to the same place that is short enough to connect to. */
export async function examine(target: string, reach: string): Promise<Standing> {
  let refused = 0;
  for (let look = 0; look < maxLooks; look++) {
    let file;
    try {
      file = await lstat(target, { bigint: true });
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return { is: 'nothing' };
      throw error;
    }
    if (file.isSymbolicLink()) break;
    if (!file.isSocket()) return { is: 'notASocket' };
    const answer = await probe(reach);
    if (answer === 'EACCES' || answer === 'EPERM') return { is: 'unreachable' };
    if (answer === 'ECONNREFUSED') {
      if (++refused === refusals) return { is: 'stale', file: { dev: file.dev, ino: file.ino } };
      await new Promise((done) => setTimeout(done, nextLookMs));
      // Everything else is somebody who is there: a full backlog (EAGAIN), a datagram socket (EPROTOTYPE).
    } else if (answer !== 'ENOENT') return { is: 'live' };
  }
  return { is: 'changing' };
}

/** A way into a directory by which the socket path stays short enough, whatever the length of its own name. */
export interface ShortWay {
  to(name: string): string;
  close(): Promise<void>;
}

/** The directory itself where that is short enough, else a symbolic link to it in a private temporary directory. */
export async function openShortWay(directory: string, longestName: number): Promise<ShortWay> {
  if (Buffer.byteLength(directory) + 1 + longestName <= unixPathLimit()) {
    return { to: (name) => join(directory, name), close: () => Promise.resolve() };
  }
  const room = await mkdtemp(join(tmpdir(), 'gs-'));
  const way = join(room, 'd');
  await symlink(resolve(directory), way);
  return { to: (name) => join(way, name), close: () => rm(room, { recursive: true, force: true }) };
}

/** A name that nobody else uses and that does not lengthen the path by much. */
export function temporaryName(): string {
  return `.gs-${randomBytes(4).toString('hex')}`;
}

/** The length of every `temporaryName`. */
export const temporaryNameLength = 12;

/**
 * Takes a socket away that was found stale. It is moved aside and looked at again before it is deleted: whoever came to
 * listen in the meantime gets its file back.
 */
export async function removeStale(target: string, stale: FileIdentity, way: ShortWay): Promise<void> {
  if (!sameFile(await identify(target, { follow: false }), stale)) return;
  const asideName = temporaryName();
  const aside = join(dirname(target), asideName);
  try {
    await rename(target, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const same = sameFile(await identify(aside, { follow: false }), stale);
  if (!same || (await probe(way.to(asideName))) !== 'ECONNREFUSED') await publish(aside, target);
  await unlink(aside).catch(ignoreMissing);
}

/** The file operations of `publish`; some file systems refuse the first. */
export interface NameOperations {
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

/** Error codes of file systems without hard links, or without hard links of sockets. */
const noHardLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Gives a file its final name unless something stands there; answers whether it did. The old name may stay. */
export async function publish(
  from: string,
  to: string,
  operations: NameOperations = { link, rename },
): Promise<boolean> {
  try {
    await operations.link(from, to);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return false;
    if (code === undefined || !noHardLinks.has(code)) throw error;
  }
  // A moment remains between this look and the rename; without hard links there is nothing better.
  if (await identify(to, { follow: false })) return false;
  await operations.rename(from, to);
  return true;
}

export function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
