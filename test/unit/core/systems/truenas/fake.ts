import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

type Json = Readonly<Record<string, unknown>>;
type Method = (params: readonly unknown[], from: Peer) => unknown;

/** Answer of a method that fails. */
export class Refusal {
  readonly errno: number;
  readonly reason: string;

  constructor(errno: number, reason: string) {
    this.errno = errno;
    this.reason = reason;
  }
}

/** An answer that never comes. */
export const silence = Symbol('silence');

interface Peer {
  readonly socket: WebSocket;
  readonly modern: boolean;
  readonly names: Map<string, string>;
  withheld: boolean;
}

export interface FakeOptions {
  /** Without, it answers like a release before 25.04. */
  readonly modern?: boolean;
  readonly version?: string;
  readonly methods?: Readonly<Record<string, Method>>;
  /** An ordinary answer to whoever comes. */
  readonly httpStatus?: number;
}

/** A NAS of which a test decides every word: only what both protocols have in common is its own. */
export class FakeNas implements AsyncDisposable {
  readonly peers = new Set<Peer>();
  /** Methods in the order in which they were called, with their parameters. */
  readonly called: (readonly [string, readonly unknown[]])[] = [];
  readonly methods = new Map<string, Method>();
  readonly jobs = new Map<number, Json>();
  readonly apps = new Map<string, Json>();
  readonly #server: Server;
  readonly #options: FakeOptions;
  /** Steps before `ready` is said, which may be never. */
  beforeReady: (name: string, peer: Peer) => typeof silence | undefined = () => undefined;

