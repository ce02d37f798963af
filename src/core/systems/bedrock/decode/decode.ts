import type { Problem } from '../../../model/event.ts';
import type { Decoded, Decoder, Message } from '../../../model/signal.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import {
  isFields,
  isGiven,
  missing,
  named,
  shown,
  wrongType,
  type Fields,
  parseMessage,
  unreadable,
} from '../../reading.ts';
import { catalogEntry, type BedrockEntry } from '../catalog.ts';
import { applyCrash, applyServerFact, instanceKind } from './lifecycle.ts';
import { initialContext, loadContext, saveContext, type BedrockContext } from './decoderState.ts';
import { ackOf, behindColon, crashTopic, failureIn, isSkipped, taskEndIn } from '../messages.ts';
import { redactBedrock } from '../redact.ts';
import { decodeReply, decodeRequest } from './rest.ts';
import { measured } from './measurements.ts';
import { nameOfTask, onlyCall, workTold } from './taskNames.ts';
import { taskGone, applyTask, nameSignals } from './tasks.ts';

const unknown = text('Something that is no message of Bedrock Server Manager');

type Step = Decoded<BedrockContext>;

export const bedrockDecoder: Decoder<BedrockContext> = {
  initial: initialContext,
  decode(context, message) {
    return decode({ ...context, tick: context.tick + 1 }, message);
  },
  taskLost(context, task) {
    const { context: next, signals } = taskGone(context, task);
    return {
      context: next,
      signals: signals.length > 0 ? signals : [{ signal: 'task', id: task, patch: { state: 'lost' } }],
    };
  },
  save: saveContext,
  version: 1,
  load: loadContext,
  redact: redactBedrock,
};

function decode(context: BedrockContext, message: Message): Step {
  const problems: Problem[] = [];
  if (!message.utf8) problems.push({ path: '', message: text('not UTF-8; kept as bytes') });
  const read = parseMessage(message);
  if ('problem' in read) return unreadable(context, unknown, [...problems, read.problem]);
  const parsed = read.value;
  if (!isFields(parsed)) {
    problems.push(wrongType('', 'object'));
    return unreadable(context, unknown, problems);
  }
  const { method, path, action, type, status } = parsed;
  if (typeof method === 'string' && typeof path === 'string') {
    const step =
      message.channel === 'reply'
        ? decodeReply(context, message, replyOf(method, path, parsed))
        : decodeRequest(context, message, { method, path, body: parsed['body'] });
    return { ...step, problems: [...problems, ...step.problems] };
  }
  // Messages with a type are pushes, even if their data holds a status.
  if (typeof type === 'string' && type !== '') return decodePush(context, message, type, parsed, problems);
  if (typeof action === 'string') return decodeAction(context, message, action, parsed, problems);
  if (typeof status === 'string') return decodeAck(context, status, parsed, problems);
  problems.push(type === undefined ? missing('type') : wrongType('type', 'string'));
  return unreadable(context, unknown, problems);
}

function replyOf(
  method: string,
  path: string,
  { status, body, error }: Fields,
): Parameters<typeof decodeReply>[2] {
  return {
    method,
    path,
    body,
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof error === 'string' ? { error } : {}),
  };
}

/** Event of a client's message; an emitted one is remembered until it is acknowledged. */
function decodeAction(
  context: BedrockContext,
  { correlation, origin }: Message,
  action: string,
  { topic }: Fields,
  problems: Problem[],
): Step {
  const known = action === 'subscribe' || action === 'unsubscribe' || action === 'authenticate';
  if (!known) problems.push({ path: 'action', message: text('is not known: {0}', oneLine(action, 80)) });
  if (action !== 'authenticate' && typeof topic !== 'string') problems.push(wrongType('topic', 'string'));
  const name = typeof topic === 'string' ? topic : '';
  const emitted = origin === 'emitted' || origin === 'replayed';
  const ack = ackOf(action, name);
  const summary: Text =
    action === 'authenticate'
      ? text('Signs in')
      : isGiven(topic)
        ? text('{0} {1}', oneLine(action, 40), shown(topic))
        : text('{0}', oneLine(action, 40));
  return {
    context:
      emitted && correlation !== undefined
        ? {
            ...context,
            emitted: context.emitted.set(ack, [...(context.emitted.get(ack) ?? []), correlation]),
          }
        : context,
    event: { type: known ? action : 'action', severity: 'debug', retention: 'control', summary },
    signals: [],
    problems,
  };
}

