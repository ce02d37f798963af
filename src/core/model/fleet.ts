import type { OpsEvent } from './event.ts';
import { instanceId, instanceRef, type Instance, type InstancePatch, type InstanceRef } from './instance.ts';
import { PersistentMap } from './persistentMap.ts';
import type { ConnectionState, Signal } from './signal.ts';
import { foldTask, forgetTasks, noTasks, type Tasks } from './taskFold.ts';
import type { Text } from './text.ts';

export interface ConnectionStatus {
  readonly id: string;
  readonly system: string;
  readonly state: ConnectionState;
  readonly detail?: Text;
  readonly retryAt?: number;
  /** State in the window that captures the connection, as it said last; absent where this one does. */
  readonly holder?: Pick<ConnectionStatus, 'state' | 'detail'>;
  /** When the state began. */
  readonly since: number;
  /** While there is no session: when the server was last heard of. An interruption is reckoned from then on. */
  readonly heardAt?: number;
  /** When anything was last received, for "last seen" beside stale instances. */
  readonly lastEventAt?: number;
  /** When the full list of instances last came: all of them were heard of then, also those that it did not change. */
  readonly listedAt?: number;
  readonly instances: PersistentMap<Instance>;
}

/** The state of everything on one timeline: the fold of all signals. Immutable; a change shares what it did not touch. */
export interface Fleet extends Tasks {
  readonly connections: PersistentMap<ConnectionStatus>;
}

export const emptyFleet: Fleet = { ...noTasks, connections: PersistentMap.empty() };

/** The fields of an event that the fold reads beside its signals. */
export type FoldedEvent = Pick<OpsEvent, 'connection' | 'system' | 'receivedAt'>;

/** Applies what an event said. Pure: the same fleet, event and signals give the same fleet. */
export function fold(fleet: Fleet, event: FoldedEvent, signals: readonly Signal[]): Fleet {
  let result = fleet;
  for (const signal of signals) result = apply(result, event, signal);
  return result;
}

/** Whether instances are shown as they are now: this window is connected, or follows one that is. */
export function isCurrent({ state, holder }: Pick<ConnectionStatus, 'state' | 'holder'>): boolean {
  return state === 'ready' || (state === 'elsewhere' && holder?.state === 'ready');
}

export function instancesOf(fleet: Fleet, connection: string): Instance[] {
  return [...(fleet.connections.get(connection)?.instances.values() ?? [])];
}

export function findInstance(fleet: Fleet, ref: InstanceRef): Instance | undefined {
  return fleet.connections.get(ref.connection)?.instances.get(instanceId(ref));
}

/** Forgets a connection that the user removed, with its instances and tasks. */
export function forgetConnection(fleet: Fleet, connection: string): Fleet {
  return {
    ...forgetTasks(fleet, (task) => task.connection === connection),
    connections: fleet.connections.delete(connection),
  };
}

function apply(fleet: Fleet, event: FoldedEvent, signal: Signal): Fleet {
  switch (signal.signal) {
    case 'instance':
      return withInstances(fleet, event, (instances) => {
        const ref = instanceRef(event.connection, signal);
        const id = instanceId(ref);
        const old = instances.get(id);
        if (!old && signal.onlyIfKnown) return instances;
        return instances.set(id, patched(old, ref, signal.patch, event.receivedAt));
      });
    case 'gone':
      return withInstances(fleet, event, (instances) =>
        instances.delete(instanceId(instanceRef(event.connection, signal))),
      );
    case 'snapshot':
      return withInstances(fleet, event, (old) => listed(old, event, signal), event.receivedAt);
    case 'metrics':
      return fleet;
    case 'task': {
      const tasks = foldTask(fleet, event, signal);
      return tasks === fleet ? fleet : { ...fleet, ...tasks };
    }
    case 'connection': {
      const old = statusOf(fleet, event);
      const heardAt = signal.state === 'ready' ? undefined : (signal.heardAt ?? old.heardAt);
      const status: ConnectionStatus = {
        id: old.id,
        system: event.system,
        state: signal.state,
        ...(signal.detail ? { detail: signal.detail } : {}),
        ...(signal.retryAt === undefined ? {} : { retryAt: signal.retryAt }),
        ...(heardAt === undefined ? {} : { heardAt }),
        // In the other states this window captures the connection itself.
        ...(old.holder && (signal.state === 'elsewhere' || signal.state === 'closed')
          ? { holder: old.holder }
          : {}),
        since: old.state === signal.state ? old.since : event.receivedAt,
        ...(old.lastEventAt === undefined ? {} : { lastEventAt: old.lastEventAt }),
        ...(old.listedAt === undefined ? {} : { listedAt: old.listedAt }),
        instances: old.instances,
      };
      return { ...fleet, connections: fleet.connections.set(event.connection, status) };
    }
  }
}

