import { text } from '../../../model/text.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import type { JobEnd, JobRun } from './trueNasSession.ts';
import type { TaskNews } from '../../conversation/taskLedger.ts';
import { aborted, type JobLedger } from './jobLedger.ts';
import type { RpcConnection } from './rpcConnection.ts';
import { numbered } from '../messages.ts';

export const connectionOver = text('the connection ended before the job did; it may go on');
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
      } else over.resolve({ state: 'succeeded', message: text('–') });
    },
    (error: unknown) => over.reject(error),
  );
  try {
    return await over.promise;
  } catch (error) {
    if (ConversationError.is(error, 'closed')) return { state: 'lost', message: connectionOver };
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
    for (const each of forget) each();
  }
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