/** An answer of the WebSocket. It names what it answers in its words only. */
function decodeAck(context: BedrockContext, status: string, { message }: Fields, problems: Problem[]): Step {
  if (typeof message !== 'string') problems.push(wrongType('message', 'string'));
  const good = status === 'success';
  const words = typeof message === 'string' ? message : '';
  const [correlation, ...rest] = context.emitted.get(words) ?? [];
  const emitted =
    rest.length > 0
      ? context.emitted.set(words, rest)
      : correlation === undefined
        ? context.emitted
        : context.emitted.delete(words);
  return {
    context: { ...context, emitted },
    event: {
      type: good ? 'acknowledged' : 'refused',
      severity: good ? 'debug' : 'warning',
      retention: 'control',
      summary: isGiven(message) ? text('{0}', shown(message)) : good ? text('Acknowledged') : text('Refused'),
      ...(correlation === undefined ? {} : { correlation }),
    },
    signals: [],
    problems,
  };
}

function decodePush(
  context: BedrockContext,
  message: Message,
  type: string,
  fields: Fields,
  problems: Problem[],
): Step {
  const topic = named(fields['topic']);
  if (topic === undefined)
    problems.push(fields['topic'] === undefined ? missing('topic') : wrongType('topic', 'string'));
  const { data } = fields;
  if (data === undefined) problems.push(missing('data'));
  switch (type) {
    case 'event':
      return decodeEvent(context, message, topic ?? 'event', data, problems);
    case 'resource_update':
      return measured(context, message, topic, data, problems);
    case 'log_update':
      return decodeLog(context, topic, data, problems);
    case 'derived':
      return decodeCrash(context, data, problems);
    case 'task_update':
      return decodeTask(context, message, topic, data, problems);
    default:
      return {
        context,
        event: {
          type: oneLine(type, 120),
          severity: 'info',
          retention: 'lifecycle',
          summary: text('Unknown message type {0}', oneLine(type, 80)),
        },
        signals: [],
        problems,
      };
  }
}

function decodeEvent(
  context: BedrockContext,
  { direction }: Message,
  topic: string,
  value: unknown,
  problems: Problem[],
): Step {
  const entry = catalogEntry(topic);
  if (value !== undefined && !isFields(value)) problems.push(wrongType('data', 'object'));
  const data = isFields(value) ? value : {};
  if (!entry?.texts) {
    return {
      context,
      event: {
        type: oneLine(topic, 120),
        severity: 'info',
        retention: 'lifecycle',
        summary: text('Unknown event {0}', oneLine(topic, 80)),
        subject: subjectOf(data['server_name']),
      },
      signals: [],
      problems,
    };
  }
  compare(entry, data, problems);
  const server = entry.scoped ? named(data['server_name']) : undefined;
  const failure = entry.phase === 'after' ? failureIn(data['result']) : undefined;
  const event: Step['event'] = {
    type: entry.type,
    severity: failure === undefined ? entry.severity : isSkipped(data['result']) ? 'warning' : 'error',
    retention: entry.retention,
    summary: summaryOf(entry, data, failure),
    subject: subjectOf(server),
  };
  const { stem, phase } = entry;
  if (direction === 'out' || server === undefined || !stem || !phase)
    return { context, event, signals: [], problems };
  const { crashed, ...fact } = applyServerFact(context, { stem, phase, server, data });
  const work = workTold(fact.context, stem, phase, server);
  const signals = work.task ? [...fact.signals, ...nameSignals(work)] : fact.signals;
  if (!crashed) return { context: work.context, event, signals, problems };
  const summary = text('Ended by itself and is started again');
  return { context: work.context, event: { ...event, severity: 'error', summary }, signals, problems };
}

/** The types of the fields in the examples of the catalog. */
const kindsIn = new Map<BedrockEntry, readonly (readonly [field: string, kind: string])[]>();

function kindsOf(entry: BedrockEntry): readonly (readonly [field: string, kind: string])[] {
  const known = kindsIn.get(entry);
  if (known) return known;
  const example = isFields(entry.example) && isFields(entry.example['data']) ? entry.example['data'] : {};
  const kinds = Object.entries(example).flatMap(([field, expected]) =>
    field === 'value' || expected === null ? [] : [[field, kindOf(expected)] as const],
  );
  kindsIn.set(entry, kinds);
  return kinds;
}

