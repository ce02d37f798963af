import { english, type Text, type TextArgument } from '../../model/text.ts';

/**
 * A summary is stored in English, for queries, with the id of its template. Its arguments are mostly texts that the
 * template and the English form give back: they are stored only where they do not.
 */
const patterns = new Map<string, RegExp>();

function patternOf(template: string): RegExp {
  let pattern = patterns.get(template);
  if (!pattern) {
    const parts = template.split(/\{\d+\}/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    pattern = new RegExp(`^${parts.join('(.*?)')}$`, 's');
    // Templates are literals of the code; a recording of another version may bring others.
    if (patterns.size > 2000) patterns.clear();
    patterns.set(template, pattern);
  }
  return pattern;
}

function derive(template: string, summary: string): TextArgument[] | undefined {
  const match = patternOf(template).exec(summary);
  if (!match) return undefined;
  const args: TextArgument[] = [];
  [...template.matchAll(/\{(\d+)\}/g)].forEach(([, index], n) => {
    args[Number(index)] ??= match[n + 1] ?? '';
  });
  return args;
}

/** The English form, and the arguments if they must be stored beside it. */
export function packSummary(
  template: string,
  args: readonly TextArgument[],
): { summary: string; args?: readonly TextArgument[] } {
  const summary = english({ template, args });
  const derived = derive(template, summary);
  const isSame = derived?.length === args.length && derived.every((value, n) => value === args[n]);
  return isSame ? { summary } : { summary, args };
}

/** The Text of which `packSummary` made the English form. */
export function unpackSummary(
  summary: string,
  template: string | undefined,
  args: readonly TextArgument[] | undefined,
): Text {
  if (template === undefined) return { template: summary, args: [] };
  return { template, args: args ?? derive(template, summary) ?? [] };
}
