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
  parseMessage,
  unreadable,
} from '../../reading.ts';
import { catalogEntry } from '../catalog.ts';
import { appsChosen, entryTold, hostTold } from './entries.ts';
import { jobGone, applyJob } from './jobs.ts';
import { collections, hostKey, hostKind, isCollection } from '../kinds.ts';
import {
  entryId,
  initialContext,
  loadContext,
  saveContext,
  type PendingCall,
  type TrueNasContext,
} from './decoderState.ts';
import { baseOf, failureOf, keyOf, readFrame, type Frame } from '../messages.ts';
import { redactTrueNas } from '../redact.ts';
import { decodeError, decodeResult } from './replies.ts';
import { appsMeasured, hostMeasured } from './measurements.ts';

const unknown = text('Something that is no message of TrueNAS');

type Step = Decoded<TrueNasContext>;
type Of<F extends Frame['frame']> = Extract<Frame, { frame: F }>;

export const trueNasDecoder: Decoder<TrueNasContext> = {
  initial: initialContext,
  decode(context, message) {
    return withName(decode({ ...context, tick: context.tick + 1 }, message));
  },
  taskLost(context, task) {
    return jobGone(context, task);
  },
  save: saveContext,
  version: 1,
  load: loadContext,
  redact: redactTrueNas,
};

/** Keys of machines are numbers: the event also says what people call them. */
function withName(step: Step): Step {
  const { subject } = step.event;
  if (!subject) return step;
  const { name } = step.context.entries.get(entryId(subject.kind, subject.key)) ?? {};
  return name === undefined ? step : { ...step, event: { ...step.event, subject: { ...subject, name } } };
}

/** How many calls may be unanswered; what is older was lost with its conversation. */
const maxCalls = 500;

function decode(context: TrueNasContext, message: Message): Step {
  const problems: Problem[] = [];
  if (!message.utf8) problems.push({ path: '', message: text('not UTF-8; kept as bytes') });
  const read = parseMessage(message);
  if ('problem' in read) return unreadable(context, unknown, [...problems, read.problem]);
  const parsed = read.value;
  const chosen = message.direction === 'none' && isFields(parsed) ? parsed['gameServerOpsApps'] : undefined;
  if (Array.isArray(chosen)) return decodeChoice(context, chosen);
  const frame = readFrame(parsed);
  switch (frame.frame) {
    case 'call':
      return decodeCall(context, message, frame, problems);
    case 'result':
      return decodeResult(context, message, frame, problems);
    case 'error':
      return decodeError(context, message, frame, problems);
    case 'event':
      return decodeEvent(context, message, frame, problems);
    case 'ready':
      return control(context, 'ready', text('Subscribed'), problems, frame.ids[0]);
    case 'nosub':
      return decodeEnd(context, frame, problems);
    case 'sub':
      if (typeof frame.name !== 'string') problems.push(wrongType('name', 'string'));
      if (typeof frame.id !== 'string') problems.push(wrongType('id', 'string'));
      return control(
        context,
        'sub',
        isGiven(frame.name) ? text('Subscribes to {0}', shown(frame.name)) : text('Subscribes'),
        problems,
        frame.id,
      );
    case 'unsub':
      return control(context, 'unsub', text('Unsubscribes'), problems, frame.id);
    case 'connected':
      return control({ ...context, calls: initialContext.calls }, 'connected', text('Connected'), problems);
    case 'failed': {
      const step = control(context, 'failed', text('The version of the protocol was refused'), problems);
      return { ...step, event: { ...step.event, severity: 'error' } };
    }
    case 'connect':
      return control(context, 'connect', text('Greets'), problems);
    case 'ping':
      return control(context, 'ping', text('Asks for a sign of life'), problems);
    case 'pong':
      return control(context, 'pong', text('Gives a sign of life'), problems);
    case 'unknown':
      return {
        context,
        event: {
          type: oneLine(frame.name, 120),
          severity: 'info',
          retention: 'lifecycle',
          summary: text('Unknown message type {0}', oneLine(frame.name, 80)),
        },
        signals: [],
        problems,
      };
    case 'none':
      problems.push(frame.problem);
      return unreadable(context, unknown, problems);
  }
}

