import { instanceId, subjectOf, type Instance } from './instance.ts';
import { lifecycle } from './lifecycle.ts';
import type { Severity } from './event.ts';
import { isFinished, type Task } from './task.ts';
import type { Text } from './text.ts';
import { sparkline } from './sparkline.ts';
import type { MetricSeries } from './metrics.ts';

/** An event as a detail of its instance tells it. */
export interface DetailEvent {
  readonly seq: number;
  readonly type: string;
  readonly receivedAt: number;
  readonly severity: Severity;
  readonly summary: Text;
}

/** One thing that is known of an instance beside its state. */
export type InstanceDetail =
  | { readonly detail: 'version'; readonly version: string; readonly latest?: string }
  | { readonly detail: 'address'; readonly address: string }
  | { readonly detail: 'players'; readonly count: number; readonly names: readonly string[] }
  | { readonly detail: 'ports'; readonly ports: readonly string[] }
  | {
      readonly detail: 'measured';
      readonly name: MeasuredName;
      readonly value: number;
      /** Last minute, one block for each sample. */
      readonly chart: string;
    }
  | { readonly detail: 'task'; readonly task: Task }
  | { readonly detail: 'event'; readonly event: DetailEvent };

/** Facts beside the instance itself. */
export interface DetailFacts {
  /** Machine that the server runs on, as others reach it; absent where that is not known. */
  readonly host?: string | undefined;
  /** Latest measurements, by name; absent where they are out of date. */
  readonly measured?: Readonly<Record<string, number>> | undefined;
  readonly series?: MetricSeries | undefined;
  readonly tasks: Iterable<Task>;
  /** Last events, the newest first. */
  readonly events: readonly DetailEvent[];
}

/** Measurements that are shown, in their order. */
const measuredNames = ['cpu', 'memory', 'received', 'sent', 'poolsUsed'] as const;
type MeasuredName = (typeof measuredNames)[number];

/** So many samples stand in the little chart of a row: one minute at one every two seconds. */
const charted = 30;

/** Details of an instance in the order of their rows; each only where it is known. */
export function instanceDetails(instance: Instance, facts: DetailFacts): readonly InstanceDetail[] {
  return [
    ...versionOf(instance),
    ...addressOf(instance, facts.host),
    ...playersOf(instance),
    ...portsOf(instance),
    ...measurementsOf(facts),
    ...runningTasksOf(instance, facts.tasks).map((task) => ({ detail: 'task' as const, task })),
    ...facts.events.map((event) => ({ detail: 'event' as const, event })),
  ];
}

/** Stable name of a detail among those of its instance. */
export function detailId(detail: InstanceDetail): string {
  switch (detail.detail) {
    case 'measured':
      return `measured ${detail.name}`;
    case 'task':
      return `task ${detail.task.id}`;
    case 'event':
      return `event ${String(detail.event.seq)}`;
    default:
      return detail.detail;
  }
}

/** Text that a detail gives to the clipboard; undefined where it has none. */
export function copiedOf(detail: InstanceDetail): string | undefined {
  switch (detail.detail) {
    case 'version':
      return detail.version;
    case 'address':
      return detail.address;
    case 'players':
      return detail.names.length === 0 ? undefined : detail.names.join(', ');
    case 'ports':
      return detail.ports.join(', ');
    default:
      return undefined;
  }
}

/** Tasks of an instance that have not ended, the oldest first. */
function runningTasksOf(instance: Instance, tasks: Iterable<Task>): readonly Task[] {
  const id = instanceId(instance);
  const running: Task[] = [];
  for (const task of tasks) {
    const { subject, connection, state } = task;
    if (isFinished(state) || subject?.key !== instance.key || connection !== instance.connection) continue;
    if (instanceId({ connection, ...subjectOf(subject) }) === id) running.push(task);
  }
  return running.sort((a, b) => a.startedAt - b.startedAt);
}

function versionOf({ version, latestVersion }: Instance): readonly InstanceDetail[] {
  if (version === undefined) return [];
  const isNewer = latestVersion !== undefined && latestVersion !== version;
  return [{ detail: 'version', version, ...(isNewer ? { latest: latestVersion } : {}) }];
}

/** Players join by the first port, on the machine that the connection leads to; a relayed host has no address. */
function addressOf({ ports, host: relayed }: Instance, host: string | undefined): readonly InstanceDetail[] {
  const port = /^\d+/.exec(ports?.[0] ?? '')?.[0];
  if (port === undefined || host === undefined || host === '' || relayed !== undefined) return [];
  const isBareV6 = host.includes(':') && !host.startsWith('[');
  return [{ detail: 'address', address: `${isBareV6 ? `[${host}]` : host}:${port}` }];
}

function playersOf({ players, playerNames = [], state }: Instance): readonly InstanceDetail[] {
  if (players === undefined || !lifecycle[state].up) return [];
  return [{ detail: 'players', count: players, names: playerNames }];
}

function portsOf({ ports = [] }: Instance): readonly InstanceDetail[] {
  return ports.length === 0 ? [] : [{ detail: 'ports', ports }];
}

function measurementsOf({ measured = {}, series }: DetailFacts): readonly InstanceDetail[] {
  return measuredNames.flatMap((name): readonly InstanceDetail[] => {
    const value = measured[name];
    if (value === undefined) return [];
    return [{ detail: 'measured', name, value, chart: chartOf(series, name) }];
  });
}

/** The last samples of a measurement as a line of blocks. */
function chartOf(series: MetricSeries | undefined, name: MeasuredName): string {
  return sparkline([...(series?.values[name] ?? [])].slice(-charted));
}
