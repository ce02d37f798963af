import { Connection, type ConnectionOptions } from '../../../../../src/core/connections/connection.ts';
import { MetricsStore } from '../../../../../src/core/model/metrics.ts';
import type { OpsEvent } from '../../../../../src/core/model/event.ts';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { isConversation, type Conversation } from '../../../../../src/core/systems/bedrock/conversation.ts';
import { bedrock } from '../../../../../src/core/systems/bedrock/index.ts';
import type { BedrockSettings } from '../../../../../src/core/systems/bedrock/settings.ts';
import type {
  OperationInput,
  OperationResult,
  Question,
  SecretKind,
} from '../../../../../src/core/systems/system.ts';
import type { BedrockServerOptions } from '../../../../../src/simulator/bedrock/options.ts';
import { BedrockServer } from '../../../../../src/simulator/bedrock/server.ts';
import { core, freeLock, realClock, silentLog, testMemory, type Core } from '../../helpers.ts';

/** All that takes seconds in the real program, fast. */
const quick = {
  spawnMs: 1,
  startMs: 5,
  stopMs: 5,
  afterStopMs: 2,
  warnMs: 1,
  backupMs: 5,
  installMs: 5,
  monitorMs: 20,
  logMs: 10,
  pollMs: 3_600_000,
  authMs: 200,
} as const;

export const password = 'hunter2-the-password';

export async function startServer(
  options: Partial<BedrockServerOptions> = {},
): Promise<BedrockServer & AsyncDisposable> {
  const server = await BedrockServer.listen({
    generation: '3.10',
    timing: quick,
    users: [
      { name: 'admin', password, role: 'admin' },
      { name: 'mod', password, role: 'moderator' },
      { name: 'guest', password, role: 'user' },
    ],
    servers: [
      { name: 'alpha', version: '1.21.100.7' },
      { name: 'beta', version: '1.21.100.7' },
    ],
    ...options,
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

export interface Opened extends Core, AsyncDisposable {
  readonly connection: Connection;
  readonly metrics: MetricsStore;
  readonly settings: BedrockSettings;
  events(): OpsEvent[];
  types(): string[];
  states(): string[];
  /** `name state` of every instance. */
  servers(): string[];
  tasks(): string[];
  conversation(): Conversation;
  until(wanted: () => boolean): Promise<void>;
  run(
    id: string,
    options?: { instance?: string; input?: OperationInput; ask?: (question: Question) => boolean },
  ): Promise<OperationResult>;
}

export interface Given {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secrets?: Partial<Record<SecretKind, string>>;
  readonly options?: Partial<ConnectionOptions>;
}

/** A connection to the server as a user would have it, started. */
export function open(url: string, given: Given = {}): Opened {
  const parsed = bedrock.parseSettings({
    kind: 'bedrock',
    id: 'mc',
    url,
    username: 'admin',
    ...given.settings,
  });
  if (!parsed.ok) throw new Error(parsed.problems.map(english).join('; '));
  const { settings } = parsed;
  const metrics = new MetricsStore();
  const memory = testMemory();
  const parts = core({ metrics });
  const secrets: Partial<Record<SecretKind, string>> = given.secrets ?? { password };
  const connection = new Connection({
    ...parts,
    system: bedrock,
    settings,
    lock: freeLock,
    clock: realClock,
    random: () => 0,
    log: silentLog,
    memory: () => memory,
    secrets: () => (kind) => Promise.resolve(secrets[kind]),
    host: 'h',
    ...given.options,
  });
  const { pipeline } = parts;
  const seen: OpsEvent[] = [];
  pipeline.subscribe((change) => {
    seen.push(...change.events);
  });
  const events = (): OpsEvent[] => {
    pipeline.flush();
    return seen;
  };
  connection.start();
  return {
    ...parts,
    connection,
    metrics,
    settings,
    events,
    types: () =>
      events()
        .filter(({ channel }) => channel !== 'control')
        .map(({ type }) => type),
    states: () =>
      events()
        .filter(({ type }) => type === 'connection.state')
        .map(({ raw }) => {
          const { state, detail } = JSON.parse(raw) as {
            state: string;
            detail?: Parameters<typeof english>[0];
          };
          return detail ? `${state}: ${english(detail)}` : state;
        }),
    servers: () =>
      instancesOf(pipeline.fleet(), 'mc')
        .map(({ name, state }) => `${name} ${state}`)
        .sort(),
    tasks: () =>
      [...pipeline.fleet().tasks.values()].map(({ title, state }) => `${english(title)}: ${state}`),
    conversation() {
      const { session } = connection;
      if (!isConversation(session)) throw new Error('there is a session');
      return session;
    },
    until: (wanted) =>
      new Promise((resolve) => {
        if (wanted()) {
          resolve();
          return;
        }
        const unsubscribe = pipeline.subscribe(() => {
          if (!wanted()) return;
          unsubscribe();
          resolve();
        });
      }),
    async run(id, { instance, input = {}, ask = () => false } = {}) {
      const operation = bedrock.operations.find((each) => each.id === id);
      if (!operation) throw new Error(`there is no operation ${id}`);
      const run = {
        settings,
        connectionName: 'MC',
        session: connection.session,
        input,
        signal: new AbortController().signal,
        progress: () => undefined,
        output: () => undefined,
        ask: (question: Question) => Promise.resolve(ask(question)),
      };
      if (operation.target === 'connection') return operation.run(run);
      const found = instancesOf(pipeline.fleet(), 'mc').find(({ key }) => key === instance);
      if (!found) throw new Error(`there is no instance ${instance ?? ''}`);
      return operation.run({ ...run, instance: found });
    },
    [Symbol.asyncDispose]: () => connection.stop(),
  };
}

export function ready(opened: Opened): Promise<void> {
  return opened.until(() => opened.connection.state === 'ready');
}

export function failed(opened: Opened): Promise<void> {
  return opened.until(() => opened.connection.state === 'failed');
}
