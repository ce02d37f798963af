import type { OpsEvent } from '../model/event.ts';
import type { ConnectionStatus, Fleet } from '../model/fleet.ts';
import { instanceId, instanceRef, type Instance } from '../model/instance.ts';
import type { LifecycleState } from '../model/lifecycle.ts';
import { english, text, type Text } from '../model/text.ts';
import type { AlertKind, NewAlert } from './alert.ts';

/** A server that fails again and again is one alert in so long a time. */
const flappingMs = 10 * 60_000;
const dayMs = 24 * 3_600_000;
/** From so many of one kind and connection on, one alert stands for all. */
const mostAlike = 5;
const mostNames = 4;

export interface Observed {
  readonly before: Fleet;
  readonly fleet: Fleet;
  readonly events: readonly OpsEvent[];
}

export interface DetectOptions {
  /** Connections that this window captures: others are watched by the window that does. */
  readonly captures: (connection: string) => boolean;
  readonly isOn: (kind: AlertKind) => boolean;
  /** Whether an event is the server's own alert. */
  readonly isServerAlert: (event: OpsEvent) => boolean;
}

const states: Partial<Record<LifecycleState, readonly [AlertKind, (name: string) => Text]>> = {
  crashed: ['crash', (name) => text('{0} crashed', name)],
  failed: ['failedStart', (name) => text('{0} failed', name)],
};

/** Alerts that a commit gives reason for: what changed while its connection stood. */
export function alertsOf(observed: Observed, options: DetectOptions): readonly NewAlert[] {
  const { before, fleet, events } = observed;
  const found: NewAlert[] = [];
  for (const [id, status] of fleet.connections) {
    const was = before.connections.get(id);
    if (!was || was === status || status.state !== 'ready' || !options.captures(id)) continue;
    found.push(...ofInstances(was, status));
  }
  if (options.isOn('failedTask')) found.push(...ofTasks(observed, options));
  if (options.isOn('serverAlert'))
    for (const event of events)
      if (options.isServerAlert(event) && options.captures(event.connection)) found.push(ofServer(event));
  return found.filter(({ kind }) => options.isOn(kind));
}

function* ofInstances(before: ConnectionStatus, { instances }: ConnectionStatus): Iterable<NewAlert> {
  for (const key of instances.differences(before.instances)) {
    const [was, is] = [before.instances.get(key), instances.get(key)];
    // A server that is heard of for the first time has no story yet.
    if (!was || !is) continue;
    const told = was.state === is.state ? undefined : states[is.state];
    if (told) {
      const [kind, title] = told;
      const detail = is.detail ? { detail: is.detail } : {};
      yield { ...about(is, kind, title(is.name)), ...detail, cause: cause(kind, is), quietMs: flappingMs };
    }
    const { latestVersion, version } = is;
    if (latestVersion !== undefined && latestVersion !== version && was.latestVersion !== latestVersion)
      yield {
        ...about(is, 'updateAvailable', text('{0} can be updated to {1}', is.name, latestVersion)),
        cause: `${cause('updateAvailable', is)}/${latestVersion}`,
        quietMs: 30 * dayMs,
      };
  }
}

function* ofTasks({ before, fleet }: Observed, { captures }: DetectOptions): Iterable<NewAlert> {
  for (const id of fleet.tasks.differences(before.tasks)) {
    const task = fleet.tasks.get(id);
    if (task?.state !== 'failed' || before.tasks.get(id)?.state === 'failed') continue;
    if (!captures(task.connection) || fleet.connections.get(task.connection)?.state !== 'ready') continue;
    const { connection, subject } = task;
    const instance = subject && { ...instanceRef(connection, subject), name: subject.name ?? subject.key };
    yield {
      kind: 'failedTask',
      connection,
      ...(instance ? { instance: withoutConnection(instance) } : {}),
      title: text('Task failed: {0}', task.title),
      ...(task.message ? { detail: task.message } : {}),
      cause: `failedTask/${id}`,
      quietMs: 30 * dayMs,
      // The message of the failure itself.
      isTold: true,
    };
  }
}

function ofServer({ connection, summary }: OpsEvent): NewAlert {
  return {
    kind: 'serverAlert',
    connection,
    title: summary,
    cause: `serverAlert/${connection}/${english(summary)}`,
    quietMs: dayMs,
  };
}

function about(
  instance: Instance,
  kind: AlertKind,
  title: Text,
): Pick<NewAlert, 'kind' | 'connection' | 'instance' | 'title'> {
  return { kind, connection: instance.connection, instance: withoutConnection(instance), title };
}

function withoutConnection({
  kind,
  key,
  name,
  host,
}: Pick<Instance, 'kind' | 'key' | 'name' | 'host'>): NonNullable<NewAlert['instance']> {
  return { kind, key, name, ...(host === undefined ? {} : { host }) };
}

function cause(kind: AlertKind, instance: Instance): string {
  return `${kind}/${instanceId(instance)}`;
}

/** Alerts of one group are alike: of a kind and a connection. */
export function groupOf({ kind, connection }: NewAlert): string {
  return JSON.stringify([kind, connection]);
}

/**
 * Many alerts of one kind within a short time become one: a machine that goes down takes all its servers along. `lately`
 * says how many of a group there were in that time already.
 */
export function summed(
  alerts: readonly NewAlert[],
  lately: (group: string) => number = () => 0,
): readonly NewAlert[] {
  const groups = Map.groupBy(alerts, groupOf);
  return [...groups].flatMap(([group, alike]) => {
    const causes = new Map(alike.map((alert) => [alert.cause, alert]));
    const [first] = causes.values();
    if (!first || causes.size + lately(group) <= mostAlike) return [...causes.values()];
    const { kind, connection } = first;
    const names = [...causes.values()].slice(0, mostNames).map(({ instance }) => instance?.name ?? '');
    return {
      kind,
      connection,
      title: sums[kind](causes.size + lately(group)),
      detail: text('{0}, …', names.filter(Boolean).join(', ')),
      cause: `${kind}/${connection}/many`,
      quietMs: flappingMs,
    };
  });
}

const sums: Readonly<Record<AlertKind, (count: number) => Text>> = {
  crash: (count) => text('{0} servers crashed', count),
  failedStart: (count) => text('{0} servers failed', count),
  failedTask: (count) => text('{0} tasks failed', count),
  connectionLost: (count) => text('{0} connections are lost', count),
  serverAlert: (count) => text('{0} alerts', count),
  updateAvailable: (count) => text('{0} servers can be updated', count),
  rule: (count) => text('{0} rules hold', count),
};
