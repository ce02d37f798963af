/** One at a time; whoever waits too long for its turn goes without. */
export class Turn {
  #isTaken = false;
  #waiting: (() => void)[] = [];

  /** Resolves with true when it is one's turn, which `release` ends; with false where the patience ended before. */
  async take(patience: () => Promise<unknown>): Promise<boolean> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return true;
    }
    const turn = Promise.withResolvers<boolean>();
    const begin = (): void => turn.resolve(true);
    const leave = (): void => {
      this.#waiting = this.#waiting.filter((each) => each !== begin);
      turn.resolve(false);
    };
    this.#waiting.push(begin);
    void patience().then(leave, leave);
    return turn.promise;
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#isTaken = false;
  }
}
