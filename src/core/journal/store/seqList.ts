const chunkSize = 8192;

interface Chunk {
  /** The first seq; the others are kept as differences, which halves the memory. */
  base: number;
  readonly offsets: Int32Array;
  length: number;
}

function newChunk(base: number): Chunk {
  return { base, offsets: new Int32Array(chunkSize), length: 0 };
}
function fits(chunk: Chunk, seq: number): boolean {
  return chunk.length < chunkSize && Math.abs(seq - chunk.base) < 2 ** 31;
}

/** A growing list of seqs at 4 bytes each; nothing is copied when it grows. */
export class SeqList {
  #chunks: Chunk[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(seq: number): void {
    let chunk = this.#chunks.at(-1);
    if (!chunk || !fits(chunk, seq)) {
      chunk = newChunk(seq);
      this.#chunks.push(chunk);
    }
    chunk.offsets[chunk.length++] = seq - chunk.base;
    this.#length++;
  }

  at(index: number): number {
    const [chunk, within] = this.#locate(index);
    return chunk ? chunk.base + (chunk.offsets[within] ?? 0) : NaN;
  }

  slice(from: number, to: number): number[] {
    const seqs: number[] = [];
    for (let index = Math.max(0, from); index < Math.min(to, this.#length);) {
      const [chunk, within] = this.#locate(index);
      if (!chunk) break;
      const end = Math.min(chunk.length, within + to - index);
      for (let n = within; n < end; n++) seqs.push(chunk.base + (chunk.offsets[n] ?? 0));
      index += end - within;
    }
    return seqs;
  }

  /** Puts a seq before the one at `index`; the chunk there is split. Rare: an event whose sender's time is late. */
  insert(index: number, seq: number): void {
    if (index >= this.#length) {
      this.push(seq);
      return;
    }
    const [chunk, within, at] = this.#locate(index);
    if (!chunk) return;
    const tail = newChunk(chunk.base);
    tail.offsets.set(chunk.offsets.subarray(within, chunk.length));
    tail.length = chunk.length - within;
    chunk.length = within;
    const middle = fits(chunk, seq) && within > 0 ? chunk : newChunk(seq);
    middle.offsets[middle.length++] = seq - middle.base;
    this.#chunks.splice(at, 1, ...new Set([chunk, middle, tail].filter(({ length }) => length > 0)));
    this.#length++;
  }

  /** The first index whose seq is at or behind what is looked for; `isBefore` tells of a seq whether it stands before that. */
  search(isBefore: (seq: number) => boolean): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.at(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #locate(index: number): [Chunk | undefined, number, number] {
    let rest = index;
    for (let at = 0; at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at];
      if (chunk && rest < chunk.length) return [chunk, rest, at];
      rest -= chunk?.length ?? 0;
    }
    return [undefined, 0, this.#chunks.length];
  }
}
