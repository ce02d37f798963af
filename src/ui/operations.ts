import { randomUUID } from 'node:crypto';
import { commands, l10n, window, workspace, type QuickPickItem } from 'vscode';
import { liveTimeline } from '../core/model/event.ts';
import { findInstance, instancesOf } from '../core/model/fleet.ts';
import type { Instance } from '../core/model/instance.ts';
import { lifecycle } from '../core/model/lifecycle.ts';
import type { Task } from '../core/model/task.ts';
import { oneLine } from '../core/model/text.ts';
import type { Connection } from '../core/connections/connection.ts';
import { runOperation } from '../core/connections/runOperation.ts';
import type { AnyOperation, Question } from '../core/systems/system.ts';
import { systemClock } from '../core/model/clock.ts';
import { commandId, verbIds, verbs, type Verb } from './contributions/commands.ts';
import type { Row } from './instanceItems.ts';
import { showInformation } from './messages.ts';
import type { Runtime } from './runtime.ts';
import { translate } from './translate.ts';

/** The user turned back. */
const cancelled = Symbol('cancelled');

interface Candidate {
  readonly connection: Connection;
  readonly instance: Instance;
  readonly operation: AnyOperation;
}

/**
 * One command per verb for every system: it asks the operations themselves what is on offer, picks the instances (the
 * clicked ones, the selected ones, or a list to choose from), asks the question, and runs.
 */
export class Operations {
  readonly #runtime: Runtime;
  readonly #running = new Map<string, AbortController>();

