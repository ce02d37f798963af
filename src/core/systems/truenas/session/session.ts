import { text } from '../../../model/text.ts';
import type { Subject } from '../../../model/event.ts';
import { readPem } from '../../../wire/tlsCredentials.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import { isFields, named, type Fields } from '../../reading.ts';
import { TrueNasError, type TrueNasSession, type JobEnd, type JobRun } from './trueNasSession.ts';
import { decodeEjson, encodeEjson } from '../ejson.ts';
import { ListRefresh } from './listRefresh.ts';
import { JobLedger, type JobNow } from './jobLedger.ts';
import { connectionOver, runJob } from './jobRun.ts';
import {
  collectionNames,
  collections,
  entryKey,
  hostKind,
  isCollection,
  stateIn,
  untold,
  type Collection,
} from '../kinds.ts';
import { RpcConnection } from './rpcConnection.ts';
import { baseOf, keyOf, type Frame, type Protocol } from '../messages.ts';
import { paths, checkOutgoing } from './protocol.ts';
import { closeError, isUnknownPath, openingError } from './refusal.ts';
import { credentialsOf, signIn } from './signIn.ts';
import type { TrueNasSettings } from '../settings.ts';
import { Subscriptions } from './subscriptions.ts';
import { leaveTokens } from './tokens.ts';

/** A connection on which nothing came for so long is asked whether anybody is still there. */
const quietMs = 30_000;
const pingMs = 15_000;

/** Signs in, subscribes, asks for everything, and resolves. Rejects with a SessionError. */
export async function openTrueNasSession(
  settings: TrueNasSettings,
  environment: SessionEnvironment,
): Promise<TrueNasSession> {
  const session = new LiveTrueNasSession(settings, environment);
  try {
    await session.open();
    return session;
  } catch (error) {
    await session.dispose();
    throw openingError(error, settings, session.protocol);
  }
}

class LiveTrueNasSession implements TrueNasSession {
  readonly closed: Promise<SessionError>;
  readonly #settings: TrueNasSettings;
  readonly #environment: SessionEnvironment;
  readonly #subscriptions: Subscriptions;
  readonly #ledger: JobLedger;
  readonly #fetching: ListRefresh;
  readonly #over = Promise.withResolvers<SessionError>();
  #protocol: Protocol;
  #line: RpcConnection | undefined;
  /** Methods that jobs do answer with the end of the job, not with its id. */
  #withheld = false;
  /** Its version, where it tells. */
  #version = '';
  #watched: ReadonlySet<string> = new Set();
  #cancelPing: () => void = () => undefined;
  #cancelToken: () => void = () => undefined;
  #opened = false;
  #ended = false;