function control(
  context: TrueNasContext,
  type: string,
  summary: Step['event']['summary'],
  problems: readonly Problem[],
  id?: unknown,
): Step {
  const correlation = keyOf(id);
  return {
    context,
    event: {
      type,
      severity: 'debug',
      retention: 'control',
      summary,
      ...(correlation === undefined ? {} : { correlation }),
    },
    signals: [],
    problems,
  };
}

/** Our own word on which apps are game servers: the fold knows no settings. */
function decodeChoice(context: TrueNasContext, chosen: readonly unknown[]): Step {
  const apps = chosen.filter((each): each is string => typeof each === 'string');
  const summary =
    apps.length === 0
      ? text('No apps are looked at')
      : text('Apps that are looked at: {0}', shown(apps.join(', ')));
  return { ...control(context, 'apps', summary, []), ...appsChosen(context, apps) };
}

/** A call of a client; the answer names its id alone. */
function decodeCall(context: TrueNasContext, message: Message, frame: Of<'call'>, problems: Problem[]): Step {
  const { method, params } = frame;
  const id = keyOf(frame.id);
  if (frame.id !== undefined && frame.id !== null && id === undefined)
    problems.push(wrongType('id', 'string or number'));
  // Secrets were cut out of it: then it is a text.
  if (params !== undefined && !Array.isArray(params) && typeof params !== 'string')
    problems.push(wrongType('params', 'array'));
  const correlation = message.correlation ?? id;
  const call: PendingCall = {
    method,
    correlation: correlation ?? '',
    at: message.receivedAt,
    tick: context.tick,
    params,
  };
  let calls = id === undefined ? context.calls : context.calls.set(id, call);
  if (calls.size > maxCalls) {
    for (const [key, { tick }] of calls) if (tick < context.tick - maxCalls) calls = calls.delete(key);
  }
  const name = oneLine(method, 120);
  return {
    context: { ...context, calls },
    event: {
      type: name,
      severity: 'debug',
      retention: 'control',
      summary: text('Calls {0}({1})', name, Array.isArray(params) ? shown(params, 120).slice(1, -1) : '…'),
      ...(correlation === undefined ? {} : { correlation }),
    },
    signals: [],
    problems,
  };
}

/** The end of a subscription: asked for, refused, or because its source is gone. */
function decodeEnd(
  context: TrueNasContext,
  { collection, id, error }: Of<'nosub'>,
  problems: Problem[],
): Step {
  const name = named(collection) ?? named(id);
  if (name === undefined) problems.push(missing('collection'));
  const ended = error === undefined || error === null;
  return {
    ...control(context, 'nosub', text('A subscription is over'), problems, id),
    event: {
      type: 'nosub',
      severity: ended ? 'debug' : 'warning',
      retention: 'control',
      summary: endText(name, ended ? undefined : failureOf(error).reason),
    },
  };
}

function endText(name: string | undefined, reason: string | undefined): Text {
  if (name === undefined)
    return reason === undefined
      ? text('A subscription is over')
      : text('A subscription is over: {0}', reason);
  return reason === undefined
    ? text('Nothing comes from {0} any more', shown(name))
    : text('Nothing comes from {0}: {1}', shown(name), reason);
}

function decodeEvent(
  context: TrueNasContext,
  message: Message,
  frame: Of<'event'>,
  problems: Problem[],
): Step {
  const { msg, collection } = frame;
  const full = named(collection);
  if (full === undefined) {
    problems.push(collection === undefined ? missing('collection') : wrongType('collection', 'string'));
    return unreadable(context, unknown, problems);
  }
  if (msg !== 'added' && msg !== 'changed' && msg !== 'removed')
    problems.push({ path: 'msg', message: text('is not known: {0}', shown(msg, 80)) });
  const step = eventStep(context, frame, baseOf(full), problems);
  // Our own messages change nothing here.
  return message.direction === 'out' ? { ...step, context, signals: [] } : step;
}

