import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '../core/model/clock.ts';
import type { OpsEvent } from '../core/model/event.ts';
import { instancesOf, type Fleet } from '../core/model/fleet.ts';
import { instanceId, type Instance } from '../core/model/instance.ts';
import { MetricsStore } from '../core/model/metrics.ts';
import { english, errorWords, oneLine, text } from '../core/model/text.ts';
import { Connection } from '../core/connections/connection.ts';
import { runOperation } from '../core/connections/runOperation.ts';
import type { ConfiguredConnection } from '../core/connections/settings.ts';
import { Pipeline } from '../core/journal/pipeline.ts';
import { connectionOffers, instanceOffers } from '../core/connections/offers.ts';
import type { AnyOperation, OperationInput } from '../core/systems/operation.ts';
import type { Log, SecretKind } from '../core/systems/session.ts';
import { batchOf } from '../core/journal/recorder.ts';
import { openJournal } from './journalFile.ts';
import { writeEvent } from './lines.ts';
import { lookAtAll, writeMeasured } from './measuring.ts';

export interface WatchRun {
  readonly connection: ConfiguredConnection;
  readonly seconds: number;
  /** File of the journal that keeps the events; without it they are only written out. */
  readonly journal?: string;
  /** Also what is measured while somebody looks. */
  readonly measure: boolean;
  readonly operation?: { readonly id: string; readonly key: string | undefined; readonly input: unknown };
  /** The secret of the environment, and what it is. */
  readonly secret?: { readonly kind: SecretKind; readonly value: string };
}

const log: Log = {
  debug: () => undefined,
  info: (message) => process.stderr.write(`${english(message)}\n`),
  warn: (message) => process.stderr.write(`${english(message)}\n`),
  error: (message) => process.stderr.write(`${english(message)}\n`),
};

/**
 * Opens one connection for some seconds and writes what happens, one object per line. Answers nothing where it was ready
 * at least once, else why it never was.
 */
export async function watch(
  run: WatchRun,
  write: (line: object) => void,
  interrupt: AbortSignal,
): Promise<string | undefined> {
  const { system, settings } = run.connection;
  const host = hostname();
  const metrics = new MetricsStore();
  const pipeline = new Pipeline({
    metrics,
    decoderOf: () => system.decoder,
    defer: setImmediate,
    onListenerError: (listener, error) => log.error(text('{0} failed: {1}', listener, errorWords(error))),
  });
  const ready = Promise.withResolvers<undefined>();
  const failed = Promise.withResolvers<undefined>();
  const outcome = { ready: false, reason: 'the connection did not become ready in time' };

  // An event has its seq when it is committed.
  const journal = run.journal === undefined ? undefined : await openJournal(run.journal);
  const commits = new Set<Promise<void>>();
  pipeline.subscribe('journal', (change) => {
    if (!journal) return;
    const commit = journal.append(batchOf(change)).then(
      ({ from }) => {
        for (const [index, event] of change.events.entries())
          if (event.channel !== 'control') writeEvent({ ...event, seq: from + index }, write);
      },
      (error: unknown) => {
        log.error(text('The journal could not be written: {0}', errorWords(error)));
      },
    );
    commits.add(commit);
    void commit.finally(() => commits.delete(commit));
  });

  let seq = 0;
  pipeline.subscribe('watch', ({ fleet, events }) => {
    for (const event of events) {
      seq++;
      if (event.channel !== 'control' && !journal) writeEvent({ ...event, seq }, write);
      else if (event.type === 'connection.state') write(connectionLine(event));
    }
    const status = fleet.connections.get(settings.id);
    if (status?.state === 'ready') {
      outcome.ready = true;
      ready.resolve(undefined);
    } else if (status?.detail) outcome.reason = english(status.detail);
    if (status?.state === 'failed') failed.resolve(undefined);
  });

  const connection = new Connection({
    system,
    settings,
    pipeline,
    lock: { acquire: () => Promise.resolve(() => Promise.resolve()) },
    clock: systemClock,
    random: Math.random,
    log,
    host,
    // A look of some seconds; it begins anew every time.
    memory: () => ({ load: () => undefined, save: () => undefined }),
    secrets: () => (kind) => Promise.resolve(run.secret?.kind === kind ? run.secret.value : undefined),
  });
  if (run.measure) {
    writeMeasured(metrics, write);
    lookAtAll(connection, pipeline);
  }
  connection.start();
  const time = timeUp(run.seconds * 1000, interrupt);
  const operated = operate(run, connection, pipeline, host, ready.promise, time.aborted, write);
  await Promise.race([time.over, failed.promise]);
  time.end();
  await operated;
  await connection.stop();
  pipeline.flush();
  await Promise.all(commits);
  await journal?.close();
  write(fleetLine(pipeline.fleet()));
  return outcome.ready ? undefined : outcome.reason;
}

