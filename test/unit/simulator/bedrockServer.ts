import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocket, type ClientOptions } from 'ws';
import type { BedrockServerOptions, Timing } from '../../../src/simulator/bedrock/options.ts';
import { BedrockServer } from '../../../src/simulator/bedrock/server.ts';

/** A scene in which nothing takes time, and accidents happen when a test says so. */
export const noTime: Timing = {
  spawnMs: 0,
  startMs: 0,
  stopMs: 0,
  afterStopMs: 0,
  warnMs: 0,
  backupMs: 0,
  turnMs: Infinity,
  installMs: 0,
  monitorMs: 3_600_000,
  logMs: 3_600_000,
  pollMs: 3_600_000,
  authMs: 3_600_000,
};

const users: NonNullable<BedrockServerOptions['users']> = [
  { name: 'admin', password: 'secret', role: 'admin' },
  { name: 'mod', password: 'secret', role: 'moderator' },
  { name: 'guest', password: 'secret', role: 'user' },
  { name: 'gone', password: 'secret', role: 'admin', enabled: false },
];

export interface Rig extends AsyncDisposable {
  readonly server: BedrockServer;
  /** Talks to it as this user, `admin` by default. */
  ask(method: string, path: string, body?: unknown, user?: string): Promise<Answer>;
  /** A socket that is let in. */
  enter(user?: string): Promise<Listener>;
  /** Drops a client, and waits until the server has seen it. */
  leave(listener: Listener): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
  readonly headers: Headers;
}

/** A stand-in with two servers, of which the first runs, and four users. */
export async function startBedrock(
  options: Pick<BedrockServerOptions, 'protocolVersion'> & Partial<BedrockServerOptions>,
): Promise<Rig> {
  const { timing, ...rest } = options;
  const server = await BedrockServer.listen({
    users,
    servers: [{ name: 'alpha', running: true }, { name: 'beta' }],
    wait: async (_, signal) => {
      await nextTurn();
      signal.throwIfAborted();
    },
    ...rest,
    timing: { ...noTime, ...timing },
  });
  const listeners: Listener[] = [];
  return {
    server,
    ask: (method, path, body, user = 'admin') =>
      ask(server, method, path, body, server.issueToken(user).token),
    async enter(user = 'admin') {
      const listener = await enter(server, options.protocolVersion, server.issueToken(user).token);
      listeners.push(listener);
      return listener;
    },
    async leave(listener) {
      const before = server.sockets;
      listener.drop();
      while (server.sockets >= before) await nextTurn();
    },
    async [Symbol.asyncDispose]() {
      for (const listener of listeners) listener.drop();
      await server.stop();
    },
  };
}

export async function ask(
  server: Pick<BedrockServer, 'url'>,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<Answer> {
  const isForm = body instanceof URLSearchParams || typeof body === 'string';
  const response = await fetch(server.url + path, {
    method,
    headers: {
      // A connection that is kept would outlive the test.
      connection: 'close',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined
        ? {}
        : { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isForm ? body.toString() : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, text, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Opens a socket in the way of the generation, up to the point where it may subscribe. */
export async function enter(
  server: Pick<BedrockServer, 'url'>,
  protocolVersion: string,
  token: string,
): Promise<Listener> {
  if (protocolVersion !== '3.10') return Listener.open(server, `/ws?token=${token}`);
  const listener = await Listener.open(server, '/ws');
  listener.say({ action: 'authenticate', token });
  await listener.next();
  return listener;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A client that says what it is told and keeps what it hears. */
export class Listener {
  readonly socket: WebSocket;
  readonly closed: Promise<Closed>;
  readonly #heard: string[] = [];
  #taken = 0;
  #ended: Closed | undefined;
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#heard.push(data.toString('utf8'));
      this.#wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#ended = { code, reason: reason.toString() };
        resolve(this.#ended);
        this.#wake();
      });
    });
  }

  static async open(
    server: Pick<BedrockServer, 'url'>,
    path: string,
    options: ClientOptions = {},
  ): Promise<Listener> {
    const socket = new WebSocket(server.url.replace(/^http/, 'ws') + path, options);
    const listener = new Listener(socket);
    await once(socket, 'open');
    return listener;
  }

  /** All that was heard and not yet taken. */
  get waiting(): number {
    return this.#heard.length - this.#taken;
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async subscribe(...topics: unknown[]): Promise<void> {
    for (const topic of topics) {
      this.say({ action: 'subscribe', topic });
      await this.until((text) => text.includes('Subscribed to topic'));
    }
  }

  /** The next text that it hears. */
  async next(): Promise<string> {
    for (;;) {
      const text = this.#heard[this.#taken];
      if (text !== undefined) {
        this.#taken += 1;
        return text;
      }
      if (this.#ended) throw new Error(`closed with ${this.#ended.code} ${this.#ended.reason}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Takes all up to the first that is wanted; answers them. */
  async until(wanted: (text: string) => boolean): Promise<string[]> {
    const texts: string[] = [];
    for (;;) {
      const text = await this.next();
      texts.push(text);
      if (wanted(text)) return texts;
    }
  }

  /** Messages up to the answer to a question that nobody else asks. */
  async soFar(): Promise<string[]> {
    this.say({ action: 'unsubscribe', topic: 'nobody subscribed to this' });
    const texts = await this.until((text) => text.includes('nobody subscribed to this'));
    return texts.slice(0, -1);
  }

  drop(): void {
    this.socket.terminate();
  }
}

/** Topic and what matters of the data, for short comparisons. */
export function short(text: string): string {
  const message = JSON.parse(text) as { topic?: string; data?: { status?: unknown; result?: unknown } };
  const { topic = text, data = {} } = message;
  const result = data.result as { status?: string; previous_status?: string } | null | undefined;
  const parts = [topic.replace(/^event:/, '').replace(/^task:.*/, 'task')];
  if (result?.previous_status !== undefined) parts.push(`${result.previous_status} >`);
  if (typeof data.status === 'string') parts.push(data.status);
  if (result?.previous_status === undefined && result?.status === 'error') parts.push('failed');
  return parts.join(' ');
}
