import { hostname } from 'node:os';
import type { OpsEvent } from '../core/model/event.ts';
import { instancesOf, type Fleet } from '../core/model/fleet.ts';
import { instanceId } from '../core/model/instance.ts';
import { MetricsStore } from '../core/model/metrics.ts';
import { english, errorWords, text } from '../core/model/text.ts';
import type { ConfiguredConnection } from '../core/connections/settings.ts';
import { Pipeline } from '../core/journal/pipeline.ts';
import type { SecretKind } from '../core/systems/session.ts';
import { systems } from '../core/systems/index.ts';
import { SystemRegistry } from '../core/systems/registry.ts';
import type { JournalPlace } from './journalPlace.ts';
import { log, openConnection, stopConnection } from './openConnection.ts';
import { isAnswered, watchOperation, type AskedOperation } from './watchOperation.ts';
import { openWatchJournal } from './watchJournal.ts';
import { lookAtAll, writeMeasured } from './measuring.ts';

export interface WatchRun {
  readonly connections: readonly ConfiguredConnection[];
  readonly seconds: number;
  /** The journal that keeps the events; with `none` they are only written out. */
  readonly journal: JournalPlace | 'none';
  /** Also what is measured while somebody looks. */
  readonly measure: boolean;
  /** Run on the only connection. */
  readonly operation?: AskedOperation;
  readonly secretsOf: (id: string) => (kind: SecretKind) => string | undefined;
}

/**
 * Opens connections for some seconds and writes what happens, one object per line. Answers for each connection why it
 * never was ready; nothing for those that were, or that another process holds.
 */
export async function watch(
  run: WatchRun,
  write: (line: object) => void,
  interrupt: AbortSignal,
): Promise<readonly string[]> {
  const host = hostname();
  const metrics = new MetricsStore();
  const own = run.connections.map(({ system }) => [system.id, () => Promise.resolve(system)] as const);
  const registry = new SystemRegistry({ ...systems, ...Object.fromEntries(own) });
  await Promise.all(run.connections.map(({ system }) => registry.load(system.id)));
  const pipeline = new Pipeline({
    metrics,
    decoderOf: (system) => registry.get(system)?.decoder,
    defer: setImmediate,
    onListenerError: (listener, error) => log.error(text('{0} failed: {1}', listener, errorWords(error))),
  });
  const journal = await openWatchJournal(run.journal, {
    pipeline,
    systems: registry,
    host,
    connections: run.connections,
    write,
    answer: (question) => run.operation !== undefined && isAnswered(question, run.operation.input),
  });
  const connections = run.connections.map((configured) => {
    const { connectionParts } = journal;
    const secretOf = run.secretsOf(configured.settings.id);
    const connection = openConnection(configured, secretOf, pipeline, host, connectionParts);
    journal.add(connection);
    return connection;
  });
  const ids = new Set(connections.map(({ id }) => id));
  const outcomes = new ConnectionOutcomes(connections.map(({ settings }) => settings));
  pipeline.subscribe('connections', ({ fleet, events }) => {
    for (const event of events)
      if (event.type === 'connection.state' && ids.has(event.connection)) write(connectionLine(event));
    outcomes.look(fleet);
  });
  if (run.measure) {
    writeMeasured(metrics, write);
    for (const connection of connections) lookAtAll(connection, pipeline);
  }
  for (const connection of connections) connection.start();
  const time = timeUp(run.seconds * 1000, interrupt);
  const [first] = connections;
  const failed = outcomes.failed;
  const { otherWindows } = journal;
  const operated =
    run.operation && first
      ? watchOperation(run.operation, {
          connection: first,
          pipeline,
          host,
          time,
          failed,
          write,
          ...(otherWindows ? { otherWindows } : {}),
        })
      : undefined;
  await Promise.race([time.over, failed]);
  time.end();
  await operated;
  await Promise.all(connections.map(stopConnection));
  pipeline.flush();
  await journal.close();
  write(fleetLine(pipeline.fleet(), ids));
  return outcomes.problems();
}

/** How the connections of a run fared. */
class ConnectionOutcomes {
  readonly #reasons: Map<string, string>;
  readonly #names: ReadonlyMap<string, string>;
  readonly #failedIds = new Set<string>();
  readonly #failed = Promise.withResolvers<undefined>();

  constructor(settings: readonly { readonly id: string; readonly name: string }[]) {
    this.#names = new Map(settings.map(({ id, name }) => [id, name]));
    this.#reasons = new Map(settings.map(({ id }) => [id, 'the connection did not become ready in time']));
  }

  /** Resolves when all have failed for good. */
  get failed(): Promise<undefined> {
    return this.#failed.promise;
  }

  look(fleet: Fleet): void {
    for (const id of this.#names.keys()) {
      const status = fleet.connections.get(id);
      if (status?.state === 'ready' || status?.state === 'elsewhere') this.#reasons.delete(id);
      else if (status?.detail && this.#reasons.has(id)) this.#reasons.set(id, english(status.detail));
      if (status?.state === 'failed') this.#failedIds.add(id);
      else this.#failedIds.delete(id);
    }
    if (this.#failedIds.size === this.#names.size) this.#failed.resolve(undefined);
  }

  /** Why connections were never ready. */
  problems(): readonly string[] {
    return [...this.#reasons].map(([id, why]) =>
      this.#names.size === 1 ? why : `${this.#names.get(id) ?? id}: ${why}`,
    );
  }
}

/** The time that a run has. */
export interface TimeUp {
  readonly over: Promise<undefined>;
  /** Aborted by the user, not by the end of the time. */
  readonly aborted: AbortSignal;
  end(): void;
}

function timeUp(ms: number, interrupt: AbortSignal): TimeUp {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const abort = new AbortController();
  const timer = setTimeout(() => resolve(undefined), ms);
  const stop = (): void => {
    abort.abort();
    resolve(undefined);
  };
  interrupt.addEventListener('abort', stop, { once: true });
  return {
    over: promise,
    aborted: abort.signal,
    end() {
      clearTimeout(timer);
      resolve(undefined);
    },
  };
}

function connectionLine(event: OpsEvent): object {
  const { state, detail } = JSON.parse(event.raw) as {
    state: string;
    detail?: Parameters<typeof english>[0];
  };
  return { connection: { id: event.connection, state, ...(detail ? { detail: english(detail) } : {}) } };
}

function fleetLine(fleet: Fleet, ids: ReadonlySet<string>): object {
  const connections = [...fleet.connections.values()].filter(({ id }) => ids.has(id));
  const tasks = [...fleet.tasks.values()].filter(({ connection }) => ids.has(connection));
  return {
    fleet: {
      connections: connections.map(({ id, state }) => ({ id, state })),
      instances: connections.flatMap(({ id }) =>
        instancesOf(fleet, id)
          .sort((a, b) => (instanceId(a) < instanceId(b) ? -1 : 1))
          .map(({ connection, host, kind, key, name, game, state, version, players }) => ({
            connection,
            host,
            kind,
            key,
            name,
            game,
            state,
            version,
            players,
          })),
      ),
      tasks: tasks.map(({ id, subject, title, state, percent, message }) => ({
        id,
        subject: subject?.key,
        title: english(title),
        state,
        percent,
        message: message && english(message),
      })),
    },
  };
}
