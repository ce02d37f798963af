import { randomUUID } from 'node:crypto';
import { commands, l10n, window, type QuickPickItem } from 'vscode';
import { liveTimeline } from '../../core/model/event.ts';
import { findInstance, instancesOf } from '../../core/model/fleet.ts';
import type { Instance } from '../../core/model/instance.ts';
import { lifecycle } from '../../core/model/lifecycle.ts';
import type { Task } from '../../core/model/task.ts';
import { oneLine } from '../../core/model/text.ts';
import type { Connection } from '../../core/connections/connection.ts';
import { connectionOffers, instanceOffers } from '../../core/connections/offers.ts';
import type { AnyOperation, OperationInput, Question } from '../../core/systems/operation.ts';
import { whyNotOffered } from '../../core/connections/whyNotOffered.ts';
import { addConnectionAction } from '../connections/noConnection.ts';
import { commandId, operationCommandId } from '../contributions/commandIds.ts';
import type { Row } from '../tree/treeItems.ts';
import { agreed, isTrusted, showInformation } from '../showMessage.ts';
import { AskedOperations, isOfRow } from './askedOperations.ts';
import { operationTitles } from './operationTitles.ts';
import { askInputs, confirmed, withHost } from './questions.ts';
import { momentWords } from '../travel/moment.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Something that would be done now: an operation with what it is done to. */
interface Candidate {
  readonly connection: Connection;
  readonly operation: AnyOperation;
  /** Undefined for an operation on the connection as a whole. */
  readonly instance: Instance | undefined;
}

/**
 * One command per verb for every system: it asks the operations themselves what is on offer, picks the instances (the
 * clicked ones, the selected ones, or a list to choose from), asks the question, and runs.
 */
export class Operations {
  readonly #runtime: Runtime;
  /** Titles of the operations' commands, by the ids of the operations. */
  readonly #titles: ReadonlyMap<string, string>;
  readonly #asked = new AskedOperations();

  constructor(runtime: Runtime, selection: () => readonly Row[]) {
    this.#runtime = runtime;
    this.#titles = operationTitles(runtime.context.extension.packageJSON);
    for (const verb of this.#titles.keys()) {
      runtime.scope.add(
        commands.registerCommand(operationCommandId(verb), (clicked?: Row, selected?: readonly Row[]) =>
          this.#perform(verb, clicked ? (selected ?? [clicked]) : selection(), clicked !== undefined),
        ),
      );
    }
  }

  /** Ends what was started here; for a task of the system itself, asks it to end that. */
  async cancel(task: Task): Promise<void> {
    const { runs, otherWindows } = this.#runtime;
    if (runs.cancel(task.id) || otherWindows.cancel(task)) return;
    const connection = this.#runtime.connections.get(task.connection);
    const way = task.systemId === undefined ? undefined : connection?.system.cancelTask?.(task.systemId);
    if (!connection || !way) return;
    const { system, settings, reach } = connection;
    const operation = connectionOffers(system, settings, reach).find(({ id }) => id === way.operation);
    if (!operation) return;
    const candidate = { connection, instance: undefined, operation };
    const question = this.#question(candidate, way.input);
    if (!question || (await confirmed(question))) await this.#run(candidate, way.input);
  }

  async #perform(verb: string, rows: readonly Row[], clicked: boolean): Promise<void> {
    if (!isTrusted(l10n.t('Game servers are operated only in a trusted workspace.'))) return;
    if (this.#isInPast()) return;
    const offered = this.#candidates(verb, rows);
    if (offered.length === 0) this.#sayWhyNot(verb, rows);
    const candidates = clicked ? offered : await this.#choose(verb, offered);
    if (candidates.length === 0) return;
    const input = await this.#input(verb, candidates);
    if (!input) return;
    await this.#confirmAndRun(verb, candidates, input);
  }

  canRetry(task: Task): boolean {
    return this.#asked.canRetry(task);
  }

