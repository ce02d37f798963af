import type { Traits } from './releases.ts';
import type { Hub } from './hub.ts';

export interface Result {
  readonly status: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

/** Tells of calls: their arguments before, and the same with the result after. */
export class Emitter {
  readonly #hub: Hub;
  readonly #traits: Traits;

  constructor(hub: Hub, traits: Traits) {
    this.#hub = hub;
    this.#traits = traits;
  }

  /** An event with these data, whether the generation knows it or not. */
  async emit(name: string, data: unknown): Promise<void> {
    const topic = name.startsWith('event:') ? name : `event:${name}`;
    await this.#hub.broadcast(topic, { type: 'event', topic, data });
  }

  /** Failures that are handled have an `after_` too; where something is thrown there is none. */
  async around<T extends Result>(
    stem: string,
    data: Readonly<Record<string, unknown>>,
    work: () => T | Promise<T>,
  ): Promise<T> {
    await this.before(stem, data);
    const result = await work();
    await this.after(stem, { ...data, result });
    return result;
  }

  async before(stem: string, data: unknown): Promise<void> {
    if (!this.#traits.silent.has(stem)) await this.emit(`before_${stem}`, data);
  }

  async after(stem: string, data: unknown): Promise<void> {
    if (!this.#traits.silent.has(stem)) await this.emit(`after_${stem}`, data);
  }
}
