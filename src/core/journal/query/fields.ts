import { text, type Text } from '../../model/text.ts';
import { classes, codeTables, flags, origins, severities } from '../store/schema.ts';

export type FieldName =
  | 'type'
  | 'connection'
  | 'instance'
  | 'system'
  | 'host'
  | 'channel'
  | 'class'
  | 'direction'
  | 'origin'
  | 'severity'
  | 'time'
  | 'received'
  | 'seq'
  | 'size'
  | 'task'
  | 'correlation'
  | 'summary';

export type Field = { readonly label: Text } & (
  | {
      readonly kind: 'names';
      /** SQL around the tests of a value; `test` answers the comparison of a column with it. */
      readonly sql: (test: (column: string) => string) => string;
      /** Ids are compared as they are written: an index finds them. */
      readonly exactCase?: true;
      /** The journal knows the values and how often each occurs. */
      readonly listed?: true;
      readonly payload?: true;
    }
  | { readonly kind: 'codes'; readonly codes: readonly string[]; readonly ordered?: true }
  | { readonly kind: 'times'; readonly column: string }
  | { readonly kind: 'numbers'; readonly column: string; readonly isSize: boolean }
);

const ofConnection = (column: string) => (test: (column: string) => string) =>
  `e.connection IN (SELECT id FROM connections WHERE ${test(column)})`;

/** Fields by name; `e` is a row of `events`, `p` its payload. */
export const fields: Readonly<Record<FieldName, Field>> = {
  type: {
    label: text('Type of the event'),
    kind: 'names',
    listed: true,
    sql: (test) => `e.type IN (SELECT id FROM names WHERE ${test('value')})`,
  },
  connection: {
    label: text('Id of the connection'),
    kind: 'names',
    listed: true,
    sql: ofConnection('connection'),
  },
  instance: {
    label: text('Key or name of the instance'),
    kind: 'names',
    listed: true,
    sql: (test) => `e.subject IN (SELECT id FROM subjects WHERE ${test('key')} OR ${test('name')})`,
  },
  system: { label: text('System'), kind: 'names', listed: true, sql: ofConnection('system') },
  host: { label: text('Host behind a relay'), kind: 'names', listed: true, sql: ofConnection('host') },
  channel: { label: text('Way it travelled'), kind: 'codes', codes: codeTables.channel },
  class: { label: text('Class that decides how long it is kept'), kind: 'codes', codes: codeTables.class },
  direction: { label: text('In or out'), kind: 'codes', codes: codeTables.direction },
  origin: { label: text('Origin'), kind: 'codes', codes: codeTables.origin },
  severity: { label: text('Severity'), kind: 'codes', codes: codeTables.severity, ordered: true },
  time: { label: text("Sender's time"), kind: 'times', column: 'e.sentAt' },
  received: { label: text('Time of arrival'), kind: 'times', column: 'e.receivedAt' },
  seq: { label: text('Number in the order of arrival'), kind: 'numbers', column: 'e.seq', isSize: false },
  size: { label: text('Size in bytes'), kind: 'numbers', column: 'e.size', isSize: true },
  task: { label: text('Id of the task'), kind: 'names', exactCase: true, sql: (test) => test('e.task') },
  correlation: {
    label: text('Id that links call, reply and echo'),
    kind: 'names',
    exactCase: true,
    sql: (test) => test('e.correlation'),
  },
  summary: {
    label: text('Summary in English'),
    kind: 'names',
    payload: true,
    sql: (test) =>
      `(${test('p.summary')} OR (p.summary IS NULL AND p.template IN (SELECT id FROM summaries WHERE ${test('value')})))`,
  },
};

export const fieldNames = Object.keys(fields) as readonly FieldName[];

export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(fields, name);
}

export interface Flag {
  readonly label: Text;
  readonly sql: string;
}

function bit(name: keyof typeof flags, label: Text): Flag {
  return { label, sql: `e.flags & ${flags[name]} <> 0` };
}

const lifecycleOrTask = `e.class IN (${classes.indexOf('lifecycle')}, ${classes.indexOf('task')})`;
const isSeverity = (name: (typeof severities)[number]) => `e.severity = ${severities.indexOf(name)}`;
const failureNames = ['fail', 'crash'].map((word) => `value LIKE '%${word}%'`).join(' OR ');

/** Values of `is:` and `has:`. */
export const flagTables: Readonly<Record<'is' | 'has', Readonly<Record<string, Flag>>>> = {
  is: {
    failed: {
      label: text('Tells of a failure or a crash'),
      sql: `(e.type IN (SELECT id FROM names WHERE ${failureNames}) OR (${isSeverity('error')} AND ${lifecycleOrTask}))`,
    },
    ...Object.fromEntries(
      severities.map((name) => [name, { label: text('Severity'), sql: isSeverity(name) }]),
    ),
    ...Object.fromEntries(
      classes.map((name, code) => [
        name,
        { label: text('Class that decides how long it is kept'), sql: `e.class = ${code}` },
      ]),
    ),
    ...Object.fromEntries(
      origins.map((name, code) => [name, { label: text('Origin'), sql: `e.origin = ${code}` }]),
    ),
    gap: bit('gap', text('Events are missing here')),
    noise: bit('noise', text('Repeats what is known')),
    truncated: bit('truncated', text('Cut off, because it was too long')),
    bytes: bit('bytes', text('No text in UTF-8')),
  },
  has: {
    problem: bit('problems', text('Does not match its schema')),
    redacted: bit('redacted', text('A secret was cut out')),
    truncated: bit('truncated', text('Cut off, because it was too long')),
    time: { label: text('The sender told its time'), sql: `e.flags & ${flags.untimed} = 0` },
    task: { label: text('Belongs to a task'), sql: 'e.task IS NOT NULL' },
    subject: { label: text('Is about an instance'), sql: 'e.subject IS NOT NULL' },
    correlation: { label: text('Is linked to others'), sql: 'e.correlation IS NOT NULL' },
    host: {
      label: text('Came through a relay'),
      sql: "e.connection IN (SELECT id FROM connections WHERE host <> '')",
    },
  },
};
