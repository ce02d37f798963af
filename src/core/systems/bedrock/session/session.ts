import { text } from '../../../model/text.ts';
import type { Subject } from '../../../model/event.ts';
import { readPem } from '../../../wire/tlsCredentials.ts';
import type { WebSocketMessage } from '../../../wire/webSocket.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import { isFields, named } from '../../reading.ts';
import { BedrockApi } from './api.ts';
import {
  BedrockError,
  type BedrockSession,
  type RestAnswer,
  type Role,
  type TaskEnd,
} from './bedrockSession.ts';
import { ListRefresh } from './listRefresh.ts';
import type { ReleaseTraits } from '../release.ts';
import { instanceKind } from '../decode/lifecycle.ts';
import { behindColon, serverOf } from '../messages.ts';
import { peekMessage } from './peekMessage.ts';
import { closeError, sessionErrorOf } from './refusal.ts';
import { Renewal } from './renewal.ts';
import { socketAddress, type BedrockSettings } from '../settings.ts';
import { checkOutgoing } from './checkOutgoing.ts';
import { BedrockSocket } from './socket.ts';
import { Subscriptions } from './subscriptions.ts';
import { TaskLedger } from './taskLedger.ts';
import { Transitions } from './transitions.ts';

/** A socket on which nothing came for so long is asked whether anybody is still there. */
const quietMs = 30_000;
/** The end of a task whose message got lost is found by asking. */
const askForTaskMs = 20_000;

/** Questions at which the program writes down what it finds. */
const requestsThatRewriteState = /^\/api\/servers\/?(?:\?|$)|^\/api\/server\/[^/]+\/summary/;
const connectionOver = 'the connection ended before the task did';

/** Signs in, opens the WebSocket, subscribes, and resolves once everything was asked for. Rejects with a SessionError. */
export async function openBedrockSession(
  settings: BedrockSettings,
  environment: SessionEnvironment,
): Promise<BedrockSession> {
  try {
    const ca = settings.ca === undefined ? undefined : await readPem(settings.ca, 'certificate');
    const session = new LiveBedrockSession(settings, environment, ca);
    try {
      await session.open();
      return session;
    } catch (error) {
      await session.dispose();
      throw error;
    }
  } catch (error) {
    throw sessionErrorOf(error);
  }
}

class LiveBedrockSession implements BedrockSession {
  readonly closed: Promise<SessionError>;
  readonly address: string;
  readonly #settings: BedrockSettings;
  readonly #environment: SessionEnvironment;
  readonly #ca: string | undefined;
  readonly #api: BedrockApi;
  readonly #subscriptions: Subscriptions;
  readonly #transitions: Transitions;
  readonly #ledger: TaskLedger;
  readonly #fetching: ListRefresh;
  readonly #renewal: Renewal;
  readonly #over = Promise.withResolvers<SessionError>();
  readonly #listeners = new Map<string, Set<(chunk: string, first: boolean) => void>>();
  /** Logs that were just asked for: what comes first may repeat what was there before. */
  readonly #fresh = new Set<string>();
  #socket: BedrockSocket | undefined;
  #looked: ReadonlySet<string> = new Set();
  #watched: ReadonlySet<string> = new Set();
  #heardAt: number;
  #cancelProbe: () => void = () => undefined;
  #calls = 0;
  #ended = false;

