import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { liveTimeline } from '../model/event.ts';
import type { Decoder } from '../model/signal.ts';
import { runnerOf, type Task } from '../model/task.ts';
import { errorWords, text, type Text } from '../model/text.ts';
import { restoredFleet, withChanges, withConnection } from './fleetState.ts';
import type { OldStorage } from './oldStorage.ts';
import type { Pipeline } from './pipeline.ts';
import { Recorder } from './recorder.ts';
import { gapEvent } from './store/gap.ts';
import { JournalStore } from './store/journalStore.ts';
import type { StoreStatus } from './store/messages.ts';
import type { JournalState } from './store/reader.ts';
import type { Address, ContextRow } from './store/records.ts';
import type { RetentionLimits } from './store/retention.ts';
import type { Backend } from './store/workerBackend.ts';
import { removeDatabase, removeLeftovers } from './temporaryJournals.ts';

export interface JournalsOptions {
  readonly pipeline: Pipeline;
  /** Folder of the journal, and of the temporary ones below it. */
  readonly folder: string;
  readonly software: string;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly backend: () => Backend;
  /** The journal is opened when this settles. */
  readonly begin: Promise<unknown>;
  /** Loads a system before a state of it is read. */
  loadSystem(system: string): Promise<unknown>;
  decoderOf(system: string): Decoder<unknown> | undefined;
  /** How long and how much is kept, as the settings are now. */
  limits(): RetentionLimits;
  /** Whether events of a connection are written, as the settings are now. */
  keepsEvents(connection: string): boolean;
  /** Name of this window in the journal. */
  readonly window: string;
  /** Whether a window is there, by its name in the journal. */
  isOpen(window: string): boolean;
  /** The system of a connection that the settings of this window name. */
  systemOf(connection: string): string | undefined;
  /** Files of versions before the journal, and the lock with which a connection of theirs is taken over. */
  readonly oldStorage?: { readonly folder: string; readonly lock: Lock };
  readonly log: { warn(message: Text): void; error(message: Text): void };
}

/** The right to capture a connection; a holder goes on from what the journal holds. */
interface Lock {
  acquire(connection: string, signal: AbortSignal, elsewhere: () => void): Promise<() => Promise<void>>;
}

/** Folders that the versions before the journal wrote into. */
const oldFolders = ['fleet', 'sessions'];
/** How soon the commits of other windows are noticed. */
const followEveryMs = 100;
/** A quarter of a second at the full speed of the journal; pushes may fill eight times as much. */
const pauseBytes = 8_000_000;
const retainEveryMs = 10 * 60_000;

/**
 * The journals of a window: the live one, which all windows share, and one of each replay that is shown, which goes
 * with it. Everything that the pipeline commits is written; what other windows write is folded here too.
 */
export class Journals {
  readonly #options: JournalsOptions;
  readonly #recorder: Recorder;
  readonly #captured = new Set<string>();
  /** Connections whose decoder began anew. */
  readonly #discarded = new Set<string>();
  readonly #livePath: string;
  readonly #live: Promise<JournalStore>;
  #opened: JournalStore | undefined;
  /** True where there is no SQLite, or no worker: told once, when the live journal was opened. */
  #isUnavailable = false;
  readonly #stores = new Map<string, { readonly opened: Promise<JournalStore>; readonly path: string }>();
  /** Ids of timelines are not used again. */
  readonly #dropped = new Set<string>();
  #cancelRetention: () => void = () => undefined;
  #adopted = 0;
  #followed = Promise.resolve();
  /** Settles when the state of the last session stands in the live timeline. */
  readonly restored: Promise<void>;