interface TimeUp {
  readonly over: Promise<undefined>;
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
      interrupt.removeEventListener('abort', stop);
      resolve(undefined);
    },
  };
}

/** Runs the operation as soon as the connection is ready; it may outlast the time that was given. */
async function operate(
  run: WatchRun,
  connection: Connection,
  pipeline: Pipeline,
  host: string,
  ready: Promise<undefined>,
  signal: AbortSignal,
  write: (line: object) => void,
): Promise<void> {
  if (!run.operation) return;
  const { id, key, input } = run.operation;
  const { system, settings } = run.connection;
  const report = (outcome: string, message: string): void => {
    write({ operation: { id, ...(key === undefined ? {} : { subject: key }), outcome, message } });
  };
  const operation = system.operations.find((o) => o.id === id);
  if (!operation) {
    report(
      'refused',
      `there is no operation ${oneLine(id, 40)}; there is: ${system.operations.map((o) => o.id).join(', ')}`,
    );
    return;
  }
  if (key === undefined && operation.target === 'instance') {
    report('refused', `${id} needs an instance: --run ${id}:<instance key>`);
    return;
  }
  const inTime = await Promise.race([
    ready.then(() => true),
    new Promise<false>((r) => setTimeout(r, run.seconds * 1000, false).unref()),
  ]);
  if (!inTime) {
    report('refused', 'the connection did not become ready');
    return;
  }
  const known = instancesOf(pipeline.fleet(), settings.id).find((instance) => instance.key === key);
  const instance = key === undefined ? undefined : (known ?? unheardOf(settings.id, key));
  const offers = instance
    ? instanceOffers(system, settings, instance, connection.session)
    : connectionOffers(system, settings, connection.session);
  if (!offers.some((offer) => offer.id === id)) {
    report('refused', english(text('{0} is not on offer while it is {1}', id, instance?.state ?? 'ready')));
    return;
  }
  const logLine = (line: string): unknown => process.stderr.write(`${line}\n`);
  const result = await runOperation({
    id: randomUUID(),
    connection: settings,
    system,
    operation,
    instance,
    session: connection.session,
    input: inputOf(operation, input),
    pipeline,
    clock: systemClock,
    host,
    window: 'gsops',
    signal,
    // Nobody is there to answer; who means it says so with the input.
    ask: () => Promise.resolve(inputOf(operation, input)['confirm'] === 'yes'),
    log: logLine,
  });
  report(result.outcome, english(result.message));
}

/** An object gives every input by its field; anything else is meant for the first. */
function inputOf(operation: AnyOperation, input: unknown): OperationInput {
  if (typeof input === 'object' && input !== null && !Array.isArray(input))
    return Object.fromEntries(Object.entries(input).map(([field, value]) => [field, asText(value)]));
  const [first] = operation.inputs ?? [];
  return first && input !== undefined ? { [first.field]: asText(input) } : {};
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The user knows of it, even if no event has told of it yet. */
function unheardOf(connection: string, key: string): Instance {
  return { connection, kind: 'instance', key, name: key, state: 'unknown', since: 0, lastEventAt: 0 };
}

function connectionLine(event: OpsEvent): object {
  const { state, detail } = JSON.parse(event.raw) as {
    state: string;
    detail?: Parameters<typeof english>[0];
  };
  return { connection: { id: event.connection, state, ...(detail ? { detail: english(detail) } : {}) } };
}

function fleetLine(fleet: Fleet): object {
  const connections = [...fleet.connections.values()];
  return {
    fleet: {
      connections: connections.map(({ id, state }) => ({ id, state })),
      instances: connections.flatMap(({ id }) =>
        instancesOf(fleet, id)
          .sort((a, b) => (instanceId(a) < instanceId(b) ? -1 : 1))
          .map(({ connection, kind, key, name, game, state, version, players }) => ({
            connection,
            kind,
            key,
            name,
            game,
            state,
            version,
            players,
          })),
      ),
      tasks: [...fleet.tasks.values()].map(({ id, subject, title, state, percent, message }) => ({
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
