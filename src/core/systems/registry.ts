import type { AnySystem } from './system.ts';

/** How each system is loaded, by its id. */
export type SystemLoaders = Readonly<Record<string, () => Promise<AnySystem>>>;

/** The systems that there are, each loaded when the first connection, checkpoint or form needs it. */
export class SystemRegistry {
  readonly #loaders: SystemLoaders;
  readonly #loaded = new Map<string, AnySystem>();

  constructor(loaders: SystemLoaders) {
    this.#loaders = loaders;
  }

  /** Ids of all systems, loaded or not. */
  get ids(): readonly string[] {
    return Object.keys(this.#loaders);
  }

  /** A system that is loaded: at least those of every open connection and of every restored checkpoint. */
  get(id: string): AnySystem | undefined {
    return this.#loaded.get(id);
  }

  has(id: string): boolean {
    return Object.hasOwn(this.#loaders, id);
  }

  /** Undefined where there is no system of this id. */
  async load(id: string): Promise<AnySystem | undefined> {
    if (!this.has(id)) return undefined;
    const system = this.#loaded.get(id) ?? (await this.#loaders[id]?.());
    if (system) this.#loaded.set(id, system);
    return system;
  }

  async loadAll(): Promise<readonly AnySystem[]> {
    const systems = await Promise.all(this.ids.map((id) => this.load(id)));
    return systems.filter((system) => system !== undefined);
  }
}
