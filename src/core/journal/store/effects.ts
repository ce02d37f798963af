import { instanceId } from '../../model/instance.ts';
import type { JournalDatabase } from './database.ts';
import { readEvents } from './reader.ts';
import type { ChangeRow, JournalEvent, RecordingBasis } from './records.ts';
import { classes } from './schema.ts';

/** A thing that a commit changed. */
export interface Effect {
  readonly what: ChangeRow['what'];
  readonly key: string;
  /** JSON; null where there was none, absent where the journal does not know it any more. */
  readonly before?: string | null;
  readonly after: string | null;
}

export interface Effects {
  readonly effects: readonly Effect[];
  /** Other events of the same commit that may share in the changes. */
  readonly others: number;
  /** Present where the events are those of a recording. */
  readonly basis?: RecordingBasis;
}

/** Events of one commit arrived within it: they wait 25 ms for the context, and 50 ms for others. */
export const commitMs = 100;

const none: Effects = { effects: [], others: 0 };

/**
 * Changes that came of an event. The journal has them by commit: those are taken whose thing says that it was touched at
 * the arrival of the event, or that are about its subject. A recording has them by event.
 */
export function readEffects(db: JournalDatabase, seq: number): Effects {
  const [event] = readEvents(db, [seq]);
  const basis = db.meta('basis') as RecordingBasis | undefined;
  if (event && basis)
    return { effects: changesIn(db, seq, event, () => true, basis === 'base'), others: 0, basis };
  const end = db.number('SELECT min(seq) FROM changes WHERE seq >= ?', seq);
  if (!event || end === 0) return none;
  const endAt = db.number('SELECT receivedAt FROM events WHERE seq = ?', end);
  const isNear = end === seq || (endAt > 0 && Math.abs(endAt - event.receivedAt) <= commitMs);
  const effects = changesIn(db, end, event, (thing) => isOf(event, thing, isNear), true);
  return effects.length === 0 ? none : { effects, others: othersOf(db, event, end, endAt) };
}

/** The changes that stand at a seq and fit, with the state before each. Without a base only what was seen before is known. */
function changesIn(
  db: JournalDatabase,
  seq: number,
  event: JournalEvent,
  fits: (thing: Omit<Effect, 'before'>) => boolean,
  hasBase: boolean,
): readonly Effect[] {
  const rows = db
    .prepare(
      `SELECT x.id, x.connection, x.what, x.key, x.state,
         (SELECT p.state FROM changes p WHERE p.connection = x.connection AND p.what = x.what AND p.key = x.key AND p.id < x.id
          ORDER BY p.seq DESC, p.id DESC LIMIT 1) AS before,
         EXISTS (SELECT 1 FROM changes p WHERE p.connection = x.connection AND p.what = x.what AND p.key = x.key AND p.id < x.id)
           AS isKnown
       FROM changes x JOIN connections c ON c.id = x.connection WHERE x.seq = ? AND c.connection = ? ORDER BY x.id`,
    )
    .all(seq, event.connection);
  return rows.flatMap((row): readonly Effect[] => {
    const after = row['state'] as string | null;
    const thing = { what: row['what'] as Effect['what'], key: String(row['key']), after };
    if (!fits(thing)) return [];
    if (row['isKnown'] === 1) return [{ ...thing, before: row['before'] as string | null }];
    return [hasBase && isNew(after, event) ? { ...thing, before: null } : thing];
  });
}

/** Whether the change may be the event's. */
function isOf(event: JournalEvent, { what, key, after }: Omit<Effect, 'before'>, isNear: boolean): boolean {
  const state = after === null ? {} : (JSON.parse(after) as Readonly<Record<string, unknown>>);
  const touched = what === 'connection' ? [state['since'], state['listedAt']] : [state['lastEventAt']];
  if (touched.includes(event.receivedAt)) return true;
  if (!isNear) return false;
  if (what === 'connection') return event.type.startsWith('connection.');
  if (what === 'task') return key === event.correlation || key === event.task;
  const { subject, connection } = event;
  return subject !== undefined && key === instanceId({ connection, ...subject });
}

/** Things that were first heard of with the event; of others the rows before were deleted. */
function isNew(after: string | null, { receivedAt }: JournalEvent): boolean {
  if (after === null) return false;
  const { since, startedAt } = JSON.parse(after) as { since?: number; startedAt?: number };
  return since === receivedAt || startedAt === receivedAt;
}

function othersOf(
  db: JournalDatabase,
  { seq, connection }: JournalEvent,
  end: number,
  endAt: number,
): number {
  const begin = db.number('SELECT max(seq) FROM changes WHERE seq < ?', seq);
  return db.number(
    `SELECT count(*) FROM events e JOIN connections c ON c.id = e.connection
     WHERE e.seq > ? AND e.seq <= ? AND e.seq <> ? AND c.connection = ? AND e.receivedAt >= ?
       AND e.class NOT IN (${classes.indexOf('metric')}, ${classes.indexOf('log')})`,
    begin,
    end,
    seq,
    connection,
    endAt - commitMs,
  );
}
