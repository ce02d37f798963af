/** Is told that a listener threw, by the listener's name; once per listener, because a broken one breaks at every event. */
export type ListenerError = (listener: string, error: unknown) => void;

/** Calls listeners in the order in which they were added. One that throws costs the others nothing. */
export class Listeners<T> {
  readonly #onError: ListenerError;
  readonly #listeners = new Set<{ readonly name: string; readonly call: (value: T) => void }>();
  readonly #broken = new Set<string>();

  constructor(onError: ListenerError) {
    this.#onError = onError;
  }

  /** The answer removes the listener. */
  add(name: string, call: (value: T) => void): () => void {
    const listener = { name, call };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(value: T): void {
    for (const listener of [...this.#listeners]) {
      // An earlier listener may have removed this one.
      if (!this.#listeners.has(listener)) continue;
      try {
        listener.call(value);
      } catch (error) {
        if (this.#broken.has(listener.name)) continue;
        this.#broken.add(listener.name);
        this.#onError(listener.name, error);
      }
    }
  }
}
