import { oneLine, text } from '../../../model/text.ts';
import type { Subject } from '../../../model/event.ts';
import { readPem } from '../../../wire/tlsCredentials.ts';
import { closedError, ConversationError } from '../../conversation/conversationError.ts';
import { Liveness } from '../../conversation/liveness.ts';
import { SessionEnd } from '../../conversation/sessionEnd.ts';
import { Subscriptions } from '../../conversation/subscriptions.ts';
import { TaskLedger } from '../../conversation/taskLedger.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import { isFields, named, type Fields } from '../../reading.ts';
import type { TrueNasSession, JobEnd, JobReference, JobRun } from './trueNasSession.ts';
import { decodeEjson, encodeEjson } from '../ejson.ts';
import { ListRefresh } from './listRefresh.ts';
import { takeJob, type JobLedger, type JobNow } from './jobLedger.ts';
import { connectionOver, resumeJob, runJob } from './jobRun.ts';
import {
  collectionNames,
  collections,
  entryKey,
  hostKind,
  isCollection,
  stateIn,
  collectionsWithoutEvents,
  type Collection,
} from '../kinds.ts';
import { RpcConnection } from './rpcConnection.ts';
import { isSource } from '../catalog.ts';
import { baseOf, failureOf, keyOf, type Frame, type Protocol } from '../messages.ts';
import { paths, checkOutgoing } from './protocol.ts';
import { closeError, isUnknownPath, openingError, refusedError } from './refusal.ts';
import { credentialsOf, signIn } from './signIn.ts';
import type { TrueNasSettings } from '../settings.ts';
import { leaveTokens } from './tokens.ts';

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
  /** The opening asks for everything. */
  readonly listed = Promise.resolve();
  readonly #settings: TrueNasSettings;
  readonly #environment: SessionEnvironment;
  readonly #subscriptions: Subscriptions;
  readonly #ledger: JobLedger;
  readonly #refresh: ListRefresh;
  readonly #end = new SessionEnd();
  readonly #liveness: Liveness;
  #protocol: Protocol;
  #rpc: RpcConnection | undefined;
  /** Methods that jobs do answer with the end of the job, not with its id. */
  #withheld = false;
  /** Version of the NAS, where it reports one. */
  #version = '';
  #opened = false;

  constructor(settings: TrueNasSettings, environment: SessionEnvironment) {
    const { clock, log, memory } = environment;
    this.#settings = settings;
    this.#environment = environment;
    this.#protocol = settings.protocol === 'ddp' ? 'ddp' : 'jsonrpc';
    this.#subscriptions = new Subscriptions({
      clock,
      subscribe: (name) => this.#openRpc().subscribe(name),
      unsubscribe: async (name, id) => {
        if (id !== undefined) await this.#openRpc().unsubscribe(name, id);
      },
      onMissing(name, why) {
        environment.gap(text('Nothing comes from {0}: {1}', oneLine(name, 100), why));
      },
      onResumed: (name) => {
        if (!isSource(baseOf(name))) this.refresh();
      },
    });
    this.#liveness = new Liveness({
      clock,
      log,
      // The message "ping" is not answered any more; the method is, in every release.
      probe: () => this.#openRpc().call('core.ping', [], { timeoutMs: pingMs, isNoise: true }),
      onDead: (cause) => {
        const why = text('The NAS does not answer any more, though the connection stands.');
        this.#end.finish(new SessionError(why, { retry: true, cause }));
        this.#rpc?.terminate();
      },
    });
    const saved = memory.load();
    this.#ledger = new TaskLedger(() => {
      this.#remember();
      this.#refresh.jobsLater();
    });
    this.#refresh = new ListRefresh({
      environment,
      ledger: this.#ledger,
      earlier: (isFields(saved) && Array.isArray(saved['jobs']) ? saved['jobs'] : [])
        .map(keyOf)
        .filter((id) => id !== undefined),
      call: (method, params, options) => this.#openRpc().call(method, params, options),
    });
    const jobs = {
      end: () => this.#ledger.loseAll({ state: 'lost', message: connectionOver }),
    };
    this.#end.add(jobs, this.#refresh, this.#liveness, this.#subscriptions);
  }

  get closed(): Promise<SessionError> {
    return this.#end.closed;
  }

  get heardAt(): number {
    return this.#liveness.heardAt;
  }

  get protocol(): Protocol {
    return this.#protocol;
  }

  get address(): string {
    return this.#settings.url;
  }

  get collections(): ReadonlySet<Collection> {
    return this.#refresh.collections;
  }

  get subscribed(): readonly string[] {
    return this.#subscriptions.confirmed;
  }

  get openJobs(): readonly JobNow[] {
    return this.#ledger.open;
  }

  async open(): Promise<void> {
    const settings = this.#settings;
    const environment = this.#environment;
    // Before anything is said: a key that must not be sent this way is not.
    const credentials = await credentialsOf(settings, environment.secret);
    const ca = settings.ca === undefined ? undefined : await readPem(settings.ca, 'certificate');
    const rpc = await this.#connect(ca);
    this.#rpc = rpc;
    void rpc.ended.then((end) => this.#end.finish(closeError(end)));
    const giveUp = (): void => rpc.terminate();
    environment.signal.addEventListener('abort', giveUp, { once: true });
    if (environment.signal.aborted) giveUp();
    try {
      environment.report('authenticating', text('signing in as {0}', settings.username));
      const modern = this.#protocol === 'jsonrpc' || settings.protocol === 'ddp';
      if (await signIn(rpc, credentials, modern)) this.#end.add(await leaveTokens(rpc, environment));
      environment.report('authenticating', text('subscribing'));
      this.#tellApps();
      await this.#prepare(rpc);
      const candidates = candidatesOf(this.#version);
      const announced = candidates.filter((each) => !collectionsWithoutEvents.has(each));
      const names = ['core.get_jobs', ...announced, 'alert.list', ...this.#wanted(candidates)];
      await this.#subscriptions.addQuietly(names, 'settings');
      environment.report('authenticating', text('fetching jobs and apps'));
      await this.#refresh.all(candidates);
    } catch (error) {
      // How it ended says more than that something was not answered.
      if (ConversationError.is(error, 'closed')) throw await this.#endOf(rpc);
      throw error;
    } finally {
      environment.signal.removeEventListener('abort', giveUp);
    }
    if (this.#end.isOver()) throw await this.closed;
    this.#opened = true;
    this.#remember();
    this.#liveness.begin();
  }

  async call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    const said = encodeEjson(params) as readonly unknown[];
    return decodeEjson(await this.#openRpc().call(method, said, { signal }));
  }

  job(method: string, params: readonly unknown[], run: JobRun): Promise<JobEnd> {
    const parts = { rpc: this.#openRpc(), ledger: this.#ledger, withheld: this.#withheld };
    return runJob(parts, method, params, run);
  }

  resume(job: JobReference, run: JobRun): Promise<JobEnd> {
    return resumeJob({ rpc: this.#openRpc(), ledger: this.#ledger }, job, run);
  }

  entry(collection: Collection, key: string, signal: AbortSignal): Promise<Fields | undefined> {
    return this.#refresh.entry(collection, key, signal);
  }

  subscribe(name: string): Promise<void> {
    return this.#subscriptions.add(name, 'user');
  }

  unsubscribe(name: string): Promise<void> {
    return this.#subscriptions.removeAll(name);
  }

  /** Measurements cost the NAS something: they are subscribed to while somebody looks. */
  watch(visible: readonly Subject[]): void {
    if (this.#end.isOver()) return;
    const kinds = new Set(visible.map(({ kind }) => kind));
    const core = /(?:^|-)1[123]\./.test(this.#version);
    const wanted = new Set<string>();
    if (kinds.has(hostKind)) wanted.add(core ? 'reporting.realtime' : 'reporting.realtime:{"interval": 2}');
    if (kinds.has('app') && this.collections.has('app.query')) wanted.add('app.stats');
    this.#subscriptions.replace(wanted, 'watch');
  }

  refresh(): void {
    this.#refresh.refresh(candidatesOf(this.#version));
  }

  checkAlive(): void {
    this.#liveness.checkNow();
  }

  async send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const raw = Buffer.from(bytes).toString('utf8');
    checkOutgoing(raw, this.#protocol);
    await this.#openRpc().send(raw);
  }

  async dispose(): Promise<void> {
    this.#end.finishFromHere();
    await this.#rpc?.close();
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
        onEvent: (event) => this.#take(event),
        onHeard: () => this.#liveness.heard(),
        onEnd: (name, error) => {
          const why = error === undefined ? text('the NAS ended it') : text('{0}', failureOf(error).reason);
          this.#subscriptions.ended(name, refusedError(error), why);
        },
        onUnauthenticated: () => {
          // Before the end of the opening this is an answer like others: older releases are asked in other words.
          if (this.#opened)
            this.#end.finish(
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

  async #endOf(rpc: RpcConnection): Promise<SessionError> {
    return closeError(await rpc.ended);
  }

  #openRpc(): RpcConnection {
    if (this.#end.isOver() || !this.#rpc) throw closedError();
    return this.#rpc;
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

  /** Sets and asks what not every release knows; a refusal is no failure. */
  async #prepare(rpc: RpcConnection): Promise<void> {
    const optional = async (method: string, params: readonly unknown[]): Promise<unknown> => {
      try {
        return await rpc.call(method, params);
      } catch (error) {
        if (ConversationError.is(error) && error.reason !== 'closed') return undefined;
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
      const told = takeJob(this.#ledger, fields, id);
      for (const call of told?.messages ?? []) this.#rpc?.takesLong(call);
      this.#refresh.doubt(told ?? {});
      return;
    }
    if (!isCollection(name) || msg === 'removed' || !isFields(fields)) return;
    const kind = collections[name];
    const key = entryKey(fields, id);
    if (key !== undefined && stateIn(kind, fields).state === undefined) this.#refresh.soon(kind, key);
  }

  /** The jobs to ask for when the conversation breaks and comes back. */
  #remember(): void {
    const open = this.#ledger.open.map(({ id }) => id);
    this.#environment.memory.save({ jobs: [...new Set([...this.#refresh.unasked, ...open])] });
  }
}

/** Lists that a release has; all that ever were where its version is not known. */
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