/** The documents give no types, so the examples do: a field has the type that it has there. */
function compare(entry: BedrockEntry, data: Fields, problems: Problem[]): void {
  for (const [field, kind] of kindsOf(entry)) {
    const given = data[field];
    if (given === undefined || given === null) continue;
    if (kindOf(given) !== kind) problems.push(wrongType(`data.${field}`, kind));
  }
  // Old releases tell of a look at all servers with the event that is otherwise of one.
  const always = entry.scoped === true && !entry.type.endsWith('server_statuses_updated');
  if (always && data['server_name'] === undefined) problems.push(missing('data.server_name'));
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

function summaryOf(
  { texts, phase, description }: BedrockEntry,
  data: Fields,
  failure: string | undefined,
): Text {
  if (!texts) return description;
  const { before, after, failed, fields, bare } = texts;
  const isComplete = fields.every((field) => isGiven(data[field]));
  const [first, then, otherwise] = isComplete || !bare ? [before, after, failed] : bare;
  const title = failure !== undefined ? otherwise : phase === 'before' ? first : then;
  const words =
    isComplete && fields.length > 0
      ? text(title.template, ...fields.map((field) => shown(data[field])))
      : title;
  return failure === undefined || failure === '' ? words : text('{0}: {1}', words, oneLine(failure, 300));
}

/** A crash that the session found by the processes of a server. */
function decodeCrash(context: BedrockContext, data: unknown, problems: Problem[]): Step {
  const { server_name: name, pid, previous_pid: previous } = isFields(data) ? data : {};
  const server = named(name);
  if (server === undefined) problems.push(missing('data.server_name'));
  const isBack = typeof pid === 'number';
  const isNew = typeof previous === 'number';
  const event: Step['event'] = {
    type: crashTopic,
    severity: isNew ? 'error' : 'info',
    retention: 'lifecycle',
    summary: isBack
      ? isNew
        ? text('Ended by itself and was started again: process {0} instead of {1}', pid, previous)
        : text('Was started again after it had ended by itself: process {0}', pid)
      : isGiven(previous)
        ? text('Ended by itself: process {0} is gone', shown(previous))
        : text('Ended by itself'),
    subject: subjectOf(server),
  };
  if (server === undefined) return { context, event, signals: [], problems };
  return { ...applyCrash(context, server, { isNew, isBack }), event, problems };
}

function decodeLog(
  context: BedrockContext,
  topic: string | undefined,
  data: unknown,
  problems: Problem[],
): Step {
  if (data !== undefined && typeof data !== 'string') problems.push(wrongType('data', 'string'));
  const lines = typeof data === 'string' ? data.split('\n').filter((line) => line.trim() !== '') : [];
  const server = topic?.startsWith('server_log:') ? named(behindColon(topic)) : undefined;
  return {
    context,
    event: {
      type: 'log_update',
      severity: 'debug',
      retention: 'log',
      summary: lines.length === 0 ? text('An empty line') : text('{0}', oneLine(lines.at(-1) ?? '', 300)),
      subject: subjectOf(server),
    },
    signals: [],
    problems,
  };
}

function decodeTask(
  context: BedrockContext,
  { direction }: Message,
  topic: string | undefined,
  data: unknown,
  problems: Problem[],
): Step {
  const id = topic?.startsWith('task:') ? named(behindColon(topic)) : undefined;
  if (topic !== undefined && id === undefined)
    problems.push({ path: 'topic', message: text('must name a task') });
  if (data !== undefined && !isFields(data)) problems.push(wrongType('data', 'object'));
  const fields = isFields(data) ? data : {};
  const status = fields['status'];
  const usual =
    status === 'in_progress' || status === 'success' || status === 'error' || status === 'pending';
  if (isFields(data) && !usual)
    problems.push({ path: 'data.status', message: text('is not known: {0}', shown(status)) });
  const end = taskEndIn(fields);
  const failed = end?.outcome === 'failed';
  const task = id === undefined ? undefined : context.tasks.get(id);
  const { title } = nameOfTask(context, id ?? '', fields, onlyCall(context));
  const event: Step['event'] = {
    type: 'task_update',
    severity: failed ? 'error' : 'info',
    retention: 'task',
    summary: failed
      ? text('{0}: {1}', title, end.message)
      : isGiven(fields['message'])
        ? text('{0}: {1}', title, shown(fields['message']))
        : title,
    subject: subjectOf(task?.server),
    correlation: task?.correlation,
  };
  if (id === undefined || !usual || direction === 'out') return { context, event, signals: [], problems };
  const step = applyTask(context, id, fields);
  return { context: step.context, event, signals: step.signals, problems };
}

function subjectOf(name: unknown): Step['event']['subject'] {
  const key = named(name);
  return key === undefined ? undefined : { kind: instanceKind, key };
}
