import { hostname } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { ExtensionContext, LogOutputChannel } from 'vscode';
import { ShownAlerts } from '../core/alerts/shownAlerts.ts';
import { ConnectionManager } from '../core/connections/manager.ts';
import { captureLock } from '../core/connections/captureLock.ts';
import { OperationRuns } from '../core/connections/operationRuns.ts';
import { OtherWindows } from '../core/connections/otherWindows.ts';
import { RequestBox } from '../core/connections/requestBox.ts';
import { watchTasks } from '../core/connections/taskWatch.ts';
import { isWindowOpen, windowName } from '../core/connections/windowName.ts';
import { Journals } from '../core/journal/journals.ts';
import { Pipeline } from '../core/journal/pipeline.ts';
import { workerBackend } from '../core/journal/store/workerBackend.ts';
import { emitForWindow, forwardEmission } from '../core/playback/emitElsewhere.ts';
import { Emitter } from '../core/playback/emitter.ts';
import { JournalRecordings } from '../core/playback/recording/journalRecordings.ts';
import { TimelineSelection } from '../core/playback/timelineSelection.ts';
import { TimeTravel } from '../core/playback/timeTravel.ts';
import { TravelPlayer } from '../core/playback/travelPlayer.ts';
import { systems } from '../core/systems/index.ts';
import { SystemRegistry } from '../core/systems/registry.ts';
import { errorWords, text } from '../core/model/text.ts';
import { liveTimeline } from '../core/model/event.ts';
import { systemClock } from '../core/model/clock.ts';
import { MetricsStore } from '../core/model/metrics.ts';
import { ownAddresses } from '../core/wire/ownAddresses.ts';
import { configuration } from './configuration.ts';
import { HistoryConfiguration } from './history/historyConfiguration.ts';
import { confirmed } from './operations/questions.ts';
import { tellLimit } from './recordings/recordingWords.ts';
import { Secrets } from './storage/secrets.ts';
import { coreLog } from './log/log.ts';
import { momentWords } from './travel/moment.ts';
import { type Scope } from '../core/connections/scope.ts';

/** The core of one window, wired up once; every part of the ui gets it. */
export interface Runtime {
  readonly scope: Scope;
  readonly context: ExtensionContext;
  readonly channel: LogOutputChannel;
  readonly host: string;
  readonly systems: SystemRegistry;
  /** Settles when the state of the last session stands in the live timeline: connections begin then. */
  readonly restored: Promise<void>;
  /** Names this window in the journal, also for other windows. */
  readonly window: string;
  readonly journals: Journals;
  /** Settings of the history, as they are now. */
  readonly history: HistoryConfiguration;
  /** Recordings of the journal, of all windows. */
  readonly recordings: JournalRecordings;
  readonly pipeline: Pipeline;
  readonly connections: ConnectionManager;
  /** Operations that run in this window. */
  readonly runs: OperationRuns;
  /** Windows that capture what this one does not. */
  readonly otherWindows: OtherWindows;
  readonly emitter: Emitter;
  /** Measurements of the live instances. */
  readonly metrics: MetricsStore;
  readonly alerts: ShownAlerts;
  readonly secrets: Secrets;
  readonly timelines: TimelineSelection;
  /** The moment of the history that is shown instead of what is now, if any, and what plays the history. */
  readonly travel: TimeTravel;
  readonly travelPlayer: TravelPlayer;
}

