import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isObject, RestartableServer, realWait, remember, webServer } from '../host.ts';
import { Accounts, type Issued } from './accounts.ts';
import { authRoutes } from './authRoutes.ts';
import { backupRoutes } from './backupRoutes.ts';
import { configRoutes } from './configRoutes.ts';
import { contentRoutes } from './contentRoutes.ts';
import { Emitter } from './emitter.ts';
import { corsHeaders, preflight } from './headers.ts';
import { describe, generalRoutes, type KnownPlayer } from './generalRoutes.ts';
import { traitsOf, type Traits } from './releases.ts';
import { readText, Router, send, type Reply } from './http.ts';
import { HttpClients } from './httpClients.ts';
import { Hub } from './hub.ts';
import { Lifecycle } from './lifecycle.ts';
import { Machine } from './machine.ts';
import { realTiming, type BedrockServerOptions, type Player, type Timing } from './options.ts';
import { serverRoutes } from './serverRoutes.ts';
import { Sockets } from './sockets.ts';
import { Streams } from './streams.ts';
import { Tasks, type TaskState } from './tasks.ts';
import { Upkeep } from './upkeep.ts';

/** A request that came in, without its secrets being hidden: it is a test that asks. */
export interface SeenRequest {
  readonly method: string;
  /** As it was asked for, with its query and without the base path. */
  readonly target: string;
  readonly body: string;
}

export interface SeenMessage {
  readonly username: string;
  readonly text: string;
}

/** Parts that live from one start of the program to its end. */
interface Life {
  readonly http: Server;
  readonly hub: Hub;
  readonly sockets: Sockets;
  readonly streams: Streams;
  readonly tasks: Tasks;
  readonly lifecycle: Lifecycle;
  readonly emitter: Emitter;
  readonly router: Router;
  readonly polling: NodeJS.Timeout | undefined;
  readonly over: AbortController;
}

/** The Bedrock Server Manager, true to what its releases were seen to do. */
export class BedrockServer extends RestartableServer<Life> {
  /** HTTP requests, handshakes included, restarts too. */
  readonly requests: SeenRequest[] = [];
  /** Messages of signed-in sockets. */
  readonly messages: SeenMessage[] = [];
  readonly accounts: Accounts;
  /** The game servers by name. */
  readonly machines: Map<string, Machine>;
  readonly #options: BedrockServerOptions;
  readonly #traits: Traits;
  readonly #timing: Timing;
  readonly #now: () => number;
  readonly #players = new Map<string, KnownPlayer>();
  readonly #httpClients: HttpClients;
  #appLog = Buffer.alloc(0);

  private constructor(options: BedrockServerOptions) {
    super(options.port, options.host);
    const {
      users = [{ name: 'admin', password: 'secret', role: 'admin' }],
      servers = [],
      now = Date.now,
    } = options;
    this.#options = options;
    this.#traits = traitsOf[options.protocolVersion];
    this.#timing = { ...realTiming, ...options.timing };
    this.#now = now;
    this.#httpClients = new HttpClients(options.clients);
    this.accounts = new Accounts(users, now);
    this.machines = new Map(servers.map((given) => [given.name, new Machine(given)]));
    for (const { name, running, players = [], log } of servers)
      if (running) this.#runFromTheBeginning(name, players, log);
  }

  static async listen(options: BedrockServerOptions): Promise<BedrockServer> {
    const server = new BedrockServer(options);
    await server.start();
    return server;
  }

  get url(): string {
    const { tls, basePath = '' } = this.#options;
    return `${tls ? 'https' : 'http'}://${this.host}:${this.port}${basePath}`;
  }

  /** Open sockets, let in or not. */
  get sockets(): number {
    return this.life?.sockets.size ?? 0;
  }

  /** Clients that it knows of. */
  get clients(): number {
    return this.life?.hub.size ?? 0;
  }

  /** Number of subscribers by topic; topics without any stay. */
  get subscriptions(): ReadonlyMap<unknown, number> {
    return new Map(this.life?.hub.topics());
  }

  /** Starts with nobody connected and no tasks. */
  override async start(): Promise<void> {
    await super.start();
    this.#note('Application startup complete.');
  }

  protected override end({ over, streams, polling }: Life): void {
    over.abort();
    streams.stop();
    clearInterval(polling);
  }

