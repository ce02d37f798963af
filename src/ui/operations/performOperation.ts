import { randomUUID } from 'node:crypto';
import { commands, l10n, window, type QuickPickItem } from 'vscode';
import { liveTimeline } from '../../core/model/event.ts';
import { findInstance, instancesOf } from '../../core/model/fleet.ts';
import { instanceId, instanceRef, type Instance } from '../../core/model/instance.ts';
import { lifecycle } from '../../core/model/lifecycle.ts';
import type { Task } from '../../core/model/task.ts';
import { oneLine } from '../../core/model/text.ts';
import type { Connection } from '../../core/connections/connection.ts';
import { connectionOffers, instanceOffers } from '../../core/connections/offers.ts';
import type { AnyOperation, OperationInput, Question } from '../../core/systems/operation.ts';
import { leftOutText, type NamedServer } from '../../core/connections/severalServers.ts';
import { whyNotOffered } from '../../core/connections/whyNotOffered.ts';
import { addConnectionAction } from '../connections/noConnection.ts';
import { commandId } from '../contributions/commandIds.ts';
import type { Row } from '../tree/treeItems.ts';
import { isTrusted, showInformation } from '../showMessage.ts';
import { AskedOperations } from './askedOperations.ts';
import { askInputs } from './askInputs.ts';
import { confirmed, withHost } from './questions.ts';
import { momentWords } from '../travel/moment.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Something that would be done now: an operation with what it is done to. */
export interface Candidate {
  readonly connection: Connection;
  readonly operation: AnyOperation;
  /** Undefined for an operation on the connection as a whole. */
  readonly instance: Instance | undefined;
}

/**
 * Asks the operations themselves what is on offer, picks the instances (the clicked ones, the selected ones, or a list to
 * choose from), asks the question, and runs. Loaded with the first operation.
 */
export class OperationPerformer {
  readonly asked = new AskedOperations();
  readonly #runtime: Runtime;
  /** Titles of the operations' commands, by the ids of the operations. */
  readonly #titles: ReadonlyMap<string, string>;

  constructor(runtime: Runtime, titles: ReadonlyMap<string, string>) {
    this.#runtime = runtime;
    this.#titles = titles;
  }

  /** Asks the system to end a task of its own. */
  async cancel(task: Task): Promise<void> {
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

  /** Does the same again with the same input, after the same question. */
  async retry(tasks: readonly Task[]): Promise<void> {
    for (const asked of this.asked.together(tasks)) {
      const [{ verb, input } = { verb: '', input: {} }] = asked;
      await this.perform(
        verb,
        asked.map(({ row }) => row),
        true,
        input,
      );
    }
  }

  /** Does it to the rows that were clicked, or lets the user choose among those that are selected, or among all. */
  async perform(verb: string, rows: readonly Row[], clicked: boolean, given?: OperationInput): Promise<void> {
    if (!isTrusted(l10n.t('Game servers are operated only in a trusted workspace.'))) return;
    if (this.#isInPast()) return;
    const meant = rows.filter(({ row }) => row !== 'detail');
    const offered = this.#candidates(verb, meant);
    if (offered.length === 0) this.#sayWhyNot(verb, meant);
    const candidates = clicked ? offered : await this.#choose(verb, offered);
    const [first] = candidates;
    if (!first) return;
    if (candidates.length > 1 && !isForSeveral(candidates)) {
      showInformation(l10n.t('This is done to one instance at a time.'));
      return;
    }
    const input = given ?? (await this.#input(verb, candidates));
    if (!input) return;
    const leftOut = clicked ? this.#leftOut(meant, candidates) : [];
    if (candidates.length > 1) await this.#runSeveral(verb, candidates, leftOut, input);
    else {
      // Last, so that the answer is about all that will happen.
      const question = this.#question(first, input);
      if (question && !(await confirmed(question))) return;
      if (leftOut.length > 0) showInformation(translate(leftOutText(leftOut)));
      await this.#run(first, input);
    }
  }

  async #runSeveral(
    verb: string,
    candidates: readonly Candidate[],
    leftOut: readonly NamedServer[],
    input: OperationInput,
  ): Promise<void> {
    const { askSeveral, runSeveral } = await import('./runSeveral.ts');
    const ofInstances = candidates.flatMap((each) => {
      const { instance } = each;
      return instance ? [{ ...each, instance }] : [];
    });
    const several = { title: this.#title(verb), candidates: ofInstances, leftOut };
    if (!(await askSeveral(several, (candidate) => this.#question(candidate, input)))) return;
    await runSeveral(this.#runtime, several, input, {
      begun: (id, candidate) => this.asked.remember(id, { ...candidate, input }),
      retry: (failed) =>
        this.perform(
          verb,
          failed.map(({ instance }) => ({ row: 'instance', ...instanceRef(instance.connection, instance) })),
          true,
          input,
        ),
    });
  }

  /** Instances that were chosen and do not offer it. */
  #leftOut(rows: readonly Row[], candidates: readonly Candidate[]): readonly NamedServer[] {
    const { pipeline, timelines, connections } = this.#runtime;
    const fleet = pipeline.fleet(timelines.base);
    const taken = new Set(candidates.flatMap(({ instance }) => (instance ? [instanceId(instance)] : [])));
    return rows.flatMap((row): NamedServer[] => {
      const instance = row.row === 'instance' ? findInstance(fleet, row) : undefined;
      if (!instance || taken.has(instanceId(instance))) return [];
      const { name, state, players, connection } = instance;
      return [{ name, state, players, connection: connections.get(connection)?.settings.name ?? connection }];
    });
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
    // One that was chosen and is gone stands for no other.
    const instances = rows.some(({ row }) => row === 'instance')
      ? chosen
      : there.flatMap(({ id }) => instancesOf(fleet, id));
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

  /** Asks for the operation's input, the same for all of a selection; undefined where the user turned back. */
  async #input(verb: string, candidates: readonly Candidate[]): Promise<OperationInput | undefined> {
    const [first] = candidates;
    const inputs = first?.operation.inputs ?? [];
    if (!first || inputs.length === 0) return {};
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
    this.asked.remember(id, order);
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

/** Whether it may be done to several at once: what destroys, and what is picked of one instance, is for one alone. */
function isForSeveral(candidates: readonly Candidate[]): boolean {
  return candidates.every(
    ({ instance, operation }) =>
      instance !== undefined &&
      operation.effect !== 'destroys' &&
      !(operation.inputs ?? []).some((input) => 'options' in input),
  );
}
