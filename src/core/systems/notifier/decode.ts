import type { Problem, Subject } from '../../model/event.ts';
import { clientKind } from '../../model/instance.ts';
import type { DecodeStep, Decoded, Decoder, Message } from '../../model/signal.ts';
import { oneLine, text, type Text } from '../../model/text.ts';
import { kgsmDecoder } from '../kgsm/decode/decode.ts';
import { isFields, isGiven, mismatch, named, parseMessage, shown, unreadable } from '../reading.ts';
import { catalogEntry, type NotifierEntry } from './catalog.ts';
import { accepted, conversationEnded, ended, leaving, left, present } from './clients.ts';
import { depthOf, parseLoosely } from './jsonText.ts';
import { decodeRelayed, relayedTaskLost } from './relayedHosts.ts';
import { initialContext, loadContext, saveContext, type NotifierContext } from './decoderState.ts';
import { contentSchema, envelopeIssues, type NotifierContent } from './messages.ts';
import { redactNotifier } from './redact.ts';

const unknown = text('Something that is no event of the notification server');

type Step = Decoded<NotifierContext>;

export const notifierDecoder: Decoder<NotifierContext> = {
  // Of the two contexts that are saved as one: this one's and KGSM's.
  version: 1000 * 3 + kgsmDecoder.version,
  initial: initialContext,
  decode,
  taskLost: relayedTaskLost,
  save: saveContext,
  load: loadContext,
  redact: redactNotifier,
};

function decode(context: NotifierContext, message: Message): Step {
  const problems: Problem[] = [];
  if (!message.utf8) problems.push({ path: '', message: text('not UTF-8; kept as bytes') });
  const parsed = parse(message);
  if (parsed.problem) problems.push(parsed.problem);
  const read = 'value' in parsed ? envelope(parsed.value, problems) : undefined;
  if (!read) return unreadable(context, unknown, problems);

  const { type, id, content, time } = read;
  const known = catalogEntry(type);
  for (const issue of (known && contentSchema(type)?.safeParse(content))?.error?.issues ?? []) {
    problems.push({ path: ['content', ...issue.path].join('.'), message: mismatch(issue) });
  }
  const relayed = type === 'broadcast_message' ? relay(context, message, content, problems) : undefined;
  if (relayed) return relayed;

  if (type === conversationEnded && message.direction === 'none') {
    const event = {
      type,
      severity: 'debug',
      retention: 'control',
      summary: text('The conversation is over'),
    } as const;
    return { ...ended(context), event, problems };
  }
  const client = clientOf(type, id, content);
  const event: Step['event'] = {
    type: known?.type ?? type,
    severity: known?.severity ?? 'info',
    retention: known?.retention ?? 'lifecycle',
    summary: known ? summaryOf(known, content) : text('Unknown event type {0}', oneLine(type, 80)),
    ...(time === undefined ? {} : { time }),
    ...(client === undefined ? {} : { subject: { kind: clientKind, key: client } satisfies Subject }),
  };
  if (client === undefined) return { context, event, signals: [], problems };
  return { ...follow(context, message, type, client), event, problems };
}

/** Decided by type and direction: what we send says nothing about the world but that we leave it. */
function follow(
  context: NotifierContext,
  { channel, direction }: Message,
  type: string,
  client: string,
): DecodeStep<NotifierContext> {
  if (direction === 'out') {
    return type === 'disconnecting' ? leaving(context, client) : { context, signals: [] };
  }
  switch (type) {
    case 'connection_accepted':
      return accepted(context, client, channel === 'reply');
    case 'client_authenticated':
    case 'broadcast_message':
      return present(context, client);
    case 'client_disconnected':
      return left(context, client);
    default:
      return { context, signals: [] };
  }
}

/** Which client an event is about. */
function clientOf(type: string, id: string | undefined, content: NotifierContent): string | undefined {
  switch (type) {
    case 'connection_accepted':
    case 'client_authenticated':
    case 'client_disconnected':
      return named(content['client_id']);
    case 'broadcast_message':
      return named(content['sender']);
    case 'send_message':
    case 'disconnecting':
      return named(id);
    default:
      return undefined;
  }
}

/** A message whose text is an event of KGSM is that event: so the events of a host elsewhere come in through here. */
function relay(
  context: NotifierContext,
  message: Message,
  content: NotifierContent,
  problems: readonly Problem[],
): Step | undefined {
  const inner = content['message'];
  if (message.direction === 'out' || typeof inner !== 'string' || !looksLikeKgsm(inner)) return undefined;
  const step = decodeRelayed(context, { ...message, channel: 'push', text: inner, utf8: true });
  const sender = named(content['sender']);
  const { context: next, signals } =
    sender === undefined || message.direction !== 'in'
      ? { context: step.context, signals: [] }
      : present(step.context, sender);
  return {
    context: next,
    event: step.event,
    signals: [...signals, ...step.signals],
    problems: [
      ...problems,
      ...step.problems.map(({ path, message: said }) => ({
        path: path === '' ? 'content.message' : `content.message.${path}`,
        message: said,
      })),
    ],
  };
}

/** Events of KGSM are three deep. What is nested far deeper can be read but not handed on. */
const deepestKgsm = 64;

function looksLikeKgsm(inner: string): boolean {
  if (!inner.includes('"EventType"') || !inner.trimStart().startsWith('{')) return false;
  try {
    const value: unknown = JSON.parse(inner);
    if (depthOf(inner) > deepestKgsm) return false;
    return isFields(value) && typeof value['EventType'] === 'string' && value['EventType'] !== '';
  } catch {
    return false;
  }
}

/** The examples of the server's own document cannot be read strictly; what is typed after them should be seen. */
function parse(message: Message): { readonly value?: unknown; readonly problem?: Problem } {
  const strict = parseMessage(message);
  if ('value' in strict || message.truncated) return strict;
  try {
    const value = parseLoosely(message.text);
    const problem = {
      path: '',
      message: text('no JSON: there is a comma or "..." before a closing bracket'),
    };
    return { value, problem };
  } catch {
    return strict;
  }
}

interface Envelope {
  readonly type: string;
  readonly id?: string;
  readonly content: NotifierContent;
  readonly time?: number;
}

function envelope(value: unknown, problems: Problem[]): Envelope | undefined {
  for (const issue of envelopeIssues(value))
    problems.push({ path: issue.path.join('.'), message: mismatch(issue) });
  if (!isFields(value)) return undefined;
  const { event: type, id, content } = value;
  if (typeof type !== 'string' || type === '') return undefined;
  const time = timeOf(value['timestamp'], problems);
  return {
    type,
    content: isFields(content) ? content : {},
    ...(typeof id === 'string' ? { id } : {}),
    ...(time === undefined ? {} : { time }),
  };
}

/** RFC 3339 with any number of digits behind the second; a time zone is never guessed. */
function timeOf(value: unknown, problems: Problem[]): number | undefined {
  // Another type than text has been complained about by the schema.
  if (typeof value !== 'string') return undefined;
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value)) {
    const time = Date.parse(value);
    if (!Number.isNaN(time)) return time;
  }
  problems.push({
    path: 'timestamp',
    message: text('is no point in time: {0}', oneLine(JSON.stringify(value), 60)),
  });
  return undefined;
}

function summaryOf(found: NotifierEntry, content: NotifierContent): Text {
  if (!found.fields.every((field) => isGiven(content[field]))) return found.bare;
  if (found.fields.length === 0) return found.title;
  return text(found.title.template, ...found.fields.map((field) => shown(content[field], 300)));
}