  /** Closes sockets with 1012 and stops the game servers; users and tokens outlive a restart. */
  protected override disconnect({ http, sockets }: Life): void {
    sockets.close(1012);
    this.#httpClients.end();
    http.closeIdleConnections();
    for (const machine of this.machines.values()) {
      if (machine.alive) machine.stored = 'STOPPED';
      machine.die();
      machine.watched = false;
      machine.crashes = 0;
    }
    // Clients that do not answer the close frame are dropped.
    const late = setTimeout(() => {
      sockets.terminate();
      http.closeAllConnections();
    }, 200);
    http.once('close', () => clearTimeout(late));
  }

  /** The process of a server dies; the next poll notices. */
  crash(name: string): void {
    this.#machine(name).die();
  }

  /** Looks for crashes and players now, as it does by itself now and then. */
  async poll(): Promise<void> {
    await this.running.lifecycle.poll();
  }

  /** One round of resource samples now. */
  sample(): void {
    this.running.streams.sample();
  }

  /** Sets the players of a server; clients hear of it after the next poll. */
  setPlayers(name: string, players: readonly Player[]): void {
    this.#machine(name).setPlayers(players);
  }

  /** Adds to the log of a server, or without a name to that of the program. */
  writeLog(name: string | undefined, text: string): void {
    if (name === undefined) this.#appLog = Buffer.concat([this.#appLog, Buffer.from(text)]);
    else this.#machine(name).write(text);
  }

  /** Closes all sockets with a code, or drops them without a close frame. */
  killSockets(code?: number, reason?: string): void {
    this.life?.sockets.close(code, reason);
  }

  /** Forgets the clients of a user, or all, and leaves their sockets open: nothing is said to them any more. */
  makeZombies(username?: string): void {
    this.life?.hub.forget(username);
  }

  /** An event to whoever subscribed to it. */
  async emit(topic: string, data: unknown): Promise<void> {
    await this.running.emitter.emit(topic, data);
  }

  /** Any message that has a topic to whoever subscribed to that; tasks go to their user. */
  async broadcast(message: { readonly topic: string; readonly data?: unknown }): Promise<void> {
    const { hub } = this.running;
    const { data, topic } = message;
    const username = topic.startsWith('task:') && isObject(data) ? data['username'] : undefined;
    if (typeof username === 'string') await hub.sendToUser(username, message);
    else await hub.broadcast(topic, message);
  }

  /** Exactly this to everybody. */
  async sendRaw(data: string | Uint8Array): Promise<void> {
    await this.running.hub.sendRaw(data);
  }

  /** Recorded bytes, to whoever wants their topic; waits for nobody. */
  push(topic: string | undefined, bytes: Uint8Array): void {
    this.running.hub.push(topic, bytes);
  }

  /** A task as a recording tells it. */
  keepTask(id: string, state: TaskState): void {
    this.running.tasks.keep(id, state);
  }

  /** Does what this user asks for in the web interface; no client is told of. */
  async act(username: string, method: string, path: string, body?: object): Promise<void> {
    const headers = {
      authorization: `Bearer ${this.issueToken(username).token}`,
      'content-type': 'application/json',
    };
    const url = new URL(path, 'http://localhost');
    const text = body === undefined ? '' : JSON.stringify(body);
    const { after } = await this.running.router.answer({ method, headers }, url, text);
    after?.();
  }

  /** A task that somebody else started for this user; answers its id. */
  async runTask(username: string, work: () => Promise<unknown>): Promise<string> {
    const { id, run } = await this.running.tasks.begin(username, work);
    run();
    return id;
  }

  /** A token without a login. */
  issueToken(username: string, lifetimeMs?: number): Issued {
    return this.accounts.issue(username, false, lifetimeMs);
  }

  expireToken(token: string): void {
    this.accounts.expire(token);
  }

  setEnabled(username: string, enabled: boolean): void {
    const user = this.accounts.find(username);
    if (user) user.enabled = enabled;
  }

