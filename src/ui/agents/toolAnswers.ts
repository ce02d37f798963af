import { randomBytes, randomUUID } from 'node:crypto';
import { l10n, workspace, type CancellationToken } from 'vscode';
import { fenced, withList } from '../../core/agents/answer.ts';
import {
  AgentError,
  connectionFacts,
  connectionsMeant,
  eventFacts,
  instanceFacts,
  instanceMeant,
  taskFacts,
  type AgentConnection,
} from '../../core/agents/facts.ts';
import { agentInputs, type AgentInput, type AgentTool } from '../../core/agents/inputs.ts';
import type { Connection } from '../../core/connections/connection.ts';
import { machineOf } from '../../core/connections/machine.ts';
import { connectionOffers, instanceOffers } from '../../core/connections/offers.ts';
import { withInstance } from '../../core/journal/query/edit.ts';
import type { JournalEvent } from '../../core/journal/store/records.ts';
import { instancesOf, type Fleet } from '../../core/model/fleet.ts';
import { english, oneLine } from '../../core/model/text.ts';
import type { AnyOperation, Effect } from '../../core/systems/operation.ts';
import { prefix } from '../contributions/commandIds.ts';
import { operationTitles } from '../operations/operationTitles.ts';
import { confirmed } from '../operations/questions.ts';
import { EmitTargets } from '../playback/emitTargets.ts';
import type { Runtime } from '../runtime.ts';
import { agreed } from '../showMessage.ts';

/** An event reaches its target within this time or did not. */
const sentWithinMs = 15_000;

/** Events before a failure that are told with it. */
const before = 10;

type Answers = {
  readonly [Tool in AgentTool]: (
    at: Place,
    input: AgentInput<Tool>,
    token: CancellationToken,
  ) => object | Promise<object>;
};

/** The window that is asked, and its fleet as it is now. */
interface Place {
  readonly runtime: Runtime;
  readonly fleet: Fleet;
  readonly connections: readonly AgentConnection[];
}

