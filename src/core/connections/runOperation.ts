import type { Clock } from '../model/clock.ts';
import { liveTimeline } from '../model/event.ts';
import { subjectOf, type Instance } from '../model/instance.ts';
import { type Text, english, errorWords, oneLine, text } from '../model/text.ts';
import type { Pipeline } from '../journal/pipeline.ts';
import type { ControlFact } from '../journal/control.ts';
import { redactText } from '../systems/redaction.ts';
import type {
  AnyOperation,
  ConnectionOperation,
  OperationInput,
  OperationResult,
  Question,
} from '../systems/operation.ts';
import type { AnySystem } from '../systems/system.ts';
import type { ConnectionSettings } from '../systems/settings.ts';
import type { Session } from '../systems/session.ts';

export interface RunOperation {
  readonly id: string;
  readonly connection: ConnectionSettings;
  readonly system: AnySystem;
  readonly operation: AnyOperation;
  /** Target of the operation; absent where it is the connection itself. */
  readonly instance: Instance | undefined;
  readonly session: Session | undefined;
  readonly input: OperationInput;
  readonly pipeline: Pipeline;
  /** The live one where none is named. */
  readonly timeline?: string;
  readonly clock: Clock;
  readonly host: string;
  /** The name of the window in which it was asked for. */
  readonly window: string;
  /** The name of the window that it runs in, where that is another. */
  readonly runner?: string;
  readonly signal: AbortSignal;
  /** Waits for the session that follows this one; without it, an operation ends with its session. */
  readonly nextSession?: (after: Session, signal: AbortSignal) => Promise<Session | undefined>;
  ask(question: Question): Promise<boolean>;
  /** A line for the log. */
  log(line: string): void;
}

/** Runs an operation with everything about it in the journal: asked, progress, output, outcome. It is a task there. */
export async function runOperation(run: RunOperation): Promise<OperationResult> {
  const { id, operation, instance, connection, pipeline, input, session } = run;
  if (operation.target === 'instance' && !instance)
    return { outcome: 'refused', message: text('{0} needs an instance', operation.id) };
  const say = (message: ControlFact): void => {
    pipeline.control(
      {
        timeline: run.timeline ?? liveTimeline,
        connection: connection.id,
        system: run.system.id,
        host: run.host,
        receivedAt: run.clock.now(),
        correlation: id,
      },
      message,
    );
  };
  const subject = instance ? subjectOf(instance) : {};
  const title = titleOf(run);
  const { window, runner } = run;
  const who = { window, ...(runner === undefined ? {} : { runner }) };
  say({ type: 'operation.asked', id, operation: operation.id, title, ...who, ...subject });
  run.log(english(title));
  const onAbort = (): void => say({ type: 'operation.cancelling', id });
  run.signal.addEventListener('abort', onAbort, { once: true });
  let result: OperationResult;
  const wrong = wrongInput(run);
  try {
    const common: Parameters<ConnectionOperation<ConnectionSettings>['run']>[0] = {
      settings: connection,
      connectionName: connection.name,
      session,
      input,
      signal: run.signal,
      nextSession: async (after) => run.nextSession?.(after, run.signal),
      ask: (question) => run.ask(question),
      progress(message) {
        say({ type: 'operation.progress', id, message });
        run.log(english(message));
      },
      output(chunk) {
        const safe = redactText(chunk);
        say({ type: 'operation.output', id, text: safe });
        for (const line of safe.split('\n')) if (line.trim() !== '') run.log(oneLine(line));
      },
    };
    if (wrong) result = { outcome: 'refused', message: wrong };
    else if (operation.target === 'connection') result = await operation.run(common);
    else if (instance) result = await operation.run({ ...common, instance });
    else throw new Error('there is an instance');
  } catch (error) {
    const reason = errorWords(error);
    result = { outcome: 'failed', message: text('an unexpected error: {0}', reason) };
  }
  run.signal.removeEventListener('abort', onAbort);
  const outcome = run.signal.aborted && result.outcome !== 'succeeded' ? 'cancelled' : result.outcome;
  say({
    type: 'operation.finished',
    id,
    operation: operation.id,
    ...subject,
    outcome,
    message: result.message,
  });
  run.log(english(result.message));
  return result;
}

/** Problem of the first wrong input. Checked again because not every caller has shown the forms. */
function wrongInput({ operation, input, session }: RunOperation): Text | undefined {
  for (const asked of operation.inputs ?? []) {
    if (!('check' in asked) || asked.when?.(input) === false) continue;
    const wrong = asked.check(input[asked.field] ?? '', session);
    if (wrong) return wrong;
  }
  return undefined;
}

/** Title of the task of an operation. */
export function titleOf({
  operation,
  instance,
  input,
}: Pick<RunOperation, 'operation' | 'instance' | 'input'>): Text {
  if (operation.target === 'connection') return operation.progressTitle(input);
  return instance ? operation.progressTitle(instance) : text('{0}', operation.id);
}
