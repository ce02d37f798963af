import { randomBytes } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const leftFile = /^\/.*\/gsops-[0-9a-f]{32}$/;

/** A holder that is busy answers late, because the system takes the call for it; this is for what hangs below that. */
const answerWithinMs = 2000;

/** Something that answers for as long as this process lives, whatever way it dies: the system closes it. */
export class LifeSign {
  readonly address: string;
  readonly #server: Server;

  private constructor(address: string, server: Server) {
    this.address = address;
    this.#server = server;
  }

  static async open(): Promise<LifeSign> {
    const address = addressOf(randomBytes(16).toString('hex'));
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, resolve);
    });
    server.unref();
    return new LifeSign(address, server);
  }

  /** Ends it; a second time does nothing. */
  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Whether somebody answers there. In doubt yes: a lock is never taken from a holder that may live. */
export async function isAnswering(address: string): Promise<boolean> {
  const answer = Promise.withResolvers<boolean>();
  const socket = connect(address);
  socket.setTimeout(answerWithinMs, () => answer.resolve(true));
  socket.once('connect', () => answer.resolve(true));
  socket.once('error', (error: NodeJS.ErrnoException) =>
    answer.resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
  );
  const alive = await answer.promise;
  socket.destroy();
  // A file that a killed process left behind; elsewhere nothing is left.
  if (!alive && leftFile.test(address)) await unlink(address).catch(() => undefined);
  return alive;
}

/** Linux: a name without a file. Windows: a named pipe. Elsewhere a file, of at most 103 bytes on macOS. */
function addressOf(name: string): string {
  if (process.platform === 'linux') return `\0gsops-${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\gsops-${name}`;
  return join(tmpdir(), `gsops-${name}`);
}