  private constructor(server: Server, options: FakeOptions) {
    this.#server = server;
    this.#options = options;
    for (const [name, method] of Object.entries(this.#common())) this.methods.set(name, method);
    for (const [name, method] of Object.entries(options.methods ?? {})) this.methods.set(name, method);
  }

  static async listen(options: FakeOptions = {}): Promise<FakeNas> {
    const server = createServer((_request, response) => {
      response.writeHead(options.httpStatus ?? 302, { Location: '/ui/' }).end();
    });
    const nas = new FakeNas(server, options);
    const sockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      const modern = request.url === '/api/current';
      if (options.httpStatus !== undefined || (modern && options.modern !== true)) {
        const status = options.httpStatus ?? 302;
        socket.end(`HTTP/1.1 ${String(status)} No\r\nLocation: /ui/\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (peer) => {
        nas.#welcome({ socket: peer, modern, names: new Map(), withheld: false });
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return nas;
  }

  get url(): string {
    return `ws://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** Tells of a change whoever subscribed to it. */
  event(collection: string, msg: string, rest: Json): void {
    for (const peer of this.peers) {
      const wanted = [...peer.names.values()];
      if (!wanted.includes(collection) && !wanted.includes('*')) continue;
      const inner = { msg, collection, ...rest };
      this.say(peer, peer.modern ? { jsonrpc: '2.0', method: 'collection_update', params: inner } : inner);
    }
  }

  /** The end of a source. */
  nosub(collection: string, error?: unknown): void {
    for (const peer of this.peers) {
      this.say(
        peer,
        peer.modern
          ? { jsonrpc: '2.0', method: 'notify_unsubscribed', params: { collection, error: error ?? null } }
          : { msg: 'nosub', collection, ...(error === undefined ? {} : { error }) },
      );
    }
  }

  /** A job as it is now, told to everybody. */
  job(id: number, fields: Json, msg = 'changed', quiet = false): void {
    const job = { ...(this.jobs.get(id) ?? newJob(id)), ...fields };
    this.jobs.set(id, job);
    if (!quiet) this.event('core.get_jobs', msg, { id, fields: job });
  }

  app(name: string, state: string, msg = 'changed'): void {
    const entry = { id: name, name, state, human_version: '1.0', version: '1.0', upgrade_available: false };
    this.apps.set(name, entry);
    this.event('app.query', msg, { id: name, fields: entry });
  }

  drop(code?: number, reason?: string): void {
    for (const { socket } of this.peers) {
      if (code === undefined) socket.terminate();
      else socket.close(code, reason);
    }
  }

  say(peer: Peer, value: Json): void {
    peer.socket.send(JSON.stringify(value));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #welcome(peer: Peer): void {
    this.peers.add(peer);
    peer.socket.on('close', () => this.peers.delete(peer));
    peer.socket.on('error', () => undefined);
    peer.socket.on('message', (data: Buffer) => {
      this.#hear(peer, JSON.parse(data.toString('utf8')) as Json);
    });
  }

  #hear(peer: Peer, said: Json): void {
    const { msg, id, name } = said;
    if (msg === 'connect') this.say(peer, { msg: 'connected', session: 's' });
    else if (msg === 'sub') {
      if (this.beforeReady(String(name), peer) === silence) return;
      peer.names.set(String(id), String(name));
      this.say(peer, { msg: 'ready', subs: [id] });
    } else if (msg === 'unsub') peer.names.delete(String(id));
    else void this.#call(peer, id, String(said['method']), (said['params'] ?? []) as readonly unknown[]);
  }

  async #call(peer: Peer, id: unknown, method: string, params: readonly unknown[]): Promise<void> {
    this.called.push([method, params]);
    const known = this.methods.get(method);
    const result = known ? await known(params, peer) : new Refusal(201, '[ENOMETHOD] Method not found');
    if (result === silence) return;
    const error = result instanceof Refusal ? errorOf(result) : undefined;
    if (!peer.modern) this.say(peer, { id, msg: 'result', ...(error ? { error } : { result }) });
    else if (result instanceof Refusal && result.errno === 201)
      this.say(peer, { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method does not exist' } });
    else {
      const wrapped = { code: -32001, message: 'Method call error', data: error };
      this.say(peer, { jsonrpc: '2.0', id, ...(error ? { error: wrapped } : { result: result ?? null }) });
    }
  }

  #common(): Readonly<Record<string, Method>> {
    return {
      'auth.login': ([, password]) => password === 'right',
      'auth.login_ex': ([request]) => ({
        response_type: (request as Json)['password'] === 'right' ? 'SUCCESS' : 'AUTH_ERR',
      }),
      'system.info': () => ({ hostname: 'tank-nas', version: this.#options.version ?? '25.10.0' }),
      'core.ping': () => 'pong',
      'core.subscribe': ([name], peer) => {
        if (this.beforeReady(String(name), peer) === silence) return silence;
        const id = `sub-${String(peer.names.size)}-${String(name)}`;
        peer.names.set(id, String(name));
        return id;
      },
      'core.unsubscribe': ([id], { names }) => {
        names.delete(String(id));
        return null;
      },
      'core.get_jobs': ([filters]) => {
        const [[field, , values] = []] = (filters ?? []) as readonly (readonly unknown[])[];
        return [...this.jobs.values()].filter(
          (job) => field === undefined || (values as readonly unknown[]).includes(job[field as string]),
        );
      },
      'app.query': ([filters]) => {
        const [[, , wanted] = []] = (filters ?? []) as readonly (readonly unknown[])[];
        return [...this.apps.values()].filter(({ id }) => wanted === undefined || id === wanted);
      },
      'vm.query': () => [],
    };
  }
}

function newJob(id: number): Json {
  return {
    id,
    message_ids: [],
    method: 'app.start',
    arguments: ['minecraft'],
    description: null,
    abortable: false,
    progress: { percent: 0, description: '', extra: null },
    state: 'WAITING',
    time_started: { $date: 1_795_200_000_000 + id },
    time_finished: null,
    credentials: { type: 'LOGIN_PASSWORD', data: { username: 'root', login_id: 'secret-login-id' } },
  };
}

function errorOf({ errno, reason }: Refusal): Json {
  return {
    error: errno,
    errname: 'E',
    type: null,
    reason,
    trace: { class: 'CallError', frames: [{ locals: { params: ['right', 'leaked-by-trace'] } }] },
    extra: null,
  };
}
