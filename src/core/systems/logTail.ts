import { TerminalText } from './terminalText.ts';

const mostLines = 200;
/** A line that is longer is cut: nobody reads on, and some servers never end one. */
const mostInLine = 1000;
// eslint-disable-next-line no-control-regex -- the escapes of colours are what is cut out
const colours = /\x1b\[[0-9;:]*m/g;

/** The last lines of a log as plain text. Chunks may end anywhere. */
export class LogTail {
  readonly #text = new TerminalText();
  #lines: string[] = [''];

  /** The last one goes on, or is empty. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  push(chunk: string): void {
    const [first = '', ...more] = this.#text.push(chunk).replaceAll(colours, '').split('\r\n');
    const open = (this.#lines.pop() ?? '') + first;
    this.#lines = [...this.#lines, open, ...more].slice(-mostLines).map(cut);
  }

  /** Words of ours, in a line of their own. */
  note(words: string): void {
    const open = this.#lines.pop() ?? '';
    this.#lines = [...this.#lines, ...(open === '' ? [] : [open]), words, ''].slice(-mostLines);
  }
}

function cut(line: string): string {
  return line.length <= mostInLine ? line : `${line.slice(0, mostInLine)}…`;
}