function eventStep(context: TrueNasContext, frame: Of<'event'>, name: string, problems: Problem[]): Step {
  const { fields, id, msg } = frame;
  const type = oneLine(name, 120);
  const entry = catalogEntry(type);
  const base = {
    type,
    severity: entry?.severity ?? 'info',
    retention: entry?.retention ?? 'lifecycle',
  } as const;
  if (isCollection(name)) {
    const kind = collections[name];
    const { key, summary, ...followed } = entryTold(context, kind, frame, problems);
    const event = {
      ...base,
      summary: text('{0}', summary),
      ...(key === undefined ? {} : { subject: { kind, key } }),
    };
    const crashed = isFields(fields) && fields['state'] === 'CRASHED';
    return { ...followed, event: crashed ? { ...event, severity: 'error' } : event, problems };
  }
  switch (name) {
    case 'core.get_jobs': {
      // The NAS forgets jobs that finished long ago; their tasks stay as they ended.
      if (msg === 'removed')
        return { context, event: { ...base, summary: text('A job was forgotten') }, signals: [], problems };
      const { summary, failed, subject, correlation, ...followed } = applyJob(context, id, fields, problems);
      return {
        ...followed,
        event: {
          ...base,
          severity: failed ? 'error' : base.severity,
          summary,
          ...(subject ? { subject } : {}),
          ...(correlation === undefined ? {} : { correlation }),
        },
        problems,
      };
    }
    case 'reporting.realtime': {
      const { summary, severity, signals } = hostMeasured(fields, problems);
      const host = context.host ? { context, signals: [] } : hostTold(context, { name: undefined });
      return {
        context: host.context,
        event: { ...base, severity, summary, subject: { kind: hostKind, key: hostKey } },
        signals: [...host.signals, ...signals],
        problems,
      };
    }
    case 'app.stats': {
      const { summary, severity, signals } = appsMeasured(context, fields, problems);
      return { context, event: { ...base, severity, summary }, signals, problems };
    }
    case 'alert.list':
      return { context, event: { ...base, ...alertOf(msg, fields) }, signals: [], problems };
    case 'system.reboot':
    case 'system.shutdown': {
      const state = name === 'system.reboot' ? 'restarting' : 'stopping';
      const summary = state === 'restarting' ? text('The NAS restarts') : text('The NAS shuts down');
      return {
        context,
        event: { ...base, summary, subject: { kind: hostKind, key: hostKey } },
        signals: [{ signal: 'instance', kind: hostKind, key: hostKey, patch: { state }, onlyIfKnown: true }],
        problems,
      };
    }
    case 'app.container_log_follow': {
      const line = isFields(fields) ? fields['data'] : undefined;
      const summary = isGiven(line) ? text('{0}', shown(line, 300)) : text('An empty line');
      return { context, event: { ...base, summary }, signals: [], problems };
    }
    default:
      return {
        context,
        event: {
          ...base,
          summary: isGiven(id) ? text('{0}: {1} {2}', type, msg, shown(id, 80)) : text('{0}: {1}', type, msg),
        },
        signals: [],
        problems,
      };
  }
}

const alarming = new Set(['ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY']);

function alertOf(msg: string, fields: unknown): Pick<Step['event'], 'severity' | 'summary' | 'subject'> {
  const subject = { kind: hostKind, key: hostKey };
  if (msg === 'removed' || !isFields(fields))
    return { severity: 'info', summary: text('An alert is over'), subject };
  const level = named(fields['level']) ?? '';
  const severity = alarming.has(level) ? 'error' : level === 'WARNING' ? 'warning' : 'info';
  const said = named(fields['formatted']) ?? named(fields['text']) ?? named(fields['klass']);
  const summary = said === undefined ? text('An alert') : text('Alert: {0}', shown(said, 300));
  return { severity, summary, subject };
}
