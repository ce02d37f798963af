import type { Clock } from '../model/clock.ts';
import { liveTimeline } from '../model/event.ts';
import type { ConnectionState } from '../model/signal.ts';
import { oneLine, text, type Text } from '../model/text.ts';
import type { Pipeline } from '../journal/pipeline.ts';
import {
  SessionError,
  type Log,
  type SecretKind,
  type SecretReader,
  type Session,
  type SessionMemory,
} from '../systems/session.ts';
import { type AnySystem } from '../systems/system.ts';
import { type ConnectionSettings } from '../systems/settings.ts';
import { fullJitterDelay } from '../wire/backoff.ts';

/** A connection that held this long was good: the next failure starts again with a short wait. */
const stableAfterMs = 60_000;

/** The right to capture a connection; one window has it. */
export interface CaptureLock {
  /** Resolves with the release once this window may capture; calls `elsewhere` when it has to wait for another. */
  acquire(connection: string, signal: AbortSignal, elsewhere: () => void): Promise<() => Promise<void>>;
}

export interface ConnectionOptions {
  readonly system: AnySystem;
  readonly settings: ConnectionSettings;
  readonly pipeline: Pipeline;
  readonly lock: CaptureLock;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly host: string;
  /** What a session of this connection finds again. */
  readonly memory: (connection: string) => SessionMemory;
  /** What a session may ask for. */
  readonly secrets: (system: AnySystem, settings: ConnectionSettings) => SecretReader;
  /** Where a session puts aside what its successor can use once. */
  readonly keep?: (system: AnySystem, settings: ConnectionSettings, kind: SecretKind, value: string) => void;
}

/**
 * One configured source: takes the lock, opens a session, tries again with growing waits, and journals every change of
 * its state. Everything that it made ends with `stop`.
 */
export class Connection {
  readonly settings: ConnectionSettings;
  readonly system: AnySystem;
  readonly #options: ConnectionOptions;
  #state: ConnectionState = 'closed';
  #session: Session | undefined;
  #run: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  #failure: SessionError | undefined;
  /** When the last conversation ended; from then on nothing was heard. */
  #deafSince: number | undefined;
  /** Ends the present wait; the next attempt comes at once. */
  #hurry: (() => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.system = options.system;
    // What an earlier window heard last: nobody has listened since.
    const known = options.pipeline.fleet().connections.get(options.settings.id);
    if (known) this.#deafSince = Math.max(known.since, known.lastEventAt ?? 0);
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

  /** Why it failed or waits, until it is ready. */
  get failure(): SessionError | undefined {
    return this.#failure;
  }

  get secret(): SecretReader {
    return this.#options.secrets(this.system, this.settings);
  }

  /** True between `start` and the end of the attempts. */
  get active(): boolean {
    return this.#run !== undefined;
  }

  start(): void {
    if (this.#run) return;
    const abort = new AbortController();
    const done = this.#loop(abort.signal).catch((error: unknown) => {
      this.#report('failed', text('an unexpected error: {0}', words(error)));
    });
    this.#run = { abort, done };
    void done.finally(() => {
      if (this.#run?.abort === abort) this.#run = undefined;
    });
  }

  /** True where `refresh` does something. */
  get refreshable(): boolean {
    return this.#session?.refresh !== undefined;
  }

  /** Asks the system again for everything that there is. */
  refresh(): void {
    this.#session?.refresh?.();
  }

  /** Tries now, whatever it waits for; starts it where it had ended. */
  async reconnectNow(): Promise<void> {
    if (this.#state === 'ready') await this.stop();
    if (this.#hurry) this.#hurry();
    else this.start();
  }

  /** Ends the session and all attempts. Resolves when everything of it is closed. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (!run) return;
    run.abort.abort();
    await run.done;
    if (this.#state !== 'failed') this.#report('closed');
  }

  async #loop(signal: AbortSignal): Promise<void> {
    let release: () => Promise<void>;
    try {
      release = await this.#options.lock.acquire(this.id, signal, () => {
        this.#report('elsewhere');
      });
    } catch (error) {
      if (!signal.aborted) throw error;
      return;
    }
    try {
      await this.#attempts(signal);
    } finally {
      await release();
    }
  }

  async #attempts(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    let attempt = 0;
    while (!signal.aborted) {
      this.#report('connecting');
      let readyAt: number | undefined;
      const error = await this.#converse(signal, () => {
        readyAt = clock.now();
      });
      if (!error || aborted(signal)) return;
      this.#failure = error;
      if (!error.retry) {
        this.#report('failed', error.text);
        return;
      }
      if (readyAt !== undefined && clock.now() - readyAt >= stableAfterMs) attempt = 0;
      const delay = fullJitterDelay(attempt++, { random });
      this.#report('waiting', error.text, clock.now() + delay);
      await this.#wait(delay, signal);
    }
  }

  /** One session from its opening to its end; answers why it ended, nothing where we ended it. */
  async #converse(signal: AbortSignal, onReady: () => void): Promise<SessionError | undefined> {
    const { system, settings, clock, log } = this.#options;
    try {
      this.#session = await system.openSession(settings, {
        clock,
        log,
        signal,
        memory: this.#options.memory(this.id),
        secret: this.secret,
        keep: (kind, value) => {
          this.#options.keep?.(system, settings, kind, value);
        },
        deliver: (draft) => {
          this.#options.pipeline.ingest({ origin: 'live', ...this.#where(), ...draft });
        },
        report: (state, detail) => {
          this.#report(state, detail);
        },
        gap: (message) => {
          this.#gap(message);
        },
      });
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof SessionError) return error;
      return new SessionError(text('an unexpected error: {0}', words(error)), { retry: true, cause: error });
    }
    try {
      onReady();
      this.#failure = undefined;
      if (!signal.aborted) this.#report('ready', undefined);
      if (this.#deafSince !== undefined && this.#session.catchesUp !== true) {
        const seconds = Math.max(1, Math.round((clock.now() - this.#deafSince) / 1000));
        this.#gap(text('Nothing was received for {0} s; what happened then is not delivered later', seconds));
      }
      return await Promise.race([this.#session.closed, abortion(signal)]);
    } finally {
      await this.#session.dispose();
      this.#session = undefined;
      this.#deafSince = clock.now();
    }
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const waited = Promise.withResolvers<undefined>();
    const done = (): void => {
      waited.resolve(undefined);
    };
    const cancel = this.#options.clock.after(ms, done);
    this.#hurry = done;
    signal.addEventListener('abort', done, { once: true });
    await waited.promise;
    cancel();
    signal.removeEventListener('abort', done);
    this.#hurry = undefined;
  }

  #gap(message: Text): void {
    this.#options.log.warn(text('{0}: {1}', this.settings.name, message));
    this.#options.pipeline.control(
      { ...this.#where(), receivedAt: this.#options.clock.now() },
      { type: 'connection.gap', message },
    );
  }

  #report(state: ConnectionState, detail?: Text, retryAt?: number): void {
    this.#state = state;
    this.#options.pipeline.control(
      { ...this.#where(), receivedAt: this.#options.clock.now() },
      {
        type: 'connection.state',
        state,
        ...(detail ? { detail } : {}),
        ...(retryAt === undefined ? {} : { retryAt }),
      },
    );
  }

  #where(): { timeline: string; host: string; connection: string; system: string } {
    return { timeline: liveTimeline, host: this.#options.host, connection: this.id, system: this.system.id };
  }
}

/** A call, because the compiler takes the flag for constant after its first look. */
function aborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function abortion(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve(undefined);
        },
        { once: true },
      );
  });
}

function words(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error), 200);
}
