import { happeningsOf, type Happening, type ToldState } from '../../model/happenings.ts';
import type { Instance, InstanceRef } from '../../model/instance.ts';
import { instanceId } from '../../model/instance.ts';
import type { LifecycleState } from '../../model/lifecycle.ts';
import { coarse, stretchesOf, uptimeOf, type Stretch, type Uptime } from '../../model/stateHistory.ts';
import type { Task } from '../../model/task.ts';
import { endOf } from '../../model/taskList.ts';
import type { JournalDatabase } from './database.ts';
import { readEvents } from './reader.ts';
import { classes } from './schema.ts';
import { readCaptured } from './captured.ts';
import { readStints, type Stint } from './stints.ts';

export interface InstanceHistoryRequest {
  readonly instance: InstanceRef;
  readonly from: number;
  readonly to: number;
  /** Until when the connection was heard, if its newest state says that it still is. */
  readonly heardUntil: number;
  /** The moment of the history that is shown instead of what is now. */
  readonly seq?: number;
}

export interface InstanceHistory {
  /** Without a hole from the begin of the range to its end. */
  readonly stretches: readonly Stretch[];
  readonly uptime: Uptime;
  /** Changes and operations of the range, the newest first. */
  readonly happenings: readonly Happening[];
  /** The range has more changes than are read: the older part of it stands as unknown. */
  readonly isCut: boolean;
}

/** States of one thing that are read; a crash loop of a week has more. */
const mostStints = 4_000;
/** A picture is not much wider. */
const mostStretches = 600;
const mostHappenings = 150;
/** Tasks of a connection that are looked through for those of the instance, and those that are taken. */
const mostTasks = 2_000;
const mostTasksTaken = 100;
/** Events of an instance before the end of a commit in which the event of a change is looked for. */
const lookBack = 200;
/** Reads between which others have their turn. */
const readsAStep = 50;

/** The states of an instance over a time, with who did what. */
export function* readInstanceHistory(
  db: JournalDatabase,
  request: InstanceHistoryRequest,
): Generator<undefined, InstanceHistory> {
  const { instance, from, to, heardUntil, seq: last = Number.MAX_SAFE_INTEGER } = request;
  const { connection } = instance;
  const limits = { from, last, most: mostStints };
  const key = instanceId(instance);
  const states = yield* readStints(db, { connection, what: 'instance', key }, limits);
  const captured = yield* readCaptured(db, connection, { ...limits, heardUntil });
  const changes = states.map(({ at, state }): ToldState => ({
    at,
    state: (state ?? 'removed') as LifecycleState,
  }));
  const range = { from, to };
  const stretches = stretchesOf(changes, captured.times, range);
  yield;
  const told = yield* withEvents(db, instance, states.filter(({ at }) => at >= from).slice(-mostHappenings));
  const tasks = yield* readTasksOf(db, request);
  return {
    stretches: coarse(stretches, mostStretches),
    uptime: uptimeOf(stretches, changes, range),
    happenings: happeningsOf(told, tasks, mostHappenings),
    isCut: captured.isCut || states.length >= mostStints,
  };
}

/** The states with what they say of themselves, and the events that brought them. */
function* withEvents(
  db: JournalDatabase,
  { connection, kind, key }: InstanceRef,
  states: readonly Stint[],
): Generator<undefined, readonly ToldState[]> {
  const subjects = db
    .prepare(
      `SELECT s.id FROM connections c JOIN subjects s ON s.connection = c.id
       WHERE c.connection = ? AND s.kind = ? AND s.key = ?`,
    )
    .all(connection, kind, key)
    .map(({ id }) => Number(id));
  const seqs: (number | undefined)[] = [];
  for (const [n, { at, seq }] of states.entries()) {
    seqs.push(subjects.map((subject) => eventOfChange(db, subject, seq, at)).find((found) => found > 0));
    if (n % readsAStep === 0) yield;
  }
  const events = new Map(
    readEvents(
      db,
      seqs.filter((seq) => seq !== undefined),
    ).map((event) => [event.seq, event]),
  );
  yield;
  return states.map(({ at, state, id }, n): ToldState => {
    const row = db.get('SELECT state FROM changes WHERE id = ?', id);
    const { actor, detail } = JSON.parse(
      (row?.['state'] as string | null | undefined) ?? '{}',
    ) as Partial<Instance>;
    const event = events.get(seqs[n] ?? 0);
    return {
      at,
      state: (state ?? 'removed') as LifecycleState,
      ...(actor === undefined ? {} : { actor }),
      ...(detail === undefined ? {} : { detail }),
      ...(event === undefined ? {} : { event: { seq: event.seq, summary: event.summary } }),
    };
  });
}

/** The event that arrived when a state began: a change stands at the last event of its commit. 0 where it is gone. */
function eventOfChange(db: JournalDatabase, subject: number, seq: number, at: number): number {
  return db.number(
    `SELECT seq FROM
       (SELECT seq, receivedAt, class FROM events WHERE subject = ? AND seq <= ? ORDER BY seq DESC LIMIT ${lookBack})
     WHERE receivedAt = ? ORDER BY class <> ${classes.indexOf('lifecycle')}, seq LIMIT 1`,
    subject,
    seq,
    at,
  );
}

/** Tasks of an instance that had not ended before the range, as they were last, without their logs. */
function* readTasksOf(
  db: JournalDatabase,
  { instance, from, seq: last = Number.MAX_SAFE_INTEGER }: InstanceHistoryRequest,
): Generator<undefined, readonly Task[]> {
  const tasks: Task[] = [];
  const found = db
    .prepare(
      `SELECT connection, key, max(id) AS last FROM changes
       WHERE connection IN (SELECT id FROM connections WHERE connection = ?) AND what = 'task'
       GROUP BY connection, key ORDER BY last DESC LIMIT ${mostTasks}`,
    )
    .all(instance.connection);
  const read = db.prepare(
    `SELECT json_remove(state, '$.log') AS state FROM changes
     WHERE connection = ? AND what = 'task' AND key = ? AND seq <= ? AND state IS NOT NULL
     ORDER BY seq DESC, id DESC LIMIT 1`,
  );
  for (const [n, row] of found.entries()) {
    if (n % readsAStep === 0) yield;
    const state = read.get(row['connection'] ?? null, row['key'] ?? null, last)?.['state'];
    if (typeof state !== 'string') continue;
    const task = JSON.parse(state) as Task;
    const { subject, connection } = task;
    const isOfTime = endOf(task) >= from;
    if (isOfTime && subject && instanceId({ ...subject, connection }) === instanceId(instance))
      tasks.push(task);
    if (tasks.length >= mostTasksTaken) break;
  }
  return tasks;
}
