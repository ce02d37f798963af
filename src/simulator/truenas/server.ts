import type { Server } from 'node:http';
import { RestartableServer, realWait, remember, webServer } from '../host.ts';
import { Accounts } from './accounts.ts';
import { Apps } from './apps.ts';
import { authMethods } from './authMethods.ts';
import type { Method, Methods } from './calls.ts';
import { alertEntry, coreMethods, systemMethods, type Machine } from './coreMethods.ts';
import { Containers } from './containers.ts';
import { Dispatcher, type Plans } from './dispatcher.ts';
import { uncaught, type Refused } from './errors.ts';
import { Gateway } from './gateway.ts';
import { Hub, type Update } from './hub.ts';
import { Jails } from './jails.ts';
import { Jobs, type JobSpec } from './jobs.ts';
import { Peer } from './peer.ts';
import { realTiming, type GivenAlert, type Timing, type TrueNasServerOptions } from './options.ts';
import { traitsOf, type Traits } from './profiles.ts';
import { gentleLoad, realtimeMeasure } from './realtime.ts';
import type { RecordedEvent } from './recordedEvent.ts';
import { Sources, type Measure, type SourceKind } from './sources.ts';
import { Virt } from './virt.ts';
import { Vms } from './vms.ts';

/** Parts that live from one start of the middleware to its end. */
interface Life {
  readonly http: Server;
  readonly gateway: Gateway;
  readonly dispatcher: Dispatcher;
  readonly jobs: Jobs;
  readonly over: AbortController;
}

/** The middleware of TrueNAS, true to what its generations were seen to do. */
export class TrueNasServer extends RestartableServer<Life> {
  /** Paths that were asked for, handshakes included, since it was made. */
  readonly requests: string[] = [];
  /** Messages of clients with their secrets, for tests. */
  readonly messages: string[] = [];
  readonly accounts: Accounts;
  readonly apps: Apps;
  readonly vms: Vms;
  readonly virt: Virt;
  readonly containers: Containers;
  readonly jails: Jails;
  readonly machine: Machine;
  /** Nobody's address is allowed any more: who connects is closed with 1008. */
  refusesAddresses = false;
  /** Measuring fails: `failed_to_connect` up to 24.10, silence later. */
  realtimeBroken = false;
  readonly #options: TrueNasServerOptions;
  readonly #traits: Traits;
  readonly #timing: Timing;
  readonly #now: () => number;
  readonly #plans: Plans = { calls: new Map(), failures: new Map(), held: new Map() };
  readonly #defined = new Map<string, Method>();
  readonly #methods = new Map<string, Method>();
  readonly #alerts: GivenAlert[];
  #endsToLose = 0;
  #hub: Hub;

