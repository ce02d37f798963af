import { Connection, type ConnectionOptions } from '../../../../../src/core/connections/connection.ts';
import type { Clock } from '../../../../../src/core/model/clock.ts';
import type { OpsEvent } from '../../../../../src/core/model/event.ts';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import { MetricsStore } from '../../../../../src/core/model/metrics.ts';
import { english, type Text } from '../../../../../src/core/model/text.ts';
import type {
  Log,
  OperationInput,
  OperationResult,
  SecretKind,
  SessionMemory,
} from '../../../../../src/core/systems/system.ts';
import { isConversation, type Conversation } from '../../../../../src/core/systems/truenas/conversation.ts';
import { trueNasDecoder } from '../../../../../src/core/systems/truenas/decode.ts';
import { trueNas } from '../../../../../src/core/systems/truenas/index.ts';
import { core, freeLock, realClock, testMemory, type Core } from '../../helpers.ts';

const began = realClock.now();

/** Time that runs a hundred times as fast: what is waited for by the clock is there soon. */
const fastClock: Clock = {
  now: () => began + (realClock.now() - began) * 100,
  after: (ms, callback) => realClock.after(ms / 100, callback),
};

export interface Opened extends Core, AsyncDisposable {
  readonly connection: Connection;
  readonly metrics: MetricsStore;
  /** All that was written into the log. */
  readonly logged: string[];
  readonly memory: SessionMemory;
  events(): OpsEvent[];
  states(): string[];
  gaps(): string[];
  /** `kind name state` of every instance. */
  instances(): string[];
  /** `title: state` of every task. */
  tasks(): string[];
  conversation(): Conversation;
  until(wanted: () => boolean): Promise<void>;
  run(
    id: string,
    options?: { instance?: string; input?: OperationInput; signal?: AbortSignal },
  ): Promise<OperationResult>;
}

export interface Given {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secrets?: Partial<Record<SecretKind, string>>;
  readonly options?: Partial<ConnectionOptions>;
}

/** A connection to a NAS as a user would have it, started. */
export function open(url: string, given: Given = {}): Opened {
  const parsed = trueNas.parseSettings({ kind: 'truenas', id: 'nas', url, ...given.settings });
  if (!parsed.ok) throw new Error(parsed.problems.map(english).join('; '));
  const { settings } = parsed;
  const metrics = new MetricsStore();
  const memory = testMemory();
  const parts = core({ metrics, decoderOf: () => trueNasDecoder });
  const secrets = given.secrets ?? { password: 'right' };
  const logged: string[] = [];
  const write = (message: Text): void => void logged.push(english(message));
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const connection = new Connection({
    ...parts,
    system: trueNas,
    settings,
    lock: freeLock,
    clock: fastClock,
    random: () => 0,
    log,
    memory: () => memory,
    secrets: () => (kind) => Promise.resolve(secrets[kind]),
    host: trueNas.hostOf?.(settings) ?? 'h',
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
  const controls = (type: string): string[] =>
    events()
      .filter((event) => event.type === type)
      .map(({ summary }) => english(summary));
  connection.start();
  return {
    ...parts,
    connection,
    metrics,
    logged,
    memory,
    events,
    states: () => controls('connection.state'),
    gaps: () => controls('connection.gap'),
    instances: () =>
      instancesOf(pipeline.fleet(), 'nas')
        .map(({ kind, name, state }) => `${kind} ${name} ${state}`)
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
    async run(id, { instance, input = {}, signal = new AbortController().signal } = {}) {
      const operation = trueNas.operations.find((each) => each.id === id);
      if (!operation) throw new Error(`there is no operation ${id}`);
      const run = {
        settings,
        connectionName: 'NAS',
        session: connection.session,
        input,
        signal,
        progress: () => undefined,
        output: () => undefined,
        ask: () => Promise.resolve(false),
      };
      if (operation.target === 'connection') return operation.run(run);
      const found = instancesOf(pipeline.fleet(), 'nas').find(({ key }) => key === instance);
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
