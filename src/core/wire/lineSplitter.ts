const newline = 0x0a;

/** One line without its newline. */
export interface Line {
  /** The bytes, cut at the cap. May share memory with the chunk that they came in. */
  readonly bytes: Uint8Array;
  /** How many bytes it really had. */
  readonly size: number;
  /** How many bytes of the stream it took, its newline included. */
  readonly length: number;
}

/** Splits a stream into lines, however it is chunked. Between two chunks no more than `maxBytes` are held. */
export class LineSplitter {
  readonly #maxBytes: number;
  #held: Uint8Array[] = [];
  #heldLength = 0;
  #pending = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the line that has no newline yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Gives the lines that the chunk completes, one at a time; what follows the last newline waits. */
  *push(chunk: Uint8Array): Generator<Line, void> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      if (end < 0) break;
      yield this.#finish(chunk.subarray(start, end), 1);
      start = end + 1;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  /** Gives the last line where it has no newline and will get none. */
  end(): Line | undefined {
    return this.#pending === 0 ? undefined : this.#finish(new Uint8Array(0), 0);
  }

  /** Forgets what waits. */
  clear(): void {
    this.#held = [];
    this.#heldLength = 0;
    this.#pending = 0;
  }

  #finish(rest: Uint8Array, newlines: number): Line {
    const size = this.#pending + rest.length;
    let bytes: Uint8Array = rest.subarray(0, this.#maxBytes);
    if (this.#pending > 0) {
      this.#hold(rest);
      bytes = Buffer.concat(this.#held);
    }
    this.clear();
    return { bytes, size, length: size + newlines };
  }

  #hold(part: Uint8Array): void {
    const kept = part.subarray(0, Math.max(0, this.#maxBytes - this.#heldLength));
    // Copied: a few bytes must not keep a whole chunk alive for as long as the line has no end.
    if (kept.length > 0) this.#held.push(new Uint8Array(kept));
    this.#heldLength += kept.length;
    this.#pending += part.length;
  }
}