  constructor(settings: TrueNasSettings, environment: SessionEnvironment) {
    const { memory } = environment;
    this.#settings = settings;
    this.#environment = environment;
    this.#protocol = settings.protocol === 'ddp' ? 'ddp' : 'jsonrpc';
    this.closed = this.#over.promise;
    this.#subscriptions = new Subscriptions(environment, {
      subscribe: (name) => this.#open().subscribe(name),
      unsubscribe: (id) => this.#open().unsubscribe(id),
      missed: () => {
        this.refresh();
      },
    });
    const saved = memory.load();
    this.#ledger = new JobLedger(() => {
      this.#remember();
      this.#fetching.jobsLater();
    });
    this.#fetching = new ListRefresh({
      environment,
      ledger: this.#ledger,
      earlier: (isFields(saved) && Array.isArray(saved['jobs']) ? saved['jobs'] : [])
        .map(keyOf)
        .filter((id) => id !== undefined),
      call: (method, params) => this.#open().call(method, params),
    });
  }

  get protocol(): Protocol {
    return this.#protocol;
  }

  get address(): string {
    return this.#settings.url;
  }

  get collections(): ReadonlySet<Collection> {
    return this.#fetching.collections;
  }

  get subscribed(): readonly string[] {
    return this.#subscriptions.names;
  }

  get openJobs(): readonly JobNow[] {
    return this.#ledger.open;
  }

  async open(): Promise<void> {
    const settings = this.#settings;
    const environment = this.#environment;
    // Before anything is said: a key that must not be sent this way is not.
    const applicant = await credentialsOf(settings, environment.secret);
    const ca = settings.ca === undefined ? undefined : await readPem(settings.ca, 'certificate');
    const line = await this.#connect(ca);
    this.#line = line;
    void line.ended.then((end) => {
      this.#finish(closeError(end));
    });
    try {
      environment.report('authenticating', text('signing in as {0}', settings.username));
      const modern = this.#protocol === 'jsonrpc' || settings.protocol === 'ddp';
      if (await signIn(line, applicant, modern)) this.#cancelToken = await leaveTokens(line, environment);
      environment.report('authenticating', text('subscribing'));
      this.#tellApps();
      await this.#prepare(line);
      const candidates = candidatesOf(this.#version);
      const told = candidates.filter((each) => !untold.has(each));
      const names = ['core.get_jobs', ...told, 'alert.list', ...this.#wanted(candidates)];
      await Promise.all(
        [...new Set(names)].map((name) =>
          this.#subscriptions.report(name, this.#subscriptions.add(name, 'settings')),
        ),
      );
      environment.report('authenticating', text('fetching jobs and apps'));
      await this.#fetching.all(candidates);
    } catch (error) {
      // How it ended says more than that something was not answered.
      if (TrueNasError.is(error, 'closed')) throw await this.#endOf(line);
      throw error;
    }
    if (this.#ended) throw await this.closed;
    this.#opened = true;
    this.#remember();
    this.#pingLater();
  }

  async call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    const said = encodeEjson(params) as readonly unknown[];
    return decodeEjson(await this.#open().call(method, said, { signal }));
  }

  job(method: string, params: readonly unknown[], run: JobRun): Promise<JobEnd> {
    const parts = { line: this.#open(), ledger: this.#ledger, withheld: this.#withheld };
    return runJob(parts, method, params, run);
  }

  entry(collection: Collection, key: string, signal: AbortSignal): Promise<Fields | undefined> {
    signal.throwIfAborted();
    return this.#fetching.entry(collection, key);
  }

  subscribe(name: string): Promise<void> {
    return this.#subscriptions.add(name, 'user');
  }

  unsubscribe(name: string): Promise<void> {
    return this.#subscriptions.removeAll(name);
  }

  /** What is measured costs the NAS something: it is asked for while somebody looks. */
  watch(looked: readonly Subject[]): void {
    if (this.#ended) return;
    const kinds = new Set(looked.map(({ kind }) => kind));
    const core = /(?:^|-)1[123]\./.test(this.#version);
    const wanted = new Set<string>();
    if (kinds.has(hostKind)) wanted.add(core ? 'reporting.realtime' : 'reporting.realtime:{"interval": 2}');
    if (kinds.has('app') && this.collections.has('app.query')) wanted.add('app.stats');
    const before = this.#watched;
    this.#watched = wanted;
    const say = (name: string, done: Promise<void>): void => void this.#subscriptions.report(name, done);
    for (const name of wanted) if (!before.has(name)) say(name, this.#subscriptions.add(name, 'watch'));
    for (const name of before) if (!wanted.has(name)) say(name, this.#subscriptions.remove(name, 'watch'));
  }

  refresh(): void {
    this.#fetching.refresh(candidatesOf(this.#version));
  }

  async send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const raw = Buffer.from(bytes).toString('utf8');
    checkOutgoing(raw, this.#protocol);
    await this.#open().send(raw);
  }

  async dispose(): Promise<void> {
    this.#finish(new SessionError(text('The connection was closed from this side.'), { retry: false }));
    await this.#line?.close();
  }

  /** The newer protocol where it is there; what does not know it answers the request for it like any web page. */
  async #connect(ca: string | undefined): Promise<RpcConnection> {
    const { protocol } = this.#settings;
    const open = (as: Protocol): Promise<RpcConnection> => {
      this.#protocol = as;
      this.#environment.report('connecting', text('opening {0}', this.#settings.url + paths[as]));
      return RpcConnection.open({
        settings: this.#settings,
        environment: this.#environment,
        ca,
        protocol: as,
        onEvent: (event) => {
          this.#take(event);
        },
        onEnd: (name, error) => {
          this.#subscriptions.ended(name, error);
        },
        onUnauthenticated: () => {
          // Before the end of the opening this is an answer like others: older releases are asked in other words.
          if (this.#opened)
            this.#finish(
              new SessionError(text('The NAS does not know the sign-in any more; it is made again.'), {
                retry: true,
              }),
            );
        },
      });
    };
    if (protocol !== 'auto') return open(protocol);
    try {
      return await open('jsonrpc');
    } catch (error) {
      if (!isUnknownPath(error)) throw error;
      return open('ddp');
    }
  }

  async #endOf(line: RpcConnection): Promise<SessionError> {
    return closeError(await line.ended);
  }

  #open(): RpcConnection {
    if (this.#ended || !this.#line) throw new TrueNasError('closed', text('The connection is closed.'));
    return this.#line;
  }

  /** The fold knows no settings; which apps are game servers is told to it in the journal. */
  #tellApps(): void {
    this.#environment.deliver({
      channel: 'request',
      direction: 'none',
      origin: 'derived',
      bytes: Buffer.from(JSON.stringify({ gameServerOpsApps: this.#settings.apps })),
      receivedAt: this.#environment.clock.now(),
    });
  }

  /** What makes everything else better and is not there everywhere. */
  async #prepare(line: RpcConnection): Promise<void> {
    const optional = async (method: string, params: readonly unknown[]): Promise<unknown> => {
      try {
        return await line.call(method, params);
      } catch (error) {
        if (TrueNasError.is(error) && error.reason !== 'closed') return undefined;
        throw error;
      }
    };
    const [options, info] = await Promise.all([
      this.#protocol === 'jsonrpc' ? optional('core.set_options', [{ legacy_jobs: false }]) : undefined,
      optional('system.info', []),
    ]);
    this.#withheld = isFields(options) && options['legacy_jobs'] === false;
    this.#version = (isFields(info) ? named(info['version']) : undefined) ?? '';
  }

  #wanted(candidates: readonly Collection[]): readonly string[] {
    return this.#settings.subscriptions.filter((name) => {
      const base = baseOf(name);
      return !isCollection(base) || candidates.includes(base);
    });
  }

  #take({ collection, id, fields, msg }: Extract<Frame, { frame: 'event' }>): void {
    const name = named(collection) ?? '';
    if (name === 'core.get_jobs') {
      if (msg === 'removed') return;
      const told = this.#ledger.take(fields, id);
      for (const call of told?.messages ?? []) this.#line?.takesLong(call);
      this.#fetching.doubt(told ?? {});
      return;
    }
    if (!isCollection(name) || msg === 'removed' || !isFields(fields)) return;
    const kind = collections[name];
    const key = entryKey(fields, id);
    if (key !== undefined && stateIn(kind, fields).state === undefined) this.#fetching.soon(kind, key);
  }

  /** The jobs to ask for when the conversation breaks and comes back. */
  #remember(): void {
    const open = this.#ledger.open.map(({ id }) => id);
    this.#environment.memory.save({ jobs: [...new Set([...this.#fetching.unasked, ...open])] });
  }

  #pingLater(): void {
    this.#cancelPing = this.#environment.clock.after(quietMs, () => {
      void this.#ping();
    });
  }

  /** The message "ping" is not answered any more; the method is, in every release. */
  async #ping(): Promise<void> {
    const { clock } = this.#environment;
    const line = this.#line;
    if (this.#ended || !line) return;
    if (clock.now() - line.heardAt >= quietMs) {
      try {
        await line.call('core.ping', [], { timeoutMs: pingMs });
      } catch (error) {
        if (TrueNasError.is(error, 'closed')) return;
        if (TrueNasError.is(error, 'noAnswer')) {
          this.#finish(
            new SessionError(text('The NAS does not answer any more, though the connection stands.'), {
              retry: true,
              cause: error,
            }),
          );
          line.terminate();
          return;
        }
      }
    }
    if (!this.#hasEnded()) this.#pingLater();
  }

  /** A call, because it changes while something is waited for. */
  #hasEnded(): boolean {
    return this.#ended;
  }

  #finish(error: SessionError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelPing();
    this.#cancelToken();
    this.#subscriptions.end();
    this.#fetching.end();
    this.#ledger.loseAll(connectionOver);
    this.#over.resolve(error);
  }
}

/** What a release has; all that there ever was where its version is not known or not read. */
function candidatesOf(version: string): readonly Collection[] {
  const found = /(\d+)\.(\d+)/.exec(version);
  if (!found) return collectionNames;
  const release = Number(found[1]) * 100 + Number(found[2]);
  if (release < 2000) return ['jail.query', 'vm.query'];
  if (release < 2410) return ['chart.release.query', 'vm.query'];
  if (release < 2504) return ['app.query', 'vm.query'];
  if (release < 2600) return ['app.query', 'vm.query', 'virt.instance.query'];
  return ['app.query', 'vm.query', 'container.query'];
}
