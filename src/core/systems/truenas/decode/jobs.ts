import type { Problem } from '../../../model/event.ts';
import type { DecodeStep, Signal } from '../../../model/signal.ts';
import type { TaskPatch, TaskState } from '../../../model/task.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { isFields, isGiven, literal, missing, named, shown, wrongType, type Fields } from '../../reading.ts';
import { instantOf } from '../ejson.ts';
import { isWanted, left, restate, scopeOf } from './entries.ts';
import { instanceCallOf } from '../kinds.ts';
import {
  ended,
  entryId,
  taskOf,
  type OpenJob,
  type PendingCall,
  type TrueNasContext,
} from './decoderState.ts';
import { keyOf } from '../messages.ts';

/** Classes of exceptions that the NAS words for people. */
const expected: ReadonlySet<string> = new Set([
  'CallError',
  'ValidationErrors',
  'ValidationError',
  'VALIDATION',
]);

const maxLog = 16 * 1024;

const states: Readonly<Record<string, TaskState>> = {
  WAITING: 'waiting',
  RUNNING: 'running',
  SUCCESS: 'succeeded',
  FAILED: 'failed',
  ABORTED: 'aborted',
};

export function jobStateOf(value: unknown): TaskState | undefined {
  return typeof value === 'string' && Object.hasOwn(states, value) ? states[value] : undefined;
}

export function isOver(state: TaskState | undefined): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'aborted';
}

/** When it was made; 0 where nobody tells. */
export function startOf(fields: Fields): number {
  return instantOf(fields['time_started']) ?? 0;
}

export interface ToldJob extends DecodeStep<TrueNasContext> {
  readonly summary: Text;
  readonly failed: boolean;
  readonly subject?: { readonly kind: string; readonly key: string };
  readonly correlation?: string;
}

/** A job as it is now: every event holds all of it. */
export function applyJob(context: TrueNasContext, id: unknown, value: unknown, problems: Problem[]): ToldJob {
  const nothing = (summary: Text): ToldJob => ({ context, signals: [], summary, failed: false });
  if (!isFields(value)) {
    problems.push(value === undefined ? missing('fields') : wrongType('fields', 'object'));
    return nothing(text('A job, and nobody tells which'));
  }
  const key = keyOf(value['id']) ?? keyOf(id);
  const state = jobStateOf(value['state']);
  if (state === undefined) {
    problems.push(
      value['state'] === undefined
        ? missing('fields.state')
        : { path: 'fields.state', message: text('is not known: {0}', shown(value['state'], 80)) },
    );
  }
  if (typeof value['method'] !== 'string') problems.push(wrongType('fields.method', 'string'));
  if (key === undefined) {
    problems.push(missing('fields.id'));
    return nothing(text('A job, and nobody tells which'));
  }
  const task = taskOf(key, startOf(value));
  const method = named(value['method']) ?? '';
  const call = instanceCallOf(method, value['arguments']);
  const about = call && isWanted(context, call.kind, call.key) ? call : undefined;
  const subject = about && { kind: about.kind, key: about.key };
  const title = call?.title(nameOf(context, call)) ?? titleOf(named(value['description']) ?? method);
  const before = context.jobs.get(task);
  const correlation = messageOf(value) ?? before?.correlation;
  const patch: TaskPatch = {
    title,
    ...(subject ? { subject } : {}),
    ...(call ? { operation: call.operation } : {}),
    ...patchOf(value, state),
  };
  const common = {
    summary: text('{0}: {1}', title, wordsOf(value, state)),
    failed: state === 'failed',
    ...(subject ? { subject } : {}),
    ...(correlation === undefined ? {} : { correlation }),
  };
  const signals: Signal[] = [{ signal: 'task', id: task, patch }];
  if (context.ended.includes(task)) return { ...common, context, signals: isOver(state) ? signals : [] };
  if (isOver(state)) {
    const over = ended(context, task);
    if (about?.leaves === undefined || state !== 'succeeded')
      return { ...common, context: over, signals: [...signals, ...again(over, subject, before)] };
    const next = left(over, about.kind, about.key, about.leaves);
    return { ...common, context: next, signals: [...signals, ...restate(next, about.kind, about.key)] };
  }
  const job: OpenJob = {
    id: key,
    started: startOf(value),
    ...(subject ?? {}),
    ...(about?.state === undefined ? {} : { state: about.state }),
    ...(correlation === undefined ? {} : { correlation }),
  };
  const next = { ...context, jobs: context.jobs.set(task, job) };
  return {
    ...common,
    context: next,
    signals: before ? signals : [...signals, ...again(next, subject, job)],
  };
}

