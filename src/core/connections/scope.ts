interface Ending {
  dispose(): unknown;
}

/** Owns what it is given and ends it in reverse order; what is added after the end, ends at once. */
export class Scope implements Ending {
  #owned: Ending[] = [];
  #ended = false;

  add<T extends Ending>(owned: T): T {
    if (this.#ended) owned.dispose();
    else this.#owned.push(owned);
    return owned;
  }

  /** For what is ended by a function. */
  defer(end: () => unknown): void {
    this.add({ dispose: end });
  }

  async dispose(): Promise<void> {
    this.#ended = true;
    const owned = this.#owned;
    this.#owned = [];
    for (const one of owned.reverse()) await one.dispose();
  }
}