const answers: Answers = {
  listInstances({ fleet, connections }, { connection, state, text }) {
    const wanted = text?.toLowerCase();
    const all = connectionsMeant(connections, connection).flatMap((each) =>
      instancesOf(fleet, each.id)
        .filter((instance) => state === undefined || instance.state === state)
        .filter(
          ({ name, key, game = '' }) =>
            wanted === undefined || [name, key, game].some((part) => part.toLowerCase().includes(wanted)),
        )
        .map((instance) => instanceFacts(fleet, each, instance)),
    );
    return withList({ count: all.length }, 'instances', all);
  },

  describeConnection({ fleet, connections }, { connection }) {
    const all = connectionsMeant(connections, connection).map((each) => connectionFacts(fleet, each));
    return withList({}, 'connections', all);
  },

  async queryEvents({ runtime }, { query, limit = 20 }) {
    const { rows, total, done } = await newestOf(runtime, query, limit);
    const events = rows.map((event) => eventFacts(event, 'payload'));
    return withList({ matching: total, ...(done ? {} : { countGoesOn: true }) }, 'newestFirst', events);
  },

  getTask({ fleet, connections }, { id, instance, connection }) {
    const meant =
      instance === undefined ? undefined : instanceMeant(fleet, connections, { instance, connection });
    const ids = new Set(connectionsMeant(connections, connection).map((each) => each.id));
    const tasks = [...fleet.tasks.values()]
      .filter((task) => ids.has(task.connection) && (id === undefined || task.id === id))
      .filter(
        ({ subject, connection: at }) =>
          !meant || (at === meant.connection.id && subject?.key === meant.instance.key),
      )
      .sort((a, b) => b.startedAt - a.startedAt);
    if (tasks.length === 0)
      throw new AgentError('There is no such task among those that run or ended lately.');
    return withList({}, 'tasks', tasks.map(taskFacts));
  },

  async explainFailure({ runtime, fleet, connections }, wanted) {
    const { instance, connection } = instanceMeant(fleet, connections, wanted);
    const own = withInstance('', instance);
    const now = instanceFacts(fleet, connection, instance);
    const { rows } = await newestOf(runtime, `${own} is:failed`, 1);
    const [failure] = rows;
    if (!failure) return { now, failure: 'The history knows of no failure of it.' };
    const store = await runtime.journals.store(runtime.timelines.base);
    const { related } = await store.eventContext(failure.seq);
    const cause = related?.cause ? await store.event(related.cause.seq) : undefined;
    const earlier = await eventsBefore(runtime, own, failure.seq);
    return withList(
      {
        now,
        failure: eventFacts(failure, 'payload'),
        ...(cause ? { cameOf: eventFacts(cause, 'payload') } : {}),
        atTheSameTime: (related?.events ?? [])
          .filter(({ event }) => event.seq !== failure.seq && event.seq !== cause?.seq)
          .slice(0, before)
          .map(({ event }) => eventFacts(event)),
      },
      'beforeNewestFirst',
      earlier.map((event) => eventFacts(event, 'payload')),
    );
  },

  async runOperation(place, { operation: id, instance: key, connection, input = {} }, token) {
    const { runtime, fleet, connections } = place;
    refuseUnlessAllowed(runtime);
    const target =
      key === undefined ? undefined : instanceMeant(fleet, connections, { instance: key, connection });
    const [only, ...others] = target ? [target.connection] : connectionsMeant(connections, connection);
    const at = only && runtime.connections.get(only.id);
    if (!at || others.length > 0) throw new AgentError('Name the connection that this is done on.');
    const operation: AnyOperation | undefined = (
      target
        ? instanceOffers(at.system, at.settings, target.instance, at.reach)
        : connectionOffers(at.system, at.settings, at.reach)
    ).find((each) => each.id === id);
    const title = operationTitles(runtime.context.extension.packageJSON).get(id) ?? id;
    if (!operation) throw new AgentError(`"${id}" is not on offer there now; listInstances names what is.`);
    if (operation.effect === 'destroys')
      throw new AgentError(
        `${title} destroys data: an agent never does that. A person does it in the Game Servers view.`,
      );
    const instance = target?.instance;
    const asked = question(runtime, at, { title, effect: operation.effect, name: instance?.name, input });
    if (!(await agreed(asked.message, asked.detail, title))) throw new AgentError('The person said no.');
    const taskId = randomUUID();
    const { runs, otherWindows, window } = runtime;
    token.onCancellationRequested(() => runs.cancel(taskId));
    const order = { connection: at, operation, instance, input };
    const result =
      at.state === 'elsewhere'
        ? await otherWindows.run(order)
        : await runs.run(order, { id: taskId, window, ask: confirmed });
    return { outcome: result.outcome, message: english(result.message) };
  },

  async emitEvent({ runtime, connections }, { connection, message }, token) {
    refuseUnlessAllowed(runtime);
    const [only, ...others] = connectionsMeant(connections, connection);
    if (others.length > 0)
      throw new AgentError(`Several connections have this name: name the id of one, such as ${only?.id}.`);
    const targets = new EmitTargets(runtime);
    const target = (await targets.list()).find((each) => each.connection === only?.id);
    if (!target)
      throw new AgentError('Nothing can be sent there: it takes no events, or it is not connected.');
    const bytes = Buffer.from(message);
    if (targets.question(target, bytes))
      throw new AgentError(
        'This message would change something on the server. A person sends such a message.',
      );
    const { label, system, address } = target;
    const at = target.connection === undefined ? undefined : runtime.connections.get(target.connection);
    const title = l10n.t('Send');
    const asked = l10n.t(
      'An agent asks to send an event to {0}, as if {1} had sent it.',
      label,
      system.label,
    );
    const detail = [
      l10n.t('Everybody who listens there takes it for the truth.'),
      l10n.t('Host: {0}', oneLine(at ? machineOf(at, runtime.host) : runtime.host, 100)),
      oneLine(address, 200),
      oneLine(message, 500),
    ].join('\n');
    if (!(await agreed(asked, detail, title))) throw new AgentError('The person said no.');
    const end = new AbortController();
    token.onCancellationRequested(() => {
      end.abort();
    });
    const signal = AbortSignal.any([end.signal, AbortSignal.timeout(sentWithinMs)]);
    const result = await targets.emit(target, bytes, 'emitted', signal);
    return result.ok ? { outcome: 'sent' } : { outcome: 'failed', message: english(result.message) };
  },
};