  /** Does the same again with the same input, after the same question. */
  async retry(tasks: readonly Task[]): Promise<void> {
    if (!isTrusted(l10n.t('Game servers are operated only in a trusted workspace.'))) return;
    if (this.#isInPast()) return;
    for (const asked of this.#asked.together(tasks)) {
      const [{ verb, input } = { verb: '', input: {} }] = asked;
      const rows = asked.map(({ row }) => row);
      // An instance that is gone stands for no other.
      const candidates = this.#candidates(verb, rows).filter((candidate) =>
        rows.some((row) => isOfRow(candidate, row)),
      );
      if (candidates.length === 0) this.#sayWhyNot(verb, rows);
      else await this.#confirmAndRun(verb, candidates, input);
    }
  }

  async #confirmAndRun(verb: string, candidates: readonly Candidate[], input: OperationInput): Promise<void> {
    // Last, so that the answer is about all that will happen.
    if (!(await this.#confirmed(verb, candidates, input))) return;
    await Promise.all(candidates.map((candidate) => this.#run(candidate, input)));
  }

  /** Whether a moment of the past is on screen, where nothing is operated; tells the user the way back. */
  #isInPast(): boolean {
    const { moment } = this.#runtime.travel;
    if (!moment) return false;
    const message = l10n.t(
      'Nothing is operated in the past: the tree shows the fleet as of {0}. Go back to now first.',
      momentWords(moment.place.at),
    );
    const back = { [l10n.t('Back to Now')]: () => commands.executeCommand(commandId('backToNow')) };
    showInformation(message, back);
    return true;
  }

  /** Of the given rows, or of everything where none is given, what offers the verb now. */
  #candidates(verb: string, rows: readonly Row[]): Candidate[] {
    const { connections, pipeline, timelines } = this.#runtime;
    const fleet = pipeline.fleet(timelines.base);
    const there = connections.on(timelines.base);
    const chosen = rows.flatMap((row) => (row.row === 'instance' ? (findInstance(fleet, row) ?? []) : []));
    const instances = chosen.length > 0 ? chosen : there.flatMap(({ id }) => instancesOf(fleet, id));
    const ofInstances = instances.flatMap((instance): Candidate[] => {
      const connection = connections.get(instance.connection);
      if (!connection) return [];
      const operation = instanceOffers(
        connection.system,
        connection.settings,
        instance,
        connection.reach,
      ).find(({ id }) => id === verb);
      return operation ? [{ connection, instance, operation }] : [];
    });
    const clicked = new Set(rows.map((row) => (row.row === 'connection' ? row.id : row.connection)));
    const ofConnections = there.flatMap((connection): Candidate[] => {
      if (clicked.size > 0 && !clicked.has(connection.id)) return [];
      const operation = connectionOffers(connection.system, connection.settings, connection.reach).find(
        ({ id }) => id === verb,
      );
      return operation ? [{ connection, instance: undefined, operation }] : [];
    });
    return [...ofInstances, ...ofConnections];
  }

  #sayWhyNot(verb: string, rows: readonly Row[]): void {
    const { connections, pipeline, timelines } = this.#runtime;
    const fleet = pipeline.fleet(timelines.base);
    const ids = new Set(rows.map((row) => (row.row === 'connection' ? row.id : row.connection)));
    const meant = connections.on(timelines.base).filter(({ id }) => ids.size === 0 || ids.has(id));
    const chosen = rows.flatMap((row) => (row.row === 'instance' ? (findInstance(fleet, row) ?? []) : []));
    const sought = { title: this.#title(verb), operation: verb, connections: meant, chosen };
    const { message, remedy } = whyNotOffered(sought, fleet);
    const connect = {
      [l10n.t('Connect')]: () =>
        meant.length === 1 ? meant[0]?.reconnectNow() : commands.executeCommand(commandId('reconnect')),
    };
    const actions = { add: addConnectionAction(), connect };
    showInformation(translate(message), remedy && actions[remedy]);
  }

  async #choose(verb: string, offered: readonly Candidate[]): Promise<readonly Candidate[]> {
    if (offered.length === 0) return [];
    const title = this.#title(verb);
    // One connection needs no choice; one instance does, because it would be done to it at once.
    if (offered.length === 1 && offered[0]?.instance === undefined) return offered;
    const items = offered.map((candidate): QuickPickItem & { candidate: Candidate } => {
      const { name } = candidate.connection.settings;
      if (!candidate.instance)
        return { candidate, label: oneLine(name, 100), description: candidate.connection.system.label };
      const state = translate(lifecycle[candidate.instance.state].label);
      return {
        candidate,
        label: oneLine(candidate.instance.name, 100),
        description: `${state} · ${name}`,
      };
    });
    const picked = await window.showQuickPick(items, {
      title,
      placeHolder: offered[0]?.instance ? l10n.t('Which instance?') : l10n.t('Which connection?'),
      matchOnDescription: true,
    });
    return picked ? [picked.candidate] : [];
  }

