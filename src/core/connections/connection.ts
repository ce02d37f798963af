import { isAborted, orAborted } from '../model/abort.ts';
import type { Clock } from '../model/clock.ts';
import { liveTimeline } from '../model/event.ts';
import type { ConnectionState } from '../model/signal.ts';
import { type Text, errorWords, text } from '../model/text.ts';
import type { Pipeline } from '../journal/pipeline.ts';
import {
  draftOf,
  SessionError,
  type Log,
  type SecretKind,
  type SecretReader,
  type Session,
  type SessionMemory,
} from '../systems/session.ts';
import { elsewhere, type Reach } from '../systems/operation.ts';
import { type AnySystem } from '../systems/system.ts';
import { type ConnectionSettings } from '../systems/settings.ts';
import { retryDelay } from '../wire/backoff.ts';
import { isNear } from '../wire/webAddress.ts';
import { Scope } from './scope.ts';

/** A connection that held this long was good: the next failure starts again with a short wait. */
const stableAfterMs = 60_000;

/** Looks that come one after another make at most one attempt in this time. */
const lookEveryMs = 2000;

/** The right to capture a connection; one window has it. */
export interface CaptureLock {
  /** Resolves with the release once this window may capture; calls `elsewhere` when it has to wait for another. */
  acquire(connection: string, signal: AbortSignal, elsewhere: () => void): Promise<() => Promise<void>>;
}

/** Waiting for the journal. */
interface Keeping {
  /** Resolves when all that came over a connection is in the journal, or will never be. */
  committed(connection: string): Promise<void>;
  /** A pause for a source that can wait, while too much is on its way to the journal; nothing where there is no need. */
  pressure(): Promise<void> | undefined;
}

export interface ConnectionOptions {
  readonly system: AnySystem;
  readonly settings: ConnectionSettings;
  readonly pipeline: Pipeline;
  /** The timeline that its events are part of; the live one where none is named. */
  readonly timeline?: string;
  readonly lock: CaptureLock;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly host: string;
  /** State that a session of this connection keeps over restarts. */
  readonly memory: (connection: string) => SessionMemory;
  /** The journal behind the pipeline; without one nothing has to be waited for. */
  readonly keeping?: Keeping;
  /** Reads the secrets of a connection. */
  readonly secrets: (system: AnySystem, settings: ConnectionSettings) => SecretReader;
  /** Stores a secret that the next session of the connection can use once. */
  readonly keep?: (system: AnySystem, settings: ConnectionSettings, kind: SecretKind, value: string) => void;
}

/** How long a session may take to open after it was told not to, or to end; then it is left to itself. */
const patienceMs = 5000;

/**
 * One configured source: takes the lock, opens a session, tries again with growing waits, and journals every change of
 * its state. `start` and `stop` say what is wanted; one run after the other brings it about, so that a start during the
 * end of the last run is not lost.
 */
