import type { Problem } from '../../model/event.ts';
import type { TextArgument } from '../../model/text.ts';
import type { CompiledQuery } from './compiled.ts';
import type { JournalDatabase } from './database.ts';
import type { Address, ChangeRow, ContextRow, CursorRow, JournalEvent } from './records.ts';
import { matches, sliceSize, textOf } from './scan.ts';
import {
  channels,
  classes,
  directions,
  distinctPayloadTables,
  flags,
  origins,
  severities,
  type CountedField,
} from './schema.ts';
import { unpackSummary } from './summary.ts';

type Row = Record<string, unknown>;

function addressOf(row: Row): Address {
  const { source, host, connection, system } = row as unknown as Address;
  return { source, host, connection, system };
}

const none: readonly never[] = [];

/** A column of the payload of `e`, whichever table holds it. */
const ofPayload = (column: string): string =>
  `coalesce(${distinctPayloadTables.map((table) => `${table}.${column}`).join(', ')})`;

/** Events of a JSON list of seqs, in its order. */
const selectEvents = `SELECT e.seq, e.receivedAt, e.sentAt, e.channel, e.direction, e.origin, e.severity, e.class, e.flags,
    e.size, e.correlation, e.task, t.value AS type, c.source, c.host, c.connection, c.system, i.kind, i.key, i.name,
    ${ofPayload('raw')} AS raw, coalesce(${ofPayload('summary')}, s.value) AS summary, ${ofPayload('details')} AS details,
    n.value AS template
  FROM json_each(?) j CROSS JOIN events e ON e.seq = j.value
    JOIN names t ON t.id = e.type JOIN connections c ON c.id = e.connection
    LEFT JOIN subjects i ON i.id = e.subject
    ${distinctPayloadTables.map((table) => `LEFT JOIN ${table} ON ${table}.seq = e.seq`).join(' ')}
    LEFT JOIN summaries s ON ${ofPayload('summary')} IS NULL AND s.id = ${ofPayload('template')}
    LEFT JOIN names n ON n.id = iif(${ofPayload('summary')} IS NULL, s.template, ${ofPayload('template')})
  ORDER BY j.key`;

/** Events in the given order; one that retention deleted meanwhile is left out. */
export function readEvents(db: JournalDatabase, seqs: readonly number[]): JournalEvent[] {
  return db.prepare(selectEvents).all(JSON.stringify(seqs)).map(toEvent);
}

/** Events with the correlation of a reply that are looked through for its call: the call is one of the last. */
const maxSteps = 64;

/** The events with the durations of the calls that end with them; both times are those of arrival. */
export function withDurations(db: JournalDatabase, events: readonly JournalEvent[]): readonly JournalEvent[] {
  const replies = events.flatMap(({ channel, correlation, seq }) =>
    channel === 'reply' && correlation !== undefined ? [seq] : [],
  );
  if (replies.length === 0) return events;
  const request = channels.indexOf('request');
  const rows = db
    .prepareArrays(
      `SELECT r.seq, r.receivedAt - (SELECT c.receivedAt FROM
         (SELECT receivedAt, channel, connection FROM events WHERE correlation = r.correlation AND seq < r.seq
          ORDER BY seq DESC LIMIT ${maxSteps}) c
         WHERE c.channel = ${request} AND c.connection = r.connection LIMIT 1)
       FROM json_each(?) j CROSS JOIN events r ON r.seq = j.value`,
    )
    .all(JSON.stringify(replies));
  const durations = new Map(rows.map(([seq, took]) => [seq, took] as const));
  return events.map((event) => {
    const duration = durations.get(event.seq);
    return typeof duration === 'number' ? { ...event, duration } : event;
  });
}

function toEvent(row: Row): JournalEvent {
  const bits = Number(row['flags']);
  const details = JSON.parse((row['details'] as string | null) ?? '{}') as {
    args?: TextArgument[];
    problems?: Problem[];
    redacted?: string[];
  };
  const raw = textOf(row['raw'] as string | Uint8Array, bits);
  const optional = {
    time: bits & flags.untimed ? undefined : Number(row['sentAt']),
    correlation: row['correlation'] ?? undefined,
    task: row['task'] ?? undefined,
    subject:
      row['kind'] === null
        ? undefined
        : {
            ...(row['host'] === '' ? {} : { host: row['host'] }),
            kind: row['kind'],
            key: row['key'],
            ...(row['name'] === null ? {} : { name: row['name'] }),
          },
    rawBase64: typeof raw === 'string' ? undefined : Buffer.from(raw).toString('base64'),
    gap: bits & flags.gap ? true : undefined,
    noise: bits & flags.noise ? true : undefined,
  };
  const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return {
    seq: Number(row['seq']),
    ...addressOf(row),
    receivedAt: Number(row['receivedAt']),
    channel: channels[Number(row['channel'])] ?? 'push',
    direction: directions[Number(row['direction'])] ?? 'none',
    origin: origins[Number(row['origin'])] ?? 'live',
    severity: severities[Number(row['severity'])] ?? 'info',
    retention: classes[Number(row['class'])] ?? 'control',
    type: String(row['type']),
    summary: unpackSummary(
      String(row['summary']),
      (row['template'] as string | null) ?? undefined,
      details.args,
    ),
    raw: typeof raw === 'string' ? raw : '',
    size: Number(row['size']),
    truncated: (bits & flags.truncated) !== 0,
    redacted: details.redacted ?? none,
    problems: details.problems ?? none,
    ...present,
  };
}

