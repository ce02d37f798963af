import { oneLine, text } from '../../../model/text.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import {
  type ConnectionOperation,
  failed,
  type OperationResult,
  refused,
  succeeded,
} from '../../operation.ts';
import { isFields } from '../../reading.ts';
import type { TrueNasSession } from '../session/trueNasSession.ts';
import { explained, noConnection, resultOf, waitForJob } from './runInstanceCall.ts';
import { encodeEjson } from '../ejson.ts';
import { numbered } from '../messages.ts';
import { redactTrueNas } from '../redact.ts';
import type { TrueNasSettings } from '../settings.ts';

type Run = Parameters<ConnectionOperation<TrueNasSettings, TrueNasSession>['run']>[0];

/** So much of an answer is said; all of it is in the log. */
const saidLength = 200;

/**
 * Asks the NAS to abort a job, and waits until the job says that it was. That the NAS forgets the job does not mean that
 * the work ends.
 */
export async function abortJob(run: Run): Promise<OperationResult> {
  const { session, input, signal } = run;
  if (!session) return noConnection;
  const id = input['job'] ?? '';
  const job = session.openJobs.find((each) => each.id === id);
  if (!job) return refused(text('There is no open job {0}.', oneLine(id, 40)));
  const name = oneLine(job.description, 100);
  if (!job.abortable) return refused(text('{0} cannot be aborted.', name));
  return explained(async () => {
    await session.call('core.job_abort', [numbered(id)], signal);
    const reference = {
      id,
      method: job.method,
      call: '',
      ...(job.started === 0 ? {} : { started: job.started }),
    };
    const { end } = await waitForJob(run, session, reference);
    switch (end.state) {
      case 'aborted':
        return succeeded(text('{0} is aborted; what it had begun may go on', name));
      case 'succeeded':
        return failed(text('{0} was done before it could be aborted', name));
      case 'failed':
        return failed(text('{0} had failed before it could be aborted: {1}', name, end.message));
      case 'lost':
        return failed(text('How {0} ended is not known: {1}', name, end.message));
    }
  });
}

/** Any call: its answer is what was wanted, and where it begins a job, the end of that. */
export async function request(
  run: Run,
  method: string,
  params: readonly unknown[],
): Promise<OperationResult> {
  const { session, signal } = run;
  if (!session) return noConnection;
  return explained(async () => {
    const result = await session.call(method, params, signal);
    const answer = redactTrueNas(JSON.stringify(encodeEjson(result)) || 'null').text;
    run.output(`${answer}\n`);
    const answered = succeeded(text('Answered: {0}', oneLine(answer, saidLength)));
    // Up to 24.10 and over the older protocol a job answers with its id, a number like others.
    if (typeof result !== 'number' || !(await isJob(session, result, method, signal))) return answered;
    run.progress(text('Job {0} does it', result));
    const { end } = await waitForJob(run, session, { id: String(result), method, call: '' });
    if (end.log !== undefined) run.output(`${end.log}\n`);
    return resultOf(end, text('Job {0} is done: {1}', result, end.message));
  });
}

/** Whether the NAS has a job of this id that does the call. A user who may not see jobs began none. */
async function isJob(
  session: TrueNasSession,
  id: number,
  method: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const list = await session.call('core.get_jobs', [[['id', '=', id]]], signal);
    return (Array.isArray(list) ? list : []).some((job) => isFields(job) && job['method'] === method);
  } catch (error) {
    if (ConversationError.is(error, 'refused')) return false;
    throw error;
  }
}
