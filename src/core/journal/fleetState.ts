import { emptyFleet, type ConnectionStatus, type Fleet } from '../model/fleet.ts';
import { instanceId, type Instance } from '../model/instance.ts';
import { PersistentMap } from '../model/persistentMap.ts';
import { isFinished, isOperation, runnerOf, type Task } from '../model/task.ts';
import { forgetTasks, putTask, removeTask } from '../model/taskFold.ts';
import type { JournalChange } from './store/reader.ts';

/**
 * The fleet with what the journal says of it. The state of a connection is taken over as that of its holder: whether
 * this window is connected only this window knows. When its server was last heard of is taken over.
 */
export function withChanges(
  fleet: Fleet,
  changes: readonly JournalChange[],
  read: ReadState = parsed,
): Fleet {
  let result = fleet;
  for (const change of changes) result = applyChange(result, change, read);
  return result;
}

/** Reads the JSON of a state. */
type ReadState = (state: string) => unknown;

/**
 * The fleet that a journal begins with: every connection closed, its instances and tasks as they were left. Operations
 * that no window goes on with are left out: the window that captures their connection says that they are lost.
 */
export function restoredFleet(
  changes: readonly JournalChange[],
  isOpen: (window: string) => boolean = () => false,
): Fleet {
  const fleet = withChanges(emptyFleet, oldestFirst(changes));
  return { ...fleet, ...forgetTasks(fleet, (task) => isUnfinished(task) && !isOpen(runnerOf(task) ?? '')) };
}

/** The fleet that a recording begins with: everything as it was then, connections and operations that ran too. */
export function recordedFleet(changes: readonly JournalChange[], read?: ReadState): Fleet {
  let fleet = withChanges(emptyFleet, oldestFirst(changes), read);
  for (const [id, { holder, ...status }] of fleet.connections)
    if (holder) fleet = { ...fleet, connections: fleet.connections.set(id, { ...status, ...holder }) };
  return fleet;
}

/**
 * The fleet with all that the journal knows of a connection, and no more of it: what another window removed last may
 * not have been followed. An operation of this window that the other one was only asked for stays.
 */
export function withConnection(fleet: Fleet, connection: string, changes: readonly JournalChange[]): Fleet {
  const known = fleet.connections.get(connection);
  const told = new Set(changes.map(({ what, key }) => `${what} ${key}`));
  let result: Fleet = {
    ...fleet,
    ...forgetTasks(
      fleet,
      (task) => task.connection === connection && !told.has(`task ${task.id}`) && !isUnfinished(task),
    ),
  };
  if (known) {
    let { instances } = known;
    for (const instance of known.instances.values())
      if (!told.has(`instance ${instanceId(instance)}`)) instances = instances.delete(instanceId(instance));
    result = { ...result, connections: result.connections.set(connection, { ...known, instances }) };
  }
  return withChanges(result, changes);
}

function isUnfinished(task: Task): boolean {
  return isOperation(task) && !isFinished(task.state);
}

function applyChange(
  fleet: Fleet,
  { address, what, key, state: json }: JournalChange,
  read: ReadState,
): Fleet {
  const state = json === null ? undefined : read(json);
  const { connection: id, system } = address;
  if (what === 'task') {
    const task = state as Task | undefined;
    return { ...fleet, ...(task ? putTask(fleet, task) : removeTask(fleet, key)) };
  }
  const known = fleet.connections.get(id);
  if (what === 'connection') {
    const saved = state as ConnectionStatus | undefined;
    if (!saved) return { ...fleet, connections: fleet.connections.delete(id) };
    const { state: held, detail, listedAt, heardAt, since } = saved;
    const { heardAt: _, ...base }: ConnectionStatus = known ?? {
      id,
      system,
      state: 'closed',
      since,
      instances: PersistentMap.empty(),
    };
    const status: ConnectionStatus = {
      ...base,
      ...(listedAt === undefined ? {} : { listedAt }),
      // The window that connects next reckons the interruption from this time.
      ...(heardAt === undefined ? {} : { heardAt }),
      holder: { state: held, ...(detail ? { detail } : {}) },
    };
    return { ...fleet, connections: fleet.connections.set(id, status) };
  }
  const instance = state as Instance | undefined;
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

function parsed(state: string): unknown {
  return JSON.parse(state);
}

/** Makes the fleets of moments. Instances that are alike in two of them that follow are the very same. */
export class PastFleets {
  #read = new Map<string, unknown>();

  fleetOf(changes: readonly JournalChange[]): Fleet {
    const before = this.#read;
    const now = new Map<string, unknown>();
    const fleet = recordedFleet(changes, (state) => {
      const known = now.get(state) ?? before.get(state) ?? parsed(state);
      now.set(state, known);
      return known;
    });
    this.#read = now;
    return fleet;
  }
}

/** Tasks in the order in which they ended: the fleet forgets the oldest first. The journal tells of them in no order. */
function oldestFirst(changes: readonly JournalChange[]): readonly JournalChange[] {
  const endOf = ({ what, state }: JournalChange): number =>
    what === 'task' && state !== null ? ((JSON.parse(state) as Task).finishedAt ?? 0) : 0;
  return changes
    .map((change) => ({ change, end: endOf(change) }))
    .sort((a, b) => a.end - b.end || a.change.seq - b.change.seq)
    .map(({ change }) => change);
}
