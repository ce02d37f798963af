import { oneLine, text } from '../../../model/text.ts';
import { type ConnectionOperation, type OperationResult, refused, succeeded } from '../../operation.ts';
import type { TrueNasSession } from '../session/trueNasSession.ts';
import { explained, noConnection } from './runInstanceCall.ts';
import { encodeEjson } from '../ejson.ts';
import { numbered } from '../messages.ts';
import { redactTrueNas } from '../redact.ts';
import type { TrueNasSettings } from '../settings.ts';

type Run = Parameters<ConnectionOperation<TrueNasSettings, TrueNasSession>['run']>[0];

/** So much of an answer is said; all of it is in the log. */
const saidLength = 200;

/** Asks the NAS to abort a job. That it forgets the job does not mean that the work ends. */
export async function abortJob({ session, input, signal }: Run): Promise<OperationResult> {
  if (!session) return noConnection;
  const id = input['job'] ?? '';
  const job = session.openJobs.find((each) => each.id === id);
  if (!job) return refused(text('There is no open job {0}.', oneLine(id, 40)));
  if (!job.abortable) return refused(text('{0} cannot be aborted.', oneLine(job.description, 100)));
  return explained(async () => {
    await session.call('core.job_abort', [numbered(id)], signal);
    return succeeded(text('{0} is aborted; what it had begun may go on', oneLine(job.description, 100)));
  });
}

/** Any call; its answer is what was wanted. */
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
    return succeeded(text('Answered: {0}', oneLine(answer, saidLength)));
  });
}
