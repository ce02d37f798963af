import { oneLine, text } from '../../../model/text.ts';
import {
  type ConnectionOperation,
  failed,
  type OperationResult,
  refused,
  succeeded,
} from '../../operation.ts';
import { isFields, named, shown } from '../../reading.ts';
import { detailOf, notDone } from '../messages.ts';
import { redactBedrock } from '../redact.ts';
import { afterAnswer, noConnection, outcomeOf, refusalIn, runCall, valueOf } from './calls.ts';
import type { BedrockSession } from '../session/bedrockSession.ts';
import { releaseTraitsOf, type ReleaseTraits } from '../release.ts';
import type { BedrockSettings } from '../settings.ts';

type Run = Parameters<ConnectionOperation<BedrockSettings, BedrockSession>['run']>[0];

/** Some calls changed their method with a release. */
export function methodsOf(session: BedrockSession | undefined): ReleaseTraits['methods'] {
  return (session?.release ?? releaseTraitsOf(undefined)).methods;
}

/** Installs a server; what is there already is overwritten only after a yes. */
export async function install(run: Run, name: string, version: string): Promise<OperationResult> {
  const { session, signal } = run;
  if (!session) return noConnection;
  const body = { server_name: name, server_version: version };
  const path = '/api/server/install';
  const done = text('{0} is installed', oneLine(name, 60));
  return outcomeOf(async () => {
    let answer = await session.call('POST', path, body, signal);
    const value = valueOf(answer);
    if (!refusalIn(answer, session) && isFields(value) && value['status'] === 'confirm_needed') {
      const yes = await run.ask({
        message: text('Overwrite {0} on {1}?', oneLine(name, 60), run.connectionName),
        detail: text('{0}', shown(value['message'])),
        action: text('Overwrite'),
        typed: name,
      });
      if (!yes) return refused(text('Nothing was changed.'));
      answer = await session.call('POST', path, { ...body, overwrite: true }, signal);
    }
    return await afterAnswer(session, answer, done, run);
  }, signal);
}

export function scanPlayers(run: Run): Promise<OperationResult> {
  const call = { method: methodsOf(run.session).scan, path: '/api/players/scan' };
  return runCall(run.session, { ...call, done: text('The logs were searched for players') }, run);
}

/** So much of an answer is said; all of it is in the log. */
const saidLength = 200;

/** Any call: its answer is what was wanted, and where it begins a task, the end of that. */
export async function anyRequest(
  run: Run,
  method: string,
  path: string,
  body: unknown,
): Promise<OperationResult> {
  const { session, signal } = run;
  if (!session) return noConnection;
  return outcomeOf(async () => {
    const answer = await session.call(method, path, body, signal);
    // Settings of the program hold the key of its tokens.
    const safe = redactBedrock(answer.text).text;
    run.output(`${safe}\n`);
    const value = valueOf(answer);
    const { task_id: task, status } = method !== 'GET' && isFields(value) ? value : {};
    if (named(task) !== undefined) return afterAnswer(session, answer, (words) => words, run);
    const said = oneLine(safe, saidLength);
    const refusal = refusalIn(answer, session);
    if (refusal) return refusal;
    if (named(status) !== undefined && status !== 'success') return failed(notDone(detailOf(value) ?? said));
    return succeeded(text('Answered {0}: {1}', answer.status, said === '' ? '–' : said));
  }, signal);
}
