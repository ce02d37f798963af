import type { OpsEvent } from './event.ts';
import { PersistentMap } from './persistentMap.ts';
import { isFinished, isOperation, taskUuid, type Task, type TaskPatch } from './task.ts';
import { text } from './text.ts';

/** The tasks of a fleet. Immutable, like the fleet. */
export interface Tasks {
  readonly tasks: PersistentMap<Task>;
  /** Which task a system means by its own id, per connection: systems begin to count anew. */
  readonly taskIds: PersistentMap<string>;
  /** Ids of finished tasks, oldest first, so that the oldest can be forgotten. */
  readonly finishedTasks: readonly string[];
}

export const noTasks: Tasks = {
  tasks: PersistentMap.empty(),
  taskIds: PersistentMap.empty(),
  finishedTasks: [],
};

/** A fact about a task. */
export interface TaskFact {
  /** The system's own id, or the task's UUID where `own` is true. */
  readonly id: string;
  readonly patch: TaskPatch;
  /** The fact is ours: about an operation, or about an end that was never reported. */
  readonly own?: true;
}

/** Finished tasks kept in the fleet; the journal keeps their events as long as its caps allow. */
const maxFinishedTasks = 200;

/** Characters kept of what the program of a task said. */
const maxLog = 64 * 1024;

/** Steps kept of one task: a backup of a big world may report thousands. */
const maxSteps = 100;

type Where = Pick<OpsEvent, 'connection' | 'receivedAt'>;

/**
 * Applies a fact. What is finished stays finished: systems repeat and reorder their last words. A job that a system
 * tells of and that does an operation of ours is that operation: its facts go there, and the operation alone says how
 * it ends.
 */
export function foldTask(before: Tasks, where: Where, fact: TaskFact): Tasks {
  const { connection } = where;
  if (fact.own) return update(before, where, fact.id, undefined, fact.patch);
  const alias = aliasOf(connection, fact.id);
  let known = before.tasks.get(before.taskIds.get(alias) ?? '');
  const { startedAt = where.receivedAt } = fact.patch;
  if (known && isFinished(known.state)) {
    if (isOperation(known) || fact.patch.startedAt === undefined || startedAt <= known.startedAt)
      return before;
    known = undefined;
  }
  if (known && isOperation(known)) return update(before, where, known.id, fact.id, withoutFate(fact.patch));
  const says = !known || fact.patch.operation !== undefined || fact.patch.subject !== undefined;
  const operation = says
    ? operationDoneBy(before.tasks, connection, known, fact.patch, startedAt)
    : undefined;
  if (!operation) {
    const id = known?.id ?? taskUuid(connection, fact.id, startedAt);
    return update(pointed(before, alias, id), where, id, fact.id, fact.patch);
  }
  // The job was there before it said what it does.
  const { steps = [], percent = null } = known ?? {};
  const joined = {
    ...operation,
    systemId: fact.id,
    steps: [...steps, ...operation.steps],
    percent: operation.percent ?? percent,
  };
  const tasks = (known ? before.tasks.delete(known.id) : before.tasks).set(operation.id, joined);
  const merged = pointed({ ...before, tasks }, alias, operation.id);
  return isFinished(operation.state)
    ? merged
    : update(merged, where, operation.id, fact.id, withoutFate(fact.patch));
}

/** Forgets the tasks that `gone` says so of. */
export function forgetTasks(before: Tasks, gone: (task: Task) => boolean): Tasks {
  let { tasks, taskIds } = before;
  for (const task of before.tasks.values()) {
    if (!gone(task)) continue;
    tasks = tasks.delete(task.id);
    const alias = aliasOf(task.connection, task.systemId ?? '');
    if (taskIds.get(alias) === task.id) taskIds = taskIds.delete(alias);
  }
  return { tasks, taskIds, finishedTasks: before.finishedTasks.filter((id) => tasks.has(id)) };
}

/** A connection's id is a slug and holds no slash. */
function aliasOf(connection: string, systemId: string): string {
  return `${connection}/${systemId}`;
}

function pointed(before: Tasks, alias: string, id: string): Tasks {
  return before.taskIds.get(alias) === id ? before : { ...before, taskIds: before.taskIds.set(alias, id) };
}