function statusOf(fleet: Fleet, event: FoldedEvent): ConnectionStatus {
  return (
    fleet.connections.get(event.connection) ?? {
      id: event.connection,
      system: event.system,
      state: 'closed',
      since: event.receivedAt,
      instances: PersistentMap.empty(),
    }
  );
}

function withInstances(
  fleet: Fleet,
  event: FoldedEvent,
  change: (instances: PersistentMap<Instance>) => PersistentMap<Instance>,
  listedAt?: number,
): Fleet {
  const status = statusOf(fleet, event);
  const instances = change(status.instances);
  const heard: ConnectionStatus = { ...status, lastEventAt: event.receivedAt, instances };
  const changed = listedAt === undefined ? heard : { ...heard, listedAt };
  return { ...fleet, connections: fleet.connections.set(event.connection, changed) };
}

function patched(old: Instance | undefined, ref: InstanceRef, patch: InstancePatch, at: number): Instance {
  const base: Instance = old ?? { ...ref, name: ref.key, state: 'unknown', since: at, lastEventAt: at };
  const merged: Record<string, unknown> = { ...base, lastEventAt: at };
  for (const field in patch) {
    const value = patch[field as keyof InstancePatch];
    if (value !== null && value !== undefined) merged[field] = value;
    else if (value === null && field in merged) Reflect.deleteProperty(merged, field);
  }
  if (patch.state !== undefined && patch.state !== base.state) {
    merged['since'] = at;
    // A reason belongs to the state that it explains.
    if (patch.detail === undefined && 'detail' in merged) delete merged['detail'];
  }
  // Names belong to players that were counted.
  if (patch.players === null) delete merged['playerNames'];
  // The patch type holds the field names and types that Instance has, so the merge is an Instance again.
  return merged as unknown as Instance;
}

/** The instances after a full list; what the list does not change stays the very same, down to the whole map. */
function listed(
  old: PersistentMap<Instance>,
  { connection, receivedAt }: FoldedEvent,
  { instances }: Extract<Signal, { signal: 'snapshot' }>,
): PersistentMap<Instance> {
  let result = old;
  const ids = new Set<string>();
  for (const { patch, ...key } of instances) {
    const ref = instanceRef(connection, key);
    const id = instanceId(ref);
    ids.add(id);
    const known = result.get(id);
    if (!known || changes(known, patch)) result = result.set(id, patched(known, ref, patch, receivedAt));
  }
  if (ids.size < result.size) for (const [id] of result) if (!ids.has(id)) result = result.delete(id);
  return result;
}

/** Whether the patch says anything that is not so already. */
function changes(instance: Instance, patch: InstancePatch): boolean {
  for (const name in patch) {
    const field = name as keyof InstancePatch;
    const [now, next] = [instance[field], patch[field]];
    if (next === undefined || next === now || (next === null && now === undefined)) continue;
    if (typeof next !== 'object' || JSON.stringify(next) !== JSON.stringify(now)) return true;
  }
  return false;
}
