/** The longest text that stands in everything a regular expression matches; empty where none is sure. */
export function longestLiteral(source: string): string {
  let [run, longest] = ['', ''];
  const close = () => {
    if (run.length > longest.length) longest = run;
    run = '';
  };
  // A token with its quantifier: an escape, a class, a bracket of a group, or one character.
  const token =
    /(\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|c[a-z]|k<[^>]*>|.)|\[(?:[^\]\\]|\\.)*\]|[^])([*+?]|\{\d+(?:,\d*)?\})?\??/giuy;
  let depth = 0;
  for (const [, item = '', quantifier = ''] of source.matchAll(token)) {
    if (item === '(') depth++;
    if (item === ')') depth--;
    // One side of an alternative is not sure; neither is what stands in a group, for it may be optional or a look ahead.
    if (item === '|' && depth === 0) return '';
    const literal = /^\\[^a-z0-9]$/i.test(item) ? item.slice(1) : item;
    if (depth > 0 || item === ')' || (literal === item && /^[\\[.^$]/.test(item))) {
      close();
      continue;
    }
    const optional = /^(?:[*?]|\{0)/.test(quantifier);
    if (!optional) run += literal;
    if (quantifier !== '') close();
  }
  close();
  return longest;
}
