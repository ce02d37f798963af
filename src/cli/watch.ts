import { hostname } from 'node:os';
import type { OpsEvent } from '../core/model/event.ts';
import { instancesOf, type Fleet } from '../core/model/fleet.ts';
import { instanceId } from '../core/model/instance.ts';
import { MetricsStore } from '../core/model/metrics.ts';
import { english, errorWords, text } from '../core/model/text.ts';
import type { ConfiguredConnection } from '../core/connections/settings.ts';
import { Pipeline } from '../core/journal/pipeline.ts';
import type { SecretKind } from '../core/systems/session.ts';
import { batchOf } from '../core/journal/recorder.ts';
import { openJournal } from './journalFile.ts';
import { log, openConnection, stopConnection } from './openConnection.ts';
import { writeEvent } from './lines.ts';
import { watchOperation, type AskedOperation } from './watchOperation.ts';
import { lookAtAll, writeMeasured } from './measuring.ts';

export interface WatchRun {
  readonly connection: ConfiguredConnection;
  readonly seconds: number;
  /** File of the journal that keeps the events; without it they are only written out. */
  readonly journal?: string;
  /** Also what is measured while somebody looks. */
  readonly measure: boolean;
  readonly operation?: AskedOperation;
  readonly secretOf: (kind: SecretKind) => string | undefined;
}

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
    } else if (status?.detail) outcome.reason = english(status.detail);
    if (status?.state === 'failed') failed.resolve(undefined);
  });

  const connection = openConnection(run.connection, run.secretOf, pipeline, host);
  if (run.measure) {
    writeMeasured(metrics, write);
    lookAtAll(connection, pipeline);
  }
  connection.start();
  const time = timeUp(run.seconds * 1000, interrupt);
  const operated = run.operation
    ? watchOperation(run.operation, { connection, pipeline, host, time, failed: failed.promise, write })
    : undefined;
  await Promise.race([time.over, failed.promise]);
  time.end();
  await operated;
  await stopConnection(connection);
  pipeline.flush();
  await Promise.all(commits);
  await journal?.close();
  write(fleetLine(pipeline.fleet()));
  return outcome.ready ? undefined : outcome.reason;
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

function fleetLine(fleet: Fleet): object {
  const connections = [...fleet.connections.values()];
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
