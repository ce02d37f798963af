import { text } from '../../model/text.ts';
import type { ParsedQuery, PathStep, QueryNode, Span } from './ast.ts';
import { fieldTerm } from './fieldTerm.ts';
import { limits, QueryReader, quote, unquote } from './reader.ts';
import { numberBeginning, parseNumber } from './values.ts';

/** Reads a query. Every text has a result: what was understood, and what was not. */
export function parseQuery(source: string): ParsedQuery {
  return new QueryParser(source).parse();
}

class QueryParser {
  readonly #in: QueryReader;
  #depth = 0;
  #tooDeep = false;

  constructor(source: string) {
    this.#in = new QueryReader(source);
  }

  parse(): ParsedQuery {
    const length = this.#in.source.length;
    if (length > limits.length) {
      const message = text('The query is longer than {0} characters.', limits.length);
      this.#in.problem({ from: limits.length, to: length }, message);
      return { node: undefined, problems: this.#in.problems, end: { kind: 'other', from: length } };
    }
    const parts: QueryNode[] = [];
    for (;;) {
      const part = this.#or();
      if (part) parts.push(part);
      if (this.#in.at >= length) break;
      this.#in.problem(this.#in.span(this.#in.at++), text('This parenthesis closes nothing.'), {
        replacement: '',
      });
    }
    const end = this.#in.end?.to === length ? this.#in.end : undefined;
    return {
      node: join('and', parts),
      problems: this.#in.problems.sort((a, b) => a.from - b.from),
      end: end ?? { kind: 'term', from: length },
    };
  }

