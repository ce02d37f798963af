import { Connection, type ConnectionOptions } from '../../../src/core/connections/connection.ts';
import { runOperation } from '../../../src/core/connections/runOperation.ts';
import type { OpsEvent } from '../../../src/core/model/event.ts';
import { instancesOf } from '../../../src/core/model/fleet.ts';
import { MetricsStore } from '../../../src/core/model/metrics.ts';
import { english, type Text } from '../../../src/core/model/text.ts';
import type { AnySystem } from '../../../src/core/systems/system.ts';
import type { ConnectionSettings } from '../../../src/core/systems/settings.ts';
import type { Log, SecretKind, SessionMemory } from '../../../src/core/systems/session.ts';
import type { OperationInput, OperationResult, Question } from '../../../src/core/systems/operation.ts';
import { core, freeLock, realClock, testMemory, type Core } from './helpers.ts';

/** A connection as a user would have it, with all that it tells. */
export interface Opened extends Core, AsyncDisposable {
  readonly connection: Connection;
  readonly metrics: MetricsStore;
  readonly memory: SessionMemory;
  /** All that was written into the log. */
  readonly logged: string[];
  events(): OpsEvent[];
  /** Types of the events that are no control messages. */
  types(): string[];
  /** `state: detail` of every state of the connection. */
  states(): string[];
  gaps(): string[];
  /** `kind name state` of every instance, sorted. */
  instances(): string[];
  /** `title: state` of every task. */
  tasks(): string[];
  until(wanted: () => boolean): Promise<void>;
  run(id: string, options?: RunOptions): Promise<OperationResult>;
}

interface RunOptions {
  readonly instance?: string;
  readonly input?: OperationInput;
  readonly signal?: AbortSignal;
  readonly ask?: (question: Question) => boolean;
  readonly output?: (text: string) => unknown;
}

export interface Given {
  /** Differences from the settings that the tests of a system have in common. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secrets?: Partial<Record<SecretKind, string>>;
  readonly options?: Partial<ConnectionOptions>;
}

/** The settings of one entry, which are right. */
export function settingsOf<S>(
  system: {
    parseSettings(
      value: unknown,
    ):
      | { readonly ok: true; readonly settings: S }
      | { readonly ok: false; readonly problems: readonly Text[] };
  },
  entry: object,
): S {
  const parsed = system.parseSettings(entry);
  if (!parsed.ok) throw new Error(parsed.problems.map(english).join('; '));
  return parsed.settings;
}

/** Starts a connection. */
export function openConnection(
  system: AnySystem,
  settings: ConnectionSettings,
  { secrets = {}, options = {} }: Given = {},
): Opened {
  const metrics = new MetricsStore();
  const memory = testMemory();
  const parts = core({ metrics });
  const logged: string[] = [];
  const write = (message: Text): void => void logged.push(english(message));
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const connection = new Connection({
    ...parts,
    system,
    settings,
    lock: freeLock,
    clock: realClock,
    // The shortest waits that there are.
    random: () => 0,
    log,
    memory: () => memory,
    secrets: () => (kind) => Promise.resolve(secrets[kind]),
    host: 'h',
    ...options,
  });
  const { pipeline } = parts;
  const seen: OpsEvent[] = [];
  pipeline.subscribe('test', (change) => {
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
    memory,
    logged,
    events,
    types: () =>
      events()
        .filter(({ channel }) => channel !== 'control')
        .map(({ type }) => type),
    states: () =>
      events()
        .filter(({ type }) => type === 'connection.state')
        .map(({ raw }) => {
          const { state, detail } = JSON.parse(raw) as { state: string; detail?: Text };
          return detail ? `${state}: ${english(detail)}` : state;
        }),
    gaps: () =>
      events()
        .filter(({ type }) => type === 'connection.gap')
        .map(({ summary }) => english(summary)),
    instances: () =>
      instancesOf(pipeline.fleet(), settings.id)
        .map(({ kind, name, state }) => `${kind} ${name} ${state}`)
        .sort(),
    tasks: () =>
      [...pipeline.fleet().tasks.values()].map(({ title, state }) => `${english(title)}: ${state}`),
    until: (wanted) =>
      new Promise((resolve) => {
        if (wanted()) {
          resolve();
          return;
        }
        const unsubscribe = pipeline.subscribe('test', () => {
          if (!wanted()) return;
          unsubscribe();
          resolve();
        });
      }),
    async run(
      id,
      { instance, input = {}, signal = new AbortController().signal, ask = () => false, output } = {},
    ) {
      const operation = system.operations.find((each) => each.id === id);
      if (!operation) throw new Error(`there is no operation ${id}`);
      const found = instancesOf(pipeline.fleet(), settings.id).find(({ key }) => key === instance);
      if (operation.target === 'instance' && !found)
        throw new Error(`there is no instance ${instance ?? ''}`);
      // Our own words on it stand apart from those of the server.
      const aside = core().pipeline;
      const result = await runOperation({
        id: 'run',
        connection: settings,
        system,
        operation,
        instance: operation.target === 'instance' ? found : undefined,
        session: connection.session,
        nextSession: (after, signal) => connection.nextSession(after, signal),
        input,
        pipeline: aside,
        clock: realClock,
        host: 'h',
        window: 'w',
        signal,
        ask: (question) => Promise.resolve(ask(question)),
        log: () => undefined,
      });
      aside.flush();
      for (const { log } of aside.fleet().tasks.values()) if (log !== undefined) output?.(log);
      return result;
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