export class Connection {
  readonly settings: ConnectionSettings;
  readonly system: AnySystem;
  /** The timeline that its events are part of. */
  readonly timeline: string;
  /** Owns what is made for the connection and ends with it: logs that are open, operations that run. */
  readonly scope = new Scope();
  readonly #options: ConnectionOptions;
  #state: ConnectionState = 'closed';
  #session: Session | undefined;
  /** Told of the next session, or that none comes. */
  readonly #awaiting = new Set<(session: Session | undefined) => void>();
  #wanted = false;
  #run: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  #failure: SessionError | undefined;
  /** When anything was last heard, by this window or one before it; while a session is open it knows better. */
  #heardAt: number | undefined;
  /** Number of the attempt, for the wait after it. */
  #attempt = 0;
  #attemptedAt = -Infinity;
  /** Makes the present wait end within so many milliseconds. */
  #shortenWait: ((ms: number) => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.system = options.system;
    this.timeline = options.timeline ?? liveTimeline;
    // An earlier window heard the last event; nobody has listened since.
    const known = options.pipeline.fleet(this.timeline).connections.get(options.settings.id);
    if (known) this.#heardAt = known.heardAt ?? Math.max(known.since, known.lastEventAt ?? 0);
  }

  get id(): string {
    return this.settings.id;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** The session that operations reckon with, or the fact that another window has it. */
  get reach(): Reach<Session> {
    return this.#state === 'elsewhere' ? elsewhere : this.#session;
  }

  /** Why it failed or waits, until it is ready. */
  get failure(): SessionError | undefined {
    return this.#failure;
  }

  get secret(): SecretReader {
    return this.#options.secrets(this.system, this.settings);
  }

  /** True between `start` and the end of the attempts. */
  get active(): boolean {
    return this.#wanted;
  }

  start(): void {
    this.#wanted = true;
    this.#proceed();
  }

  /** True where `refresh` does something. */
  get refreshable(): boolean {
    return this.#session?.refresh !== undefined;
  }

  /** The session that follows this one; nothing where none comes: the attempts ended, or the signal aborted. */
  async nextSession(after: Session, signal: AbortSignal): Promise<Session | undefined> {
    if (this.#session && this.#session !== after) return this.#session;
    if (!this.#run) return undefined;
    const next = Promise.withResolvers<Session | undefined>();
    this.#awaiting.add(next.resolve);
    try {
      return await orAborted(next.promise, signal);
    } finally {
      this.#awaiting.delete(next.resolve);
    }
  }

  /** Asks the system again for everything that there is. */
  refresh(): void {
    this.#session?.refresh?.();
  }

  /** Tries now, whatever it waits for; starts it where it had ended. */
  async reconnectNow(): Promise<void> {
    if (this.#shortenWait) {
      this.#shortenWait(0);
      return;
    }
    // An attempt under way has read secrets and settings already, perhaps before they were mended.
    await this.stop();
    this.start();
  }

  /** Somebody looks at the connection: where it waits, it tries now. */
  hurry(): void {
    this.#attempt = 0;
    this.#shortenWait?.(Math.max(0, this.#attemptedAt + lookEveryMs - this.#options.clock.now()));
  }

  /** The machine slept, or its network is another: it tries now, and asks an open session for a sign of life. */
  surroundingsChanged(): void {
    this.#attempt = 0;
    this.#shortenWait?.(0);
    this.#session?.checkAlive?.();
  }

  /** Ends the session and all attempts. Resolves when everything of it is closed. Never rejects. */
  async stop(): Promise<void> {
    this.#wanted = false;
    const run = this.#run;
    if (!run) return;
    run.abort.abort();
    await run.done;
  }

  /** Stops it for good; first ends what was made for it, in reverse order. */
  async dispose(): Promise<void> {
    await this.#ends('what was made for the connection', () => this.scope.dispose());
    await this.stop();
  }

  /** Begins a run where one is wanted and none is on; the end of a run looks again. */
  #proceed(): void {
    if (!this.#wanted || this.#run) return;
    const abort = new AbortController();
    const done = this.#loop(abort.signal).then(() => {
      this.#run = undefined;
      this.#tellAwaiting(undefined);
      this.#proceed();
    });
    this.#run = { abort, done };
  }

  /** Never rejects: a lock that fails is tried again like a session that fails. */
  async #loop(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    const scope = new Scope();
    this.#attempt = 0;
    let locked = false;
    let wasReady = false;
    while (!signal.aborted) {
      let error: SessionError | undefined;
      try {
        if (!locked) {
          scope.defer(await this.#acquire(signal));
          locked = true;
        }
        this.#report('connecting');
        this.#attemptedAt = clock.now();
        const began = await this.#open(signal);
        if (began) {
          wasReady = true;
          const readyAt = clock.now();
          error = await this.#converse(began, signal);
          if (clock.now() - readyAt >= stableAfterMs) this.#attempt = 0;
        }
      } catch (thrown) {
        error = sessionErrorOf(thrown);
      }
      if (!error || isAborted(signal)) break;
      this.#failure = error;
      if (!error.retry && !(wasReady && error.mayPass)) {
        // Before the lock is released: a start during that is a new wish.
        this.#wanted = false;
        this.#report('failed', error.text);
        break;
      }
      const { answered } = error;
      const delay = retryDelay({ attempt: this.#attempt++, answered, near: this.#isNear }, random);
      this.#report('waiting', error.text, clock.now() + delay);
      await this.#wait(delay, signal);
    }
    // Before the lock is released, with which this window may write it.
    if (signal.aborted && this.#state !== 'failed') this.#report('closed');
    await this.#ends('the lock', () => scope.dispose());
  }

  /** Takes the lock; answers its release. */
  async #acquire(signal: AbortSignal): Promise<() => Promise<void>> {
    const { lock, pipeline, clock } = this.#options;
    const other = { had: false };
    const release = await lock.acquire(this.id, signal, () => {
      other.had = true;
      this.#report('elsewhere');
    });
    // The window that had it listened until it let go, unless it says that it had lost the server before.
    if (other.had)
      this.#heardAt = pipeline.fleet(this.timeline).connections.get(this.id)?.heardAt ?? clock.now();
    return release;
  }

  get #isNear(): boolean {
    const host = this.system.hostOf?.(this.settings);
    return host === undefined || isNear(host);
  }

  /** A session that is open; nothing where it was told to stop meanwhile. Rejects with why it could not be opened. */
  async #open(signal: AbortSignal): Promise<Session | undefined> {
    const { system, settings, clock, log } = this.#options;
    const opening = system.openSession(settings, {
      clock,
      log,
      signal,
      memory: this.#options.memory(this.id),
      secret: this.secret,
      keep: (kind, value) => this.#options.keep?.(system, settings, kind, value),
      deliver: (draft) => this.#options.pipeline.ingest(draftOf(this.#where(), draft)),
      committed: () => this.#options.keeping?.committed(this.id) ?? Promise.resolve(),
      pressure: () => this.#options.keeping?.pressure(),
      report: (state, detail) => {
        if (!isAborted(signal)) this.#report(state, detail);
      },
      gap: (message) => this.#gap(message),
    });
    const session = await orAborted(opening, signal);
    if (session && !isAborted(signal)) return session;
    // Whatever opens now has nobody who wants it.
    await this.#ends('the opening of a session', async () => {
      const unwanted = await opening.catch(() => undefined);
      await unwanted?.dispose();
    });
    return undefined;
  }

  /** One open session to its end; answers why it ended, nothing where we ended it. */
  async #converse(session: Session, signal: AbortSignal): Promise<SessionError | undefined> {
    this.#session = session;
    try {
      this.#failure = undefined;
      this.#report('ready');
      this.#tellAwaiting(session);
      if (this.#heardAt !== undefined && session.catchesUp !== true) {
        const seconds = Math.max(1, Math.round((this.#options.clock.now() - this.#heardAt) / 1000));
        this.#gap(text('Nothing was received for {0} s; what happened then is not delivered later', seconds));
      }
      return await orAborted(session.closed, signal);
    } finally {
      this.#session = undefined;
      await this.#ends('the session', () => session.dispose());
      this.#heardAt = session.heardAt ?? this.#options.clock.now();
    }
  }

  /** Ends something of ours; when that throws or takes too long, the log has it and the rest goes on. */
  async #ends(what: string, dispose: () => Promise<void>): Promise<void> {
    const { clock, log } = this.#options;
    const late = Promise.withResolvers<undefined>();
    const cancel = clock.after(patienceMs, () => {
      log.warn(text('{0}: {1} did not end in time', this.settings.name, what));
      late.resolve(undefined);
    });
    try {
      await Promise.race([dispose(), late.promise]);
    } catch (error) {
      log.warn(text('{0}: {1} did not end properly: {2}', this.settings.name, what, errorWords(error)));
    } finally {
      cancel();
    }
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const waited = Promise.withResolvers<undefined>();
    const end = (): void => waited.resolve(undefined);
    const dueAt = clock.now() + ms;
    let cancel = clock.after(ms, end);
    this.#shortenWait = (soonerMs) => {
      cancel();
      // By the clock: the timer did not go on while the machine slept.
      const leftMs = Math.min(soonerMs, dueAt - clock.now());
      if (leftMs <= 0) end();
      else cancel = clock.after(leftMs, end);
    };
    await orAborted(waited.promise, signal);
    cancel();
    this.#shortenWait = undefined;
  }

  #tellAwaiting(session: Session | undefined): void {
    for (const tell of this.#awaiting) tell(session);
    this.#awaiting.clear();
  }

  #gap(message: Text): void {
    this.#options.log.warn(text('{0}: {1}', this.settings.name, message));
    this.#options.pipeline.control(
      { ...this.#where(), receivedAt: this.#options.clock.now() },
      { type: 'connection.gap', message },
    );
  }

  #report(state: ConnectionState, detail?: Text, retryAt?: number): void {
    const heardAt = this.#heardAt;
    this.#state = state;
    this.#options.pipeline.control(
      { ...this.#where(), receivedAt: this.#options.clock.now() },
      {
        type: 'connection.state',
        state,
        ...(detail ? { detail } : {}),
        ...(retryAt === undefined ? {} : { retryAt }),
        ...(state === 'ready' || state === 'elsewhere' || heardAt === undefined ? {} : { heardAt }),
      },
    );
  }

  #where(): { timeline: string; host: string; connection: string; system: string } {
    const { timeline, id, system } = this;
    return { timeline, host: this.#options.host, connection: id, system: system.id };
  }
}

function sessionErrorOf(thrown: unknown): SessionError {
  if (thrown instanceof SessionError) return thrown;
  return new SessionError(text('an unexpected error: {0}', errorWords(thrown)), {
    retry: true,
    cause: thrown,
  });
}
