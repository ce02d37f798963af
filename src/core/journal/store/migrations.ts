import { distinctPayloadTables, packedBits, packedColumns } from './schema.ts';

/**
 * Schema of the journal. Measured at 1,000,000 events with 218 B of payload:
 * - The payload lies in a table of its own: a count without an index reads a third of the pages. Metrics and logs, which
 *   live shortly, have their own too, because only the deletion of a whole range of rows gives pages back.
 * - An index on a column holds the rowid (= seq) behind it: (subject) serves as (subject, seq).
 * - Types have no index (14 B an event): `counts` counts them, and a scan of `events` for a rare one takes 40 ms.
 * - Codes and flags of an event share one integer, and the arrival is kept as its distance from the sender's time: 10 B less an
 *   event. Generated columns give them their names back; an index on one of those would not spare reading the row.
 * - `minutes` leads from a time of arrival to a range of seqs, which makes an index on `receivedAt` (17 B an event) needless
 *   and keeps the planner from taking it where a slice by seq is meant. The sender's time follows no order: it has an index.
 * - `counts` and `minutes` are kept by each commit, so that values and the histogram of everything cost the same at any size.
 * - A connection has no index: its events are many, and `totals` count them.
 * - `current` holds the newest state of each thing, so that a start or a takeover reads no history at all.
 */

/** 'GSOJ': tells `file` and other programs whose database this is. */
export const applicationId = 0x47534f4a;

function payloadTable(name: string): string {
  return `CREATE TABLE ${name} (
  seq INTEGER PRIMARY KEY,
  raw ANY NOT NULL, -- TEXT; BLOB where events.flags & 66
  summary TEXT, -- in English; NULL where it stands in summaries
  template INTEGER, -- names.id of the summary's template, NULL where the summary is its own; or summaries.id
  details TEXT -- JSON {"args", "problems", "redacted"}, each only where it cannot be derived; NULL where none stands
) STRICT`;
}

/** The rows of a table of payloads, each with its summary. */
function payloadSelect(name: string): string {
  return `SELECT p.seq, p.raw, coalesce(p.summary, s.value) AS summary,
  CASE WHEN p.summary IS NULL THEN nullif(s.template, 0) ELSE p.template END AS template, p.details
FROM ${name} p LEFT JOIN summaries s ON p.summary IS NULL AND s.id = p.template`;
}

