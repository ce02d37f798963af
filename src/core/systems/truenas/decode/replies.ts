import type { Problem } from '../../../model/event.ts';
import type { DecodeStep, Decoded, Message } from '../../../model/signal.ts';
import { oneLine, text } from '../../../model/text.ts';
import { isFields, isGiven, named, shown } from '../../reading.ts';
import { entriesListed, hostTold } from './entries.ts';
import { jobsListed } from './jobs.ts';
import { collections, instanceCallOf, isCollection } from '../kinds.ts';
import type { PendingCall, TrueNasContext } from './decoderState.ts';
import { failureOf, keyOf, type Frame } from '../messages.ts';

type Step = Decoded<TrueNasContext>;

/** An answer. Which call it answers says only its id. */
export function decodeResult(
  context: TrueNasContext,
  message: Message,
  { id, result }: Extract<Frame, { frame: 'result' }>,
  problems: Problem[],
): Step {
  const { call, rest, event } = answered(context, message, id);
  if (!call) return { context, event, signals: [], problems };
  const followed = follow(rest, call, result, message, problems);
  const took = Math.max(0, message.receivedAt - call.at);
  const refused = isSignIn(call.method) && isRefusal(result);
  return {
    ...followed,
    event: {
      ...event,
      severity: refused ? 'error' : 'debug',
      summary: refused
        ? text('{0}: the sign-in was refused', event.type)
        : isGiven(result)
          ? text('{0} answered after {1} ms: {2}', event.type, took, shown(briefly(result), 120))
          : text('{0} answered after {1} ms', event.type, took),
      ...subjectOf(call),
    },
    problems,
  };
}

export function decodeError(
  context: TrueNasContext,
  message: Message,
  { id, error }: Extract<Frame, { frame: 'error' }>,
  problems: Problem[],
): Step {
  const { call, rest, event } = answered(context, message, id);
  const { reason, noMethod } = failureOf(error);
  const took = call ? Math.max(0, message.receivedAt - call.at) : 0;
  return {
    context: rest,
    event: {
      ...event,
      severity: call && isTried(call.method, noMethod) ? 'debug' : 'warning',
      summary: call
        ? text('{0} failed after {1} ms: {2}', event.type, took, reason)
        : text('Refused: {0}', reason),
      ...(call ? subjectOf(call) : {}),
    },
    signals: [],
    problems,
  };
}

/** Methods that some generations lack are tried; a missing one is no news. */
function isTried(method: string, noMethod: boolean): boolean {
  return method === 'core.set_options' || (noMethod && (isCollection(method) || method === 'auth.login_ex'));
}

function answered(
  context: TrueNasContext,
  { receivedAt }: Message,
  id: unknown,
): {
  readonly call: PendingCall | undefined;
  readonly rest: TrueNasContext;
  readonly event: Step['event'];
} {
  const key = keyOf(id);
  const call = key === undefined ? undefined : context.calls.get(key);
  const correlation = call && call.correlation !== '' ? call.correlation : key;
  const event: Step['event'] = {
    type: call ? oneLine(call.method, 120) : 'result',
    severity: 'debug',
    retention: 'control',
    summary: text('An answer to a call that nobody knows'),
    ...(correlation === undefined ? {} : { correlation }),
  };
  if (!call || key === undefined || receivedAt < 0) return { call, rest: context, event };
  return { call, rest: { ...context, calls: context.calls.delete(key) }, event };
}

function follow(
  context: TrueNasContext,
  call: PendingCall,
  result: unknown,
  message: Message,
  problems: Problem[],
): DecodeStep<TrueNasContext> {
  const { method } = call;
  if (isCollection(method)) return entriesListed(context, collections[method], result, call, problems);
  if (method === 'core.get_jobs') return jobsListed(context, result, call, problems);
  if (isSignIn(method) && !isRefusal(result))
    return hostTold(context, { name: context.host ? undefined : message.host });
  if (method === 'system.info' && isFields(result)) {
    const { hostname, version } = result;
    return hostTold(context, { name: named(hostname) ?? message.host, version: named(version) });
  }
  return { context: withCause(context, call, result), signals: [] };
}

/** A method that is done by a job answers the id of that; what is told of the job from now on belongs to the call. */
function withCause(context: TrueNasContext, call: PendingCall, result: unknown): TrueNasContext {
  if (typeof result !== 'number') return context;
  const id = String(result);
  for (const [task, job] of context.jobs) {
    if (job.id !== id || job.correlation !== undefined) continue;
    return { ...context, jobs: context.jobs.set(task, { ...job, correlation: call.correlation }) };
  }
  return context;
}

function isSignIn(method: string): boolean {
  return method.startsWith('auth.login') || method === 'auth.token';
}

function isRefusal(result: unknown): boolean {
  return result === false || (isFields(result) && result['response_type'] !== 'SUCCESS');
}

function subjectOf({ method, params }: PendingCall): Pick<Step['event'], 'subject'> {
  const call = instanceCallOf(method, params);
  return call ? { subject: { kind: call.kind, key: call.key } } : {};
}

/** Long answers are counted, not shown. */
function briefly(result: unknown): unknown {
  if (Array.isArray(result) && result.length > 3) return `${String(result.length)} entries`;
  return result;
}
