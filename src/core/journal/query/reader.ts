import { text, type Text } from '../../model/text.ts';
import type { OpenEnd, Operator, QueryProblem, Span, Value } from './ast.ts';

/** Limits that keep a hostile query within one slice of a search; people stay far below. */
export const limits = {
  length: 10_000,
  problems: 20,
  nesting: 200,
  payloadTerms: 50,
  value: 1000,
  values: 500,
} as const;

/** The text of a query, read from left to right, and what was noted on the way. */
export class QueryReader {
  readonly source: string;
  readonly problems: QueryProblem[] = [];
  at = 0;
  end: (OpenEnd & { readonly to: number }) | undefined;
  #payloadTerms = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** Reads from a quote to its end; `\"` and `\\` stand for the character itself. */
  quoted(): string {
    const from = this.at;
    const inner = this.match(/"(?:[^"\\]|\\[^])*/y) ?? '';
    if (this.match(/"/y) === undefined) {
      this.at = this.source.length;
      this.problem(this.span(from), text('This quote is never closed.'), { open: true });
    }
    this.mark({ kind: 'other', from });
    return unquote(`${inner}"`);
  }

  operator(): Operator | undefined {
    const written = this.match(/:?(?:>=|<=|>|<|=)|:/y);
    if (written === undefined) return undefined;
    const operator = written.replace(/^:(?=.)/, '');
    return operator === '=' ? ':' : (operator as Operator);
  }

  /** The value behind an operator, or a list of them; none if one is missing or wrong. */
  values(written: string, field: string): readonly Value[] {
    const from = this.at;
    if (this.source[from] !== '(') {
      const value = this.value(field, false);
      if (!value) this.problem({ from, to: from }, text('{0} wants a value.', written), this.openAt(from));
      return value ? [value] : [];
    }
    this.at++;
    const values: Value[] = [];
    for (;;) {
      const separated = this.match(/[\s,]+/y) !== undefined;
      if (separated || values.length === 0) this.mark({ kind: 'value', from: this.at, field, inList: true });
      if (this.match(/\)/y) !== undefined) break;
      const value = this.value(field, true);
      if (value) values.push(value);
      else {
        const end = this.at >= this.source.length;
        const at = this.span(end ? from : this.at++);
        if (end) this.problem(at, text('This parenthesis is never closed.'), { open: true });
        else this.problem(at, text('A list of values holds no parentheses: put them in quotes.'));
        if (end) return values;
      }
    }
    const list = { from, to: this.at };
    if (values.length === 0) this.problem(list, text('{0} wants a value.', written));
    if (values.length <= limits.values) return values;
    this.problem(list, text('A list holds at most {0} values.', limits.values));
    return [];
  }

  value(field: string, inList: boolean): Value | undefined {
    const from = this.at;
    const quoted = this.source[from] === '"';
    const value = quoted ? this.quoted() : this.match(inList ? /[^\s(),"]+/y : /[^\s()"]+/y);
    const isOpen = quoted ? this.problems.at(-1)?.from === from : value !== undefined || !inList;
    if (isOpen) this.mark({ kind: 'value', from, field, inList });
    if (value === undefined) return undefined;
    const span = { from, to: this.at };
    if (value.length > limits.value) {
      this.problem(span, text('A value has at most {0} characters.', limits.value));
      return undefined;
    }
    return { text: value, quoted, parts: quoted ? [value] : value.split('*'), ...span };
  }

  problem(span: Span, message: Text, more: { replacement?: string; open?: true } = {}): void {
    const last = this.problems.at(-1);
    if (this.problems.length >= limits.problems || (last?.from === span.from && last.to === span.to)) return;
    this.problems.push({ from: span.from, to: span.to, message, ...more });
  }

  /** Whether nothing but space follows: what is missing may still be typed. */
  openAt(at: number): { open?: true } {
    return this.source.slice(at).trim() === '' ? { open: true } : {};
  }

  /** Whether a value is the end of the text and may be the beginning of a correct one. */
  openValue({ from, to }: Span, beginning: RegExp): { open?: true } {
    const isBeginning = to === this.source.length && beginning.test(this.source.slice(from, to));
    return isBeginning ? { open: true } : {};
  }

  mark(end: OpenEnd): void {
    this.end = { ...end, to: this.at };
  }

  span(from: number): Span {
    return { from, to: from + 1 };
  }

  skipSpace(): number {
    this.match(/\s+/y);
    return this.at;
  }

  /** Reads on where a sticky pattern matches. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  /** Counts what must be searched in payloads. */
  payloadTerm(from: number): void {
    if (++this.#payloadTerms !== limits.payloadTerms + 1) return;
    const message = text('A query searches payloads for at most {0} things.', limits.payloadTerms);
    this.problem({ from, to: this.source.length }, message);
  }
}

/** A text as a term of the query language. */
export function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** The text between quotes. */
export function unquote(value: string): string {
  return value.slice(1, -1).replace(/\\(["\\])/g, '$1');
}
