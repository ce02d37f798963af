import { english } from '../model/text.ts';
import { compileQuery, matchingRows } from './query/compile.ts';
import { parseQuery } from './query/parse.ts';
import type { CompileQuery } from './store/compiled.ts';

/** Makes the store's query from its text. Throws the first problem, with its place in the text. */
export const compileText: CompileQuery = (source, { now }) => {
  const { node, problems } = parseQuery(source);
  const [problem] = problems;
  if (problem) {
    const { from, to, message, replacement } = problem;
    throw Object.assign(new Error(english(message)), {
      from,
      to,
      ...(replacement === undefined ? {} : { replacement }),
    });
  }
  const zoneOffset = (instant: number): number => -new Date(instant).getTimezoneOffset();
  const { hasRegex, ...query } = compileQuery(node, { now, zoneOffset });
  return {
    ...query,
    ...(hasRegex ? { checkAll: (rows, limitMs) => matchingRows({ ...query, hasRegex }, rows, limitMs) } : {}),
  };
};
