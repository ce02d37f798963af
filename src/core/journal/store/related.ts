import type { JournalDatabase } from './database.ts';
import { readEvents } from './reader.ts';
import type { JournalEvent } from './records.ts';
import { classes, flags } from './schema.ts';

interface RelatedEvent {
  readonly event: Omit<JournalEvent, 'raw' | 'rawBase64'>;
  /** Linked by a correlation or a task, or of the same subject while a task of it ran. */
  readonly link: 'linked' | 'meanwhile';
  /** When that ended which begins here: the answer to a call, the last word of a task. */
  readonly until?: number;
}

export interface Related {
  /** In the order of arrival; the event itself is among them. */
  readonly events: readonly RelatedEvent[];
  readonly more: number;
  /** The call or operation that the event comes of. */
  readonly cause?: { readonly seq: number; readonly receivedAt: number };
}

const maxEvents = 200;
/** Events of a subject in which tasks are looked for, and tasks that are looked at. */
const lookBack = 3000;
const maxTasks = 20;
/** Milliseconds after the end of a task in which its effects may still be told. */
const afterwardsMs = 1000;

const taskClass = classes.indexOf('task');
/** Classes of what happens to an instance; measurements, logs and polling only happen at the same time. */
const meanwhileClasses = `(${classes.indexOf('lifecycle')}, ${taskClass})`;

interface Row {
  readonly seq: number;
  readonly connection: string;
  readonly subject: number | null;
  readonly correlation: string | null;
  readonly task: string | null;
  readonly receivedAt: number;
}

