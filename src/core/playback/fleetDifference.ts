import { connectionStateText } from '../journal/control.ts';
import type { ConnectionStatus, Fleet } from '../model/fleet.ts';
import type { Instance } from '../model/instance.ts';
import { lifecycle } from '../model/lifecycle.ts';
import { PersistentMap } from '../model/persistentMap.ts';
import type { Task } from '../model/task.ts';
import { oneLine, text, type Text } from '../model/text.ts';

/** A thing that is another at the second of two moments: absent where it was not there. */
export interface Differing<Thing> {
  readonly before?: Thing | undefined;
  readonly after?: Thing | undefined;
}

/** All that people see of two moments and that is not the same, in the order of the names. */
export interface FleetDifference {
  readonly connections: readonly Differing<ConnectionStatus>[];
  readonly instances: readonly Differing<Instance>[];
  readonly tasks: readonly Differing<Task>[];
}

const names = new Intl.Collator(undefined, { numeric: true });

export function fleetDifference(before: Fleet, after: Fleet): FleetDifference {
  const connections = differing(before.connections, after.connections, connectionParts);
  const ids = new Set([...before.connections, ...after.connections].map(([id]) => id));
  const instances = [...ids].flatMap((id) => {
    const of = (fleet: Fleet): PersistentMap<Instance> =>
      fleet.connections.get(id)?.instances ?? PersistentMap.empty();
    return differing(of(before), of(after), instanceParts);
  });
  return {
    connections: sorted(connections, ({ id }) => id),
    instances: sorted(instances, ({ connection, name }) => `${connection} ${name}`),
    tasks: pairs(before.tasks, after.tasks)
      .filter(isNews)
      .sort((a, b) => startOf(a) - startOf(b)),
  };
}

function differing<Thing>(
  before: PersistentMap<Thing>,
  after: PersistentMap<Thing>,
  partsOf: (pair: Differing<Thing>) => readonly Text[],
): Differing<Thing>[] {
  return pairs(before, after).filter((pair) => partsOf(pair).length > 0);
}

function pairs<Thing>(before: PersistentMap<Thing>, after: PersistentMap<Thing>): Differing<Thing>[] {
  return [...after.differences(before)].map((key) => ({ before: before.get(key), after: after.get(key) }));
}

function sorted<Thing>(
  found: readonly Differing<Thing>[],
  nameOf: (thing: Thing) => string,
): Differing<Thing>[] {
  const name = ({ before, after }: Differing<Thing>): string => {
    const thing = after ?? before;
    return thing === undefined ? '' : nameOf(thing);
  };
  return found.toSorted((a, b) => names.compare(name(a), name(b)));
}

function startOf({ before, after }: Differing<Task>): number {
  return (after ?? before)?.startedAt ?? 0;
}

/** Each difference of a connection in words. */
export function connectionParts({ before, after }: Differing<ConnectionStatus>): readonly Text[] {
  if (!before && after) return [text('added: {0}', connectionStateText(after.state))];
  if (!before || !after) return [text('removed')];
  return before.state === after.state
    ? []
    : [text('{0} → {1}', connectionStateText(before.state), connectionStateText(after.state))];
}

/** Each difference of an instance in words. */
export function instanceParts({ before, after }: Differing<Instance>): readonly Text[] {
  if (!before && after) return [text('new: {0}', lifecycle[after.state].label)];
  if (!before || !after) return [text('gone')];
  const parts: Text[] = [];
  if (before.state !== after.state)
    parts.push(text('{0} → {1}', lifecycle[before.state].label, lifecycle[after.state].label));
  else if (before.since !== after.since) parts.push(text('{0} again', lifecycle[after.state].label));
  for (const [label, field] of fields) {
    const [was, is] = [shown(before[field]), shown(after[field])];
    if (was !== is) parts.push(text('{0} {1} → {2}', label, was, is));
  }
  return parts;
}

const fields = [
  [text('version'), 'version'],
  [text('available version'), 'latestVersion'],
  [text('players'), 'players'],
  [text('name'), 'name'],
] as const;

function shown(value: string | number | undefined): string {
  return value === undefined ? '–' : oneLine(String(value), 100);
}

/** Forgotten tasks are no news. */
function isNews({ before, after }: Differing<Task>): boolean {
  return after !== undefined && before?.state !== after.state;
}
