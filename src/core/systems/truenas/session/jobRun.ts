import { text } from '../../../model/text.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import { isFields, named, type Fields } from '../../reading.ts';
import type { JobEnd, JobReference, JobRun } from './trueNasSession.ts';
import type { TaskNews } from '../../conversation/taskLedger.ts';
import { aborted, takeJob, type JobLedger } from './jobLedger.ts';
import type { RpcConnection } from './rpcConnection.ts';
import { startOf } from '../decode/jobs.ts';
import { keyOf, numbered } from '../messages.ts';

export const connectionOver = text('the connection ended before the job did; it may go on');
const forgotten = text('the NAS does not know the job any more');
const goesOn = text('Not waited for any longer; the NAS goes on with it.');

interface Parts {
  readonly rpc: RpcConnection;
  readonly ledger: JobLedger;
  /** The answer to the call is the end of the job, not its id. */
  readonly withheld: boolean;
}

/** Calls a method that a job does; resolves with the end of the job, in whatever order answer and events come. */
export async function runJob(
  { rpc, ledger, withheld }: Parts,
  method: string,
  params: readonly unknown[],
  { signal, progress }: JobRun,
): Promise<JobEnd> {
  const over = Promise.withResolvers<JobEnd>();
  const tell = ({ words, end }: TaskNews<JobEnd>): void => {
    if (words !== undefined) progress(words);
    if (end) over.resolve(end);
  };
  const { id, answer } = rpc.begin(method, params, { signal });
  let job: string | undefined;
  const forget = [ledger.follow(`call:${id}`, tell)];
  const giveUp = (): void => over.resolve(abandon(rpc, ledger, id, job));
  signal.addEventListener('abort', giveUp, { once: true });
  answer.then(
    (result) => {
      // The id of the job; anything else is the end itself.
      if (typeof result === 'number' && !withheld) {
        job = String(result);
        forget.push(ledger.follow(job, tell));
      } else if (result === false) over.resolve({ state: 'failed', message: text('The NAS answered no.') });
      else over.resolve({ state: 'succeeded', message: text('–') });
    },
    (error: unknown) => over.reject(error),
  );
  const reference = (): JobReference => {
    const known = ledger.open.find((each) => each.id === job || each.messages.includes(id));
    const started = known?.started ?? 0;
    const told = known?.id ?? job;
    return {
      method,
      call: id,
      ...(told === undefined ? {} : { id: told }),
      ...(started === 0 ? {} : { started }),
    };
  };
  try {
    return unsettled(await over.promise, reference);
  } catch (error) {
    if (ConversationError.is(error, 'closed'))
      return unsettled({ state: 'lost', message: connectionOver }, reference);
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
    for (const each of forget) each();
  }
}

/** Follows a job of an earlier session: what became of it meanwhile stands in the list of the NAS. */
export async function resumeJob(
  { rpc, ledger }: Pick<Parts, 'rpc' | 'ledger'>,
  reference: JobReference,
  { signal, progress }: JobRun,
): Promise<JobEnd> {
  const { id, method } = reference;
  const filter = id === undefined ? ['method', '=', method] : ['id', '=', numbered(id)];
  let job: string | undefined;
  try {
    const list = await rpc.call('core.get_jobs', [[filter]], { signal });
    const found = (Array.isArray(list) ? list : []).filter(isFields).find((each) => isSame(each, reference));
    job = found && keyOf(found['id']);
    if (!found || job === undefined) return { state: 'lost', message: forgotten };
    takeJob(ledger, found, undefined);
  } catch (error) {
    if (ConversationError.is(error, 'closed'))
      return { state: 'lost', message: connectionOver, unsettled: reference };
    throw error;
  }
  const over = Promise.withResolvers<JobEnd>();
  const forget = ledger.follow(job, ({ words, end }) => {
    if (words !== undefined) progress(words);
    if (end) over.resolve(end);
  });
  const giveUp = (): void => over.resolve(abandon(rpc, ledger, reference.call, job));
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return unsettled(await over.promise, () => reference);
  } finally {
    signal.removeEventListener('abort', giveUp);
    forget();
  }
}

/** The same id, method and time are the same job; without an id, the job that names our call is. */
function isSame(job: Fields, { id, method, started, call }: JobReference): boolean {
  if (named(job['method']) !== method) return false;
  const { message_ids: calls } = job;
  if (id === undefined) return Array.isArray(calls) && calls.includes(call);
  return keyOf(job['id']) === id && (started === undefined || startOf(job) === started);
}

function unsettled(end: JobEnd, reference: () => JobReference): JobEnd {
  return end.message === connectionOver ? { ...end, unsettled: reference() } : end;
}

/** Nobody waits for a job any more: it is aborted where it lets itself be. */
async function abandon(
  rpc: RpcConnection,
  ledger: JobLedger,
  call: string,
  id: string | undefined,
): Promise<JobEnd> {
  const job = ledger.open.find((each) => each.id === id || each.messages.includes(call));
  if (!job?.abortable) return { state: 'failed', message: goesOn };
  await rpc.call('core.job_abort', [numbered(job.id)]);
  return { state: 'aborted', message: aborted };
}
