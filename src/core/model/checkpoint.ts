import * as z from 'zod/mini';
import { emptyFleet, instancesOf, type Fleet } from './fleet.ts';
import { instanceId, type Instance } from './instance.ts';
import { lifecycleStates } from './lifecycle.ts';
import { PersistentMap } from './persistentMap.ts';
import { isFinished, isOperation, type Task } from './task.ts';
import { forgetTasks, tasksFrom } from './taskFold.ts';
import { isText, type Text } from './text.ts';

const optionalText = z.optional(z.string());

const instanceSchema = z.object({
  connection: z.string(),
  kind: z.string(),
  key: z.string(),
  name: z.string(),
  state: z.enum(lifecycleStates),
  since: z.number(),
  lastEventAt: z.number(),
  game: optionalText,
  version: optionalText,
  latestVersion: optionalText,
  players: z.optional(z.number()),
  detail: z.optional(z.custom<Text>(isText)),
  actor: optionalText,
});

const taskSchema = z.object({
  id: z.string(),
  systemId: optionalText,
  connection: z.string(),
  subject: z.optional(z.object({ kind: z.string(), key: z.string(), name: z.optional(z.string()) })),
  title: z.custom<Text>(isText),
  state: z.enum(['waiting', 'running', 'cancelling']),
  percent: z.nullable(z.number()),
  message: z.optional(z.custom<Text>(isText)),
  steps: z.array(z.object({ label: z.string(), at: z.number() })),
  startedAt: z.number(),
  lastEventAt: z.number(),
  cancellable: z.boolean(),
  startedBy: z.optional(z.object({ actor: z.string() })),
  operation: optionalText,
});

const checkpointSchema = z.object({
  gameServerOpsCheckpoint: z.literal(2),
  connection: z.string(),
  system: z.string(),
  /** Counts the writes of this connection's checkpoint, so that an older one never replaces a newer one. */
  written: z.optional(z.number()),
  lastEventAt: z.optional(z.number()),
  listedAt: z.optional(z.number()),
  instances: z.array(instanceSchema),
  /** Unfinished tasks. */
  tasks: z.array(taskSchema),
  context: z.unknown(),
});

/** State of one connection, kept so that it can be shown before anything is heard again. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

export function checkpointOf(fleet: Fleet, connection: string, context: unknown): Checkpoint | undefined {
  const status = fleet.connections.get(connection);
  if (!status) return undefined;
  return {
    gameServerOpsCheckpoint: 2,
    connection,
    system: status.system,
    ...(status.lastEventAt === undefined ? {} : { lastEventAt: status.lastEventAt }),
    ...(status.listedAt === undefined ? {} : { listedAt: status.listedAt }),
    instances: instancesOf(fleet, connection),
    tasks: [...fleet.tasks.values()].filter((task) => belongsIn(connection, task)),
    context,
  };
}

/** Whether the checkpoint of the connection holds the task: operations of this window end with it. */
function belongsIn(connection: string, task: Task): task is Task & Checkpoint['tasks'][number] {
  return task.connection === connection && !isFinished(task.state) && !isOperation(task);
}

/** Instances in one piece of the text of a checkpoint. */
const instancesInPiece = 500;

/** The JSON of a checkpoint in pieces, each made quickly, however many instances there are. */
export function* checkpointPieces({ instances, ...rest }: Checkpoint): Generator<string> {
  yield JSON.stringify({ ...rest, instances: [] }).slice(0, -']}'.length);
  for (let i = 0; i < instances.length; i += instancesInPiece) {
    const piece = JSON.stringify(instances.slice(i, i + instancesInPiece)).slice(1, -1);
    yield i === 0 ? piece : `,${piece}`;
  }
  yield ']}';
}

/** Undefined for anything but a checkpoint of this version; a damaged file must not stop the start. */
export function readCheckpoint(value: unknown): Checkpoint | undefined {
  const result = checkpointSchema.safeParse(value);
  return result.success ? result.data : undefined;
}

/** The fleet as the checkpoints left it: every connection closed, its instances as they were last seen. */
export function fleetOf(checkpoints: readonly Checkpoint[]): Fleet {
  return {
    ...emptyFleet,
    // JSON has no `undefined`, so an optional field that is there has its value.
    ...tasksFrom(checkpoints.flatMap(({ tasks }) => tasks as Task[])),
    connections: PersistentMap.from(
      checkpoints.map(({ connection, system, lastEventAt, listedAt, instances }) => [
        connection,
        {
          id: connection,
          system,
          state: 'closed' as const,
          since: lastEventAt ?? 0,
          ...(lastEventAt === undefined ? {} : { lastEventAt }),
          ...(listedAt === undefined ? {} : { listedAt }),
          instances: PersistentMap.from((instances as Instance[]).map((i) => [instanceId(i), i] as const)),
        },
      ]),
    ),
  };
}

/** The fleet with one connection as its checkpoint left it. Tasks that a checkpoint does not hold stay. */
export function withCheckpoint(fleet: Fleet, checkpoint: Checkpoint): Fleet {
  const { connection } = checkpoint;
  const restored = fleetOf([checkpoint]);
  const kept = forgetTasks(fleet, (task) => belongsIn(connection, task));
  return {
    ...kept,
    tasks: joined(kept.tasks, restored.tasks),
    taskIds: joined(kept.taskIds, restored.taskIds),
    connections: joined(fleet.connections, restored.connections),
  };
}

function joined<V>(map: PersistentMap<V>, others: PersistentMap<V>): PersistentMap<V> {
  let result = map;
  for (const [key, value] of others) result = result.set(key, value);
  return result;
}
