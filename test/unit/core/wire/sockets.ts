import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Text } from '../../../../src/core/model/text.ts';
import type { InboxMessage } from '../../../../src/core/wire/inbox.ts';
import {
  UnixListener,
  type UnixListenerError,
  type UnixListenerOptions,
} from '../../../../src/core/wire/unixListener.ts';
import { sendToUnixSocket } from '../../../../src/core/wire/unixSender.ts';

export const noSocat = spawnSync('socat', ['-V']).error !== undefined;
/** Sockets by path; without them nothing here can be tested. */
export const noUnixSockets = process.platform === 'win32';

/** Things to do at the end of a test, last first. */
export class Room {
  /** A directory with a short path, because socket paths are short. */
  readonly dir: string = mkdtempSync(join(tmpdir(), 'gso-'));
  readonly #closers: (() => void | Promise<void>)[] = [
    () => {
      // A program that a test started may still write its last file.
      rmSync(this.dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  ];

  path(...names: string[]): string {
    return join(this.dir, ...names);
  }

  onClose(close: () => void | Promise<void>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }

  /** A listener under test, with all that it tells. */
  async listen(path: string, options: Partial<UnixListenerOptions> = {}): Promise<Ear> {
    const ear = new Ear();
    const listener = await UnixListener.listen({
      path,
      mode: 0o600,
      onMessage: (message) => {
        ear.messages.add(message);
      },
      onNotice: (notice) => {
        ear.notices.add(notice);
      },
      onGap: (notice) => {
        ear.notices.add(notice);
      },
      onLost: (error) => {
        ear.losses.add(error);
      },
      ...options,
    });
    ear.listener = listener;
    this.onClose(() => listener.dispose());
    return ear;
  }

  /** Somebody else's listener, made without our code. */
  async foreign(
    path: string,
    onSocket: (socket: Socket) => void = (socket) => socket.resume(),
  ): Promise<Server> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      onSocket(socket);
    });
    await new Promise<void>((done) => server.listen(path, done));
    this.onClose(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>(
        (done) =>
          void server.close(() => {
            done();
          }),
      );
    });
    return server;
  }

  /** Another process that listens; killed with SIGKILL it leaves its file behind. */
  async foreignProcess(path: string): Promise<{ kill: () => Promise<void> }> {
    const script = `require('node:net').createServer((s) => s.resume()).listen(process.argv[1], () => console.log('up'))`;
    const child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = exited(child);
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await gone;
    };
    this.onClose(kill);
    await new Promise((done) => child.stdout.once('data', done));
    return { kill };
  }

  /** A socket file that nobody listens on. */
  async staleSocket(path: string): Promise<void> {
    const owner = await this.foreignProcess(path);
    await owner.kill();
  }
}

/** Calls of a listener, with a way to wait for them. */
export class Ear {
  listener!: UnixListener;
  readonly messages: Told<InboxMessage> = new Told<InboxMessage>();
  readonly notices: Told<Text> = new Told<Text>();
  readonly losses: Told<UnixListenerError> = new Told<UnixListenerError>();
}

export class Told<T> {
  readonly all: T[] = [];
  #waiting: (() => void)[] = [];

  add(item: T): void {
    this.all.push(item);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The first `count` of them, as soon as they are there. */
  async first(count: number): Promise<T[]> {
    while (this.all.length < count) await new Promise<void>((wake) => this.#waiting.push(wake));
    return this.all.slice(0, count);
  }
}

/** Sends to `path` and sees it come out of the listener. */
export async function arrives(ear: Ear, path: string): Promise<void> {
  const before = ear.messages.all.length;
  await sendToUnixSocket(path, bytesOf('{"here":true}'));
  expect(textOf((await ear.messages.first(before + 1)).at(-1))).toBe('{"here":true}');
}

export function exited(child: ChildProcess): Promise<void> {
  return new Promise((done) =>
    child.once('exit', () => {
      done();
    }),
  );
}

/** Sends with the program that KGSM uses; answers what it printed. */
export async function socat(
  path: string,
  bytes: Uint8Array,
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const child = spawn('socat', ['-', `UNIX-CONNECT:${path}`]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(bytes);
  return new Promise((done) =>
    child.once('close', (code) => {
      done({ stdout, stderr, code });
    }),
  );
}

export const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value);
export const textOf = (message: InboxMessage | undefined): string => new TextDecoder().decode(message?.bytes);
