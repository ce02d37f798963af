import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clients } from './virtual/clients.ts';

/** Waits; rejects when the signal aborts. Tests bring one that does not wait. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export const realWait: Wait = (ms, signal) => sleep(ms, undefined, { signal });

interface WebServerParts {
  readonly tls: ServerOptions | undefined;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, raw: Duplex, head: Buffer) => void;
}

export function webServer({ tls, answer, upgrade }: WebServerParts): Server {
  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  return server.on('upgrade', (request, raw, head) => {
    raw.on('error', () => raw.destroy());
    upgrade(request, raw, head);
  });
}

/** Address that programs of this machine alone reach. */
export const loopback = '127.0.0.1';

/** Listens, on this machine alone unless another address is given; resolves with the port. Rejects where it is taken. */
export async function listen(server: NetServer, port: number, host = loopback): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** The address of a listener as it stands in a URL; one that means all addresses is reached by the loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return loopback;
  return host.includes(':') ? `[${host}]` : host;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A server that stops and starts again at the same port. `Life` holds what lives from one start to the next stop. */
export abstract class RestartableServer<Life extends { readonly http: Server }> {
  #port: number;
  readonly #host: string;
  #life: Life | undefined;

  constructor(port = 0, host = loopback) {
    this.#port = port;
    this.#host = host;
  }

  /** Host in URLs that lead to it from here. */
  get host(): string {
    return urlHost(this.#host);
  }

  get port(): number {
    return this.#port;
  }

  /** Listens; rejects where the port is taken. */
  async start(): Promise<void> {
    const life = this.begin();
    this.#life = life;
    try {
      this.#port = await listen(life.http, this.#port, this.#host);
    } catch (error) {
      this.#life = undefined;
      this.end(life);
      throw error;
    }
  }

  async stop(): Promise<void> {
    const life = this.#life;
    if (!life) return;
    this.#life = undefined;
    this.end(life);
    const closed = once(life.http, 'close');
    life.http.close();
    this.disconnect(life);
    await closed;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  protected get life(): Life | undefined {
    return this.#life;
  }

  protected get running(): Life {
    if (!this.#life) throw new Error('The server does not run.');
    return this.#life;
  }

  protected abstract begin(): Life;
  /** Ends timers and whatever still waits. */
  protected abstract end(life: Life): void;
  /** Closes the open connections. */
  protected abstract disconnect(life: Life): void;
}

/** Requests and messages that a server keeps: demos run for days. */
const remembered = 10_000;

export function remember<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > remembered) list.shift();
}

/** Options of every demo. */
export interface PlayOptions {
  readonly signal: AbortSignal;
  /** 0 takes any that is free; without it the port that the real program has, or one beside it. */
  readonly port?: number;
  /** Address to listen at; this machine alone reaches it by default. */
  readonly host?: string;
  /** Told of clients. */
  readonly clients?: Clients;
  /** 2 plays twice as fast. */
  readonly speed?: number;
  readonly wait?: Wait;
}

/** Options of a demo that has users. */
export interface SignedInPlayOptions<Kind extends string> extends PlayOptions {
  /** Password of every user. */
  readonly password?: string;
  /** Gets an entry of the connections setting that leads to the demo, and its password, once it listens. */
  readonly onListening?: (
    settings: { readonly kind: Kind; readonly url: string; readonly username: string },
    password: string,
  ) => void;
}

/** The options of a demo that its server takes: the address to listen at, and who is told of clients. */
export function servingOf({ host, clients }: PlayOptions): Pick<PlayOptions, 'host' | 'clients'> {
  return { ...(host === undefined ? {} : { host }), ...(clients ? { clients } : {}) };
}

/** Password of the demos that people start by themselves. */
export const demoPassword = 'demo';

/** A load that goes up and down, the same in each run; `height` is about −1.3 to 1.3. */
export function wave<T>(measure: (height: number, sample: number) => T, period = 9): () => T {
  let sample = 0;
  return () => {
    sample += 1;
    return measure(Math.sin(sample / period) + Math.sin(sample / 2.3) / 3, sample);
  };
}

/** Waits so many seconds of the demo. */
export type Pause = (seconds: number) => Promise<void>;

/** Plays a scene until the signal aborts, and stops the server then. */
export async function playUntilAborted(
  server: { stop(): Promise<void> },
  { signal, speed = 1, wait = realWait }: PlayOptions,
  scene: (pause: Pause) => Promise<void>,
): Promise<void> {
  try {
    await scene((seconds) => wait((1000 * seconds) / speed, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await server.stop();
  }
}
