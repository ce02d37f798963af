/** The server repeats at most so many bytes of the past. */
const tailLength = 2048;
/** Fewer characters may be the same by chance, and a line told twice is better than one that is missing. */
const shortest = 64;

/**
 * Drops the part of a log that was shown already: the server begins each new subscription with the end of the log, cut at a byte
 * and not at a line.
 */
export class LogTail {
  #shown = '';

  /** The new part of a chunk. The `first` chunk may begin with the past. */
  push(chunk: string, first: boolean): string {
    const fresh = first ? chunk.slice(this.#overlap(chunk)) : chunk;
    this.#shown = (this.#shown + fresh).slice(-tailLength);
    return fresh;
  }

  /** How much of the beginning of the chunk is the end of what was shown. */
  #overlap(chunk: string): number {
    if (this.#shown === '') return 0;
    // A tail that begins inside a character begins with what stands for no character.
    const broken = /^\ufffd{0,3}/.exec(chunk)?.[0].length ?? 0;
    const rest = chunk.slice(broken);
    for (let length = Math.min(rest.length, this.#shown.length); length >= shortest; length--) {
      if (this.#shown.endsWith(rest.slice(0, length))) return broken + length;
    }
    // The shown text may be shorter than the repeated one and stand in the middle of it.
    const at = this.#shown.length >= shortest ? rest.lastIndexOf(this.#shown) : -1;
    return at < 0 ? 0 : broken + at + this.#shown.length;
  }
}
