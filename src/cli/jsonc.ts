/** A text that is no JSON with comments; says where and why. */
export class JsoncError extends Error {
  override readonly name = 'JsoncError';
  readonly line: number;
  readonly column: number;

  constructor(message: string, text: string, at: number) {
    super(message);
    const lines = text.slice(0, at).split('\n');
    this.line = lines.length;
    this.column = (lines.at(-1) ?? '').length + 1;
  }
}

const blank = /(?:[\s\ufeff]|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
const scalar = /"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true\b|false\b|null\b/y;

/** Reads JSON as VS Code's settings are written: with comments, and with a comma behind the last entry. */
export function parseJsonc(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    if (this.#takes('[')) return this.#list();
    if (this.#takes('{')) return this.#object();
    return this.#scalar('a value');
  }

  end(): void {
    if (this.#next() !== '') throw this.#error('the end of the file');
  }

  #list(): unknown[] {
    const list: unknown[] = [];
    while (!this.#takes(']')) {
      list.push(this.value());
      if (!this.#takes(',') && this.#next() !== ']') throw this.#error(', or ]');
    }
    return list;
  }

  #object(): unknown {
    const fields: [string, unknown][] = [];
    while (!this.#takes('}')) {
      if (this.#next() !== '"') throw this.#error('a name in double quotes');
      const name = String(this.#scalar('a name in double quotes'));
      if (!this.#takes(':')) throw this.#error(':');
      fields.push([name, this.value()]);
      if (!this.#takes(',') && this.#next() !== '}') throw this.#error(', or }');
    }
    return Object.fromEntries(fields);
  }

  #scalar(expected: string): unknown {
    this.#next();
    scalar.lastIndex = this.#at;
    const [token = ''] = scalar.exec(this.#text) ?? [];
    try {
      const value: unknown = JSON.parse(token);
      this.#at += token.length;
      return value;
    } catch {
      throw this.#error(expected);
    }
  }

  #takes(mark: string): boolean {
    if (this.#next() !== mark) return false;
    this.#at++;
    return true;
  }

  /** The next character behind blanks and comments; empty at the end. */
  #next(): string {
    blank.lastIndex = this.#at;
    blank.exec(this.#text);
    this.#at = Math.max(this.#at, blank.lastIndex);
    return this.#text.charAt(this.#at);
  }

  #error(expected: string): JsoncError {
    const found = this.#next();
    const words = found === '' ? 'the end of the file' : JSON.stringify(found);
    return new JsoncError(`${expected} is expected, not ${words}`, this.#text, this.#at);
  }
}