/** The words of a value of a counted field. */
export function valueWords(db: JournalDatabase, field: CountedField, value: number): string {
  const word = (sql: string): string => String(Object.values(db.get(sql, value) ?? {})[0] ?? value);
  switch (field) {
    case 'type':
      return word('SELECT value FROM names WHERE id = ?');
    case 'subject':
      return word('SELECT key FROM subjects WHERE id = ?');
    case 'connection':
      return word('SELECT connection FROM connections WHERE id = ?');
    default: {
      const tables = {
        channel: channels,
        direction: directions,
        origin: origins,
        severity: severities,
        class: classes,
      };
      return tables[field][value] ?? String(value);
    }
  }
}

/** A change with the seq after which it was so. */
export type JournalChange = ChangeRow & { readonly seq: number };

export function toChange(row: Row): JournalChange {
  return {
    seq: Number(row['seq']),
    address: addressOf(row),
    what: row['what'] as ChangeRow['what'],
    key: String(row['key']),
    state: row['state'] as string | null,
  };
}

export const changeColumns = 'x.seq, x.what, x.key, x.state, c.source, c.host, c.connection, c.system';

/** History of one thing. */
export function readChanges(
  db: JournalDatabase,
  thing: Pick<ChangeRow, 'what' | 'key'> & { readonly connection: string },
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
): JournalChange[] {
  return db
    .prepare(
      `SELECT ${changeColumns} FROM changes x JOIN connections c ON c.id = x.connection
       WHERE x.connection IN (SELECT id FROM connections WHERE connection = ?)
         AND x.what = ? AND x.key = ? AND x.seq BETWEEN ? AND ? ORDER BY x.id`,
    )
    .all(thing.connection, thing.what, thing.key, from, to)
    .map(toChange);
}

/** Newest row of `changes`. */
function lastChange(db: JournalDatabase): number {
  return db.number("SELECT seq FROM sqlite_sequence WHERE name = 'changes'");
}

export interface NewChanges {
  readonly changes: readonly JournalChange[];
  /** The row behind which the next look begins. */
  readonly last: number;
}

/** Changes behind a row of `changes`, for a window that follows: a batch without events has no seq of its own. */
export function readChangesSince(db: JournalDatabase, change: number): NewChanges {
  const last = lastChange(db);
  const rows = db
    .prepare(
      `SELECT ${changeColumns} FROM changes x JOIN connections c ON c.id = x.connection
       WHERE x.id > ? AND x.id <= ? ORDER BY x.id`,
    )
    .all(change, last);
  return { changes: rows.map(toChange), last };
}

/** The last change of each thing in a range of seqs (`from` exclusive). */
export function readLastChanges(db: JournalDatabase, from: number, to: number): JournalChange[] {
  return db
    .prepare(
      `SELECT ${changeColumns} FROM changes x JOIN connections c ON c.id = x.connection
       WHERE x.id IN (SELECT max(id) FROM changes WHERE seq > ? AND seq <= ? GROUP BY connection, what, key)
       ORDER BY x.id`,
    )
    .all(from, to)
    .map(toChange);
}

/** Fleet, contexts and cursors of one moment. */
export interface JournalState {
  readonly seq: number;
  /** Newest row of `changes` in it. */
  readonly change: number;
  readonly changes: readonly JournalChange[];
  readonly contexts: readonly ContextRow[];
  readonly cursors: readonly CursorRow[];
}

function readRows<T>(
  db: JournalDatabase,
  table: 'contexts' | 'cursors',
  toRow: (row: Row, address: Address) => T,
): T[] {
  return db
    .prepare(
      `SELECT x.*, c.source, c.host, c.connection AS name, c.system FROM ${table} x JOIN connections c ON c.id = x.connection`,
    )
    .all()
    .map((row) => toRow(row, addressOf({ ...row, connection: row['name'] })));
}

/** The newest state: all of it of one commit. */
export function readState(db: JournalDatabase): JournalState {
  db.exec('BEGIN');
  try {
    return {
      seq: db.number("SELECT seq FROM sqlite_sequence WHERE name = 'events'"),
      change: lastChange(db),
      changes: db
        .prepare(`SELECT ${changeColumns} FROM current x JOIN connections c ON c.id = x.connection`)
        .all()
        .map(toChange),
      contexts: readRows(db, 'contexts', (row, address) => ({
        address,
        version: String(row['version']),
        context: String(row['context']),
      })),
      cursors: readRows(db, 'cursors', (row, address) => ({ address, cursor: String(row['cursor']) })),
    };
  } finally {
    db.exec('COMMIT');
  }
}

export interface EventRange {
  readonly events: readonly JournalEvent[];
  /** Seq to go on at; undefined at the end. */
  readonly next: number | undefined;
}

/** Matching events of a range, oldest first, up to `limit`; for replays and exports. */
export function* readRange(
  db: JournalDatabase,
  query: CompiledQuery,
  from: number,
  to: number,
  limit: number,
  now: () => number,
): Generator<undefined, EventRange> {
  const last = Math.min(to, db.number('SELECT max(seq) FROM events'));
  const seqs: number[] = [];
  for (let low = Math.max(from, db.number('SELECT min(seq) FROM events')); low <= last;) {
    const high = Math.min(last, low + sliceSize - 1);
    // A slice goes newest first and may end early: its rest comes before what was found.
    let above = high + 1;
    const found: number[] = [];
    while (above > low) {
      const slice = matches(db, query, 'arrival', { time: 0, seq: above }, { time: 0, seq: low }, now);
      found.push(...slice.seqs);
      above = slice.end.seq;
      yield;
    }
    seqs.push(...found.reverse());
    if (seqs.length > limit) return { events: readEvents(db, seqs.slice(0, limit)), next: seqs[limit] };
    low = high + 1;
  }
  return { events: readEvents(db, seqs), next: undefined };
}
