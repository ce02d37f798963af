import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '../core/model/clock.ts';
import { liveTimeline } from '../core/model/event.ts';
import { errorWords, text } from '../core/model/text.ts';
import type { CaptureLock, Connection, ConnectionOptions } from '../core/connections/connection.ts';
import { OperationRuns } from '../core/connections/operationRuns.ts';
import { OtherWindows } from '../core/connections/otherWindows.ts';
import { RequestBox } from '../core/connections/requestBox.ts';
import { isWindowOpen, windowName } from '../core/connections/windowName.ts';
import { compileText } from '../core/journal/compileText.ts';
import { Journals } from '../core/journal/journals.ts';
import type { Pipeline } from '../core/journal/pipeline.ts';
import { inProcessBackend } from '../core/journal/store/inProcessBackend.ts';
import type { JournalStore } from '../core/journal/store/journalStore.ts';
import { defaultLimits, type RetentionLimits } from '../core/journal/store/retention.ts';
import { emitForWindow, forwardEmission } from '../core/playback/emitElsewhere.ts';
import { Emitter } from '../core/playback/emitter.ts';
import type { Question } from '../core/systems/operation.ts';
import type { SystemRegistry } from '../core/systems/registry.ts';
import type { SessionMemory } from '../core/systems/session.ts';
import { journalIn } from './journalPlace.ts';
import { writeEvent } from './lines.ts';
import { log } from './openConnection.ts';

export interface SharedJournalOptions {
  readonly pipeline: Pipeline;
  /** The folder that all processes share. */
  readonly folder: string;
  /** The right to capture a connection. */
  readonly lock: CaptureLock;
  /** The folder of `gsops` alone: nobody else removes old events from it. */
  readonly own: boolean;
  readonly systems: SystemRegistry;
  readonly host: string;
  /** Answers a question about an operation that another process runs for this one. */
  answer(question: Question): boolean;
}

/** The windows of the extension remove what is too old in their storage, by the settings of its user. */
const keepAll: RetentionLimits = { classes: {}, totalBytes: Number.MAX_SAFE_INTEGER };
/** Longest time that an operation waits for the next conversation; as in the extension unless set otherwise. */
const taskTimeoutMs = 60 * 60_000;
const pageSize = 1000;

/**
 * The journal of a folder that several processes share, windows of the extension among them. One process captures a
 * connection and writes its events; the others read them, and ask that one by requests.
 */
export class SharedJournal {
  /** Held while a connection is captured here. */
  readonly lock: CaptureLock;
  readonly otherWindows: OtherWindows;
  readonly emitter: Emitter;
  readonly #connections = new Map<string, Connection>();
  readonly #journals: Journals;
  readonly #box: RequestBox;

  private constructor(options: SharedJournalOptions) {
    const { pipeline, folder, systems, host } = options;
    const window = windowName(process.pid, randomUUID());
    const connections = this.#connections;
    const connection = (id: string): Connection | undefined => connections.get(id);
    this.#journals = new Journals({
      pipeline,
      folder: join(folder, 'journal'),
      software: 'gsops',
      clock: systemClock,
      newId: randomUUID,
      backend: () => inProcessBackend(compileText),
      begin: Promise.resolve(),
      loadSystem: (system) => systems.load(system),
      decoderOf: (system) => systems.get(system)?.decoder,
      limits: () => (options.own ? defaultLimits : keepAll),
      keepsEvents: () => true,
      window,
      isOpen: isWindowOpen,
      // Connections that are not opened here belong to others.
      systemOf: (id) =>
        connection(id)?.system.id ?? pipeline.fleet().connections.get(id)?.system ?? 'another system',
      log,
    });
    this.lock = this.#journals.guard(options.lock);
    this.emitter = new Emitter({
      pipeline,
      clock: systemClock,
      host,
      newId: randomUUID,
      forward: (request) => forwardEmission(request, connections, this.otherWindows),
    });
    const runs = new OperationRuns({
      pipeline,
      clock: systemClock,
      host,
      window,
      taskTimeoutMs: () => taskTimeoutMs,
      log: (_connection, line) => process.stderr.write(`${line}\n`),
    });
    this.#box = new RequestBox({
      store: this.#journals.store(liveTimeline),
      window,
      isOpen: isWindowOpen,
      connections: () =>
        [...connections.values()].filter(({ state }) => state === 'ready').map(({ id }) => id),
      serve: (request) => this.otherWindows.serve(request),
      answer: (id, answer) => this.#journals.answer(id, answer),
      clock: systemClock,
      log,
    });
    pipeline.subscribe('requests of other windows', ({ events }) => {
      if (events.some(({ type }) => type === 'connection.state')) this.#box.look();
    });
    this.otherWindows = new OtherWindows({
      box: this.#box,
      pipeline,
      runs,
      clock: systemClock,
      window,
      newId: randomUUID,
      connection,
      ask: (question) => Promise.resolve(options.answer(question)),
      emit: (served, emission) => emitForWindow(served, emission, this.emitter),
    });
  }

  /** Opens it, with the last state of all in the pipeline. Rejects where it can only be kept in memory. */
  static async open(options: SharedJournalOptions): Promise<SharedJournal> {
    const shared = new SharedJournal(options);
    const store = await shared.store();
    const { durable, message = '' } = store.status;
    if (!durable) {
      await shared.close();
      throw new Error(`${journalIn(options.folder)} cannot be used: ${message}`);
    }
    await shared.#journals.restored;
    return shared;
  }

  store(): Promise<JournalStore> {
    return this.#journals.store(liveTimeline);
  }

  /** Makes a connection known; it is opened with the parts of `connectionParts`. */
  add(connection: Connection): void {
    this.#connections.set(connection.id, connection);
  }

  /** Parts of a connection that is opened here. */
  get connectionParts(): Pick<ConnectionOptions, 'lock' | 'memory' | 'keeping'> {
    return {
      lock: this.lock,
      memory: (connection): SessionMemory => this.#journals.memory(connection),
      keeping: {
        committed: (connection) => this.#journals.settle(connection),
        pressure: () => this.#journals.pressure(),
      },
    };
  }

  /** Writes out all events from now on that anybody writes about these connections, but no control events. Answers how to end that, complete. */
  async writeEvents(ids: ReadonlySet<string>, write: (line: object) => void): Promise<() => Promise<void>> {
    const store = await this.store();
    let from = store.status.seq + 1;
    const look = async (): Promise<void> => {
      for (;;) {
        const { events, next } = await store.range('', from, Number.MAX_SAFE_INTEGER, pageSize);
        for (const event of events) {
          from = event.seq + 1;
          if (ids.has(event.connection) && event.channel !== 'control') writeEvent(event, write);
        }
        if (next === undefined) return;
        from = Math.max(from, next);
      }
    };
    let looked = Promise.resolve();
    const lookAgain = (): Promise<void> => {
      looked = looked.then(look).catch((error: unknown) => {
        log.error(text('The journal could not be read: {0}', errorWords(error)));
      });
      return looked;
    };
    const stop = store.onCommit(() => void lookAgain());
    return async () => {
      await this.#journals.settle();
      stop();
      await lookAgain();
    };
  }

  /** Commits all that is known and closes the journal. */
  async close(): Promise<void> {
    this.#box.dispose();
    await this.#journals.dispose();
  }
}