interface Task {
  readonly correlation: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Cause and effect of an event: all with its correlation or task, the tasks of its subject that ran when it came with
 * their calls, and what happened to the subject meanwhile.
 */
export function readRelated(db: JournalDatabase, seq: number): Related | null {
  const row = db.get(
    `SELECT e.seq, c.connection, e.subject, e.correlation, e.task, e.receivedAt
     FROM events e JOIN connections c ON c.id = e.connection WHERE e.seq = ?`,
    seq,
  ) as unknown as Row | undefined;
  if (!row) return null;
  const tasks = tasksRound(db, row);
  const linked = new Set([seq]);
  const correlations = new Set(tasks.map(({ correlation }) => correlation));
  if (row.correlation !== null) correlations.add(row.correlation);
  for (const correlation of correlations)
    for (const each of nearest(db, 'correlation', correlation, row)) linked.add(each);
  if (row.task !== null) for (const each of nearest(db, 'task', row.task, row)) linked.add(each);
  const meanwhile = new Set(tasks.flatMap((task) => meanwhileOf(db, row, task)));
  const all = [...new Set([...linked, ...meanwhile])];
  const kept = all
    .sort((a, b) => Math.abs(a - seq) - Math.abs(b - seq))
    .slice(0, maxEvents)
    .sort((a, b) => a - b);
  const events = readEvents(db, kept);
  const cause = events.find((event) => event.seq < seq && isCause(event));
  return {
    events: events.map(({ raw: _, rawBase64: __, ...event }) => {
      const until = endOf(event, events);
      return {
        event,
        link: linked.has(event.seq) ? 'linked' : 'meanwhile',
        ...(until === undefined ? {} : { until }),
      };
    }),
    more: all.length - kept.length,
    ...(cause ? { cause: { seq: cause.seq, receivedAt: cause.receivedAt } } : {}),
  };
}

/** The tasks of the subject that ran when the event came, and those that ran inside them. */
function tasksRound(db: JournalDatabase, row: Row): readonly Task[] {
  const { seq, receivedAt, correlation } = row;
  const found: Task[] = [];
  const known = new Set<string>();
  const take = (candidates: readonly string[], fits: (task: Task) => boolean): void => {
    for (const candidate of candidates) {
      if (known.has(candidate) || found.length >= maxTasks) continue;
      known.add(candidate);
      const task = taskOf(db, row.connection, candidate);
      if (task && fits(task)) found.push(task);
    }
  };
  const isRound = ({ from, to }: Task): boolean =>
    from <= seq && (to >= seq || receivedAt - receivedAtOf(db, to) <= afterwardsMs);
  if (correlation !== null) take([correlation], () => true);
  if (row.subject === null) return found;
  const { subject } = row;
  take(correlationsOf(db, subject, 0, seq), isRound);
  for (const { from, to } of [...found]) take(correlationsOf(db, subject, from, to), () => true);
  return found;
}

/** Correlations of the events of a subject, the newest first. */
function correlationsOf(db: JournalDatabase, subject: number, from: number, to: number): readonly string[] {
  return db
    .prepareArrays(
      `SELECT correlation, max(seq) FROM
         (SELECT seq, correlation FROM events WHERE subject = ? AND seq BETWEEN ? AND ? ORDER BY seq DESC LIMIT ${lookBack})
       WHERE correlation IS NOT NULL GROUP BY correlation ORDER BY 2 DESC`,
    )
    .all(subject, from, to)
    .map(([correlation]) => String(correlation));
}

/** A chain of events with one correlation, if a task is among them. */
function taskOf(db: JournalDatabase, connection: string, correlation: string): Task | undefined {
  const chain = `FROM events e WHERE e.correlation = ? AND e.connection IN (SELECT id FROM connections WHERE connection = ?)`;
  const isTask = db.get(`SELECT 1 ${chain} AND e.class = ${taskClass} LIMIT 1`, correlation, connection);
  if (!isTask) return undefined;
  const ends = db.get(`SELECT min(e.seq) AS low, max(e.seq) AS high ${chain}`, correlation, connection);
  return { correlation, from: Number(ends?.['low']), to: Number(ends?.['high']) };
}

/** The events of a correlation or task on both sides of an event, of its connection: ids of a server are its own. */
function nearest(
  db: JournalDatabase,
  column: 'correlation' | 'task',
  value: string,
  { seq, connection }: Row,
): readonly number[] {
  const side = (condition: string, order: string): string =>
    `SELECT seq FROM (SELECT e.seq FROM events e WHERE e.${column} = ?1 AND e.seq ${condition} ?2
       AND e.connection IN (SELECT id FROM connections WHERE connection = ?3) ORDER BY e.seq ${order} LIMIT ${maxEvents})`;
  return db
    .prepareArrays(`${side('<=', 'DESC')} UNION ALL ${side('>', 'ASC')}`)
    .all(value, seq, connection)
    .map(([each]) => Number(each));
}

/** Events about the subject of a task from its beginning until a moment after its end. */
function meanwhileOf(db: JournalDatabase, { subject }: Row, { from, to }: Task): readonly number[] {
  if (subject === null) return [];
  const last = receivedAtOf(db, to) + afterwardsMs;
  return db
    .prepareArrays(
      `SELECT seq FROM events WHERE subject = ? AND seq > ? AND (seq <= ? OR receivedAt <= ?)
         AND class IN ${meanwhileClasses} AND flags & ${flags.noise} = 0 ORDER BY seq LIMIT ${maxEvents}`,
    )
    .all(subject, from, to, last)
    .map(([seq]) => Number(seq));
}

function receivedAtOf(db: JournalDatabase, seq: number): number {
  return db.number('SELECT receivedAt FROM events WHERE seq = ?', seq);
}

function isCause({ direction, channel, type }: JournalEvent): boolean {
  return direction === 'out' || channel === 'request' || type === 'operation.asked';
}

/** The end of a call at its beginning, and of a task at its first word. */
function endOf(event: Omit<JournalEvent, 'raw'>, events: readonly JournalEvent[]): number | undefined {
  const { seq, correlation, channel, retention } = event;
  if (correlation === undefined) return undefined;
  const chain = events.filter((other) => other.correlation === correlation);
  if (channel === 'request') {
    const reply = chain.find((other) => other.channel === 'reply' && other.seq > seq);
    return reply?.receivedAt;
  }
  if (retention !== 'task') return undefined;
  const words = chain.filter((other) => other.retention === 'task');
  const last = words.at(-1);
  return words[0]?.seq === seq && last && last.seq !== seq ? last.receivedAt : undefined;
}
