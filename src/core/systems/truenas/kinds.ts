import type { InstancePatch } from '../../model/instance.ts';
import type { LifecycleState } from '../../model/lifecycle.ts';
import { text, type Text } from '../../model/text.ts';
import { isFields, named, type Fields } from '../reading.ts';
import { keyOf } from './messages.ts';

/** The NAS itself is shown as one instance, whatever its name is. */
export const hostKind = 'host';
export const hostKey = 'host';

/** Ports that are shown of one app. */
const mostPorts = 20;

/** The kinds of things that servers run in, by the query that lists them. It is also the event that tells of changes. */
export const collections = {
  'app.query': 'app',
  'chart.release.query': 'chart',
  'vm.query': 'vm',
  'virt.instance.query': 'virt',
  'container.query': 'container',
  'jail.query': 'jail',
} as const;
export type Collection = keyof typeof collections;
export type Kind = (typeof collections)[Collection];

/** The jails of CORE start and stop without an event: only what lists them tells. */
export const collectionsWithoutEvents: ReadonlySet<Collection> = new Set(['jail.query']);

export const collectionNames = Object.keys(collections) as Collection[];

export function isCollection(name: string): name is Collection {
  return Object.hasOwn(collections, name);
}

export function collectionOf(kind: string): Collection | undefined {
  return collectionNames.find((each) => collections[each] === kind);
}

const appStates: Readonly<Record<string, LifecycleState>> = {
  RUNNING: 'running',
  ACTIVE: 'running',
  DEPLOYING: 'starting',
  STOPPING: 'stopping',
  STOPPED: 'stopped',
  CRASHED: 'crashed',
};

/** A VM may also say what its hypervisor calls it; that is asked for again instead of guessed. */
const machineStates: Readonly<Record<string, LifecycleState>> = {
  RUNNING: 'running',
  STOPPED: 'stopped',
  SUSPENDED: 'paused',
  ERROR: 'failed',
};

const virtStates: Readonly<Record<string, LifecycleState>> = {
  RUNNING: 'running',
  STOPPED: 'stopped',
  FROZEN: 'paused',
  ERROR: 'failed',
  UNKNOWN: 'unknown',
  STARTING: 'starting',
  STOPPING: 'stopping',
  ABORTING: 'stopping',
  FREEZING: 'pausing',
  THAWED: 'running',
};

const jailStates: Readonly<Record<string, LifecycleState>> = { up: 'running', down: 'stopped' };

const stateTables: Readonly<Record<Kind, Readonly<Record<string, LifecycleState>>>> = {
  app: appStates,
  chart: appStates,
  vm: machineStates,
  container: machineStates,
  virt: virtStates,
  jail: jailStates,
};

/** State in an entry: one that is known, words that are not, or nothing. */
export function stateIn(
  kind: Kind,
  fields: Fields,
): { readonly state?: LifecycleState; readonly unknown?: string } {
  const said = saidState(kind, fields);
  if (said === undefined) return {};
  const table = stateTables[kind];
  const state = Object.hasOwn(table, said) ? table[said] : undefined;
  return state === undefined ? { unknown: said } : { state };
}

function saidState(kind: Kind, { state, status }: Fields): string | undefined {
  if (kind === 'app' || kind === 'jail') return named(state);
  if (kind === 'chart' || kind === 'virt') return named(status);
  return named(isFields(status) ? status['state'] : status);
}

/** The key of an entry: its id, which for most is the name. */
export function entryKey(fields: Fields, id?: unknown): string | undefined {
  return keyOf(id) ?? keyOf(fields['id']) ?? named(fields['name']);
}

/** Fields of an entry beside the state; those that it leaves out stay as they are. */
export function entryPatch(kind: Kind, fields: Fields): InstancePatch {
  const name = named(fields['name']);
  const version = named(fields['human_version']) ?? named(fields['version']) ?? named(fields['release']);
  const { metadata, chart_metadata: chart } = fields;
  const about = isFields(metadata) ? metadata : isFields(chart) ? chart : {};
  const game = named(about['title']) ?? named(about['name']);
  const latest = latestOf(fields);
  // A jail that was made from no plugin says so with this word.
  const plugin =
    fields['type'] === 'pluginv2' && fields['plugin_name'] !== 'none'
      ? named(fields['plugin_name'])
      : undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(latest === undefined ? {} : { latestVersion: latest }),
    ...((kind === 'app' || kind === 'chart') && game !== undefined ? { game } : {}),
    ...(kind === 'app' ? portsOf(fields['active_workloads']) : {}),
    ...(kind === 'jail' && plugin !== undefined ? { game: plugin } : {}),
  };
}

