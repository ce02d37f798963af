/** Lines that can be had again with the arrow key. */
const maxHistory = 100;
/** A line that never ends is shown all the same. */
const maxUnfinished = 32 * 1024;
const prompt = '\x1b[36m›\x1b[0m ';
/** To the beginning of the line and clear it. */
const clear = '\r\x1b[K';

/** One line that is typed below what a server writes: with history, and never mixed into the server's lines. */
export class LineEditor {
  #line = '';
  #history: string[] = [];
  #at = 0;
  /** Text of a line that the server has not ended yet. */
  #unfinished = '';

  /** Takes typed text; answers the echo for the terminal and the finished lines. */
  type(data: string): { readonly echo: string; readonly lines: readonly string[] } {
    const lines: string[] = [];
    for (const key of keysOf(data)) {
      if (key === '\r' || key === '\n') {
        lines.push(this.#line);
        this.#remember(this.#line);
        this.#line = '';
      } else if (key === '\x7f' || key === '\b') this.#line = withoutLast(this.#line);
      else if (key === '\x03' || key === '\x15') this.#line = '';
      else if (key === '\x1b[A') this.#recall(-1);
      else if (key === '\x1b[B') this.#recall(1);
      else if (key.charCodeAt(0) >= 0x20) this.#line += key;
    }
    return { echo: `${clear}${prompt}${this.#line}`, lines };
  }

  /** The server's text, with the line being typed moved below it. A line is shown when it is whole. */
  above(text: string): string {
    const all = this.#unfinished + text;
    const whole = all.length > maxUnfinished ? `${all}\r\n` : all.slice(0, all.lastIndexOf('\n') + 1);
    this.#unfinished = all.slice(whole.length);
    return `${clear}${whole}${prompt}${this.#line}`;
  }

  #remember(line: string): void {
    if (line.trim() !== '' && this.#history.at(-1) !== line) this.#history.push(line);
    this.#history = this.#history.slice(-maxHistory);
    this.#at = this.#history.length;
  }

  #recall(step: number): void {
    this.#at = Math.max(0, Math.min(this.#history.length, this.#at + step));
    this.#line = this.#history[this.#at] ?? '';
  }
}

const characters = new Intl.Segmenter();

/** One visible character may be several code points. */
function withoutLast(line: string): string {
  const last = [...characters.segment(line)].at(-1);
  return line.slice(0, last?.index ?? 0);
}

/** Single keys; an escape sequence is one, and so is a pasted character. */
function keysOf(data: string): readonly string[] {
  return [...data.matchAll(keys)].map(([key]) => key);
}

const escape = String.fromCharCode(0x1b);
const keys = new RegExp(`${escape}\\[[0-9;]*[A-Za-z~]|${escape}.|[^]`, 'gu');
