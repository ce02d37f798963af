import { randomUUID } from 'node:crypto';
import { l10n, ProgressLocation, window } from 'vscode';
import {
  severalQuestion,
  severalSummary,
  severalTitle,
  type NamedServer,
  type ServerOutcome,
} from '../../core/connections/severalServers.ts';
import { isAborted } from '../../core/model/abort.ts';
import { text } from '../../core/model/text.ts';
import type { OperationInput, OperationResult, Question } from '../../core/systems/operation.ts';
import { agreed, showError, showInformation, type Actions } from '../showMessage.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';
import type { Candidate } from './performOperation.ts';

/** Servers that are operated at the same time: a machine that starts fifty at once serves none of them. */
const mostAtOnce = 4;

/** An operation that is done to several servers. */
export interface Several {
  /** Title of its command. */
  readonly title: string;
  readonly candidates: readonly (Candidate & { readonly instance: NonNullable<Candidate['instance']> })[];
  /** Servers that were chosen and do not offer it. */
  readonly leftOut: readonly NamedServer[];
}

function namedServer({ instance, connection }: Several['candidates'][number]): NamedServer {
  const { name, state, players } = instance;
  return { name, state, players, connection: connection.settings.name };
}

/** Asks once for all; nothing is asked where none of them asks. */
export async function askSeveral(
  { title, candidates, leftOut }: Several,
  questionOf: (candidate: Candidate) => Question | undefined,
): Promise<boolean> {
  const asked = candidates.flatMap((candidate) => {
    const question = questionOf(candidate);
    return question ? [{ server: namedServer(candidate), question }] : [];
  });
  const [first] = asked;
  const effect = candidates[0]?.operation.effect;
  if (!first || !effect) return true;
  const { message, details } = severalQuestion({
    title,
    effect,
    servers: candidates.map(namedServer),
    details: asked.map(({ server, question }) => ({ server, detail: question.detail })),
    leftOut,
  });
  return agreed(translate(message), details.map(translate).join('\n\n'), translate(first.question.action));
}

interface SeveralActions {
  /** Called as the task of one begins. */
  readonly begun: (id: string, candidate: Candidate) => void;
  readonly retry: (failed: Several['candidates']) => unknown;
}

/** Runs it on all of them with one progress, and tells what failed; `retry` does it again to those. */
export async function runSeveral(
  runtime: Runtime,
  several: Several,
  input: OperationInput,
  { begun, retry }: SeveralActions,
): Promise<void> {
  const { title, candidates, leftOut } = several;
  const outcomes = await withProgress(runtime, several, input, begun);
  const summary = severalSummary({
    title,
    outcomes,
    leftOut,
    answers: candidates.some(({ operation }) => operation.answers === true),
  });
  if (!summary) return;
  const message = translate(summary.message);
  if (!summary.hasFailed) {
    showInformation(message);
    return;
  }
  const failed = candidates.filter((_, i) => ['failed', 'refused'].includes(outcomes[i]?.outcome ?? ''));
  const actions: Actions = { [l10n.t('Retry Failed')]: () => retry(failed) };
  showError(message, actions);
}

function withProgress(
  runtime: Runtime,
  { title, candidates }: Several,
  input: OperationInput,
  begins: SeveralActions['begun'],
): Promise<readonly ServerOutcome[]> {
  const servers = candidates.map(namedServer);
  const options = {
    location: ProgressLocation.Notification,
    title: translate(severalTitle(title, servers)),
    cancellable: true,
  };
  const run = async (
    progress: { report(step: { readonly message: string; readonly increment?: number }): void },
    cancelled: { onCancellationRequested(run: () => void): unknown },
  ): Promise<readonly ServerOutcome[]> => {
    const ids = candidates.map(() => randomUUID());
    const begun = new Set<string>();
    const abort = new AbortController();
    cancelled.onCancellationRequested(() => {
      abort.abort();
      for (const id of begun) cancel(runtime, id);
    });
    let ended = 0;
    const tell = (increment: number): void =>
      progress.report({ message: l10n.t('{0} of {1}', ended, candidates.length), increment });
    tell(0);
    return eachAtOnce(candidates, async (candidate, i): Promise<ServerOutcome> => {
      const server = namedServer(candidate);
      const id = ids[i] ?? randomUUID();
      if (isAborted(abort.signal)) return { server, outcome: 'cancelled', message: text('Not begun') };
      begun.add(id);
      begins(id, candidate);
      const { outcome, message } = await runOne(runtime, candidate, input, id);
      begun.delete(id);
      ended += 1;
      tell(100 / candidates.length);
      const isCancelled = isAborted(abort.signal) && outcome !== 'succeeded';
      return { server, outcome: isCancelled ? 'cancelled' : outcome, message };
    });
  };
  return Promise.resolve(window.withProgress(options, run));
}

function runOne(
  { runs, otherWindows, window: here }: Runtime,
  candidate: Candidate,
  input: OperationInput,
  id: string,
): Promise<OperationResult> {
  runs.together.add(id);
  const order = { ...candidate, input };
  if (candidate.connection.state === 'elsewhere') return otherWindows.run(order, id);
  return runs.run(order, {
    id,
    window: here,
    ask: async (question) => (await import('./questions.ts')).confirmed(question),
  });
}

function cancel({ runs, otherWindows, pipeline, timelines }: Runtime, id: string): void {
  if (runs.cancel(id)) return;
  const task = pipeline.fleet(timelines.base).tasks.get(id);
  if (task) otherWindows.cancel(task);
}

/** Results of all, in their order; a few are at work at the same time. */
async function eachAtOnce<Item, Result>(
  items: readonly Item[],
  run: (item: Item, place: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [place, item] of queue) results.set(place, await run(item, place));
  };
  await Promise.all(Array.from({ length: mostAtOnce }, work));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