  #machine(name: string): Machine {
    const machine = this.machines.get(name);
    if (!machine) throw new Error(`There is no server ${name}.`);
    return machine;
  }

  #runFromTheBeginning(name: string, players: readonly Player[], log = ''): void {
    const machine = this.#machine(name);
    machine.spawn(this.#now());
    machine.watched = true;
    machine.write(log);
    machine.setPlayers(players);
    machine.knownPlayers = players;
  }

  protected override begin(): Life {
    const { keepaliveMs, tls, latestVersion, clients, silent = false, wait = realWait } = this.#options;
    const { accounts, machines } = this;
    const [traits, timing, now] = [this.#traits, this.#timing, this.#now];
    const over = new AbortController();
    const hub = new Hub({ wildcard: traits.wildcard, isHasty: silent });
    const emitter = new Emitter(hub, traits);
    const tasks = new Tasks(hub, over.signal);
    const { signal } = over;
    const lifecycle = new Lifecycle({ traits, timing, emitter, machines, silent, now, wait, signal });
    const upkeep = new Upkeep(lifecycle, latestVersion);
    const routes = [
      ...authRoutes(traits, accounts, (line) => this.#note(line)),
      ...generalRoutes(traits, lifecycle, emitter, tasks, this.#players),
      ...serverRoutes(traits, lifecycle, upkeep, tasks),
      ...backupRoutes(traits, upkeep, tasks),
      ...configRoutes(traits, emitter),
      ...contentRoutes(accounts, upkeep),
    ];
    const page = traits.pageForUnknown
      ? '<!DOCTYPE html>\n<html lang="en"><title>Bedrock Server Manager - Dashboard</title></html>'
      : undefined;
    const router = new Router({
      routes: [...routes, ...describe(traits, routes)],
      accounts,
      machines,
      ...(page === undefined ? {} : { page }),
    });
    const sockets = new Sockets({
      traits,
      accounts,
      hub,
      authMs: timing.authMs,
      ...(keepaliveMs === undefined ? {} : { keepaliveMs }),
      onMessage: (text, username) => {
        if (!clients) remember(this.messages, { text, username });
      },
      clients,
    });
    const streams = new Streams({
      hub,
      machines,
      timing,
      logs: traits.logs,
      silent,
      appLog: () => this.#appLog,
      now,
    });
    const http = webServer({
      tls,
      answer: (request, response) => {
        void this.#answer(router, request, response);
      },
      upgrade: (request, raw, head) => {
        const url = this.#urlOf(request);
        this.#see(request, url, '');
        sockets.upgrade(request, raw, head, url);
      },
    });
    const polling = silent ? undefined : everyNowAndThen(timing.pollMs, () => lifecycle.poll());
    return { http, hub, sockets, streams, tasks, lifecycle, emitter, router, polling, over };
  }

  async #answer(router: Router, request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      const url = this.#urlOf(request);
      const text = await readText(request);
      this.#see(request, url, text);
      this.#httpClients.said(request, url, text);
      // A reverse proxy answers what is beside the base path itself.
      if (!url) reply = { status: 404, body: '<html>404 Not Found</html>' };
      else reply = preflight(request.method, request.headers) ?? (await router.answer(request, url, text));
    } catch {
      reply = { status: 500, body: 'Internal Server Error' };
    }
    const headers = { ...reply.headers, ...corsHeaders(request.headers) };
    if (this.life) send(response, { ...reply, headers });
    else response.destroy();
  }

  /** The address below the base path; what is beside it never gets here. */
  #urlOf({ url = '/' }: IncomingMessage): URL | undefined {
    const { basePath = '' } = this.#options;
    if (!url.startsWith(basePath)) return undefined;
    const rest = url.slice(basePath.length);
    return rest === '' || /^[/?]/.test(rest) ? (URL.parse(rest, 'http://localhost') ?? undefined) : undefined;
  }

  #see({ method = 'GET', url = '' }: IncomingMessage, found: URL | undefined, body: string): void {
    if (this.#options.clients) return;
    remember(this.requests, { method, target: found ? found.pathname + found.search : url, body });
  }

  #note(line: string): void {
    const time = new Date(this.#now()).toISOString().replace('T', ' ').slice(0, 19);
    this.writeLog(undefined, `${time} - INFO - bedrock_server_manager - ${line}\n`);
  }
}

/** A round that takes longer than the time between two is not begun a second time. */
function everyNowAndThen(ms: number, work: () => Promise<void>): NodeJS.Timeout {
  let busy = false;
  return setInterval(() => {
    if (busy) return;
    busy = true;
    work()
      // The server was stopped during the round.
      .catch(() => undefined)
      .finally(() => (busy = false));
  }, ms);
}