  async #confirmed(verb: string, candidates: readonly Candidate[], input: OperationInput): Promise<boolean> {
    const questions = candidates.flatMap((candidate) => this.#question(candidate, input) ?? []);
    const [first] = questions;
    if (!first) return true;
    // A name is typed for each instance on its own.
    const typed = questions.filter((question) => question.typed !== undefined);
    for (const question of typed) if (!(await confirmed(question))) return false;
    if (typed.length > 0) return true;
    if (questions.length === 1) return confirmed(first);
    const action = translate(first.action);
    const names = candidates.map(
      ({ instance, connection }) => `${oneLine(instance?.name ?? '', 60)} · ${connection.settings.name}`,
    );
    const message = l10n.t('{0} {1} instances?', this.#title(verb), questions.length);
    const detail = `${translate(first.detail)}\n\n${names.join('\n')}`;
    return agreed(message, detail, action);
  }

  /** Asks for the operation's input, the same for all of a selection; undefined where the user turned back. */
  async #input(verb: string, candidates: readonly Candidate[]): Promise<OperationInput | undefined> {
    const [first] = candidates;
    const inputs = first?.operation.inputs ?? [];
    if (!first || inputs.length === 0) return {};
    if (candidates.length > 1 && inputs.some((input) => 'options' in input)) {
      showInformation(l10n.t('This is done to one instance at a time.'));
      return undefined;
    }
    const { operation, instance, connection } = first;
    const { settings, session } = connection;
    const title =
      operation.target === 'instance' && instance
        ? translate(operation.progressTitle(instance))
        : `${this.#title(verb)} · ${connection.settings.name}`;
    const other = { connection, operation, instance };
    const { otherWindows } = this.#runtime;
    return askInputs(title, inputs, {
      settings,
      instance,
      session,
      ...(connection.state === 'elsewhere'
        ? {
            elsewhere: {
              choices: (field, given, signal) => otherWindows.choices({ ...other, field, given }, signal),
              firstValue: (field, given, signal) =>
                otherWindows.firstValue({ ...other, field, given }, signal),
            },
          }
        : {}),
    });
  }

  async #run(candidate: Candidate, input: OperationInput): Promise<void> {
    const { runs, otherWindows, window } = this.#runtime;
    const { connection, operation } = candidate;
    const order = { ...candidate, input };
    const id = randomUUID();
    this.#asked.remember(id, order);
    const result =
      connection.state === 'elsewhere'
        ? await otherWindows.run(order, id)
        : await runs.run(order, { id, window, ask: confirmed });
    if (operation.answers && result.outcome === 'succeeded') showInformation(translate(result.message));
  }

  #title(verb: string): string {
    return this.#titles.get(verb) ?? verb;
  }

  #question({ operation, instance, connection }: Candidate, input: OperationInput): Question | undefined {
    const { settings, session, timeline } = connection;
    // Nobody plays on a simulated server; what destroys is asked about there too.
    if (timeline !== liveTimeline && operation.effect === 'interrupts') return undefined;
    const question =
      operation.target === 'connection'
        ? operation.confirm?.(input, settings.name, session)
        : instance && operation.confirm?.(instance, settings.name);
    return question && withHost(question, connection, this.#runtime.host);
  }
}