/**
 * The answer to a question about jobs. Whoever was asked for by its id and is not there was forgotten, or was another one
 * with the same id, before the NAS began anew.
 */
export function jobsListed(
  context: TrueNasContext,
  list: unknown,
  asked: PendingCall,
  problems: Problem[],
): DecodeStep<TrueNasContext> {
  if (!Array.isArray(list)) {
    if (!isFields(list) && typeof list !== 'number') problems.push(wrongType('result', 'array'));
    return { context, signals: [] };
  }
  if (scopeOf(asked.params).partial) return { context, signals: [] };
  let result: DecodeStep<TrueNasContext> = { context, signals: [] };
  const there = new Map<string, number>();
  for (const each of list as readonly unknown[]) {
    if (!isFields(each)) {
      problems.push(wrongType('result', 'array of objects'));
      continue;
    }
    const id = keyOf(each['id']);
    if (id === undefined) continue;
    const started = startOf(each);
    there.set(id, started);
    // Jobs that ended before the connection began are left out.
    if (isOver(jobStateOf(each['state'])) && !context.jobs.has(taskOf(id, started))) continue;
    const told = applyJob(result.context, id, each, problems);
    result = { context: told.context, signals: [...result.signals, ...told.signals] };
  }
  const wanted = idsIn(asked.params);
  for (const [task, job] of context.jobs) {
    const now = there.get(job.id);
    // Also by one that is older by a clock that was wrong meanwhile; 0 tells nothing.
    const replaced = now !== undefined && now !== 0 && now !== job.started;
    const forgotten = now === undefined && wanted.has(job.id);
    if (!replaced && !forgotten) continue;
    const lost = jobGone(result.context, task);
    result = { context: lost.context, signals: [...result.signals, ...lost.signals] };
  }
  return result;
}

/** Nobody knows a job any more, or nobody heard of it for too long. */
export function jobGone(context: TrueNasContext, task: string): DecodeStep<TrueNasContext> {
  const job = context.jobs.get(task);
  const next = ended(context, task);
  const message = text('The NAS does not know it any more; how it ended is not known');
  return {
    context: next,
    signals: [
      { signal: 'task', id: task, patch: { state: 'lost', message } },
      ...again(
        next,
        job?.kind === undefined || job.key === undefined ? undefined : { kind: job.kind, key: job.key },
        job,
      ),
    ],
  };
}

/** The filter `["id", "in", […]]` is how we ask for jobs that we know. */
function idsIn(params: unknown): ReadonlySet<string> {
  const filters: unknown = Array.isArray(params) ? params[0] : undefined;
  const ids = (Array.isArray(filters) ? filters : []).flatMap((filter: unknown): unknown[] => {
    if (!Array.isArray(filter) || filter[0] !== 'id') return [];
    const value: unknown = filter[2];
    if (filter[1] === 'in' && Array.isArray(value)) return value;
    return filter[1] === '=' ? [value] : [];
  });
  return new Set(ids.map(keyOf).filter((id) => id !== undefined));
}

function again(
  context: TrueNasContext,
  subject: { readonly kind: string; readonly key: string } | undefined,
  job: OpenJob | undefined,
): readonly Signal[] {
  return subject && job?.state !== undefined ? restate(context, subject.kind, subject.key) : [];
}

/** The call that began it, where the NAS tells. */
function messageOf({ message_ids: ids }: Fields): string | undefined {
  return Array.isArray(ids) ? keyOf(ids[0]) : undefined;
}

