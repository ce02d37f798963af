import { emptyFleet, type ConnectionStatus, type Fleet } from '../model/fleet.ts';
import { instanceId, type Instance } from '../model/instance.ts';
import { PersistentMap } from '../model/persistentMap.ts';
import { isFinished, isOperation, type Task } from '../model/task.ts';
import { putTask, removeTask } from '../model/taskFold.ts';
import type { JournalChange } from './store/reader.ts';

/**
 * The fleet with what the journal says of it. The state of a connection itself is not taken over: whether this window
 * is connected only this window knows.
 */
export function withChanges(fleet: Fleet, changes: readonly JournalChange[]): Fleet {
  let result = fleet;
  for (const change of changes) result = applyChange(result, change);
  return result;
}

/** The fleet that a journal begins with: every connection closed, its instances and tasks as they were left. */
export function restoredFleet(changes: readonly JournalChange[]): Fleet {
  return withChanges(emptyFleet, changes);
}

function applyChange(fleet: Fleet, { address, what, key, state }: JournalChange): Fleet {
  const { connection: id, system } = address;
  if (what === 'task') {
    const task = parsed(state) as Task | undefined;
    // An operation that no window goes on with has nobody who ends it.
    if (!task || (isOperation(task) && !isFinished(task.state)))
      return { ...fleet, ...removeTask(fleet, key) };
    return { ...fleet, ...putTask(fleet, task) };
  }
  const known = fleet.connections.get(id);
  if (what === 'connection') {
    const saved = parsed(state) as ConnectionStatus | undefined;
    if (!saved) return { ...fleet, connections: fleet.connections.delete(id) };
    const status: ConnectionStatus = known ?? {
      id,
      system,
      state: 'closed',
      since: saved.since,
      instances: PersistentMap.empty(),
    };
    return { ...fleet, connections: fleet.connections.set(id, status) };
  }
  const instance = parsed(state) as Instance | undefined;
  const base: ConnectionStatus = known ?? {
    id,
    system,
    state: 'closed',
    since: 0,
    instances: PersistentMap.empty(),
  };
  const heardAt = Math.max(base.lastEventAt ?? 0, instance?.lastEventAt ?? 0);
  const status: ConnectionStatus = {
    ...base,
    ...(heardAt === 0 ? {} : { lastEventAt: heardAt }),
    instances: instance ? base.instances.set(instanceId(instance), instance) : base.instances.delete(key),
  };
  return { ...fleet, connections: fleet.connections.set(id, status) };
}

function parsed(state: string | null): unknown {
  return state === null ? undefined : JSON.parse(state);
}
