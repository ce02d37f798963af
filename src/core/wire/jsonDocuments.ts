/** Room for one document, where the caller names none: far above any real event, far below what hurts. */
const defaultMaxBytes = 1024 * 1024;

const nothing = new Uint8Array(0);

const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** One thing found in a stream that should hold JSON objects and arrays, one after another. */
export interface Piece {
  /** `document`: bracket-balanced, from its first to its last bracket. Whether it parses is the decoder's business. */
  readonly kind: 'document' | 'garbage';
  /** The bytes, cut at the cap. May share memory with the chunk that they came in. */
  readonly bytes: Uint8Array;
  /**
   * The piece is not whole: cut at the cap (`size > bytes.length`), or the stream ended inside a
   * document, which is then `garbage`.
   */
  readonly truncated: boolean;
  /** How many bytes it really had. */
  readonly size: number;
}

export interface JsonDocumentsOptions {
  /** Bytes kept of one piece; the rest is counted and skipped. 1 MiB by default. */
  readonly maxBytes?: number;
}

/**
 * Splits concatenated JSON objects and arrays, with or without whitespace between them, however the bytes are chunked.
 *
 * Bytes outside of any document are garbage up to the next `{`, `[` or newline. Garbage that itself opens a bracket or a
 * string swallows what follows until it is balanced or the stream ends: a splitter cannot know better.
 * Each byte is looked at once; between two chunks no more than `maxBytes` are held.
 */
export class JsonDocuments {
  readonly #maxBytes: number;
  #state: 'between' | 'document' | 'garbage' = 'between';
  /** Depth of brackets of either kind: `[}` balances here and fails in the parser, which reports it better. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The part of the current piece that came in earlier chunks: `#held` has room, `#heldLength` of it is used. */
  #held: Uint8Array = nothing;
  #heldLength = 0;
  /** Bytes of the current piece in earlier chunks, also those above the cap. */
  #earlier = 0;

  constructor(options: JsonDocumentsOptions = {}) {
    this.#maxBytes = options.maxBytes ?? defaultMaxBytes;
  }

  /** Takes the next bytes and gives what they complete. */
  push(chunk: Uint8Array): Piece[] {
    const pieces: Piece[] = [];
    let start = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'between') {
        const byte = chunk[at];
        if (!isSpace(byte)) {
          start = at;
          this.#state = byte === openBrace || byte === openBracket ? 'document' : 'garbage';
        } else at++;
      } else if (this.#state === 'document') {
        at = this.#scanDocument(chunk, at);
        if (this.#depth === 0) pieces.push(this.#finish('document', chunk, start, at));
      } else {
        while (at < chunk.length && !endsGarbage(chunk[at])) at++;
        if (at < chunk.length) pieces.push(this.#finish('garbage', chunk, start, at));
      }
    }
    if (this.#state !== 'between') this.#hold(chunk, start);
    return pieces;
  }

  /** The stream is over: gives what was left unfinished. Afterwards it can be used for the next stream. */
  end(): Piece[] {
    if (this.#state === 'between') return [];
    const halfDocument = this.#state === 'document';
    const piece = this.#finish('garbage', nothing, 0, 0);
    return [halfDocument ? { ...piece, truncated: true } : piece];
  }

  /** Goes on until the outermost bracket closes (depth 0) or the chunk ends; answers where that is. */
  #scanDocument(chunk: Uint8Array, from: number): number {
    let at = from;
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) depth++;
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) {
        at++;
        break;
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return at;
  }

  #finish(kind: Piece['kind'], chunk: Uint8Array, start: number, end: number): Piece {
    const size = this.#earlier + (end - start);
    let bytes: Uint8Array;
    if (this.#earlier === 0) bytes = chunk.subarray(start, Math.min(end, start + this.#maxBytes));
    else {
      this.#append(chunk, start, end);
      bytes = this.#held.subarray(0, this.#heldLength);
    }
    this.#state = 'between';
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#held = nothing;
    this.#heldLength = 0;
    this.#earlier = 0;
    return { kind, bytes, truncated: bytes.length < size, size };
  }

  #hold(chunk: Uint8Array, start: number): void {
    this.#append(chunk, start, chunk.length);
    this.#earlier += chunk.length - start;
  }

  /** Copies, because chunks may be as small as a byte; room doubles, so that copying stays linear. */
  #append(chunk: Uint8Array, start: number, end: number): void {
    const length = Math.min(end - start, this.#maxBytes - this.#heldLength);
    if (length <= 0) return;
    const needed = this.#heldLength + length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.min(this.#maxBytes, Math.max(needed, 2 * this.#held.length)));
      grown.set(this.#held.subarray(0, this.#heldLength));
      this.#held = grown;
    }
    this.#held.set(chunk.subarray(start, start + length), this.#heldLength);
    this.#heldLength = needed;
  }
}

/** Splits a whole buffer. The usual one, a single document, costs one scan and no copy. */
export function splitJson(bytes: Uint8Array, options: JsonDocumentsOptions = {}): Piece[] {
  const documents = new JsonDocuments(options);
  const pieces = documents.push(bytes);
  const rest = documents.end();
  return rest.length === 0 ? pieces : [...pieces, ...rest];
}

/** Whether bytes end behind a whole document, or behind the space that follows one. */
export function endsWithDocument(bytes: Uint8Array): boolean {
  const last = bytes[bytes.findLastIndex((byte) => !isSpace(byte))];
  // Cheap for what surely has no end.
  if (last !== closeBrace && last !== closeBracket) return false;
  return splitJson(bytes, { maxBytes: bytes.length }).at(-1)?.kind === 'document';
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09;
}

function endsGarbage(byte: number | undefined): boolean {
  return byte === openBrace || byte === openBracket || byte === newline;
}
