import type { Fleet } from '../model/fleet.ts';
import { instancesOf, isCurrent } from '../model/fleet.ts';
import type { Instance } from '../model/instance.ts';
import { stepText, type Task } from '../model/task.ts';
import { english } from '../model/text.ts';
import type { JournalEvent } from '../journal/store/records.ts';
import { cutText } from './answer.ts';

/** A connection as far as answers speak of it. */
export interface AgentConnection {
  readonly id: string;
  readonly name: string;
  readonly system: string;
  /** Ids of the operations that it offers as a whole. */
  readonly operations: readonly string[];
  operationsOf(instance: Instance): readonly string[];
}

/** Something that cannot be answered; the message says what to ask instead. */
export class AgentError extends Error {}

const moment = (at: number): string => new Date(at).toISOString();

/** The connections that are meant: that of an id or a name, or all. */
export function connectionsMeant(
  all: readonly AgentConnection[],
  wanted: string | undefined,
): readonly AgentConnection[] {
  if (wanted === undefined) return all;
  const meant = all.filter(({ id, name }) => id === wanted || name === wanted);
  if (meant.length > 0) return meant;
  const there = all.map(({ id }) => id).join(', ');
  throw new AgentError(
    `There is no connection "${wanted}". ${there === '' ? 'None is configured.' : `There are: ${there}.`}`,
  );
}

/** The one instance of a name or a key. */
export function instanceMeant(
  fleet: Fleet,
  all: readonly AgentConnection[],
  wanted: { readonly instance: string; readonly connection?: string | undefined },
): { readonly instance: Instance; readonly connection: AgentConnection } {
  const found = connectionsMeant(all, wanted.connection).flatMap((connection) =>
    instancesOf(fleet, connection.id)
      .filter(({ name, key }) => name === wanted.instance || key === wanted.instance)
      .map((instance) => ({ instance, connection })),
  );
  const [first] = found;
  if (!first)
    throw new AgentError(
      `There is no game server "${wanted.instance}". listInstances names those that there are.`,
    );
  if (found.length > 1)
    throw new AgentError(
      `Several connections have a game server "${wanted.instance}": name one of ${found.map(({ connection }) => connection.id).join(', ')}.`,
    );
  return first;
}

export function instanceFacts(fleet: Fleet, connection: AgentConnection, instance: Instance): object {
  const { key, name, kind, host, state, since, game, version, latestVersion, players, detail, actor } =
    instance;
  const status = fleet.connections.get(connection.id);
  return {
    connection: connection.id,
    key,
    ...(name === key ? {} : { name }),
    ...(kind === 'instance' ? {} : { kind }),
    ...(host === undefined ? {} : { host }),
    state,
    since: moment(since),
    // While the connection is lost, all that is known is what was.
    ...(status && isCurrent(status) ? {} : { outOfDate: true, lastHeard: moment(instance.lastEventAt) }),
    ...(game === undefined ? {} : { game }),
    ...(version === undefined ? {} : { version }),
    ...(latestVersion === undefined || latestVersion === version ? {} : { updateAvailable: latestVersion }),
    ...(players === undefined ? {} : { players }),
    ...(detail ? { detail: cutText(english(detail)) } : {}),
    ...(actor === undefined ? {} : { changedBy: actor }),
    operations: connection.operationsOf(instance),
  };
}

export function connectionFacts(fleet: Fleet, { id, name, system, operations }: AgentConnection): object {
  const status = fleet.connections.get(id);
  const states: Record<string, number> = {};
  for (const { state } of instancesOf(fleet, id)) states[state] = (states[state] ?? 0) + 1;
  return {
    id,
    name,
    system,
    state: status?.state ?? 'closed',
    ...(status ? { since: moment(status.since) } : {}),
    ...(status?.detail ? { detail: cutText(english(status.detail)) } : {}),
    ...(status?.lastEventAt === undefined ? {} : { lastEvent: moment(status.lastEventAt) }),
    instances: states,
    operations,
  };
}

export function taskFacts(task: Task): object {
  const { id, connection, subject, title, state, percent, message, steps, startedAt, finishedAt, log } = task;
  return {
    id,
    connection,
    ...(subject ? { instance: subject.key } : {}),
    title: cutText(english(title)),
    ...(task.operation === undefined ? {} : { operation: task.operation }),
    state,
    ...(percent === null ? {} : { percent: Math.round(percent) }),
    ...(task.startedBy
      ? { startedBy: 'actor' in task.startedBy ? task.startedBy.actor : 'a window of VS Code' }
      : {}),
    started: moment(startedAt),
    ...(finishedAt === undefined
      ? {}
      : { finished: moment(finishedAt), seconds: Math.round((finishedAt - startedAt) / 1000) }),
    ...(message ? { message: cutText(english(message)) } : {}),
    ...(steps.length === 0
      ? {}
      : {
          steps: steps
            .slice(-20)
            .map((step) => `${moment(step.at)} ${english(stepText(step)).slice(0, 200)}`),
        }),
    ...(log === undefined ? {} : { log: cutText(log, 'end') }),
  };
}

/** An event without its payload; `payload` adds that. */
export function eventFacts(
  event: Omit<JournalEvent, 'raw' | 'rawBase64'> & { readonly raw?: string },
  payload: 'payload' | 'none' = 'none',
): object {
  const { seq, time, receivedAt, connection, subject, type, severity, summary, direction, origin, raw } =
    event;
  return {
    seq,
    time: moment(time ?? receivedAt),
    connection,
    ...(subject ? { instance: subject.key } : {}),
    type,
    ...(severity === 'info' ? {} : { severity }),
    ...(direction === 'out' ? { sentByUs: true } : {}),
    ...(origin === 'live' ? {} : { origin }),
    summary: cutText(english(summary)),
    ...(payload === 'payload' && raw !== undefined && raw !== '' ? { payload: cutText(raw) } : {}),
  };
}
