import type { Connection } from '../../core/connections/connection.ts';
import { systemClock } from '../../core/model/clock.ts';
import type { Instance } from '../../core/model/instance.ts';
import type { Text } from '../../core/model/text.ts';
import type { AnyConsole, OpenConsole } from '../../core/systems/console.ts';
import { SessionError, type Session } from '../../core/systems/session.ts';
import type { Runtime } from '../runtime.ts';

export interface FollowedLogOptions {
  readonly runtime: Pick<Runtime, 'pipeline'>;
  readonly connection: Connection;
  readonly instance: Instance;
  readonly source: AnyConsole;
  /** Text of the log as it came; it may hold anything. */
  readonly write: (chunk: string) => void;
  /** Something about the log itself. */
  readonly note: (message: Text) => void;
  /** The log is there, at first and after each break. */
  readonly onOpen?: () => void;
}

/** The log of one instance while somebody looks at it: opened again with each conversation of its connection. */
export class FollowedLog {
  readonly #options: FollowedLogOptions;
  readonly #abort = new AbortController();
  #open: OpenConsole | undefined;

  constructor(options: FollowedLogOptions) {
    this.#options = options;
    void this.#start();
  }

  /** Absent while there is no log; its `send` where the server takes no input. */
  get console(): OpenConsole | undefined {
    return this.#open;
  }

  /** A call, because it changes while something is waited for. */
  isOver(): boolean {
    return this.#abort.signal.aborted;
  }

  dispose(): void {
    this.#abort.abort();
    void this.#open?.dispose();
  }

  async #start(): Promise<void> {
    const { connection, instance, source, write, note, onOpen } = this.#options;
    const { settings, session } = connection;
    try {
      const opened = await source.open({
        settings,
        instance,
        session,
        clock: systemClock,
        signal: this.#abort.signal,
        write,
        note,
      });
      if (this.isOver()) {
        await opened.dispose();
        return;
      }
      this.#open = opened;
      void opened.ended?.then(() => this.#again(session));
      onOpen?.();
    } catch (error) {
      if (!this.isOver())
        note(error instanceof SessionError ? error.text : { template: '{0}', args: [String(error)] });
    }
  }

  /** Opens the log again with the next conversation of the connection. */
  async #again(old: Session | undefined): Promise<void> {
    await this.#open?.dispose();
    this.#open = undefined;
    if (this.isOver()) return;
    const { connection, runtime } = this.#options;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        unsubscribe();
        resolve();
      };
      const unsubscribe = runtime.pipeline.subscribe('logs', () => {
        const { session, state } = connection;
        if (state === 'ready' && session && session !== old) end();
      });
      this.#abort.signal.addEventListener('abort', end, { once: true });
    });
    if (!this.isOver()) await this.#start();
  }
}