  #or(): QueryNode | undefined {
    const parts: QueryNode[] = [];
    let before: Span | undefined;
    for (;;) {
      const from = this.#in.skipSpace();
      const part = this.#and();
      // A side that was wrong has its own problem.
      const isMissing = !part && this.#in.at === from;
      const operator = this.#keyword('OR');
      if (part) parts.push(part);
      else if (isMissing && (before ?? operator)) this.#sideMissing('OR', before ?? operator);
      if (!operator) return join('or', parts);
      before = operator;
    }
  }

  #and(): QueryNode | undefined {
    const parts: QueryNode[] = [];
    let pending: Span | undefined;
    for (;;) {
      const from = this.#in.skipSpace();
      const operator = this.#keyword('AND');
      if (operator) {
        if (pending || parts.length === 0) this.#sideMissing('AND', pending ?? operator);
        pending = operator;
        continue;
      }
      const part = this.#not();
      if (part) {
        parts.push(part);
        pending = undefined;
      }
      if (this.#in.at !== from) {
        if (!part) pending = undefined;
        continue;
      }
      if (pending) this.#sideMissing('AND', pending);
      return join('and', parts);
    }
  }

  #not(): QueryNode | undefined {
    const from = this.#in.at;
    let negated = false;
    let last: Span | undefined;
    for (;;) {
      const minus = /-(?!\s)/y;
      const operator = this.#in.match(minus) ? this.#in.span(this.#in.at - 1) : this.#keyword('NOT');
      if (!operator) break;
      last = operator;
      negated = !negated;
      this.#in.skipSpace();
    }
    const begin = this.#in.at;
    const part = this.#primary();
    if (!part) {
      if (last && this.#in.at === begin) {
        this.#in.problem(last, text('Something to exclude is missing here.'), this.#in.openAt(last.to));
      }
      return undefined;
    }
    return negated ? { kind: 'not', part, from, to: part.to } : part;
  }

  #primary(): QueryNode | undefined {
    const from = this.#in.at;
    const character = this.#in.source[from];
    if (character === undefined || character === ')' || this.#peekKeyword()) return undefined;
    if (character === '(') return this.#group();
    if (character === '"') return this.#textNode(from, this.#in.quoted());
    if (character === '/') return this.#regex();
    if (character === '$' && /[.[]/.test(this.#in.source[from + 1] ?? '')) return this.#path();
    const name = this.#in.match(/[a-z_](?:[\w.-]*\w)?(?=[:=<>])/iy);
    if (name !== undefined) return fieldTerm(this.#in, name, from);
    const word = this.#in.match(/[^\s()"]+/y) ?? '';
    this.#in.mark({ kind: 'term', from });
    return this.#textNode(from, word);
  }

  #group(): QueryNode | undefined {
    const from = this.#in.at++;
    if (this.#depth >= limits.nesting) {
      this.#in.problem(this.#in.span(from), text('More than {0} parentheses are open here.', limits.nesting));
      this.#in.at = this.#in.source.length;
      this.#tooDeep = true;
      return undefined;
    }
    this.#depth++;
    const inner = this.#or();
    this.#depth--;
    if (this.#in.match(/\)/y) === undefined) {
      if (!this.#tooDeep) {
        this.#in.problem(this.#in.span(from), text('This parenthesis is never closed.'), { open: true });
      }
    } else if (!inner && !this.#in.problems.some((problem) => problem.from > from)) {
      this.#in.problem({ from, to: this.#in.at }, text('Nothing stands between the parentheses.'));
    }
    return inner && { ...inner, from, to: this.#in.at };
  }

  #textNode(from: number, value: string): QueryNode | undefined {
    this.#in.payloadTerm(from);
    return this.#in.at === from ? undefined : { kind: 'text', text: value, from, to: this.#in.at };
  }

  #regex(): QueryNode | undefined {
    const from = this.#in.at;
    const body = this.#in.match(/\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])*/y)?.slice(1) ?? '';
    const quotes = text('put it in quotes to search for the text');
    if (this.#in.match(/\//y) === undefined) {
      this.#in.match(/\S*/y);
      const message = text('A regular expression ends with /; {0}.', quotes);
      this.#in.problem({ from, to: this.#in.at }, message, this.#in.openAt(this.#in.at));
      this.#in.mark({ kind: 'other', from });
      return undefined;
    }
    const given = this.#in.match(/[^\s()]*/y) ?? '';
    this.#in.mark({ kind: 'other', from });
    this.#in.payloadTerm(from);
    if (!/^[ims]*$/.test(given) || new Set(given).size !== given.length) {
      const message = text('Only i, m and s can follow a regular expression; {0}.', quotes);
      this.#in.problem({ from, to: this.#in.at }, message, {
        replacement: quote(this.#in.source.slice(from, this.#in.at)),
      });
      return undefined;
    }
    if (body === '') {
      this.#in.problem({ from, to: this.#in.at }, text('The regular expression is empty.'));
      return undefined;
    }
    try {
      return { kind: 'regex', pattern: new RegExp(body, `u${given}`), from, to: this.#in.at };
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).split(': ').at(-1) ?? '';
      this.#in.problem({ from, to: this.#in.at }, text('The regular expression is not valid: {0}.', reason));
      return undefined;
    }
  }

  #path(): QueryNode | undefined {
    const from = this.#in.at++;
    this.#in.payloadTerm(from);
    const steps: PathStep[] = [];
    for (;;) {
      const at = this.#in.at;
      const dots = this.#in.match(/\.\.?/y) ?? '';
      const deep = dots === '..';
      const bracket = this.#in.match(/\[(?:\d{1,9}|"(?:[^"\\]|\\[^])*")\]/y)?.slice(1, -1);
      const name = dots === '' || bracket !== undefined ? undefined : this.#in.match(/[^\s.[\]:=<>()"]+/y);
      if (bracket?.startsWith('"')) steps.push({ key: unquote(bracket), deep });
      else if (bracket !== undefined) steps.push({ key: Number(bracket), deep });
      else if (name !== undefined) steps.push({ key: name, deep });
      else {
        if (dots === '' && this.#in.source[at] !== '[') break;
        this.#in.match(/\["(?:[^"\\]|\\[^])*"?|[^\s()]*/y);
        const message = text('A path goes on with a key, [0] or ["key"].');
        this.#in.problem({ from: at, to: this.#in.at }, message, this.#in.openAt(this.#in.at));
        this.#in.mark({ kind: 'other', from });
        return undefined;
      }
    }
    this.#in.mark({ kind: 'other', from });
    const operator = this.#in.operator();
    if (operator === undefined)
      return { kind: 'path', steps, operator: ':', values: [], from, to: this.#in.at };
    const values = this.#in.values(this.#in.source.slice(from, this.#in.at), '');
    if (operator !== ':') {
      for (const value of values) {
        if (parseNumber(value.text) !== undefined) continue;
        this.#in.problem(
          value,
          text('{0} is no number.', value.text),
          this.#in.openValue(value, numberBeginning),
        );
        return undefined;
      }
    }
    return values.length === 0 ? undefined : { kind: 'path', steps, operator, values, from, to: this.#in.at };
  }

  #sideMissing(operator: string, at: Span | undefined): void {
    if (at)
      this.#in.problem(at, text('{0} needs something on both sides.', operator), this.#in.openAt(at.to));
  }

  #peekKeyword(): boolean {
    return /(?:AND|OR|NOT)(?![^\s()])/y.test(this.#in.source.slice(this.#in.at, this.#in.at + 4));
  }

  #keyword(word: 'AND' | 'OR' | 'NOT'): Span | undefined {
    const from = this.#in.skipSpace();
    if (!this.#peekKeyword() || !this.#in.source.startsWith(word, from)) return undefined;
    this.#in.at = from + word.length;
    return { from, to: this.#in.at };
  }
}

function join(kind: 'and' | 'or', parts: readonly QueryNode[]): QueryNode | undefined {
  const [first] = parts;
  if (!first || parts.length === 1) return first;
  return { kind, parts, from: first.from, to: parts.at(-1)?.to ?? first.to };
}