  constructor(options: JournalsOptions) {
    this.#options = options;
    const { clock, pipeline, folder, log } = options;
    this.#recorder = new Recorder({
      pipeline,
      decoderOf: (system) => options.decoderOf(system),
      writes: (connection) => this.#captured.has(connection) || options.systemOf(connection) === undefined,
      runs: (task) => runnerOf(task) === options.window,
      keepsEvents: (connection) => options.keepsEvents(connection),
      clock,
      storeOf: (timeline) =>
        this.#isUnavailable
          ? undefined
          : { append: async (batch) => (await this.store(timeline)).append(batch) },
      onError: (error) => {
        log.error(text('The journal could not be written: {0}', errorWords(error)));
      },
    });
    this.#livePath = join(folder, 'journal.db');
    this.#live = options.begin.then(() => this.#open(this.#livePath));
    void this.#live.then((store) => (this.#opened = store)).catch(() => undefined);
    // A missing SQLite is said by whoever asks; tree, tasks and operations go on without.
    this.#live.catch((error: unknown) => {
      this.#isUnavailable = true;
      log.error(text('There is no history: {0}', errorWords(error)));
    });
    this.restored = this.#restore();
  }

  /** The journal of a timeline, opened with its first use. */
  store(timeline: string): Promise<JournalStore> {
    if (timeline === liveTimeline) return this.#live;
    if (this.#dropped.has(timeline))
      return Promise.reject(new Error(`the journal of the timeline ${timeline} is gone`));
    let store = this.#stores.get(timeline);
    if (!store) {
      const path = join(this.#options.folder, 'temp', `${process.pid}-${this.#options.newId()}.db`);
      store = { opened: this.#open(path), path };
      this.#stores.set(timeline, store);
    }
    return store.opened;
  }

  memory(connection: string): ReturnType<Recorder['memory']> {
    return this.#recorder.memory(connection);
  }

  /** A lock whose holder goes on from what the holder before committed, and leaves everything committed. */
  guard(lock: Lock): Lock {
    return {
      acquire: async (connection, signal, elsewhere) => {
        const release = await lock.acquire(connection, signal, elsewhere);
        try {
          await this.#takeOver(connection);
        } catch (error) {
          this.#options.log.warn(text('{0}: the history was not read: {1}', connection, errorWords(error)));
        }
        this.#captured.add(connection);
        return async () => {
          try {
            await this.#recorder.settle(connection);
          } catch (error) {
            this.#options.log.warn(
              text('{0}: the last state was not kept: {1}', connection, errorWords(error)),
            );
          }
          this.#captured.delete(connection);
          await release();
        };
      },
    };
  }

  /** Whether this window captures a connection, and is the one that writes its events. */
  captures(connection: string): boolean {
    return this.#captured.has(connection);
  }

  /** Answers a request of another window in one commit with all that came of it. */
  answer(id: string, answer: unknown): void {
    this.#recorder.answer(id, answer);
  }

  /** A pause for sources that can wait, while too much is on its way to the journal. */
  pressure(): Promise<void> | undefined {
    return (this.#opened?.waitingBytes ?? 0) > pauseBytes ? this.settle() : undefined;
  }

  /** Resolves when everything that the pipeline was given is in the journal, with the memory of one connection or of all. */
  settle(connection?: string): Promise<void> {
    return this.#recorder.settle(connection);
  }

  /** Deletes the journal of a timeline that nobody shows any more; there is none of it again. */
  async drop(timeline: string): Promise<void> {
    this.#dropped.add(timeline);
    const store = this.#stores.get(timeline);
    if (!store) return;
    this.#stores.delete(timeline);
    try {
      await (await store.opened).close();
    } finally {
      removeDatabase(store.path);
    }
  }

  async dispose(): Promise<void> {
    this.#cancelRetention();
    await this.#recorder.dispose();
    await Promise.allSettled([...this.#stores.keys()].map((timeline) => this.drop(timeline)));
    await this.#live.then(
      (store) => store.close(),
      () => undefined,
    );
  }

  async #open(path: string): Promise<JournalStore> {
    const { software, clock, backend } = this.#options;
    const store = await JournalStore.open({
      path,
      software,
      limits: this.#options.limits(),
      clock,
      backend: backend(),
    });
    this.#tell(store.status);
    store.onStatus((status) => {
      this.#tell(status);
      if (path === this.#livePath) this.#switched(store, status);
    });
    return store;
  }

  #tell({ durable, reason, message = '–', setAside }: StoreStatus): void {
    const { log } = this.#options;
    if (setAside !== undefined) log.error(text('The journal was damaged and is kept as {0}', setAside));
    else if (durable && reason === 'corrupt')
      log.error(text('The journal was damaged, is kept beside the new one and begins anew: {0}', message));
    if (!durable) log.error(text('Events are kept in memory only: {0}', message));
  }

  /** Another database stands in the place of the one before. */
  #switched(store: JournalStore, { durable, reason, lost = 0 }: StoreStatus): void {
    // The one before is set aside with the state, the read positions and the memories of the decoders.
    if (reason === 'corrupt') this.#recorder.rewrite();
    if (!durable || lost === 0) return;
    const nowhere = { source: '', host: '', connection: '', system: '' };
    const gap = {
      ...gapEvent(nowhere, lost, this.#options.clock.now()),
      summary: text('{0} events were lost: the journal could not be written, and memory had no room', lost),
    };
    store.append({ events: [gap] }).catch((error: unknown) => {
      this.#options.log.error(text('The journal could not be written: {0}', errorWords(error)));
    });
  }

  async #restore(): Promise<void> {
    const { pipeline, folder } = this.#options;
    try {
      removeLeftovers(join(folder, 'temp'));
      const store = await this.#liveOrNone();
      if (!store) return;
      await this.#takeOverOldStorage(store);
      const state = await store.state();
      this.#adopted = state.change;
      await this.#loadSystems(state);
      this.#recorder.setCursors(state.cursors);
      if (state.changes.length > 0)
        pipeline.restore(
          liveTimeline,
          restoredFleet(state.changes, (window) => this.#options.isOpen(window)),
          this.#contextsOf(state),
        );
      store.onCommit(({ own }) => {
        if (own) return;
        // One look after another: each begins where the last one ended.
        this.#followed = this.#followed
          .then(() => this.#follow(store))
          .catch((error: unknown) => {
            this.#options.log.warn(text('Another window could not be followed: {0}', errorWords(error)));
          });
      });
      await store.follow(followEveryMs);
      this.#retain(store);
    } catch (error) {
      this.#options.log.error(text('The last state could not be restored: {0}', errorWords(error)));
    }
  }

  /** Connections that another window captures are taken over when it lets go of them. */
  async #takeOverOldStorage(store: JournalStore): Promise<void> {
    const { oldStorage } = this.#options;
    for (const connection of (await this.#old())?.connections() ?? []) {
      const held = new AbortController();
      const release = await oldStorage?.lock
        .acquire(connection, held.signal, () => {
          held.abort();
        })
        // Whatever keeps the lock from being had now: it is asked for again with the capture.
        .catch(() => undefined);
      if (!release) continue;
      await this.#takeOverOld(store, connection);
      await release();
    }
  }

  async #takeOverOld(store: JournalStore, connection: string, system?: string): Promise<void> {
    try {
      await (await this.#old())?.takeOver(store, connection, system);
    } catch (error) {
      this.#options.log.warn(
        text('{0}: the state of an earlier version was not taken over: {1}', connection, errorWords(error)),
      );
    }
  }

  /** The files of the versions before the journal; nothing, and nothing loaded, where there are none. */
  async #old(): Promise<OldStorage | undefined> {
    const { oldStorage, clock, log } = this.#options;
    if (!oldStorage || !oldFolders.some((name) => existsSync(join(oldStorage.folder, name))))
      return undefined;
    const { OldStorage } = await import('./oldStorage.ts');
    return new OldStorage({ folder: oldStorage.folder, now: () => clock.now(), log });
  }

  #liveOrNone(): Promise<JournalStore | undefined> {
    return this.#live.catch(() => undefined);
  }

  async #follow(store: JournalStore): Promise<void> {
    const found = await store.changesSince(this.#adopted);
    this.#adopted = found.last;
    const changes = found.changes.filter((change) => this.#isNews(change));
    if (changes.length > 0) this.#options.pipeline.adopt((fleet) => withChanges(fleet, changes));
  }

  /** The window that captures a connection knows it best; of an operation, the window that runs it does. */
  #isNews({ address, what, state }: JournalState['changes'][number]): boolean {
    const runner = what === 'task' && state !== null ? runnerOf(JSON.parse(state) as Task) : undefined;
    if (runner !== undefined) return runner !== this.#options.window;
    return !this.#captured.has(address.connection);
  }

  async #takeOver(connection: string): Promise<void> {
    const { pipeline } = this.#options;
    const store = await this.#liveOrNone();
    if (!store) return;
    await this.#takeOverOld(store, connection, this.#options.systemOf(connection));
    const state = await store.state();
    // An id may have been another system's before.
    const system = this.#options.systemOf(connection);
    const isIts = ({ address }: { readonly address: Address }): boolean =>
      address.connection === connection && address.system === system;
    await this.#loadSystems(state);
    this.#recorder.setCursors(state.cursors.filter(isIts));
    const changes = state.changes.filter(isIts);
    // Memory that stands in for the file knows what this window wrote into it, and that is no reason to forget the rest.
    const { durable } = store.status;
    pipeline.adopt((fleet) =>
      durable ? withConnection(fleet, connection, changes) : withChanges(fleet, changes),
    );
    pipeline.flush();
    pipeline.setContext(liveTimeline, connection, undefined);
    for (const [id, context] of this.#contextsOf({ ...state, contexts: state.contexts.filter(isIts) }))
      pipeline.setContext(liveTimeline, id, context);
  }

  async #loadSystems({ changes, contexts }: JournalState): Promise<void> {
    const systems = new Set([...changes, ...contexts].map(({ address }) => address.system));
    await Promise.all([...systems].map((system) => this.#options.loadSystem(system)));
  }

  /** The contexts that this version understands; the others begin anew. */
  #contextsOf({ contexts }: JournalState): Map<string, unknown> {
    return new Map(
      contexts.flatMap((row): [string, unknown][] => {
        const decoder = this.#options.decoderOf(row.address.system);
        const context = decoder && this.#contextOf(decoder, row);
        return context === undefined ? [] : [[row.address.connection, context]];
      }),
    );
  }

  /** Without its context a decoder begins anew; every session asks for a snapshot when it opens. */
  #contextOf(decoder: Decoder<unknown>, { address, version, context }: ContextRow): unknown {
    const { connection } = address;
    try {
      if (version === String(decoder.version)) return decoder.load(JSON.parse(context));
      this.#tellDiscarded(connection, text('another version of the decoder wrote it'));
    } catch (error) {
      this.#tellDiscarded(connection, errorWords(error));
    }
    return undefined;
  }

  #tellDiscarded(connection: string, reason: Text | string): void {
    // The row stays until the decoder has a context again: a takeover meets it after the start did.
    if (this.#discarded.has(connection)) return;
    this.#discarded.add(connection);
    this.#options.log.warn(text('{0}: the memory of its events begins anew: {1}', connection, reason));
  }

  #retain(store: JournalStore): void {
    this.#cancelRetention = this.#options.clock.after(retainEveryMs, () => {
      store.retain(this.#options.limits()).catch((error: unknown) => {
        this.#options.log.warn(text('Old events could not be removed: {0}', errorWords(error)));
      });
      this.#retain(store);
    });
  }
}
