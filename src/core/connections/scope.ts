interface Disposable {
  dispose(): unknown;
}

/** Owns what it is given and ends it in reverse order; what is added after the end, ends at once. */
export class Scope implements Disposable {
  #owned: Disposable[] = [];
  #ended = false;

  /** Whether its end has begun. */
  get ended(): boolean {
    return this.#ended;
  }

  add<T extends Disposable>(owned: T): T {
    if (this.#ended) owned.dispose();
    else this.#owned.push(owned);
    return owned;
  }

  /** For what is ended by a function. */
  defer(end: () => unknown): void {
    this.add({ dispose: end });
  }

  /** A scope that ends with this one, or earlier by itself. */
  child(): Scope {
    const child = new Scope();
    const owned = { dispose: () => child.dispose() };
    this.add(owned);
    child.defer(() => {
      this.#owned = this.#owned.filter((each) => each !== owned);
    });
    return child;
  }

  /** Ends everything, also behind something that throws or rejects; then rejects with all errors together. */
  async dispose(): Promise<void> {
    this.#ended = true;
    const owned = this.#owned;
    this.#owned = [];
    const errors: unknown[] = [];
    for (const one of owned.reverse()) {
      try {
        await one.dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, 'several things could not be ended');
  }
}