/** Each entry brings a database from the version of its position to the next. Never change one that was released. */
export const migrations: readonly (readonly string[])[] = [
  [
    // Keys: journalId, created, software; checkedAt, retainedAt; deletions (rows deleted so far), removed (JSON, to be told); unshared.
    'CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID',
    // Strings that many events share: types, templates of summaries, names of measures.
    'CREATE TABLE names (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE) STRICT',
    // Summaries that came more than once: 17 B an event of "server-7 is ready".
    `CREATE TABLE summaries (
  id INTEGER PRIMARY KEY,
  value TEXT NOT NULL,
  template INTEGER NOT NULL, -- names.id; 0 where the summary is its own template
  UNIQUE (value, template)
) STRICT`,
    `CREATE TABLE connections (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL, -- id in the settings
  host TEXT NOT NULL, -- '' for a direct connection
  connection TEXT NOT NULL,
  system TEXT NOT NULL,
  UNIQUE (source, host, connection, system)
) STRICT`,
    `CREATE TABLE subjects (
  id INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL, -- connections.id
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT, -- the newest; NULL where people use the key
  UNIQUE (connection, kind, key)
) STRICT`,
    `CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- a plain rowid would be given again after the newest rows were deleted
  receivedAt INTEGER NOT NULL, -- milliseconds since the epoch
  sentAt INTEGER NOT NULL,
  connection INTEGER NOT NULL, -- connections.id
  type INTEGER NOT NULL, -- names.id
  subject INTEGER, -- subjects.id
  channel INTEGER NOT NULL, -- 0 push, 1 request, 2 reply, 3 log, 4 metric, 5 control
  direction INTEGER NOT NULL, -- 0 in, 1 out, 2 none
  origin INTEGER NOT NULL, -- 0 live, 1 emitted, 2 replayed, 3 imported, 4 simulated, 5 derived
  severity INTEGER NOT NULL, -- 0 debug, 1 info, 2 warning, 3 error
  class INTEGER NOT NULL, -- 0 lifecycle, 1 task, 2 metric, 3 log, 4 control
  flags INTEGER NOT NULL, -- 1 sender's time, 2 no UTF-8, 4 problems, 8 redacted, 16 gap, 32 noise, 64 as UTF-16, 128 truncated
  size INTEGER NOT NULL,
  correlation TEXT,
  task TEXT
) STRICT`,
    'CREATE INDEX events_type ON events (type)',
    'CREATE INDEX events_subject ON events (subject) WHERE subject IS NOT NULL',
    'CREATE INDEX events_sentAt ON events (sentAt)',
    'CREATE INDEX events_correlation ON events (correlation) WHERE correlation IS NOT NULL',
    'CREATE INDEX events_task ON events (task) WHERE task IS NOT NULL',
    ...distinctPayloadTables.map(payloadTable),
    `CREATE VIEW payload AS ${distinctPayloadTables.map(payloadSelect).join(' UNION ALL ')}`,
    `CREATE TABLE totals (
  connection INTEGER NOT NULL, -- connections.id
  class INTEGER NOT NULL, -- as in events
  count INTEGER NOT NULL,
  bytes INTEGER NOT NULL, -- of the payloads
  PRIMARY KEY (connection, class)
) STRICT, WITHOUT ROWID`,
    `CREATE TABLE counts (
  field INTEGER NOT NULL, -- 0 type, 1 subject, 2 connection, 3 channel, 4 direction, 5 origin, 6 severity, 7 class
  value INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (field, value)
) STRICT, WITHOUT ROWID`,
    // Events per minute since the epoch, by time of arrival and by the sender's.
    `CREATE TABLE minutes (
  minute INTEGER PRIMARY KEY,
  received INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  firstSeq INTEGER, -- of those that arrived in this minute; others may lie between, if a clock was set back
  lastSeq INTEGER
) STRICT`,
    `CREATE TABLE changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- the order; a batch without events repeats the seq of the one before
  seq INTEGER NOT NULL, -- last event of the batch
  connection INTEGER NOT NULL, -- connections.id
  what TEXT NOT NULL, -- 'instance', 'task' or 'connection'
  key TEXT NOT NULL,
  state TEXT -- JSON after the batch; NULL = gone
) STRICT`,
    'CREATE INDEX changes_thing ON changes (connection, what, key, seq)',
    'CREATE INDEX changes_seq ON changes (seq)',
    `CREATE TABLE current (
  connection INTEGER NOT NULL,
  what TEXT NOT NULL,
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (connection, what, key)
) STRICT, WITHOUT ROWID`,
    'CREATE TABLE contexts (connection INTEGER PRIMARY KEY, version TEXT NOT NULL, context TEXT NOT NULL) STRICT',
    'CREATE TABLE cursors (connection INTEGER PRIMARY KEY, cursor TEXT NOT NULL) STRICT',
    `CREATE TABLE checkpoints (
  seq INTEGER PRIMARY KEY, -- state after this event
  change INTEGER NOT NULL, -- changes.id of the last change in it
  state TEXT NOT NULL -- JSON {"changes": [[seq, what, key, state, source, host, connection, system]…], "contexts", "cursors"}
) STRICT`,
    `CREATE TABLE requests (
  id TEXT PRIMARY KEY,
  connection TEXT NOT NULL, -- id in the settings
  kind TEXT NOT NULL,
  body TEXT NOT NULL, -- JSON
  askedAt INTEGER NOT NULL,
  window TEXT NOT NULL, -- the window that asks
  takenBy TEXT, -- the window that does it
  answer TEXT -- JSON
) STRICT, WITHOUT ROWID`,
    // Windows that have the journal open; one whose process is gone did not close it.
    `CREATE TABLE writers (
  id TEXT PRIMARY KEY, -- UUID, of the window's session
  pid INTEGER NOT NULL,
  number INTEGER NOT NULL, -- its last transaction; the same number is not written again
  fromSeq INTEGER NOT NULL, -- events of that transaction
  toSeq INTEGER NOT NULL
) STRICT, WITHOUT ROWID`,
    `CREATE TABLE pins (
  id TEXT PRIMARY KEY,
  fromSeq INTEGER NOT NULL,
  toSeq INTEGER NOT NULL,
  reason TEXT NOT NULL,
  createdAt INTEGER NOT NULL
) STRICT, WITHOUT ROWID`,
    `CREATE TABLE rollups (
  subject INTEGER NOT NULL, -- subjects.id
  measure INTEGER NOT NULL, -- names.id
  bucket INTEGER NOT NULL, -- width in milliseconds: 60000 or 3600000
  start INTEGER NOT NULL, -- milliseconds since the epoch
  count INTEGER NOT NULL,
  min REAL NOT NULL,
  max REAL NOT NULL,
  sum REAL NOT NULL,
  PRIMARY KEY (subject, measure, bucket, start)
) STRICT, WITHOUT ROWID`,
    'CREATE INDEX rollups_start ON rollups (bucket, start)',
  ],
  [
    'DROP INDEX events_type',
    'DROP INDEX events_subject',
    'DROP INDEX events_sentAt',
    'DROP INDEX events_correlation',
    'DROP INDEX events_task',
    'ALTER TABLE events RENAME TO wideEvents',
    `CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- a plain rowid would be given again after the newest rows were deleted
  sentAt INTEGER NOT NULL, -- milliseconds since the epoch
  delay INTEGER NOT NULL, -- milliseconds from the sender's time to the arrival
  connection INTEGER NOT NULL, -- connections.id
  type INTEGER NOT NULL, -- names.id
  subject INTEGER, -- subjects.id
  codes INTEGER NOT NULL, -- the generated columns below
  size INTEGER NOT NULL,
  correlation TEXT,
  task TEXT,
  receivedAt INTEGER AS (sentAt + delay),
${packedColumns
  .map((name) => `  ${name} INTEGER AS ((codes >> ${packedBits[name].shift}) & ${packedBits[name].mask})`)
  .join(',\n')}
) STRICT`,
    `INSERT INTO events SELECT seq, sentAt, receivedAt - sentAt, connection, type, subject,
  ${packedColumns
    // The first version had a flag for a time that was told.
    .map(
      (name) => `(${name === 'flags' ? '((flags | 1) - (flags & 1))' : name} << ${packedBits[name].shift})`,
    )
    .join(' | ')}, size, correlation, task
FROM wideEvents`,
    "DELETE FROM sqlite_sequence WHERE name = 'events'",
    "INSERT INTO sqlite_sequence SELECT 'events', seq FROM sqlite_sequence WHERE name = 'wideEvents'",
    'DROP TABLE wideEvents',
    'CREATE INDEX events_subject ON events (subject) WHERE subject IS NOT NULL',
    'CREATE INDEX events_sentAt ON events (sentAt)',
    'CREATE INDEX events_correlation ON events (correlation) WHERE correlation IS NOT NULL',
    'CREATE INDEX events_task ON events (task) WHERE task IS NOT NULL',
  ],
  [
    `CREATE TABLE recordings (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  note TEXT NOT NULL,
  fromSeq INTEGER NOT NULL,
  toSeq INTEGER, -- NULL as long as it goes on
  connections TEXT NOT NULL, -- JSON list of ids in the settings; [] = all
  classes TEXT NOT NULL, -- JSON list of codes as in events; [] = all
  query TEXT NOT NULL, -- view on its events
  createdAt INTEGER NOT NULL,
  begunSeq INTEGER NOT NULL, -- the newest event when it was begun
  maxBytes INTEGER NOT NULL, -- of events behind begunSeq
  maxMs INTEGER NOT NULL,
  ended TEXT, -- 'asked', 'size' or 'time'
  countedTo INTEGER NOT NULL, -- events up to this one stand in the following columns
  events INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  pastBytes INTEGER NOT NULL DEFAULT 0, -- of events up to begunSeq
  firstAt INTEGER,
  lastAt INTEGER
) STRICT, WITHOUT ROWID`,
    `INSERT INTO recordings (id, name, note, fromSeq, toSeq, connections, classes, query, createdAt, begunSeq, maxBytes, maxMs, ended, countedTo)
SELECT id, reason, '', fromSeq, toSeq, '[]', '[]', '', createdAt, toSeq, 0, 0, 'asked', fromSeq - 1 FROM pins`,
    'DROP TABLE pins',
  ],
  [
    `CREATE TABLE alerts (
  id TEXT PRIMARY KEY, -- UUID
  cause TEXT NOT NULL, -- the same cause within its quiet time is the same alert
  at INTEGER NOT NULL, -- milliseconds since the epoch
  muted INTEGER NOT NULL,
  toldBy TEXT, -- the window that showed it; NULL until one does
  seenAt INTEGER, -- NULL until somebody saw it
  body TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID`,
    'CREATE INDEX alerts_cause ON alerts (cause, at)',
    'CREATE INDEX alerts_at ON alerts (at)',
    `CREATE TABLE mutes (
  target TEXT PRIMARY KEY, -- 'all', or 'connection:' or 'instance:' with an id
  until INTEGER -- milliseconds since the epoch; NULL until it is unmuted
) STRICT, WITHOUT ROWID`,
  ],
];

/** `user_version` of a database that this code writes. */
export const schemaVersion = migrations.length;
