import { oneLine, text } from '../../../model/text.ts';
import type { TaskLedger } from '../../conversation/taskLedger.ts';
import { isFields, named, shown, type Fields } from '../../reading.ts';
import { redactText } from '../../redaction.ts';
import type { JobEnd } from './trueNasSession.ts';
import { errorOf, isOver, jobStateOf, logOf, startOf } from '../decode/jobs.ts';
import { deedOf, type Kind } from '../kinds.ts';
import { keyOf } from '../messages.ts';
import { redactTrueNas } from '../redact.ts';

/** An open job as it was told last. */
export interface JobNow {
  readonly id: string;
  readonly started: number;
  readonly method: string;
  readonly arguments: unknown;
  readonly description: string;
  readonly abortable: boolean;
  /** Ids of the calls that wait for it. */
  readonly messages: readonly string[];
  readonly aliases: readonly string[];
}

/** A job as it was just told. */
export interface JobUpdate extends JobNow {
  readonly end?: JobEnd;
  readonly about?: { readonly kind: Kind; readonly key: string };
}

export const aborted = text('It was aborted; what it had begun may go on');

/** Jobs as far as they were told; followed by id, or by the call that began it (`call:<id>`). */
export type JobLedger = TaskLedger<JobNow, JobEnd>;

/** Takes a job as the NAS tells it; answers nothing where it was over before. */
export function takeJob(ledger: JobLedger, value: unknown, key: unknown): JobUpdate | undefined {
  if (!isFields(value)) return undefined;
  const id = keyOf(value['id']) ?? keyOf(key);
  if (id === undefined) return undefined;
  const job = jobOf(id, value);
  const end = endOf(value);
  const told = aboutOf(job, end);
  return ledger.take(job, end ? { end } : { words: progressOf(value) }) ? told : undefined;
}

function jobOf(id: string, value: Fields): JobNow {
  const { message_ids: ids, method, description } = value;
  const messages = Array.isArray(ids) ? ids.map(keyOf).filter((each) => each !== undefined) : [];
  return {
    id,
    started: startOf(value),
    method: named(method) ?? '–',
    arguments: value['arguments'],
    description: named(description) ?? shown(method, 80),
    abortable: value['abortable'] === true,
    messages,
    aliases: messages.map((message) => `call:${message}`),
  };
}

function endOf(value: Fields): JobEnd | undefined {
  const end = outcomeOf(value);
  if (!end) return undefined;
  const log = logOf(value, end.state);
  return { ...end, ...(log === undefined ? {} : { log: cleaned(log) }) };
}

/** Redacts words of a job here, because they leave their event and are passed on as text. */
function cleaned(said: string): string {
  return redactText(redactTrueNas(said).text);
}

function outcomeOf(value: Fields): JobEnd | undefined {
  const state = jobStateOf(value['state']);
  if (!isOver(state)) return undefined;
  if (state === 'failed') return { state, message: text('{0}', oneLine(cleaned(errorOf(value)), 300)) };
  if (state === 'aborted') return { state, message: aborted };
  return { state: 'succeeded', message: text('{0}', oneLine(progressOf(value) ?? '–', 300)) };
}

function progressOf({ progress }: Fields): string | undefined {
  return isFields(progress) ? named(progress['description']) : undefined;
}

function aboutOf(job: JobNow, end: JobEnd | undefined): JobUpdate {
  const deed = deedOf(job.method, job.arguments);
  return {
    ...job,
    ...(end ? { end } : {}),
    ...(deed ? { about: { kind: deed.kind, key: deed.key } } : {}),
  };
}
