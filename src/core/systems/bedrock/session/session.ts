import { errorWords, oneLine, text } from '../../../model/text.ts';
import type { Subject } from '../../../model/event.ts';
import { readPem } from '../../../wire/tlsCredentials.ts';
import type { WebSocketMessage } from '../../../wire/webSocket.ts';
import { closedError, unsuitable } from '../../conversation/conversationError.ts';
import { DeferredRun } from '../../conversation/deferredRun.ts';
import { Liveness } from '../../conversation/liveness.ts';
import { PendingCalls } from '../../conversation/pendingCalls.ts';
import { SessionEnd } from '../../conversation/sessionEnd.ts';
import { Subscriptions } from '../../conversation/subscriptions.ts';
import { TaskLedger } from '../../conversation/taskLedger.ts';
import { frameProblems } from '../../conversation/frameProblems.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import { isFields, named, parsedJson } from '../../reading.ts';
import { BedrockApi } from './api.ts';
import type { BedrockSession, RestAnswer, Role, TaskEnd } from './bedrockSession.ts';
import { ListRefresh } from './listRefresh.ts';
import type { ReleaseTraits } from '../release.ts';
import { instanceKind } from '../decode/lifecycle.ts';
import { behindColon, crashTopic, serverOf, taskEndIn, toBytes } from '../messages.ts';
import { peekMessage } from './peekMessage.ts';
import { ProcessWatch, type Crash } from './processWatch.ts';
import { endError, sessionErrorOf } from './refusal.ts';
import { Renewal } from './renewal.ts';
import { socketAddress, type BedrockSettings } from '../settings.ts';
import { checkOutgoing } from './checkOutgoing.ts';
import { BedrockSocket } from './socket.ts';
import { Transitions } from './transitions.ts';

/** The end of a task whose message got lost is found by asking. */
const askForTaskMs = 20_000;

/** Requests whose answer the program also writes down as the state of its servers. */
const requestsThatRewriteState = /^\/api\/servers\/?(?:\?|$)|^\/api\/server\/[^/]+\/summary/;
const interrupted: TaskEnd = {
  outcome: 'interrupted',
  message: text('the connection ended before the task did'),
};