/**
 * The operation that a job does: the same operation on the same instance, asked for before the job began and open then.
 * An operation on the connection (an installation) names no subject of its own; the first job to join it brings one.
 */
function operationDoneBy(
  tasks: PersistentMap<Task>,
  connection: string,
  known: Task | undefined,
  patch: TaskPatch,
  startedAt: number,
): Task | undefined {
  const operation = patch.operation ?? known?.operation;
  const subject = patch.subject ?? known?.subject;
  if (operation === undefined) return undefined;
  const began = known?.startedAt ?? startedAt;
  for (const task of tasks.values()) {
    if (
      isOperation(task) &&
      task.systemId === undefined &&
      task.connection === connection &&
      task.operation === operation &&
      (task.subject === undefined ||
        (task.subject.host === subject?.host &&
          task.subject.kind === subject?.kind &&
          task.subject.key === subject.key)) &&
      (task.finishedAt === undefined || task.finishedAt >= began)
    )
      return task;
  }
  return undefined;
}

/** Progress and output of a job, for the operation that it joins; title, starter and outcome are the operation's own. */
function withoutFate({ percent, message, step, log, output, subject }: TaskPatch): TaskPatch {
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(percent === undefined ? {} : { percent }),
    ...(message === undefined ? {} : { message }),
    ...(step === undefined ? {} : { step }),
    ...(log === undefined ? {} : { log }),
    ...(output === undefined ? {} : { output }),
  };
}

function update(
  before: Tasks,
  where: Where,
  id: string,
  systemId: string | undefined,
  patch: TaskPatch,
): Tasks {
  const old = before.tasks.get(id);
  if (old && isFinished(old.state)) return before;
  const at = where.receivedAt;
  const base: Task = old ?? {
    id,
    connection: where.connection,
    title: text('Task'),
    state: 'running',
    percent: null,
    steps: [],
    startedAt: at,
    lastEventAt: at,
    cancellable: false,
  };
  const { step, output, ...fields } = patch;
  const done = patch.state !== undefined && isFinished(patch.state);
  const task: Task = {
    ...base,
    ...(systemId === undefined ? {} : { systemId }),
    ...fields,
    ...(step === undefined ? {} : { steps: [...base.steps, { label: step, at }].slice(-maxSteps) }),
    ...(output === undefined ? {} : { log: `${base.log ?? ''}${output}`.slice(-maxLog) }),
    ...(patch.state === 'succeeded' ? { percent: 100 } : {}),
    ...(done ? { finishedAt: at, cancellable: false } : {}),
    lastEventAt: at,
  };
  const tasks = before.tasks.set(id, task);
  if (!done) return { ...before, tasks };
  const finishedTasks = [...before.finishedTasks, id];
  const forgotten = new Set(finishedTasks.slice(0, -maxFinishedTasks));
  const after = { ...before, tasks, finishedTasks };
  if (forgotten.size === 0) return after;
  let { tasks: kept, taskIds } = after;
  for (const gone of forgotten) {
    const { connection = '', systemId: own = '' } = kept.get(gone) ?? {};
    kept = kept.delete(gone);
    if (taskIds.get(aliasOf(connection, own)) === gone) taskIds = taskIds.delete(aliasOf(connection, own));
  }
  return { tasks: kept, taskIds, finishedTasks: finishedTasks.slice(-maxFinishedTasks) };
}

/** A task as another window left it. */
export function putTask(before: Tasks, task: Task): Tasks {
  const { id, connection, systemId } = task;
  const old = before.tasks.get(id);
  const [had, has] = [old !== undefined && isFinished(old.state), isFinished(task.state)];
  const { finishedTasks } = before;
  return {
    tasks: before.tasks.set(id, task),
    taskIds: systemId === undefined ? before.taskIds : before.taskIds.set(aliasOf(connection, systemId), id),
    finishedTasks:
      had === has
        ? finishedTasks
        : has
          ? [...finishedTasks, id]
          : // This window took it for ended; the one that writes the journal knows better.
            finishedTasks.filter((each) => each !== id),
  };
}

export function removeTask(before: Tasks, id: string): Tasks {
  return before.tasks.has(id) ? forgetTasks(before, (task) => task.id === id) : before;
}
