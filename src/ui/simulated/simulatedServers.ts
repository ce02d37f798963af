import { l10n, window } from 'vscode';
import { readConnection, type ConfiguredConnection } from '../../core/connections/settings.ts';
import { secretId, secretReader } from '../../core/connections/secrets.ts';
import {
  SimulatorProcess,
  temporaryBase,
  type SimulatedSystem,
} from '../../core/playback/serving/simulatorProcess.ts';
import { viewIds } from '../contributions/ids.ts';
import type { Runtime } from '../runtime.ts';
import { translate } from '../translate.ts';

/** Names of the connections; each says that nothing of it is real. */
const names: Readonly<Record<string, string>> = {
  kgsm: 'KGSM',
  bedrock: 'Minecraft',
  truenas: 'NAS',
  notifier: 'Bell',
};

/** A second on an idle machine; a busy one is not given up soon. */
const startWithinMs = 30_000;

/** One system of each kind, simulated on this machine, with connections outside the settings on a timeline of its own. */
export class SimulatedServers {
  readonly #runtime: Runtime;
  readonly #process: SimulatorProcess;
  readonly #close: () => Promise<void>;
  #isStopping = false;

  private constructor(runtime: Runtime, simulators: SimulatorProcess, close: () => Promise<void>) {
    this.#runtime = runtime;
    this.#process = simulators;
    this.#close = close;
  }

  /** Rejects with why there are none, and leaves nothing then. `onEnded` is called when they end unasked. */
  static async start(runtime: Runtime, notes: string, onEnded: () => void): Promise<SimulatedServers> {
    const { context } = runtime;
    const simulators = await window.withProgress(
      { location: { viewId: viewIds.instances }, title: l10n.t('Starting simulated servers') },
      () =>
        SimulatorProcess.start({
          program: context.asAbsolutePath('dist/simulators.js'),
          args: (folder) => ['fleet', '--root', folder],
          node: process.execPath,
          notes,
          temporary: temporaryBase,
          pid: process.pid,
          count: Object.keys(names).length,
          env: process.env,
          startWithinMs,
        }),
    );
    try {
      const close = await open(runtime, simulators.systems);
      const servers = new SimulatedServers(runtime, simulators, close);
      void simulators.ended.then(() => {
        if (!servers.#isStopping) onEnded();
      });
      return servers;
    } catch (error) {
      await simulators.end();
      throw error;
    }
  }

  /** Ends everything: operations, connections, processes, files, and the timeline with its events. */
  async stop(): Promise<void> {
    const { timelines, connections, metrics } = this.#runtime;
    this.#isStopping = true;
    const ids = connections.on(timelines.base).map(({ id }) => id);
    await this.#close();
    await this.#process.end();
    timelines.endSimulated();
    for (const id of ids) metrics.forget(id);
  }
}

/** Connects to the systems on a new timeline. Answers how to close the connections. */
async function open(runtime: Runtime, systems: readonly SimulatedSystem[]): Promise<() => Promise<void>> {
  const { connections, timelines } = runtime;
  // In memory alone: a secret of a simulated server is none of the user's.
  const secrets = new Map<string, string>();
  const outside: ConfiguredConnection[] = [];
  for (const kind of Object.keys(names)) {
    const simulated = systems.find(({ settings }) => settings.kind === kind);
    const name = l10n.t('{0} (simulated)', names[kind] ?? kind);
    const read = await readConnection(
      { ...simulated?.settings, id: freeId(runtime, kind), name },
      runtime.systems,
    );
    if (!read.ok) throw new Error(read.problems.map(translate).join(' '));
    const { system, settings } = read.connection;
    for (const spec of system.secrets(settings))
      if (spec.kind === 'password' && simulated?.password !== undefined)
        secrets.set(secretId(system.id, spec), simulated.password);
    outside.push(read.connection);
  }
  const memories = new Map<string, unknown>();
  return connections.open(outside, {
    timeline: timelines.startSimulated(),
    lock: { acquire: () => Promise.resolve(() => Promise.resolve()) },
    memory: (id) => ({ load: () => memories.get(id), save: (value) => memories.set(id, value) }),
    keeping: { committed: () => Promise.resolve(), pressure: () => undefined },
    secrets: (system, settings) =>
      secretReader({ get: (id) => Promise.resolve(secrets.get(id)) }, system, settings),
    keep: (system, settings, kind, value) => {
      const spec = system.secrets(settings).find((one) => one.kind === kind);
      if (spec) secrets.set(secretId(system.id, spec), value);
    },
  });
}

/** An id that no connection of the settings has. */
function freeId({ connections }: Runtime, kind: string): string {
  let id = `simulated-${kind}`;
  while (connections.get(id)) id += '-2';
  return id;
}
