import { t } from './l10n.ts';

export interface JsonProblem {
  readonly at: number;
  readonly message: string;
}

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Why a text is no JSON, and where; `null` where it is. */
export function checkJson(text: string): JsonProblem | null {
  try {
    // Ten times as fast as what follows, and says as reliably whether there is a problem.
    JSON.parse(text);
    return null;
  } catch {
    return new Checker(text).check();
  }
}

class Checker {
  readonly #text: string;
  #at = 0;
  /** Ends of the containers that are open, and whether a member of each was read. */
  readonly #open: { readonly close: '}' | ']'; hasMember: boolean }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  check(): JsonProblem | null {
    let problem = this.#value();
    for (let open = this.#open.at(-1); problem === null && open; open = this.#open.at(-1))
      problem = this.#step(open);
    if (problem !== null) return problem;
    this.#match(SPACE);
    return this.#at < this.#text.length ? this.#fail(t('the text goes on after its end')) : null;
  }

  /** The next member of a container, or its end. */
  #step(open: { readonly close: '}' | ']'; hasMember: boolean }): JsonProblem | null {
    const { close } = open;
    this.#match(SPACE);
    if (this.#text[this.#at] === close) {
      this.#at++;
      this.#open.pop();
      return null;
    }
    if (open.hasMember) {
      if (this.#text[this.#at] !== ',') return this.#fail(t('“,” or “{0}” was expected', close));
      this.#at++;
      this.#match(SPACE);
    }
    open.hasMember = true;
    return close === ']' ? this.#value() : this.#member();
  }

  #member(): JsonProblem | null {
    if (this.#text[this.#at] !== '"') return this.#fail(t('a name in double quotes was expected'));
    const problem = this.#string();
    if (problem) return problem;
    this.#match(SPACE);
    if (this.#text[this.#at] !== ':') return this.#fail(t('“:” was expected'));
    this.#at++;
    return this.#value();
  }

  #value(): JsonProblem | null {
    this.#match(SPACE);
    const first = this.#text[this.#at];
    if (first === '{' || first === '[') {
      this.#at++;
      this.#open.push({ close: first === '{' ? '}' : ']', hasMember: false });
      return null;
    }
    if (first === '"') return this.#string();
    return this.#match(SCALAR) === '' ? this.#fail(t('a value was expected')) : null;
  }

  #string(): JsonProblem | null {
    const text = this.#text;
    for (let at = this.#at + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.#at = at + 1;
        return null;
      }
      if (code < 0x20) {
        this.#at = at;
        return this.#fail(t('a control character stands unescaped in a string'));
      }
      if (code !== 0x5c) continue;
      const escape = /^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(at + 1, at + 6));
      if (!escape) {
        this.#at = at;
        return this.#fail(t('“\\” begins no known escape'));
      }
      at += escape[0].length;
    }
    this.#at = text.length;
    return this.#fail(t('a string does not end'));
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += match.length;
    return match;
  }

  #fail(message: string): JsonProblem {
    return { at: this.#at, message };
  }
}