/** Anything that an agent does needs a person who allows it, and what is now. */
function refuseUnlessAllowed({ travel }: Runtime): void {
  if (workspace.getConfiguration(prefix).get('agents.operations') !== true)
    throw new AgentError(
      `Agents may not operate game servers here. A person can allow them to ask: the setting ${prefix}.agents.operations.`,
    );
  if (travel.moment)
    throw new AgentError('The window shows a moment of the past, where nothing is operated.');
}

/** The answer of a tool as a model reads it; an error names what to ask instead. */
export async function answerTool(
  runtime: Runtime,
  tool: AgentTool,
  given: unknown,
  token: CancellationToken,
): Promise<string> {
  const { data, error } = agentInputs[tool].safeParse(given);
  if (error)
    throw new AgentError(
      error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`).join('; '),
    );
  const place = placeOf(runtime);
  const answer = answers[tool] as (
    at: Place,
    input: typeof data,
    token: CancellationToken,
  ) => object | Promise<object>;
  return fenced(await answer(place, data, token), randomBytes(9).toString('base64url'));
}

function placeOf(runtime: Runtime): Place {
  const { base } = runtime.timelines;
  const connections = runtime.connections
    .on(base)
    .map(({ id, settings, system, reach }): AgentConnection => ({
      id,
      name: settings.name,
      system: system.id,
      operations: connectionOffers(system, settings, reach).map((operation) => operation.id),
      operationsOf: (instance) =>
        instanceOffers(system, settings, instance, reach).map((operation) => operation.id),
    }));
  return { runtime, fleet: runtime.pipeline.fleet(base), connections };
}

async function newestOf(
  { journals, timelines }: Runtime,
  query: string,
  count: number,
): Promise<{ readonly rows: readonly JournalEvent[]; readonly total: number; readonly done: boolean }> {
  const store = await journals.store(timelines.base);
  const result = await store.query(query);
  try {
    return await result.rows({ anchor: 'newest', direction: 'older', count });
  } finally {
    result.close();
  }
}

async function eventsBefore(
  { journals, timelines }: Runtime,
  query: string,
  seq: number,
): Promise<readonly JournalEvent[]> {
  const store = await journals.store(timelines.base);
  const result = await store.query(`${query} -is:noise`);
  try {
    return (await result.rows({ anchor: { seq }, direction: 'older', count: before })).rows;
  } finally {
    result.close();
  }
}

interface Asked {
  readonly title: string;
  readonly effect: Effect;
  /** Of the instance; absent for the connection as a whole. */
  readonly name: string | undefined;
  readonly input: Readonly<Record<string, string>>;
}

function question(
  { host: here }: Runtime,
  connection: Connection,
  { title, effect, name, input }: Asked,
): { readonly message: string; readonly detail: string } {
  const effects: Readonly<Record<Effect, string>> = {
    reads: l10n.t('It only reads.'),
    changes: l10n.t('It changes something.'),
    interrupts: l10n.t('It interrupts players, or work that runs.'),
    destroys: l10n.t('It destroys data.'),
  };
  const target =
    name === undefined ? connection.settings.name : `${oneLine(name, 60)} · ${connection.settings.name}`;
  const values = Object.entries(input).map(
    ([field, value]) => `${oneLine(field, 40)}: ${oneLine(value, 200)}`,
  );
  return {
    message: l10n.t('An agent asks for this: {0}, {1}.', title, target),
    detail: [effects[effect], l10n.t('Host: {0}', oneLine(machineOf(connection, here), 100)), ...values].join(
      '\n',
    ),
  };
}
