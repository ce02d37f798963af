import type { JournalStore } from '../../journal/store/journalStore.ts';
import type { NewRecording, Recording, RecordingChange } from '../../journal/store/recordings.ts';
import type { Clock } from '../../model/clock.ts';
import { Listeners, type ListenerError } from '../../model/listeners.ts';

/** How soon after a commit the recordings are looked at: counts on screen are at most so old. */
const lookAfterMs = 1_000;
/** How often they are looked at while one goes on and nothing comes: its time may be over. */
const lookEveryMs = 30_000;

interface Options {
  readonly store: Promise<JournalStore>;
  /** Resolves when everything that came before is in the journal. */
  readonly settle: () => Promise<void>;
  readonly clock: Clock;
  /** Is told of a recording that reached a limit, in one window. */
  readonly onLimit: (recording: Recording) => void;
  readonly onListenerError: ListenerError;
  readonly onError: (error: unknown) => void;
}

/** The recordings of the journal as a window sees them; those that other windows begin and end too. */
export class JournalRecordings {
  readonly #options: Options;
  readonly #listeners: Listeners<undefined>;
  readonly #stops: (() => void)[] = [];
  #list: readonly Recording[] = [];
  #cancelLook: (() => void) | undefined;
  #lookAt = 0;
  #looking = Promise.resolve();
  #isDisposed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#listeners = new Listeners(options.onListenerError);
    void this.#follow();
  }

  /** Oldest first. */
  get list(): readonly Recording[] {
    return this.#list;
  }

  get running(): readonly Recording[] {
    return this.#list.filter(({ toSeq }) => toSeq === undefined);
  }

  onDidChange(name: string, listener: () => void): () => void {
    return this.#listeners.add(name, listener);
  }

  async begin(wanted: NewRecording): Promise<Recording> {
    const store = await this.#options.store;
    await this.#options.settle();
    const recording = await store.beginRecording(wanted);
    await this.look();
    return this.#list.find(({ id }) => id === recording.id) ?? recording;
  }

  /** Ends a recording with everything that has come; answers it where it is still there. */
  async end(id: string): Promise<Recording | undefined> {
    const store = await this.#options.store;
    await this.#options.settle();
    await store.endRecording(id);
    await this.look();
    return this.#list.find((each) => each.id === id);
  }

  async change(id: string, change: RecordingChange): Promise<void> {
    await (await this.#options.store).changeRecording(id, change);
    await this.look();
  }

  async remove(ids: readonly string[]): Promise<void> {
    await (await this.#options.store).removeRecordings(ids);
    await this.look();
  }

  /** Looks at the journal now. */
  look(): Promise<void> {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    // One look after another: an older answer must not take the place of a newer one.
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#cancelLook?.();
    for (const stop of this.#stops) stop();
  }

  async #follow(): Promise<void> {
    try {
      const store = await this.#options.store;
      if (this.#isDisposed) return;
      this.#stops.push(
        store.onCommit(() => this.#lookAfter(lookAfterMs)),
        store.onStatus(() => this.#lookAfter(0)),
      );
      await this.look();
    } catch {
      // The history says why there is no journal.
    }
  }

  async #look(): Promise<void> {
    if (this.#isDisposed) return;
    try {
      const store = await this.#options.store;
      // Memory that stands in for the file knows none of them.
      if (store.status.durable) {
        const { recordings, reachedLimit } = await store.recordings();
        const isChanged = JSON.stringify(recordings) !== JSON.stringify(this.#list);
        this.#list = recordings;
        if (isChanged) this.#listeners.tell(undefined);
        for (const recording of recordings)
          if (reachedLimit.includes(recording.id)) this.#options.onLimit(recording);
      }
    } catch (error) {
      this.#failed(error);
    }
    if (this.running.length > 0) this.#lookAfter(lookEveryMs);
  }

  /** A journal that is closed with its window answers nothing any more. */
  #failed(error: unknown): void {
    if (!this.#isDisposed) this.#options.onError(error);
  }

  /** Looks after a while, or sooner where that is on its way. */
  #lookAfter(ms: number): void {
    const at = this.#options.clock.now() + ms;
    if (this.#isDisposed || (this.#cancelLook && this.#lookAt <= at)) return;
    this.#cancelLook?.();
    this.#lookAt = at;
    this.#cancelLook = this.#options.clock.after(ms, () => {
      void this.look();
    });
  }
}