function patchOf(fields: Fields, state: TaskState | undefined): TaskPatch {
  const progress = isFields(fields['progress']) ? fields['progress'] : {};
  const { percent } = progress;
  const who = actorOf(fields['credentials']);
  const log = logOf(fields, state);
  const message = state === 'failed' ? errorOf(fields) : named(progress['description']);
  return {
    ...(state === undefined ? {} : { state }),
    ...(typeof percent === 'number' && Number.isFinite(percent)
      ? { percent: Math.min(100, Math.max(0, percent)) }
      : {}),
    ...(message === undefined ? {} : { message: text('{0}', oneLine(message, 300)) }),
    ...(state === 'aborted' ? { message: text('It was aborted; what it had begun may go on') } : {}),
    ...(who === undefined ? {} : { startedBy: { actor: who } }),
    ...(fields['abortable'] === true && !isOver(state) ? { cancellable: true } : {}),
    ...(log === undefined ? {} : { log }),
  };
}

/** Name of the instance that a job is about. */
function nameOf({ entries }: TrueNasContext, { kind, key }: { kind: string; key: string }): string {
  return oneLine(entries.get(entryId(kind, key))?.name ?? key, 60);
}

/** Log, result and error of a job. */
export function logOf(fields: Fields, state: TaskState | undefined): string | undefined {
  const { result, exception } = fields;
  const parts = [
    named(fields['logs_excerpt']),
    state === 'succeeded' && typeof result === 'object' && result !== null ? literal(result) : undefined,
    state === 'failed' ? named(exception) : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('\n').slice(0, maxLog);
}

/**
 * Why a job failed: its words, and what was wrong with what it was given. An exception that the NAS did not expect has its
 * class in front, because its words alone may be as little as `'boom'`.
 */
export function errorOf(fields: Fields): string {
  const raw = named(fields['error']) ?? '–';
  const said = raw.replace(/^\[[A-Z]+\] /, '');
  const info = isFields(fields['exc_info']) ? fields['exc_info'] : {};
  const { type, extra } = info;
  if (type === 'VALIDATION' && Array.isArray(extra)) {
    const wrong = extra
      .slice(0, 5)
      .flatMap((each: unknown) =>
        Array.isArray(each) ? [`${shown(each[0], 60)}: ${shown(each[1], 120)}`] : [],
      );
    if (wrong.length > 0) return wrong.join('; ');
  }
  const className = named(type);
  const isUnexpected = said === raw && className !== undefined && !expected.has(className);
  return isUnexpected && !said.startsWith(className) ? `${oneLine(className, 60)}: ${said}` : said;
}

function hasError({ error, exc_info: info }: Fields): boolean {
  return named(error) !== undefined || isFields(info);
}

function actorOf(credentials: unknown): string | undefined {
  if (!isFields(credentials)) return undefined;
  const data = isFields(credentials['data']) ? credentials['data'] : {};
  const key = isFields(data['api_key']) ? named(data['api_key']['name']) : undefined;
  const who = named(data['username']) ?? key;
  return who === undefined ? undefined : oneLine(who, 60);
}

function titleOf(words: string): Text {
  return words === '' ? text('A job') : text('{0}', shown(words, 80));
}

function wordsOf(fields: Fields, state: TaskState | undefined): Text {
  const progress = isFields(fields['progress']) ? fields['progress'] : {};
  const { percent } = progress;
  switch (state) {
    case 'waiting':
      return text('waits');
    case 'running': {
      const said = named(progress['description']);
      const words = said === undefined ? undefined : oneLine(said, 200);
      if (typeof percent !== 'number') return words === undefined ? text('runs') : text('{0}', words);
      const done = Math.round(percent);
      return words === undefined ? text('{0} %', done) : text('{0} %, {1}', done, words);
    }
    case 'succeeded':
      return text('done');
    case 'failed':
      return hasError(fields) ? text('failed: {0}', oneLine(errorOf(fields), 300)) : text('failed');
    case 'aborted':
      return text('aborted');
    default:
      return isGiven(fields['state']) ? text('{0}', shown(fields['state'], 80)) : text('in an unknown state');
  }
}
