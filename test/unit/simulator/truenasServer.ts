import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocket, type ClientOptions } from 'ws';
import { HandClock } from '../../../src/simulator/truenas/clock.ts';
import type { GivenApp, TrueNasServerOptions } from '../../../src/simulator/truenas/options.ts';
import { TrueNasServer } from '../../../src/simulator/truenas/server.ts';

export type Protocol = 'ddp' | 'jsonrpc';

/** The apps of the recordings. */
export const apps: readonly GivenApp[] = [
  { name: 'minecraft', image: 'itzg/minecraft-server:latest' },
  { name: 'valheim', state: 'STOPPED', catalogName: 'minecraft' },
  {
    name: 'terraria',
    state: 'CRASHED',
    catalogName: 'minecraft',
    port: 7777,
    image: 'itzg/minecraft-server:latest',
  },
];

export interface Rig extends AsyncDisposable {
  readonly server: TrueNasServer;
  readonly clock: HandClock;
  /** A connection, not logged in. */
  open(protocol?: Protocol, options?: ClientOptions): Promise<Client>;
  /** One that is logged in. */
  enter(protocol?: Protocol, username?: string): Promise<Client>;
}

/** A server with three apps whose time passes when a test says so. */
export async function startTrueNas(
  options: Pick<TrueNasServerOptions, 'profile'> & Partial<TrueNasServerOptions>,
): Promise<Rig> {
  const clock = new HandClock();
  const server = await TrueNasServer.listen({ apps, now: clock.now, wait: clock.wait, ...options });
  const clients: Client[] = [];
  const open: Rig['open'] = async (protocol = 'ddp', given = {}) => {
    const client = await Client.open(server, protocol, given);
    clients.push(client);
    return client;
  };
  return {
    server,
    clock,
    open,
    async enter(protocol, username = 'root') {
      const client = await open(protocol);
      await client.connect();
      await client.call('auth.login', username, 'secret');
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.drop();
      await server.stop();
    },
  };
}

export type Frame = Readonly<Record<string, unknown>>;

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A client that says what it is told and keeps what it hears, in either protocol. */
export class Client {
  readonly protocol: Protocol;
  readonly socket: WebSocket;
  readonly closed: Promise<Closed>;
  readonly texts: string[] = [];
  #taken = 0;
  #lastId = 0;
  #ended: Closed | undefined;
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket, protocol: Protocol) {
    this.protocol = protocol;
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      this.texts.push(data.toString('utf8'));
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
    server: { readonly url: string },
    protocol: Protocol,
    options: ClientOptions = {},
  ): Promise<Client> {
    const path = protocol === 'ddp' ? '/websocket' : '/api/current';
    const socket = new WebSocket(server.url + path, options);
    const client = new Client(socket, protocol);
    await once(socket, 'open');
    return client;
  }

  /** The handshake of DDP; the other protocol has none. */
  async connect(): Promise<void> {
    if (this.protocol === 'jsonrpc') return;
    this.say({ msg: 'connect', version: '1', support: ['1'] });
    await this.until(({ msg }) => msg === 'connected');
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Sends a call; answers its id. */
  ask(method: string, ...params: unknown[]): number | string {
    this.#lastId += 1;
    const id = this.protocol === 'ddp' ? `m${this.#lastId}` : this.#lastId;
    if (this.protocol === 'ddp') this.say({ id, msg: 'method', method, params });
    else this.say({ jsonrpc: '2.0', id, method, params });
    return id;
  }

  /** The result of a call, or the error object. */
  async call(method: string, ...params: unknown[]): Promise<unknown> {
    return (await this.exchange(method, ...params)).answer;
  }

  /** The same, and what came before it. */
  async exchange(
    method: string,
    ...params: unknown[]
  ): Promise<{ readonly answer: unknown; readonly before: Frame[] }> {
    const id = this.ask(method, ...params);
    const frames = await this.until((frame) => frame['id'] === id && !('collection' in frame));
    const last = frames.at(-1) ?? {};
    return { answer: 'error' in last ? last['error'] : last['result'], before: frames.slice(0, -1) };
  }

  /** Answers the id of the subscription, or the error. */
  async subscribe(name: string): Promise<unknown> {
    if (this.protocol === 'jsonrpc') return this.call('core.subscribe', name);
    const id = `s${(this.#lastId += 1)}`;
    this.say({ msg: 'sub', id, name });
    const frames = await this.until(
      ({ msg, subs, ...frame }) =>
        (msg === 'ready' && Array.isArray(subs) && subs.includes(id)) ||
        (frame['id'] === id && msg !== 'added'),
    );
    const last = frames.at(-1) ?? {};
    return last['msg'] === 'ready' ? id : last['error'];
  }

  async unsubscribe(id: unknown): Promise<void> {
    if (this.protocol === 'jsonrpc') await this.call('core.unsubscribe', id);
    else this.say({ msg: 'unsub', id });
  }

  async next(): Promise<Frame> {
    for (;;) {
      const text = this.texts[this.#taken];
      if (text !== undefined) {
        this.#taken += 1;
        return JSON.parse(text) as Frame;
      }
      if (this.#ended) throw new Error(`closed with ${this.#ended.code} ${this.#ended.reason}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Takes all up to the first that is wanted; answers them. */
  async until(wanted: (frame: Frame) => boolean): Promise<Frame[]> {
    const frames: Frame[] = [];
    for (;;) {
      const frame = await this.next();
      frames.push(frame);
      if (wanted(frame)) return frames;
    }
  }

  /** The next event of a collection, as both protocols tell it. */
  async event(collection: string, wanted: (event: Frame) => boolean = () => true): Promise<Frame> {
    const frames = await this.until((frame) => {
      const event = eventIn(frame);
      return event?.['collection'] === collection && wanted(event);
    });
    return eventIn(frames.at(-1) ?? {}) ?? {};
  }

  /** All that came up to now: the answer to a question comes after it. */
  async soFar(): Promise<Frame[]> {
    return (await this.exchange('core.ping')).before;
  }

  drop(): void {
    this.socket.terminate();
  }
}

/** The inner object of an event. */
export function eventIn(frame: Frame): Frame | undefined {
  if (frame['method'] === 'collection_update') return frame['params'] as Frame;
  return 'collection' in frame && frame['msg'] !== 'nosub' ? frame : undefined;
}

/** The parts of events that matter mostly: the state of apps, state and percent of jobs. */
export function short(frames: readonly Frame[]): string[] {
  return frames.flatMap((frame) => {
    const event = eventIn(frame);
    if (!event) return [];
    const fields = (event['fields'] ?? {}) as {
      state?: string;
      status?: unknown;
      progress?: { percent: number };
    };
    const percent = fields.progress ? `@${fields.progress.percent}` : '';
    return [`${String(event['msg'])} ${String(event['id'])} ${fields.state ?? ''}${percent}`];
  });
}

/** Waits for something that no frame tells of. */
export async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}
