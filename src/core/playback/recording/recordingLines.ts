import * as z from 'zod/mini';
import type { JournalEvent, StoredEvent } from '../../journal/store/records.ts';
import { classes, codeTables } from '../../journal/store/schema.ts';
import { english, text } from '../../model/text.ts';

/** First line of a recording. Every field but the first may be missing: other programs write recordings too. */
export interface RecordingHeader {
  /** Version of the format. */
  readonly gameServerOpsRecording: 1;
  readonly name?: string;
  /** UUID of the journal that the events come from. */
  readonly journal?: string;
  readonly fromSeq?: number;
  readonly toSeq?: number;
  /** ISO times of arrival of the first and the last event. */
  readonly from?: string;
  readonly to?: string;
  readonly connections?: readonly { readonly id: string; readonly system?: string; readonly name?: string }[];
  readonly classes?: readonly string[];
  /** Events by class. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly software?: string;
  /** Events from which something was cut out, and events that were cut off. */
  readonly redacted?: number;
  readonly truncated?: number;
  /** State before the first event. */
  readonly base?: unknown;
}

/** The line of an event: the fields of the model, times in ISO form. */
export function recordingLine(event: JournalEvent): string {
  const { seq, source, host, connection, system, receivedAt, time, summary, problems, redacted, ...rest } =
    event;
  return JSON.stringify({
    seq,
    receivedAt: new Date(receivedAt).toISOString(),
    ...(time === undefined ? {} : { time: new Date(time).toISOString() }),
    ...(source === connection ? {} : { source }),
    ...(host === '' ? {} : { host }),
    connection,
    system,
    ...rest,
    summary: english(summary),
    ...(redacted.length === 0 ? {} : { redacted }),
    ...(problems.length === 0
      ? {}
      : { problems: problems.map(({ path, message }) => ({ path, message: english(message) })) }),
  });
}

const moment = z.union([z.string(), z.number()]);
const name = z.string().check(z.maxLength(10_000));

/** A message with the facts that a decoder does not know. */
const message = z.looseObject({
  raw: z.string(),
  rawBase64: z.optional(z.string()),
  receivedAt: moment,
  channel: z.optional(z.enum(codeTables.channel)),
  direction: z.optional(z.enum(codeTables.direction)),
  origin: z.optional(z.enum(codeTables.origin)),
  system: z.optional(name),
  connection: z.optional(name),
  correlation: z.optional(name),
  truncated: z.optional(z.boolean()),
  size: z.optional(z.int().check(z.nonnegative())),
});
export type RecordedMessage = z.infer<typeof message>;

/** A message with its meaning. */
const event = z.looseObject({
  ...message.shape,
  type: name,
  severity: z.enum(codeTables.severity),
  retention: z.enum(classes),
  summary: z.string(),
  system: name,
  connection: name,
  source: z.optional(name),
  host: z.optional(name),
  time: z.optional(moment),
  task: z.optional(name),
  subject: z.optional(
    z.looseObject({ kind: name, key: name, name: z.optional(name), host: z.optional(name) }),
  ),
  redacted: z.optional(z.array(z.string())),
  problems: z.optional(z.array(z.looseObject({ path: z.string(), message: z.string() }))),
  noise: z.optional(z.boolean()),
  gap: z.optional(z.boolean()),
});
type RecordedEvent = z.infer<typeof event>;

/** One line of a recording: its header, an event, a message whose meaning is not told, another object, or none of these. */
export type RecordingLine =
  | { readonly kind: 'header'; readonly header: RecordingHeader }
  | { readonly kind: 'event'; readonly event: StoredEvent }
  | { readonly kind: 'message'; readonly message: RecordedMessage; readonly at: number }
  | { readonly kind: 'object' }
  | { readonly kind: 'newer' }
  | { readonly kind: 'nothing' };

export function readRecordingLine(line: string): RecordingLine {
  const value = parse(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'nothing' };
  if ('gameServerOpsRecording' in value) {
    return value.gameServerOpsRecording === 1
      ? { kind: 'header', header: value as RecordingHeader }
      : { kind: 'newer' };
  }
  const whole = event.safeParse(value);
  if (whole.success) {
    const stored = storedEvent(whole.data);
    if (stored) return { kind: 'event', event: stored };
  }
  const plain = message.safeParse(value);
  if (!plain.success) return { kind: 'object' };
  const at = timeOf(plain.data.receivedAt);
  return at === undefined ? { kind: 'object' } : { kind: 'message', message: plain.data, at };
}

function storedEvent(recorded: RecordedEvent): StoredEvent | undefined {
  const { raw, rawBase64, receivedAt, time, connection, system, type, severity, retention } = recorded;
  const arrived = timeOf(receivedAt);
  const sent = time === undefined ? undefined : timeOf(time);
  if (arrived === undefined || (time !== undefined && sent === undefined)) return undefined;
  const {
    channel = 'push',
    direction = 'in',
    origin = 'imported',
    source = connection,
    host = '',
  } = recorded;
  const {
    correlation,
    task,
    subject,
    noise,
    gap,
    truncated = false,
    redacted = [],
    problems = [],
  } = recorded;
  return {
    source,
    host,
    connection,
    system,
    receivedAt: arrived,
    ...(sent === undefined ? {} : { time: sent }),
    channel,
    direction,
    origin,
    type,
    severity,
    retention,
    summary: { template: recorded.summary, args: [] },
    raw: rawBase64 === undefined ? raw : '',
    ...(rawBase64 === undefined ? {} : { rawBase64 }),
    size: recorded.size ?? (rawBase64 === undefined ? Buffer.byteLength(raw) : byteLength(rawBase64)),
    truncated,
    redacted,
    problems: problems.map(({ path, message: words }) => ({ path, message: { template: words, args: [] } })),
    ...(correlation === undefined ? {} : { correlation }),
    ...(task === undefined ? {} : { task }),
    ...(subject === undefined ? {} : { subject: subjectOf(subject) }),
    ...(noise === true ? { noise } : {}),
    ...(gap === true ? { gap } : {}),
  };
}

function subjectOf({
  kind,
  key,
  name: label,
  host,
}: NonNullable<RecordedEvent['subject']>): NonNullable<StoredEvent['subject']> {
  return {
    ...(host === undefined ? {} : { host }),
    kind,
    key,
    ...(label === undefined ? {} : { name: label }),
  };
}

function byteLength(base64: string): number {
  return Buffer.from(base64, 'base64').byteLength;
}

/** Milliseconds since the epoch that a file can hold; undefined for anything else. */
function timeOf(value: string | number): number | undefined {
  const time = typeof value === 'number' ? Math.trunc(value) : Date.parse(value);
  return Math.abs(time) <= 8.64e15 ? time : undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Reason why a file of a later version is not read. */
export const newerVersion = text(
  'It was written by a newer version of Game Server Ops; update the extension.',
);
