import { Listeners } from '../model/listeners.ts';
import { errorWords, text } from '../model/text.ts';
import type { Pipeline } from '../journal/pipeline.ts';
import type { ConnectionSettings } from '../systems/settings.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { watchSurroundings } from './surroundings.ts';
import type { ConfiguredConnection } from './settings.ts';

/** Parts that connections outside the settings have of their own. */
export type OwnParts = Required<
  Pick<ConnectionOptions, 'timeline' | 'lock' | 'memory' | 'keeping' | 'secrets' | 'keep'>
>;

export type ManagerOptions = Omit<ConnectionOptions, 'system' | 'settings' | 'timeline'> & {
  readonly pipeline: Pipeline;
  /** Networks that this machine is in, as one text to compare. */
  readonly networks: () => string;
};

/**
 * The connections that the settings name, kept in step with them: unchanged ones are not disturbed. Beside them there may
 * be others on a timeline of their own, which the settings do not concern.
 */
export class ConnectionManager {
  readonly #options: ManagerOptions;
  readonly #connections = new Map<string, Connection>();
  readonly #beside = new Map<string, Connection>();
  readonly #listeners: Listeners<void>;
  /** One change after another, so that an old connection has let go of its socket before a new one wants it. */
  #queue: Promise<void> = Promise.resolve();
  #disposed = false;
  /** Set while there are connections. */
  #stopWatching: (() => void) | undefined;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#listeners = new Listeners((listener, error) => this.#failed(listener, error));
  }

  /** Those of the settings. */
  get connections(): readonly Connection[] {
    return [...this.#connections.values()];
  }

  /** All of them, also those outside the settings. */
  get all(): readonly Connection[] {
    return [...this.#connections.values(), ...this.#beside.values()];
  }

  /** Those that fill a timeline. */
  on(timeline: string): readonly Connection[] {
    return this.all.filter((connection) => connection.timeline === timeline);
  }

  get(id: string): Connection | undefined {
    return this.#beside.get(id) ?? this.#connections.get(id);
  }

  /** Called when connections came, went or changed their settings. `name` stands in the log if the listener throws. */
  onDidChange(name: string, listener: () => void): () => void {
    return this.#listeners.add(name, listener);
  }

  /**
   * Follows the settings: removed ones are closed and forgotten, changed ones reopened, new ones started where `start`
   * says so. Never rejects: what fails for one connection is in the log and concerns no other.
   */
  configure(configured: readonly ConfiguredConnection[], start: boolean): Promise<void> {
    this.#queue = this.#queue
      .then(() => (this.#disposed ? undefined : this.#configure(configured, start)))
      .catch((error: unknown) => this.#failed('the connections of the settings', error));
    return this.#queue;
  }

  /** Opens connections outside the settings. Answers how to close and forget them. */
  open(outside: readonly ConfiguredConnection[], parts: OwnParts): () => Promise<void> {
    const opened = outside.map(({ system, settings }) => {
      const connection = new Connection({ ...this.#options, ...parts, system, settings });
      this.#beside.set(connection.id, connection);
      return connection;
    });
    this.#watch();
    this.#listeners.tell();
    for (const connection of opened) connection.start();
    return async () => {
      await Promise.all(opened.map((connection) => connection.dispose()));
      for (const { id } of opened) this.#beside.delete(id);
      this.#watch();
      this.#listeners.tell();
    };
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#queue;
    this.#stopWatching?.();
    await Promise.all(this.all.map((connection) => connection.dispose()));
  }

  async #configure(configured: readonly ConfiguredConnection[], start: boolean): Promise<void> {
    const wanted = new Map(configured.map((c) => [c.settings.id, c]));
    let changed = false;
    for (const connection of this.connections) {
      const next = wanted.get(connection.id);
      if (next && sameSettings(next.settings, connection.settings)) continue;
      changed = true;
      const wasActive = connection.active;
      await connection.dispose();
      this.#connections.delete(connection.id);
      if (!next) this.#options.pipeline.forget(connection.id);
      else this.#add(next, wasActive);
    }
    for (const next of configured) {
      if (this.#connections.has(next.settings.id)) continue;
      changed = true;
      this.#add(next, start);
    }
    this.#watch();
    if (changed) this.#listeners.tell();
  }

  #watch(): void {
    if (this.all.length === 0) {
      this.#stopWatching?.();
      this.#stopWatching = undefined;
      return;
    }
    const { clock, networks } = this.#options;
    this.#stopWatching ??= watchSurroundings({
      clock,
      networks,
      onChange: () => {
        for (const connection of this.all) connection.surroundingsChanged();
      },
    });
  }

  #add({ system, settings }: ConfiguredConnection, start: boolean): void {
    const connection = new Connection({ ...this.#options, system, settings });
    this.#connections.set(settings.id, connection);
    if (start) connection.start();
  }

  #failed(what: string, error: unknown): void {
    this.#options.log.error(text('{0} failed: {1}', what, errorWords(error)));
  }
}

function sameSettings(a: ConnectionSettings, b: ConnectionSettings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
