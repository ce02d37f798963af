import { english, oneLine, text, unstopped, type Text } from '../../../model/text.ts';
import { HttpError } from '../../../wire/httpClient.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import { SessionError } from '../../session.ts';
import { failed, type OperationResult, refused, succeeded } from '../../operation.ts';
import { isFields, named, shown } from '../../reading.ts';
import type { BedrockSession, RestAnswer, TaskEnd } from '../session/bedrockSession.ts';
import { detailOf, isSkipped, notDone, unconfirmed } from '../messages.ts';

export const noConnection = refused(text('There is no open connection to the server.'));

interface Progress {
  readonly signal: AbortSignal;
  nextSession(after: BedrockSession): Promise<BedrockSession | undefined>;
  progress(message: Text): void;
  output(chunk: string): void;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Said where it went well. */
  readonly done: Text;
}

/** The path of a call about one server. */
export function serverPath(server: string, rest: string): string {
  return `/api/server/${encodeURIComponent(server)}/${rest}`;
}

/** Makes a call and waits for the end of the task that it begins, if it does. */
export async function runCall(
  session: BedrockSession | undefined,
  call: Call,
  run: Progress,
): Promise<OperationResult> {
  if (!session) return noConnection;
  return outcomeOf(async () => {
    const answer = await session.call(call.method, call.path, call.body, run.signal);
    return await afterAnswer(session, answer, call.done, run);
  }, run.signal);
}

/** Outcome of an answer: a refusal, a task to wait for, or done, in these words or in those of the task. */
export async function afterAnswer(
  session: BedrockSession,
  answer: RestAnswer,
  done: Text | ((words: Text) => Text),
  run: Progress,
): Promise<OperationResult> {
  const say = (words: Text): OperationResult => succeeded(typeof done === 'function' ? done(words) : done);
  const refusal = refusalIn(answer, session);
  if (refusal) return refusal;
  const value = valueOf(answer);
  const { task_id: task, status, message } = isFields(value) ? value : {};
  const id = named(task);
  const said = named(message) ?? '–';
  if (id === undefined)
    return status === 'success' ? say(text('{0}', oneLine(said, 300))) : failed(unconfirmed(said));
  run.progress(text('{0}', oneLine(said, 300)));
  const end = await endOfTask(session, id, run);
  if (end.outcome === 'succeeded') {
    run.output(`${english(end.message)}\n`);
    return say(end.message);
  }
  return failed(end.outcome === 'failed' ? end.message : text('How it ended is not known: {0}', end.message));
}

/** Waits for the end of a task over interruptions: the next session asks the server what became of it. */
async function endOfTask(first: BedrockSession, id: string, run: Progress): Promise<TaskEnd> {
  let session = first;
  for (;;) {
    const end = await session.taskEnd(id, run.signal);
    if (end.outcome !== 'interrupted') return end;
    run.progress(text('The connection broke; the server is asked when it is back'));
    const next = await run.nextSession(session);
    if (!next) return end;
    session = next;
  }
}

/** Reads something; rejects with words for people. For choices that are made from what there is. */
export async function askFor(
  session: BedrockSession | undefined,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  if (!session) return undefined;
  const answer = await session.call('GET', path, undefined, signal);
  const refusal = refusalIn(answer, session) ?? noData(answer);
  if (refusal) throw new ConversationError('refused', refusal.message);
  return valueOf(answer);
}

/** The same for an operation whose answer is what was wanted. */
export function answerWith(
  session: BedrockSession | undefined,
  path: string,
  run: Progress,
  say: (value: unknown) => Text,
): Promise<OperationResult> {
  if (!session) return Promise.resolve(noConnection);
  return outcomeOf(async () => {
    const answer = await session.call('GET', path, undefined, run.signal);
    return refusalIn(answer, session) ?? noData(answer) ?? succeeded(say(valueOf(answer)));
  }, run.signal);
}

export function sendCommand(
  session: BedrockSession | undefined,
  server: string,
  line: string,
  signal: AbortSignal,
): Promise<OperationResult> {
  const nothing = (): void => undefined;
  return runCall(
    session,
    {
      method: 'POST',
      path: serverPath(server, 'send_command'),
      body: { command: line },
      done: text('Sent to {0}; what it answers stands in its log only', oneLine(server, 60)),
    },
    { signal, nextSession: () => Promise.resolve(undefined), progress: nothing, output: nothing },
  );
}

/** Turns what a call rejects with into an outcome. */
export async function outcomeOf(
  run: () => Promise<OperationResult>,
  signal: AbortSignal,
): Promise<OperationResult> {
  try {
    return await run();
  } catch (error) {
    if (signal.aborted) return failed(text('Not waited for any longer; the server goes on with it.'));
    if (ConversationError.is(error)) return refused(error.text);
    if (HttpError.is(error) || error instanceof SessionError) return failed(error.text);
    throw error;
  }
}

export function valueOf({ body }: RestAnswer): unknown {
  return body.kind === 'json' ? body.value : undefined;
}

/** The failure of a question whose answer does not say that it is one. */
function noData(answer: RestAnswer): OperationResult | undefined {
  const value = valueOf(answer);
  const status = isFields(value) ? value['status'] : undefined;
  if (status === 'success') return undefined;
  const said = detailOf(value) ?? oneLine(answer.text, 100);
  return failed(text('The server did not answer what was asked: {0}', said === '' ? '–' : said));
}

/** Why the server did not do it, in words that say what would help. */
export function refusalIn(answer: RestAnswer, session: BedrockSession): OperationResult | undefined {
  const { status, body } = answer;
  const value = valueOf(answer);
  const said = detailOf(value) ?? '–';
  if (status >= 200 && status < 300) {
    if (body.kind === 'html')
      return failed(text('A web page ({0}) was answered instead of data.', shown(body.title)));
    if (isSkipped(value)) return failed(notDone(said));
    return isFields(value) && value['status'] === 'error'
      ? failed(text('{0}', oneLine(said, 300)))
      : undefined;
  }
  switch (status) {
    case 401:
      return refused(text('The server does not know this sign-in any more: {0}', said));
    case 403:
      return refused(
        text(
          'Not allowed: {0}. The role of this user is {1}; some commands are blocked for everybody.',
          unstopped(said),
          session.role ?? '–',
        ),
      );
    case 409:
      return refused(text('Not in this state: {0}', said));
    default:
      return status >= 500
        ? failed(text('The server failed ({0}): {1}', status, said))
        : refused(text('The server refused ({0}): {1}', status, said));
  }
}
