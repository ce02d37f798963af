import type { Span } from './ast.ts';

type TokenKind =
  | 'space'
  | 'parenthesis'
  | 'keyword'
  | 'field'
  | 'path'
  | 'operator'
  | 'value'
  | 'number'
  | 'string'
  | 'regex'
  | 'word';

/** A piece of a query as it is coloured. */
export interface Token extends Span {
  readonly kind: TokenKind;
}

type Rule = readonly [kind: TokenKind, pattern: RegExp];

const quoted = /"(?:[^"\\]|\\[^])*"?/y;
const space: Rule = ['space', /\s+/y];
const string: Rule = ['string', quoted];
const step = String.raw`\[(?:\d{1,9}|"(?:[^"\\]|\\[^])*")\]`;

/** Rules where a term may begin, the first that matches counts. The parser's own patterns, without its checks. */
const termRules: readonly Rule[] = [
  space,
  ['parenthesis', /[()]/y],
  ['keyword', /(?:AND|OR|NOT)(?![^\s()])|-(?!\s)/y],
  string,
  ['regex', /\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])*\/[^\s()]*|\/\S*/y],
  ['path', new RegExp(String.raw`\$(?=[.[])(?:\.{0,2}${step}|\.{1,2}[^\s.[\]:=<>()"]+)*`, 'y')],
  ['field', /[a-z_](?:[\w.-]*\w)?(?=[:=<>])/iy],
  ['word', /[^\s()"]+/y],
];
const operatorRule: Rule = ['operator', /:?(?:>=|<=|>|<|=)|:/y];
const valueRules: readonly Rule[] = [string, ['value', /[^\s()"]+/y]];
const listRules: readonly Rule[] = [
  space,
  ['parenthesis', /[()]/y],
  string,
  ['operator', /,/y],
  ['value', /[^\s(),"]+/y],
];
const numeric = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+|[kmg]i?b?|b)?$/i;

/** The pieces of a query from its beginning to its end, without a hole; of any text, right or wrong. */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (rules: readonly Rule[]): TokenKind | undefined => {
    for (const [kind, pattern] of rules) {
      pattern.lastIndex = at;
      const found = pattern.exec(source)?.[0];
      if (found === undefined || found === '') continue;
      tokens.push({
        kind: kind === 'value' && numeric.test(found) ? 'number' : kind,
        from: at,
        to: at + found.length,
      });
      at += found.length;
      return kind;
    }
    return undefined;
  };
  while (at < source.length) {
    const kind = take(termRules);
    if (kind !== 'field' && kind !== 'path') continue;
    if (take([operatorRule]) === undefined) continue;
    if (source[at] === '(') list();
    else take(valueRules);
  }
  return tokens;

  function list(): void {
    const begin = at;
    while (at < source.length) {
      take(listRules);
      if (source[at - 1] === ')' && at > begin + 1) return;
    }
  }
}
