import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

const newline = 0x0a;
/** Bytes that are read at once. */
const chunkBytes = 64 * 1024;

/** Follows the command lines that the `kgsm.sh` of a root was run with. */
export class CallLog {
  readonly #path: string;
  #offset = 0;
  /** Beginning of a line whose end is still to come. */
  #begun = Buffer.alloc(0);

  constructor(root: string) {
    this.#path = join(root, 'calls.log');
  }

  /** The command lines since the last look, each as one line of text. */
  news(): string[] {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch {
      // Nobody has called yet.
      return [];
    }
    try {
      return this.#read(file);
    } finally {
      closeSync(file);
    }
  }

  #read(file: number): string[] {
    const lines: string[] = [];
    const chunk = Buffer.alloc(chunkBytes);
    for (let size = chunkBytes; size === chunkBytes;) {
      size = readSync(file, chunk, 0, chunkBytes, this.#offset);
      this.#offset += size;
      let rest = Buffer.concat([this.#begun, chunk.subarray(0, size)]);
      for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline)) {
        lines.push(commandLine(rest.subarray(0, end).toString('utf8')));
        rest = rest.subarray(end + 1);
      }
      this.#begun = Buffer.from(rest);
    }
    return lines;
  }
}

/** Arguments stand as JSON in the log; those that a reader could misread keep its quotes. */
function commandLine(logged: string): string {
  const args = parsed(logged);
  const words = Array.isArray(args) ? args.map(String) : [logged];
  return [
    'kgsm.sh',
    ...words.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word))),
  ].join(' ');
}

/** Clients can write into the log too. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