/** Signs in, opens the WebSocket, subscribes, and resolves once all lists were asked for. Rejects with a SessionError. */
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
  readonly address: string;
  readonly #settings: BedrockSettings;
  readonly #environment: SessionEnvironment;
  readonly #ca: string | undefined;
  readonly #api: BedrockApi;
  readonly #subscriptions: Subscriptions;
  readonly #transitions: Transitions;
  readonly #ledger: TaskLedger<{ readonly id: string }, TaskEnd>;
  readonly #refresh: ListRefresh;
  readonly #renewal: Renewal;
  readonly #processes: ProcessWatch;
  readonly #end = new SessionEnd();
  readonly #liveness: Liveness;
  readonly #listeners = new Map<string, Set<(chunk: string, first: boolean) => void>>();
  /** Logs that were just asked for: the first chunk may repeat what was shown before. */
  readonly #fresh = new Set<string>();
  #socket: BedrockSocket | undefined;
  #visible: ReadonlySet<string> = new Set();
  #calls = 0;

  constructor(settings: BedrockSettings, environment: SessionEnvironment, ca: string | undefined) {
    const { clock, log, memory } = environment;
    this.#settings = settings;
    this.#environment = environment;
    this.#ca = ca;
    this.address = socketAddress(settings);
    this.#api = new BedrockApi(settings, environment, ca);
    this.#renewal = new Renewal(this.#api, environment);
    this.#subscriptions = new Subscriptions({
      clock,
      subscribe: async (topic) => {
        this.#fresh.add(topic);
        await this.#openSocket().ask('subscribe', topic);
        return undefined;
      },
      unsubscribe: (topic) => this.#openSocket().ask('unsubscribe', topic),
      onMissing(topic, why) {
        environment.gap(text('Nothing may come from {0}: {1}', oneLine(topic, 100), why));
      },
      onResumed: (topic) => {
        // Measurements and logs go on by themselves.
        if (topic === '*' || topic.startsWith('event:')) this.refresh();
      },
    });
    this.#liveness = new Liveness({
      clock,
      log,
      probe: () => this.#openSocket().probe(),
      onDead: (cause) => {
        const why = text('The server does not answer any more, though the connection stands.');
        this.#end.finish(new SessionError(why, { retry: true, cause }));
        this.#socket?.terminate();
      },
    });
    this.#ledger = new TaskLedger(() => memory.save({ tasks: this.#ledger.open.map(({ id }) => id) }));
    this.#transitions = new Transitions(clock, () => this.#refresh.quiet());
    this.#processes = new ProcessWatch({
      isOnTheWay: (server) => this.#transitions.concerns(server),
      onCrash: (crash) => this.#tellCrash(crash),
    });
    this.#refresh = new ListRefresh({
      environment,
      username: settings.username,
      transitions: this.#transitions,
      ledger: this.#ledger,
      release: () => this.#api.release,
      ask: (path) => this.#api.poll(path, environment.signal),
      processes: () => this.#watched,
      onServers: () => this.#applyWatch(),
      onRefused: (error) => this.#end.finish(error),
    });
    const tasks = {
      end: () => this.#ledger.loseAll(interrupted),
    };
    this.#end.add(tasks, this.#refresh, this.#renewal, this.#liveness, this.#subscriptions);
  }

  get closed(): Promise<SessionError> {
    return this.#end.closed;
  }

  /** By the WebSocket alone: a client that the program has forgotten gets its calls and its pings answered. */
  get heardAt(): number {
    return this.#liveness.heardAt;
  }

  get release(): ReleaseTraits {
    return this.#api.release;
  }

  get role(): Role | undefined {
    return this.#api.role;
  }

  get listed(): Promise<unknown> {
    return this.#refresh.listed;
  }

  async open(): Promise<void> {
    const environment = this.#environment;
    environment.report('connecting', text('looking up the version'));
    await this.#api.lookUpVersion();
    const { version } = this.#api.release;
    environment.report(
      'authenticating',
      version === ''
        ? text('signing in as {0}', this.#settings.username)
        : text('release {0}: signing in as {1}', version, this.#settings.username),
    );
    await this.#api.signIn();
    this.#socket = await BedrockSocket.open({
      settings: this.#settings,
      environment,
      api: this.#api,
      ca: this.#ca,
      onPush: (message) => this.#take(message),
      onHeard: () => this.#liveness.heard(),
    });
    void this.#socket.ended.then((end) => this.#end.finish(endError(end, this.#api.secret)));
    environment.report('authenticating', text('subscribing'));
    await this.#subscriptions.addQuietly(this.#firstTopics(), 'settings');
    environment.report('authenticating', text('fetching the servers'));
    await this.#refresh.begin();
    if (this.#end.isOver()) throw await this.closed;
    this.#renewal.begin();
    this.#liveness.begin();
  }

  async call(method: string, path: string, body: unknown, signal: AbortSignal): Promise<RestAnswer> {
    if (method === 'GET' && requestsThatRewriteState.test(path) && this.#transitions.busy) {
      throw unsuitable(
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
        this.#ledger.take({ id }, {});
        if (changes) this.#transitions.hold(`task:${id}`);
      }
      return answer;
    } catch (error) {
      if (error instanceof SessionError && !error.retry) this.#end.finish(error);
      throw error;
    } finally {
      if (changes) this.#transitions.release(key);
    }
  }

  async taskEnd(id: string, signal: AbortSignal): Promise<TaskEnd> {
    const ended = this.#ledger.endOf(id);
    if (ended) return ended;
    if (this.#end.isOver()) return interrupted;
    const { clock, log } = this.#environment;
    const poll = new DeferredRun(
      clock,
      async () => {
        try {
          await this.#refresh.task(id);
        } finally {
          poll.within(askForTaskMs);
        }
      },
      (error) => log.error(text('Asking for a task failed: {0}', errorWords(error))),
    );
    const waiting = new PendingCalls<string, TaskEnd>(clock).open(id, { signal });
    const forget = this.#ledger.follow(id, ({ end }) => {
      if (end) waiting.resolve(end);
    });
    // A task of the conversation before may have ended meanwhile, and nothing would tell.
    const isKnown = this.#ledger.open.some((task) => task.id === id);
    if (isKnown) poll.within(askForTaskMs);
    else void poll.now();
    try {
      return await waiting.answer;
    } finally {
      void poll.end();
      forget();
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

  watch(visible: readonly Subject[]): void {
    this.#visible = new Set(visible.filter(({ kind }) => kind === instanceKind).map(({ key }) => key));
    this.#applyWatch();
  }

  refresh(): void {
    void this.#refresh.all();
  }

  checkAlive(): void {
    this.#liveness.checkNow();
  }

  async send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const raw = Buffer.from(bytes).toString('utf8');
    const said = checkOutgoing(raw);
    const socket = this.#openSocket();
    if (said.path !== undefined) {
      await this.call('GET', said.path, undefined, signal);
      return;
    }
    const { action, topic } = said;
    if (action === 'subscribe') this.#fresh.add(topic);
    this.#subscriptions.note(action, topic);
    await socket.send(raw);
  }

  async dispose(): Promise<void> {
    this.#end.finishFromHere();
    await this.#socket?.close();
  }

  #firstTopics(): readonly string[] {
    const { wildcard, topics, version } = this.#api.release;
    const wanted = this.#settings.subscriptions.flatMap((topic) => {
      if (topic !== '*' || (wildcard && version !== '')) return [topic];
      // A release without a version may not know the topic for all.
      return wildcard ? ['*', ...topics] : topics;
    });
    return [...new Set(wanted)];
  }

  /** Watched where no event tells of a crash; without the events of stops each of them would be taken for one. */
  get #watched(): ProcessWatch | undefined {
    if (this.#api.release.statusEvents) return undefined;
    const topics = this.#firstTopics();
    return topics.includes('*') || topics.includes('event:before_server_stop') ? this.#processes : undefined;
  }

  #tellCrash({ server, pid, previousPid }: Crash): void {
    const data = { server_name: server, pid, previous_pid: previousPid };
    this.#environment.deliver({
      channel: 'push',
      direction: 'none',
      origin: 'derived',
      bytes: toBytes({ type: 'derived', topic: crashTopic, data }),
      receivedAt: this.#environment.clock.now(),
    });
    this.#refresh.serversSoon();
  }

  #openSocket(): BedrockSocket {
    if (this.#end.isOver() || !this.#socket) throw closedError();
    return this.#socket;
  }

  /** Measures those servers only that are known to be there: a name that is asked for comes into being in the program. */
  #applyWatch(): void {
    if (this.#end.isOver()) return;
    const { servers } = this.#refresh;
    const names = [...this.#visible].filter((name) => servers.has(name));
    this.#subscriptions.replace(new Set(names.map((name) => `resource-monitor:${name}`)), 'watch');
  }

  #take(message: WebSocketMessage): void {
    const { bytes, size, truncated } = message;
    const { type, topic, data, parsed } = peekMessage(bytes, truncated);
    this.#environment.deliver({
      channel: type === 'resource_update' ? 'metric' : type === 'log_update' ? 'log' : 'push',
      direction: 'in',
      bytes,
      parsed,
      size,
      truncated,
      receivedAt: this.#environment.clock.now(),
      problems: frameProblems(message),
    });
    if (type === 'log_update' && typeof data === 'string') {
      const first = this.#fresh.delete(topic);
      for (const listener of this.#listeners.get(topic) ?? []) listener(data, first);
      return;
    }
    if (type === 'resource_update') {
      this.#watched?.takeMeasured(behindColon(topic), measuredIn(bytes));
      return;
    }
    if (!isFields(data)) return;
    if (type === 'task_update' && topic.startsWith('task:')) {
      const id = behindColon(topic);
      const end = taskEndIn(data);
      this.#ledger.take({ id }, end ? { end } : {});
      if (end) {
        this.#transitions.release(`task:${id}`);
        this.#refresh.serversSoon();
      }
    } else if (type === 'event') {
      this.#processes.takeEvent(topic, data);
      if (this.#transitions.take(topic, data)) this.#refresh.serversSoon();
      if (topic.startsWith('event:before_')) this.#refresh.somethingBegan();
    }
  }
}

function measuredIn(bytes: Buffer): unknown {
  const value = parsedJson(bytes.toString('utf8'));
  return isFields(value) ? value['data'] : undefined;
}
