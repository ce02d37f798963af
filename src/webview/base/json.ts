import { t } from './l10n.ts';

export interface JsonNode {
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';
  /** Name or index in its parent, `null` for the root. */
  readonly key: string | number | null;
  readonly parent: JsonNode | null;
  readonly children: JsonNode[];
  /** Place in the text, so that numbers and strings are shown as they were sent. */
  readonly start: number;
  end: number;
}

export interface JsonProblem {
  readonly at: number;
  readonly message: string;
}

export interface JsonReading {
  /** As far as the text could be read; `null` where it does not even begin as JSON. */
  readonly root: JsonNode | null;
  readonly problem: JsonProblem | null;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/**
 * Reads JSON into nodes that remember their place in the text. Accepts exactly what `JSON.parse` accepts, but keeps
 * doubled names and long numbers, gives what it has of a text that was cut, and takes any depth.
 */
export function readJson(text: string): JsonReading {
  return new Reader(text).read();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #root: JsonNode | null = null;
  /** The container that is being filled. */
  #open: JsonNode | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonReading {
    let problem = this.#value(null);
    while (problem === null && this.#open) problem = this.#step(this.#open);
    for (let node = this.#open; node; node = node.parent) node.end = this.#at;
    if (problem === null) {
      this.#skip();
      if (this.#at < this.#text.length) problem = this.#fail(t('the text goes on after its end'));
    }
    return { root: this.#root, problem };
  }

  /** The next member of a container, or its end. */
  #step(node: JsonNode): JsonProblem | null {
    const close = node.kind === 'object' ? '}' : ']';
    this.#skip();
    if (this.#text[this.#at] === close) {
      node.end = ++this.#at;
      this.#open = node.parent;
      return null;
    }
    if (node.children.length > 0) {
      if (this.#text[this.#at] !== ',') return this.#fail(t('“,” or “{0}” was expected', close));
      this.#at++;
      this.#skip();
    }
    return node.kind === 'array' ? this.#value(node.children.length) : this.#member();
  }

  #member(): JsonProblem | null {
    const start = this.#at;
    if (this.#text[start] !== '"') return this.#fail(t('a name in double quotes was expected'));
    const problem = this.#string();
    if (problem) return problem;
    const key = JSON.parse(this.#text.slice(start, this.#at)) as string;
    this.#skip();
    if (this.#text[this.#at] !== ':') return this.#fail(t('“:” was expected'));
    this.#at++;
    return this.#value(key);
  }

  #value(key: string | number | null): JsonProblem | null {
    this.#skip();
    const start = this.#at;
    const first = this.#text[start];
    if (first === '{' || first === '[') {
      this.#at++;
      this.#open = this.#add(first === '{' ? 'object' : 'array', key, start);
      return null;
    }
    if (first === '"') {
      const problem = this.#string();
      if (!problem) this.#add('string', key, start);
      return problem;
    }
    const word = this.#match(WORD);
    if (word) this.#add(word === 'null' ? 'null' : 'boolean', key, start);
    else if (this.#match(NUMBER)) this.#add('number', key, start);
    else return this.#fail(t('a value was expected'));
    return null;
  }

  #add(kind: JsonNode['kind'], key: string | number | null, start: number): JsonNode {
    const node: JsonNode = { kind, key, parent: this.#open, children: [], start, end: this.#at };
    if (this.#open) this.#open.children.push(node);
    else this.#root = node;
    return node;
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

  #skip(): void {
    this.#match(SPACE);
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

/** The problem for people, with its place: `line 3, column 5: …`. */
export function problemText(text: string, problem: JsonProblem): string {
  const before = text.slice(0, problem.at);
  const line = before.split('\n').length;
  const column = problem.at - before.lastIndexOf('\n');
  return t('line {0}, column {1}: {2}', line, column, problem.message);
}

/** The way to a node as one would write it in code: `Data.players[0]["odd name"]`; empty for the root. */
export function pathOf(node: JsonNode): string {
  const parts: string[] = [];
  for (let at: JsonNode | null = node; at; at = at.parent) {
    if (at.key === null) continue;
    if (typeof at.key === 'number') parts.push(`[${at.key}]`);
    else if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(at.key)) parts.push(`[${JSON.stringify(at.key)}]`);
    else parts.push(at.parent?.key === null ? at.key : `.${at.key}`);
  }
  return parts.reverse().join('');
}