  constructor(runtime: Runtime, selection: () => readonly Row[]) {
    this.#runtime = runtime;
    for (const verb of verbIds) {
      runtime.scope.add(
        commands.registerCommand(commandId(verb), (clicked?: Row, selected?: readonly Row[]) =>
          this.#perform(verb, clicked ? (selected ?? [clicked]) : selection(), clicked !== undefined),
        ),
      );
    }
    runtime.scope.defer(() => {
      for (const abort of this.#running.values()) abort.abort();
    });
  }

  /** Ends the program of a task that was started here. */
  cancel(task: Task): void {
    this.#running.get(task.localId)?.abort();
  }

  async #perform(verb: Verb, rows: readonly Row[], clicked: boolean): Promise<void> {
    if (!workspace.isTrusted) {
      showInformation(l10n.t('Game servers are operated only in a trusted workspace.'), {
        [l10n.t('Manage Workspace Trust')]: () => commands.executeCommand('workbench.trust.manage'),
      });
      return;
    }
    const offered = this.#candidates(verb, rows);
    const candidates = clicked && offered.length > 0 ? offered : await this.#choose(verb, offered);
    if (candidates.length === 0) return;
    const input = await this.#input(candidates);
    if (input === cancelled) return;
    // Last, so that the answer is about all that will happen.
    if (!(await this.#confirmed(verb, candidates))) return;
    await Promise.all(candidates.map((candidate) => this.#run(candidate, input)));
  }

  /** Of the given rows, or of everything where none is given, what offers the verb now. */
  #candidates(verb: Verb, rows: readonly Row[]): Candidate[] {
    const { connections, pipeline } = this.#runtime;
    const fleet = pipeline.fleet(liveTimeline);
    const chosen = rows.flatMap((row) => (row.row === 'instance' ? (findInstance(fleet, row) ?? []) : []));
    const instances =
      chosen.length > 0 ? chosen : connections.connections.flatMap(({ id }) => instancesOf(fleet, id));
    return instances.flatMap((instance) => {
      const connection = connections.get(instance.connection);
      const operation = connection?.system.operations.find(
        (o) => o.id === verb && o.when(instance, connection.settings),
      );
      return connection && operation ? [{ connection, instance, operation }] : [];
    });
  }

  async #choose(verb: Verb, offered: readonly Candidate[]): Promise<readonly Candidate[]> {
    const title = l10n.t(verbs[verb].title);
    if (offered.length === 0) {
      showInformation(l10n.t('{0}: no instance can do this now.', title));
      return [];
    }
    const items = offered.map((candidate): QuickPickItem & { candidate: Candidate } => ({
      candidate,
      label: oneLine(candidate.instance.name, 100),
      description: `${translate(lifecycle[candidate.instance.state].label)} · ${candidate.connection.settings.name}`,
    }));
    const picked = await window.showQuickPick(items, {
      title,
      placeHolder: l10n.t('Which instance?'),
      matchOnDescription: true,
    });
    return picked ? [picked.candidate] : [];
  }

  async #confirmed(verb: Verb, candidates: readonly Candidate[]): Promise<boolean> {
    const questions = candidates.flatMap(
      ({ operation, instance, connection }) => operation.confirm?.(instance, connection.settings.name) ?? [],
    );
    const [first] = questions;
    if (!first) return true;
    const typed = questions.filter((question) => question.typed !== undefined);
    for (const question of typed) if (!(await this.#typed(question))) return false;
    if (typed.length > 0) return true;
    const action = translate(first.action);
    const message =
      questions.length === 1
        ? translate(first.message)
        : l10n.t('{0} {1} instances?', l10n.t(verbs[verb].title), questions.length);
    const names = candidates.map(
      ({ instance, connection }) => `${oneLine(instance.name, 60)} · ${connection.settings.name}`,
    );
    const detail =
      questions.length === 1 ? translate(first.detail) : `${translate(first.detail)}\n\n${names.join('\n')}`;
    return (await window.showWarningMessage(message, { modal: true, detail }, action)) === action;
  }

  /** What destroys is asked for one by one, and the name has to be typed. */
  async #typed({ message, detail, typed = '' }: Question): Promise<boolean> {
    const answer = await window.showInputBox({
      title: translate(message),
      prompt: translate(detail),
      placeHolder: oneLine(typed, 100),
      ignoreFocusOut: true,
      // Nothing typed yet is no mistake: then the question itself is what has to be read.
      validateInput: (value) =>
        value === typed || value === '' ? undefined : l10n.t('This is not the name. {0}', translate(detail)),
    });
    return answer === typed;
  }

  /** The one line that an operation needs, the same for all of a selection. */
  async #input(candidates: readonly Candidate[]): Promise<string | undefined | typeof cancelled> {
    const [first] = candidates;
    const wanted = first?.operation.input;
    if (!first || !wanted) return undefined;
    const title = translate(first.operation.progressTitle(first.instance));
    if ('check' in wanted) {
      const answer = await window.showInputBox({
        title,
        prompt: translate(wanted.prompt),
        placeHolder: translate(wanted.placeholder),
        validateInput: (value) => {
          const wrong = wanted.check(value);
          return wrong && translate(wrong);
        },
      });
      return answer ?? cancelled;
    }
    if (candidates.length > 1) {
      showInformation(l10n.t('This is done to one instance at a time.'));
      return cancelled;
    }
    const options = await wanted.options(
      first.connection.settings,
      first.instance,
      AbortSignal.timeout(30_000),
    );
    if (options.length === 0) {
      showInformation(translate(wanted.none));
      return cancelled;
    }
    const picked = await window.showQuickPick(options, { title, placeHolder: translate(wanted.prompt) });
    return picked ?? cancelled;
  }

  async #run({ connection, instance, operation }: Candidate, input: string | undefined): Promise<void> {
    const { pipeline, channel, host } = this.#runtime;
    const id = randomUUID();
    const abort = new AbortController();
    this.#running.set(id, abort);
    try {
      const result = await runOperation({
        id,
        connection: connection.settings,
        system: connection.system,
        operation,
        instance,
        input,
        pipeline,
        clock: systemClock,
        host,
        signal: abort.signal,
        log: (line) => {
          channel.info(`[${connection.settings.name}] ${line}`);
        },
      });
      if (operation.silent) connection.refresh();
      if (operation.answers && result.outcome === 'succeeded') showInformation(translate(result.message));
    } finally {
      this.#running.delete(id);
    }
  }
}