  private constructor(options: TrueNasServerOptions) {
    super(options.port, options.host);
    const { users = [{ name: 'root', password: 'secret' }], apiKeys = [], extraKeys = {} } = options;
    this.#options = options;
    const traits = traitsOf[options.profile];
    this.#traits = options.unlimitedRate === true ? { ...traits, rateLimit: undefined } : traits;
    this.machine = { hostname: 'truenas', version: this.#traits.version };
    this.#timing = { ...realTiming, ...options.timing };
    this.#now = options.now ?? Date.now;
    this.#alerts = [...(options.alerts ?? [])];
    this.#hub = new Hub(this.#traits);
    this.accounts = new Accounts(users, apiKeys, this.#traits, this.#now);
    const publish = (update: Update): void => this.#hub.publish(update);
    this.apps = new Apps(options.apps ?? [], this.#traits, extraKeys, publish, this.#now);
    this.vms = new Vms(options.vms ?? [], this.#traits, extraKeys, publish);
    this.virt = new Virt(options.virtInstances ?? [], extraKeys, publish);
    this.containers = new Containers(options.containers ?? [], publish);
    this.jails = new Jails(options.jails ?? [], extraKeys);
  }

  static async listen(options: TrueNasServerOptions): Promise<TrueNasServer> {
    const server = new TrueNasServer(options);
    await server.start();
    return server;
  }

  get url(): string {
    return `${this.#options.tls ? 'wss' : 'ws'}://${this.host}:${this.port}`;
  }

  /** Open sockets, logged in or not. */
  get sockets(): number {
    return this.life?.gateway.peers.size ?? 0;
  }

  /** Connections that are still open though their upgrade was refused. */
  get refusedSockets(): number {
    return this.life?.gateway.refused.size ?? 0;
  }

  /** Usernames that are logged in, one for each socket. */
  get loggedIn(): readonly string[] {
    return [...(this.life?.gateway.peers.values() ?? [])].flatMap(({ login }) => login?.username ?? []);
  }

  /** Number of subscriptions by name. */
  get subscriptions(): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const { names } of this.life?.gateway.peers.values() ?? [])
      for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
    return found;
  }

  /** Number of calls by method, restarts included. */
  get calls(): ReadonlyMap<string, number> {
    return this.#plans.calls;
  }

  /** The jobs as clients see them. */
  get jobs(): readonly Record<string, unknown>[] {
    const jobs = this.life?.jobs;
    return jobs ? jobs.all.map((job) => jobs.shown(job)) : [];
  }

  protected override end({ over }: Life): void {
    over.abort();
  }

  /** Drops connections without a close frame; apps and machines go on. */
  protected override disconnect({ http, gateway }: Life): void {
    this.accounts.forgetTokens();
    gateway.close();
    http.closeAllConnections();
  }

  /** The next call of this method fails; one that makes a job makes one that fails. */
  failNext(method: string, failure?: string | Refused): void {
    const list = this.#plans.failures.get(method) ?? [];
    this.#plans.failures.set(method, list);
    list.push(failure);
  }

  /** The job that ends next does so without its last event; who asks for it is told. */
  loseNextEnd(): void {
    this.#endsToLose += 1;
  }

  /** Calls of this method are not answered until what is returned is called. */
  hold(method: string): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#plans.held.set(method, promise);
    return () => {
      if (this.#plans.held.get(method) === promise) this.#plans.held.delete(method);
      resolve(undefined);
    };
  }

  /** A method of a test's own. */
  define(name: string, method: Method): void {
    this.#defined.set(name, method);
    this.#methods.set(name, method);
  }

  /** A job that somebody else started; answers its id. */
  runJob(method: string, args: readonly unknown[], spec: JobSpec, username = 'root'): number {
    const starter = { username, credentials: { type: 'LOGIN_PASSWORD', data: { username } } };
    return this.running.jobs.begin(method, args, spec, starter).id;
  }

  /** Calls a method as the web interface does; answers the result, or the id of the job. */
  async act(method: string, ...args: readonly unknown[]): Promise<unknown> {
    const [user] = this.accounts.users;
    if (!user) throw new Error('There is no user.');
    const parts = { session: '', protocol: 'ddp', insecure: false, address: '', roles: true } as const;
    const peer = new Peer({ ...parts, tell: () => undefined });
    peer.login = this.accounts.login(user);
    const outcome = await this.running.dispatcher.call(peer, method, args, undefined);
    return outcome.job ? outcome.job.id : outcome.value;
  }

  /** Ends all sessions, as their time limit does: the sockets stay, and nobody is told. */
  endSessions(): void {
    for (const peer of this.life?.gateway.peers.values() ?? []) peer.login = undefined;
  }

  /** Closes all sockets with a code, or drops them without a close frame. */
  dropSockets(code?: number | 'abrupt', reason?: string): void {
    this.life?.gateway.close(code === 'abrupt' ? undefined : code, reason);
  }

  /** A plain event to whoever subscribed to it. */
  pushEvent(collection: string, event: Omit<Update, 'collection'>): void {
    this.#hub.publish({ ...event, collection });
  }

  /** Something is wrong with the machine, and it says so. */
  raiseAlert(alert: GivenAlert): void {
    this.#alerts.push(alert);
    const fields = alertEntry(alert, this.#alerts.length - 1, this.#now());
    this.pushEvent('alert.list', { msg: 'added', id: String(fields['id']), fields });
  }

  /** Exactly this to everybody. */
  sendRaw(data: string | Uint8Array): void {
    this.running.gateway.sendRaw(data);
  }

  /** Sends an event of a recording to all that subscribed to such. */
  sendRecorded(event: RecordedEvent): void {
    this.running.gateway.sendRecorded(event);
  }

  /** Keeps a job of a recording for those who ask for jobs; tells nobody. */
  keepJob(id: number, row: object): void {
    this.running.jobs.keep(id, row);
  }

  /** An event source ends for all that subscribed to it, and does not begin again by itself. */
  endSource(name: string, message = 'Something broke'): void {
    for (const peer of this.running.gateway.peers.values())
      for (const run of [...peer.sources.values()])
        if (run.name.split(':')[0] === name) run.end(uncaught('RuntimeError', message));
  }

  protected override begin(): Life {
    const { wait = realWait, duplicateTerminal = false, extraKeys = {}, tls } = this.#options;
    const { clients, silentSources = false, jobsAfter = 0 } = this.#options;
    const [traits, timing, now] = [this.#traits, this.#timing, this.#now];
    const over = new AbortController();
    const hub = new Hub(traits);
    this.#hub = hub;
    const jobs = new Jobs({
      traits,
      stepMs: timing.jobStepMs,
      now,
      wait,
      over: over.signal,
      publish: (update) => hub.publish(update),
      duplicateTerminal,
      isEndLost: () => this.#endsToLose > 0 && this.#endsToLose-- > 0,
      extraKeys,
      after: jobsAfter,
    });
    const refuse = (): Promise<void> => wait(timing.refusalMs, over.signal);
    this.#methods.clear();
    for (const [name, method] of Object.entries(this.#known(refuse))) this.#methods.set(name, method);
    for (const [name, method] of this.#defined) this.#methods.set(name, method);
    const dispatcher = new Dispatcher({
      traits,
      timing,
      methods: this.#methods,
      jobs,
      now,
      wait,
      over: over.signal,
      plans: this.#plans,
    });
    const sources = new Sources({
      traits,
      secondMs: timing.sourceSecondMs,
      wait,
      over: over.signal,
      kinds: this.#sources(),
      silent: silentSources,
    });
    const gateway = new Gateway({
      dispatcher,
      sources,
      hub,
      insecure: this.#options.insecure ?? false,
      redirectToHttps: (this.#options.redirectToHttps ?? false) && !tls,
      isRefusing: () => this.refusesAddresses,
      // A virtual server shows them as they come.
      onText: (text) => {
        if (!clients) remember(this.messages, text);
      },
      clients,
      limits: { beforeLogin: 8192, afterLogin: traits.maxMessage },
    });
    const http = webServer({
      tls,
      answer: (request, response) => {
        remember(this.requests, request.url ?? '');
        gateway.answer(request, response);
      },
      upgrade: (request, raw, head) => {
        remember(this.requests, request.url ?? '');
        gateway.upgrade(request, raw, head);
      },
    });
    return { http, gateway, dispatcher, jobs, over };
  }

  #known(refuse: () => Promise<void>): Methods {
    const traits = this.#traits;
    return {
      ...authMethods(traits, this.accounts, refuse),
      ...coreMethods(traits),
      ...systemMethods(this.machine, this.#alerts, this.#now),
      ...(traits.apps ? this.apps.methods() : {}),
      ...(traits.virt ? this.virt.methods() : {}),
      ...(traits.containers ? this.containers.methods() : {}),
      ...(traits.jails ? this.jails.methods() : {}),
      ...this.vms.methods(),
    };
  }

  #sources(): ReadonlyMap<string, SourceKind> {
    const { extraKeys = {} } = this.#options;
    const realtime = (): Measure =>
      realtimeMeasure(this.#traits, gentleLoad(), () => this.realtimeBroken, extraKeys);
    const kinds = new Map<string, SourceKind>([['reporting.realtime', { begin: realtime }]]);
    if (!this.#traits.apps) return kinds;
    kinds.set('app.stats', { begin: () => this.apps.measure });
    kinds.set('app.container_log_follow', {
      hasArgument: true,
      begin: (argument) => this.apps.followLog(argument),
    });
    return kinds;
  }
}
