import { parsedJson } from '../../reading.ts';

/** The JSON in an answer of KGSM 2, which may put lines of warning before it. */
export function jsonIn(output: string): unknown {
  const start = /^[[{]/m.exec(output.replaceAll(/^\[[A-Z]+\].*$/gm, (line) => ' '.repeat(line.length)));
  return start ? parsedJson(output.slice(start.index)) : parsedJson(output);
}
