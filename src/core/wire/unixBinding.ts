import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { oneLine, text } from '../model/text.ts';
import {
  checkUnixPath,
  examine,
  identify,
  ignoreMissing,
  listenerError,
  openShortWay,
  publish,
  removeStale,
  resolveLinks,
  sameFile,
  temporaryName,
  temporaryNameLength,
  UnixListenerError,
  type FileIdentity,
  type ShortWay,
} from './unixPath.ts';

/**
 * Connections that the kernel keeps for us while we are busy. When it is full, KGSM's commands hang; Node's own 511 is
 * reached by a stress test. The kernel cuts it to its own limit (4096 on Linux).
 */
const backlog = 2048;

/** How often somebody may come first before we give up. */
const maxAttempts = 10;

/** A server that listens under a name in the file system, and how to recognise its file. */
export interface UnixBinding {
  readonly server: Server;
  /** The real place of the file; differs from the configured path where that is a symbolic link. */
  readonly target: string;
  readonly file: FileIdentity;
  /** A dead socket was in the way and has been removed. */
  readonly replacedStale: boolean;
}

/**
 * Listens on `path` without ever taking a file from somebody who uses it.
 *
 * The socket is bound under a name of its own and gets the final one by a hard link, which fails where something stands;
 * so nobody meets a socket with the wrong mode or one that does not listen yet, and libuv, which deletes by name what it
 * had bound when a server closes, knows a name that is long gone and can never delete a file of somebody else.
 */
export async function bindUnix(
  path: string,
  mode: number,
  onConnection: (socket: Socket) => void,
): Promise<UnixBinding> {
  checkUnixPath(path);
  try {
    const target = await resolveLinks(path);
    const directory = dirname(target);
    if (!(await stat(directory)).isDirectory()) {
      throw new UnixListenerError(
        'noDirectory',
        text('The directory of the socket {0} does not exist.', oneLine(path)),
      );
    }
    // Before anything is created, so that a hopeless place is told by its real reason.
    await refuseOccupied(path, target);
    const way = await openShortWay(directory, temporaryNameLength);
    try {
      return await bindAndPublish(path, target, way, mode, onConnection);
    } finally {
      await way.close();
    }
  } catch (error) {
    throw listenerError(error, path);
  }
}

/** Deletes the file of a binding if it is still its own. Synchronous, so that little can happen between look and deletion. */
export function removeOwnFile(binding: UnixBinding): void {
  try {
    const { dev, ino } = lstatSync(binding.target, { bigint: true });
    if (sameFile({ dev, ino }, binding.file)) unlinkSync(binding.target);
  } catch {
    // Already gone, or not ours to delete any longer: either way there is nothing left to do.
  }
}

async function bindAndPublish(
  path: string,
  target: string,
  way: ShortWay,
  mode: number,
  onConnection: (socket: Socket) => void,
): Promise<UnixBinding> {
  const name = temporaryName();
  const own = join(dirname(target), name);
  const server = await listenAt(way.to(name), mode, onConnection);
  try {
    const file = await identify(own, { follow: false });
    if (!file)
      throw new UnixListenerError(
        'failed',
        text('The socket {0} vanished while it was made.', oneLine(path)),
      );
    let replacedStale = false;
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      // The stale file is removed only now: as long as both exist, ours cannot get its inode number.
      const stale = await refuseOccupied(path, target);
      if (stale) {
        await removeStale(target, stale, way);
        replacedStale = true;
      }
      if (await publish(own, target)) {
        await unlink(own).catch(ignoreMissing);
        return { server, target, file, replacedStale };
      }
    }
    throw new UnixListenerError('failed', text('Others keep creating the socket {0}.', oneLine(path)));
  } catch (error) {
    server.close();
    await unlink(own).catch(ignoreMissing);
    throw error;
  }
}

/** Throws where somebody or something else has the place; answers a stale socket that may be removed. */
async function refuseOccupied(path: string, target: string): Promise<FileIdentity | undefined> {
  const standing = await examine(target, path);
  const shown = oneLine(path);
  switch (standing.is) {
    case 'nothing':
      return undefined;
    case 'stale':
      return standing.file;
    case 'live':
      throw new UnixListenerError('inUse', text('Another program listens on the socket {0}.', shown));
    case 'notASocket':
      throw new UnixListenerError('notASocket', text('{0} is not a socket; it is left alone.', shown));
    case 'unreachable':
      throw new UnixListenerError(
        'noPermission',
        text('The socket {0} belongs to somebody else and may not be looked at.', shown),
      );
    case 'changing':
      throw new UnixListenerError('failed', text('The socket path {0} keeps changing.', shown));
  }
}

function listenAt(place: string, mode: number, onConnection: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    // allowHalfOpen false: a sender waits half a second after its own end where we keep our side open.
    const server = createServer({ allowHalfOpen: false }, onConnection);
    server.once('error', reject);
    server.listen({ path: place, backlog, exclusive: true }, () => {
      server.removeListener('error', reject);
      try {
        chmodSync(place, mode);
        resolve(server);
      } catch (error) {
        server.close();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}