export function createRuntime(context: ExtensionContext, channel: LogOutputChannel, scope: Scope): Runtime {
  const host = hostname();
  const window = windowName(process.pid, randomUUID());
  const storage = context.globalStorageUri.fsPath;
  const log = coreLog(channel, scope);
  const registry = new SystemRegistry(systems);
  const metrics = new MetricsStore();
  const pipeline: Pipeline = new Pipeline({
    metrics,
    decoderOf: (system) => registry.get(system)?.decoder,
    correlate: (draft) => emitter.correlate(draft),
    defer: setImmediate,
    onListenerError: (listener, error) => log.error(text('{0} failed: {1}', listener, errorWords(error))),
  });
  const emitter: Emitter = new Emitter({
    pipeline,
    clock: systemClock,
    host,
    newId: randomUUID,
    forward: (request) => forwardEmission(request, connections, otherWindows),
  });
  const lock = captureLock(join(storage, 'locks'));
  const history = scope.add(new HistoryConfiguration(join(storage, 'journal')));
  const journals = scope.add(
    new Journals({
      pipeline,
      folder: history.folder,
      limits: () => history.settings.limits,
      keepsEvents: (connection) => !history.settings.off.has(connection),
      software: String((context.extension.packageJSON as { version?: unknown }).version),
      clock: systemClock,
      newId: randomUUID,
      backend: () => workerBackend(pathToFileURL(context.asAbsolutePath('dist/journalWorker.js'))),
      loadSystem: (system) => registry.load(system),
      decoderOf: (system) => registry.get(system)?.decoder,
      window,
      isOpen: isWindowOpen,
      systemOf: (connection) => connections.get(connection)?.system.id,
      oldStorage: { folder: storage, lock },
      // The worker is no part of the activation.
      begin: new Promise((begin) => setImmediate(begin)),
      log,
    }),
  );
  const recordings = scope.add(
    new JournalRecordings({
      store: journals.store(liveTimeline),
      settle: () => journals.settle(),
      clock: systemClock,
      onLimit: tellLimit,
      onListenerError: (listener, error) => log.error(text('{0} failed: {1}', listener, errorWords(error))),
      onError: (error) => log.warn(text('The recordings could not be read: {0}', errorWords(error))),
    }),
  );
  const secrets = new Secrets(context);
  const connections: ConnectionManager = new ConnectionManager({
    pipeline,
    lock: journals.guard(lock),
    clock: systemClock,
    random: Math.random,
    networks: ownAddresses,
    log,
    host,
    memory: (connection) => journals.memory(connection),
    keeping: {
      committed: (connection) => journals.settle(connection),
      pressure: () => journals.pressure(),
    },
    secrets: (system, settings) => secrets.reader(system, settings),
    keep: (system, settings, kind, value) => secrets.keep(system, settings, kind, value),
  });
  scope.add(connections);
  scope.defer(
    watchTasks({
      pipeline,
      clock: systemClock,
      host,
      window,
      timeoutMs: () => configuration().taskTimeoutMs,
      isConnected: (id) => connections.get(id)?.state === 'ready',
      captures: (id) => journals.captures(id),
      isOpen: isWindowOpen,
    }),
  );
  const runs = new OperationRuns({
    pipeline,
    clock: systemClock,
    host,
    window,
    taskTimeoutMs: () => configuration().taskTimeoutMs,
    // An operation ends after its connection did.
    log: ({ settings }, line) => {
      if (!scope.ended) channel.info(`[${settings.name}] ${line}`);
    },
  });
  const box: RequestBox = scope.add(
    new RequestBox({
      store: journals.store(liveTimeline),
      window,
      isOpen: isWindowOpen,
      connections: () => connections.connections.filter(({ state }) => state === 'ready').map(({ id }) => id),
      serve: (request) => otherWindows.serve(request),
      answer: (id, answer) => journals.answer(id, answer),
      clock: systemClock,
      log,
    }),
  );
  // Requests made while no window was connected are taken as soon as this one is.
  scope.defer(
    pipeline.subscribe('requests of other windows', ({ timeline, events }) => {
      if (timeline === liveTimeline && events.some(({ type }) => type === 'connection.state')) box.look();
    }),
  );
  const otherWindows: OtherWindows = new OtherWindows({
    box,
    pipeline,
    runs,
    clock: systemClock,
    window,
    newId: randomUUID,
    connection: (id) => connections.get(id),
    ask: confirmed,
    emit: (connection, emission) => emitForWindow(connection, emission, emitter),
  });
  const timelines = scope.add(new TimelineSelection(pipeline, (timeline) => void journals.drop(timeline)));
  const travel = scope.add(
    new TimeTravel({ store: () => journals.store(timelines.base), words: momentWords }),
  );
  const travelPlayer = scope.add(new TravelPlayer(travel, systemClock));
  return {
    scope,
    context,
    channel,
    host,
    systems: registry,
    restored: journals.restored,
    window,
    journals,
    history,
    recordings,
    pipeline,
    connections,
    runs,
    otherWindows,
    emitter,
    metrics,
    alerts: new ShownAlerts(),
    secrets,
    timelines,
    travel,
    travelPlayer,
  };
}