/** Ports of the NAS that lead to an app: none while it is down. */
function portsOf(workloads: unknown): Pick<InstancePatch, 'ports'> {
  const used = isFields(workloads) ? workloads['used_ports'] : undefined;
  if (!Array.isArray(used)) return {};
  const ports = used.filter(isFields).flatMap(({ protocol, host_ports: hostPorts }) =>
    (Array.isArray(hostPorts) ? hostPorts : [])
      .filter(isFields)
      .map(({ host_port: port }) => port)
      .filter((port) => typeof port === 'number')
      .map((port) => `${String(port)}/${named(protocol) === 'udp' ? 'udp' : 'tcp'}`),
  );
  return { ports: ports.length === 0 ? null : [...new Set(ports)].slice(0, mostPorts) };
}

/** The newest version, only where it is another one. */
function latestOf(fields: Fields): string | null | undefined {
  const { upgrade_available: upgradable, update_available: updatable } = fields;
  const available = upgradable ?? updatable;
  if (available === false) return null;
  if (available !== true) return undefined;
  return named(fields['human_latest_version']) ?? named(fields['latest_version']);
}

/** Before what an app is tagged with, in the setting that tells which apps are game servers. */
export const tagPrefix = 'tag:';

/** Categories, keywords and train of an app of the catalog; undefined where the entry has none. */
export function tagsOf({ metadata, chart_metadata: chart }: Fields): readonly string[] | undefined {
  const about = isFields(metadata) ? metadata : isFields(chart) ? chart : undefined;
  if (!about) return undefined;
  const { categories, keywords, train } = about;
  return [categories, keywords, [train]].flatMap((list) =>
    Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : [],
  );
}

/** Which of the names are game servers. */
export function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*');
    const [first = '', ...rest] = parts;
    if (rest.length === 0) return name === pattern;
    const last = rest.pop() ?? '';
    if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
      return false;
    let at = first.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= name.length - last.length;
  });
}

/** Effect of a method on one instance. */
interface InstanceCall {
  readonly kind: Kind;
  readonly operation: string;
  readonly title: (name: string) => Text;
  /** Shown instead of the state beneath it, because the instance stops and starts meanwhile. */
  readonly state?: LifecycleState;
  /** State after a success, where no event tells it. */
  readonly leaves?: LifecycleState;
}

type Row = readonly [string, (name: string) => Text, LifecycleState?];

const words: Readonly<Record<string, Row>> = {
  create: ['install', (name) => text('Install {0}', name), 'installing'],
  start: ['start', (name) => text('Start {0}', name)],
  stop: ['stop', (name) => text('Stop {0}', name)],
  restart: ['restart', (name) => text('Restart {0}', name), 'restarting'],
  redeploy: ['redeploy', (name) => text('Redeploy {0}', name), 'restarting'],
  upgrade: ['update', (name) => text('Upgrade {0}', name), 'updating'],
  pull_images: ['pullImages', (name) => text('Pull images of {0}', name), 'updating'],
  pull_container_images: ['pullImages', (name) => text('Pull images of {0}', name), 'updating'],
  rollback: ['rollback', (name) => text('Roll back {0}', name), 'restoring'],
  scale: ['scale', (name) => text('Scale {0}', name)],
  update: ['configure', (name) => text('Change {0}', name)],
  delete: ['remove', (name) => text('Delete {0}', name), 'removing'],
  update_to_latest_patch: ['update', (name) => text('Update {0}', name), 'updating'],
  export: ['backup', (name) => text('Export {0}', name), 'backingUp'],
};

const prefixes: readonly (readonly [string, Kind])[] = [
  ['app.', 'app'],
  ['chart.release.', 'chart'],
  ['vm.', 'vm'],
  ['virt.instance.', 'virt'],
  ['container.', 'container'],
  ['jail.', 'jail'],
];

/** No event tells what becomes of a jail, so its jobs do: what it is shown as meanwhile, and what it is afterwards. */
const jailWords: Readonly<Record<string, readonly [LifecycleState, LifecycleState]>> = {
  start: ['starting', 'running'],
  stop: ['stopping', 'stopped'],
  restart: ['restarting', 'running'],
};

/** Fields with the name of the instance, in methods that take one object. */
const keyFields = ['app_name', 'release_name', 'name', 'uuid', 'jail'];

/** Effect of a method, and the instance that it is called for. */
export function instanceCallOf(
  method: string,
  args: unknown,
): (InstanceCall & { readonly key: string }) | undefined {
  const found = prefixes.find(([prefix]) => method.startsWith(prefix));
  if (!found) return undefined;
  const [prefix, kind] = found;
  const verb = method.slice(prefix.length);
  const row = Object.hasOwn(words, verb) ? words[verb] : undefined;
  const first: unknown = Array.isArray(args) ? args[0] : undefined;
  const key = isFields(first)
    ? keyFields.map((field) => named(first[field])).find((name) => name !== undefined)
    : keyOf(first);
  if (!row || key === undefined) return undefined;
  const [operation, title, usual] = row;
  const [state, leaves] = (kind === 'jail' && Object.hasOwn(jailWords, verb)
    ? jailWords[verb]
    : undefined) ?? [usual];
  return {
    kind,
    key,
    operation,
    title,
    ...(state === undefined ? {} : { state }),
    ...(leaves === undefined ? {} : { leaves }),
  };
}