  constructor(settings: BedrockSettings, environment: SessionEnvironment, ca: string | undefined) {
    const { clock, memory } = environment;
    this.#settings = settings;
    this.#environment = environment;
    this.#ca = ca;
    this.closed = this.#over.promise;
    this.address = socketAddress(settings);
    this.#heardAt = clock.now();
    this.#api = new BedrockApi(settings, environment, ca);
    this.#renewal = new Renewal(this.#api, environment);
    this.#subscriptions = new Subscriptions(environment, (action, topic) => this.#ask(action, topic));
    this.#ledger = new TaskLedger((open) => {
      memory.save({ tasks: open });
    });
    this.#transitions = new Transitions(clock, () => {
      this.#fetching.quiet();
    });
    this.#fetching = new ListRefresh({
      environment,
      username: settings.username,
      transitions: this.#transitions,
      ledger: this.#ledger,
      release: () => this.#api.release,
      ask: (path) => this.#api.call('GET', path, undefined, environment.signal),
      onServers: () => {
        this.#applyWatch();
      },
      onRefused: (error) => {
        this.#finish(error);
      },
    });
  }

  get release(): ReleaseTraits {
    return this.#api.release;
  }

  get role(): Role | undefined {
    return this.#api.role;
  }

  async open(): Promise<void> {
    const { report } = bound(this.#environment);
    report('connecting', text('looking up the version'));
    await this.#api.lookUpVersion();
    const { version } = this.#api.release;
    report(
      'authenticating',
      version === ''
        ? text('signing in as {0}', this.#settings.username)
        : text('release {0}: signing in as {1}', version, this.#settings.username),
    );
    await this.#api.signIn();
    this.#socket = await BedrockSocket.open({
      settings: this.#settings,
      environment: this.#environment,
      api: this.#api,
      ca: this.#ca,
      onPush: (message) => {
        this.#take(message);
      },
      onHeard: () => {
        this.#heardAt = this.#environment.clock.now();
      },
    });
    void this.#socket.ended.then((end) => {
      this.#finish(closeError(end, this.#api.secret));
    });
    report('authenticating', text('subscribing'));
    const topics = this.#firstTopics();
    await Promise.all(
      topics.map((topic) => this.#subscriptions.report(topic, this.#subscriptions.add(topic, 'settings'))),
    );
    report('authenticating', text('fetching the servers'));
    await this.#fetching.begin();
    if (this.#ended) throw await this.closed;
    this.#renewal.begin();
    this.#probeLater();
  }

  async call(method: string, path: string, body: unknown, signal: AbortSignal): Promise<RestAnswer> {
    if (method === 'GET' && requestsThatRewriteState.test(path) && this.#transitions.busy) {
      throw new BedrockError(
        'unsuitable',
        text(
          'Not asked now: a server is on its way from one state to another, and the question itself would undo that.',
        ),
      );
    }
    const changes = method !== 'GET' && serverOf(path) !== undefined;
    const key = `call:${String(++this.#calls)}`;
    if (changes) this.#transitions.hold(key);
    try {
      const answer = await this.#api.call(method, path, body, signal);
      const { body: said } = answer;
      const id = said.kind === 'json' && isFields(said.value) ? named(said.value['task_id']) : undefined;
      if (id !== undefined && method !== 'GET' && !this.#ledger.endOf(id)) {
        this.#ledger.take(id, { status: 'pending' });
        if (changes) this.#transitions.hold(`task:${id}`);
      }
      return answer;
    } catch (error) {
      if (error instanceof SessionError && !error.retry) this.#finish(error);
      throw error;
    } finally {
      if (changes) this.#transitions.release(key);
    }
  }

  async taskEnd(id: string, signal: AbortSignal): Promise<TaskEnd> {
    const ended = this.#ledger.endOf(id);
    if (ended) return ended;
    if (this.#ended) return { outcome: 'lost', message: connectionOver };
    signal.throwIfAborted();
    const over = Promise.withResolvers<TaskEnd>();
    let cancel: () => void = () => undefined;
    const askLater = (): void => {
      cancel = this.#environment.clock.after(askForTaskMs, () => {
        void this.#fetching.task(id).finally(() => {
          if (!this.#ledger.endOf(id)) askLater();
        });
      });
    };
    const abort = (): void => {
      over.reject(signal.reason as Error);
    };
    const forget = this.#ledger.wait(id, over.resolve);
    signal.addEventListener('abort', abort, { once: true });
    askLater();
    try {
      return await over.promise;
    } finally {
      cancel();
      forget();
      signal.removeEventListener('abort', abort);
    }
  }

  subscribe(topic: string): Promise<void> {
    return this.#subscriptions.add(topic, 'user');
  }

  unsubscribe(topic: string): Promise<void> {
    return this.#subscriptions.removeAll(topic);
  }

  async follow(
    topic: string,
    listener: (chunk: string, first: boolean) => void,
  ): Promise<() => Promise<void>> {
    const holder = `log:${String(++this.#calls)}`;
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    const stop = async (): Promise<void> => {
      listeners.delete(listener);
      await this.#subscriptions.remove(topic, holder).catch(() => undefined);
    };
    try {
      await this.#subscriptions.add(topic, holder);
      return stop;
    } catch (error) {
      await stop();
      throw error;
    }
  }

  watch(looked: readonly Subject[]): void {
    this.#looked = new Set(looked.filter(({ kind }) => kind === instanceKind).map(({ key }) => key));
    this.#applyWatch();
  }

  refresh(): void {
    void this.#fetching.all();
  }

  async send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const raw = Buffer.from(bytes).toString('utf8');
    const said = checkOutgoing(raw);
    if (this.#ended || !this.#socket) throw closedError();
    if (said.path !== undefined) {
      await this.call('GET', said.path, undefined, signal);
      return;
    }
    const { action, topic } = said;
    if (action === 'subscribe') this.#fresh.add(topic);
    this.#subscriptions.note(action, topic);
    await this.#socket.send(raw);
  }

  async dispose(): Promise<void> {
    this.#finish(new SessionError(text('The connection was closed from this side.'), { retry: false }));
    await this.#socket?.close();
  }

  #firstTopics(): readonly string[] {
    const { wildcard, topics, version } = this.#api.release;
    const wanted = this.#settings.subscriptions.flatMap((topic) => {
      if (topic !== '*' || (wildcard && version !== '')) return [topic];
      // Whether a release that does not tell its name knows the topic for all is not known either.
      return wildcard ? ['*', ...topics] : topics;
    });
    return [...new Set(wanted)];
  }

  #ask(action: 'subscribe' | 'unsubscribe', topic: string): Promise<void> {
    if (this.#ended || !this.#socket) return Promise.reject(closedError());
    if (action === 'subscribe') this.#fresh.add(topic);
    return this.#socket.ask(action, topic);
  }

  /** Only servers that are known to be there: a name that is asked for comes into being in the program. */
  #applyWatch(): void {
    if (this.#ended) return;
    const { servers } = this.#fetching;
    const wanted = new Set([...this.#looked].filter((name) => servers.has(name)));
    const before = this.#watched;
    this.#watched = wanted;
    const say = (topic: string, done: Promise<void>): void => void this.#subscriptions.report(topic, done);
    for (const name of wanted) {
      const topic = `resource-monitor:${name}`;
      if (!before.has(name)) say(topic, this.#subscriptions.add(topic, 'watch'));
    }
    for (const name of before) {
      const topic = `resource-monitor:${name}`;
      if (!wanted.has(name)) say(topic, this.#subscriptions.remove(topic, 'watch'));
    }
  }

  #take({ bytes, size, truncated, binary }: WebSocketMessage): void {
    const { type, topic, data } = peekMessage(bytes, truncated);
    this.#environment.deliver({
      channel: type === 'resource_update' ? 'metric' : type === 'log_update' ? 'log' : 'push',
      direction: 'in',
      bytes,
      size,
      truncated,
      receivedAt: this.#environment.clock.now(),
      problems: [
        ...(truncated ? [{ path: '', message: text('{0} bytes arrived, more than the cap', size) }] : []),
        ...(binary ? [{ path: '', message: text('a binary frame, where text is usual') }] : []),
      ],
    });
    if (type === 'log_update' && typeof data === 'string') {
      const first = this.#fresh.delete(topic);
      for (const listener of this.#listeners.get(topic) ?? []) listener(data, first);
      return;
    }
    if (!isFields(data)) return;
    if (type === 'task_update' && topic.startsWith('task:')) {
      const id = behindColon(topic);
      const over = this.#ledger.take(id, data);
      if (over) {
        this.#transitions.release(`task:${id}`);
        this.#fetching.serversSoon();
      }
    } else if (type === 'event') {
      if (this.#transitions.take(topic, data)) this.#fetching.serversSoon();
      if (topic.startsWith('event:before_')) this.#fetching.somethingBegan();
    }
  }

  #probeLater(): void {
    this.#cancelProbe = this.#environment.clock.after(quietMs, () => {
      void this.#probe();
    });
  }

  /** A client that the server has forgotten still gets its pings answered; only a request tells. */
  async #probe(): Promise<void> {
    const { clock } = this.#environment;
    if (this.#ended) return;
    if (clock.now() - this.#heardAt >= quietMs) {
      try {
        await this.#socket?.probe();
      } catch (error) {
        if (!BedrockError.is(error, 'noAnswer')) return;
        this.#finish(
          new SessionError(text('The server does not answer any more, though the connection stands.'), {
            retry: true,
            cause: error,
          }),
        );
        this.#socket?.terminate();
        return;
      }
    }
    if (!this.#hasEnded()) this.#probeLater();
  }

  /** A call, because it changes while something is waited for. */
  #hasEnded(): boolean {
    return this.#ended;
  }

  #finish(error: SessionError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelProbe();
    this.#renewal.end();
    this.#fetching.end();
    this.#ledger.lose(connectionOver);
    this.#over.resolve(error);
  }
}

function bound(environment: SessionEnvironment): { readonly report: SessionEnvironment['report'] } {
  return {
    report: (state, detail) => {
      environment.report(state, detail);
    },
  };
}

function closedError(): BedrockError {
  return new BedrockError('closed', text('The connection is closed.'));
}
