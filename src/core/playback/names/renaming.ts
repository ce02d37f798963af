import { text, type Text } from '../../model/text.ts';
import type { NameMap } from '../../systems/rewriting.ts';
import { NameMatcher } from './nameMatcher.ts';

/** New names of instances: `a=b` for one of them, `*=test-*` for all, `mc-*=test-*` for those that begin so. The first that fits counts. */
export function parseRenaming(rules: readonly string[]): NameMap | { readonly problem: Text } {
  const parsed: Rule[] = [];
  for (const rule of rules) {
    const read = parseRule(rule.trim());
    if ('problem' in read) return read;
    parsed.push(read);
  }
  const plain = new NameMatcher(parsed.flatMap(({ from, to, star }) => (star ? [] : [[from, to] as const])));
  return {
    name: (kind, value) => {
      if (kind !== 'instance' || value === '') return value;
      for (const rule of parsed) {
        const renamed = renamedBy(rule, value);
        if (renamed !== undefined) return renamed;
      }
      return value;
    },
    cutsIn: (given) => plain.cutsIn(given),
  };
}

interface Rule {
  readonly from: string;
  readonly to: string;
  readonly star: boolean;
}

function parseRule(rule: string): Rule | { readonly problem: Text } {
  const equals = rule.indexOf('=');
  const from = rule.slice(0, equals).trim();
  const to = rule.slice(equals + 1).trim();
  if (equals < 0 || from === '' || to === '')
    return { problem: text('A new name is written as old=new, or *=test-* for all: {0}', rule) };
  const stars = [from, to].map((side) => side.split('*').length - 1);
  if (stars[0] !== stars[1] || (stars[0] ?? 0) > 1)
    return { problem: text('Both sides have one *, or neither has one: {0}', rule) };
  return { from, to, star: stars[0] === 1 };
}

function renamedBy({ from, to, star }: Rule, name: string): string | undefined {
  if (!star) return name === from ? to : undefined;
  const [before = '', behind = ''] = from.split('*');
  if (name.length < before.length + behind.length) return undefined;
  if (!name.startsWith(before) || !name.endsWith(behind)) return undefined;
  const [newBefore = '', newBehind = ''] = to.split('*');
  return newBefore + name.slice(before.length, name.length - behind.length) + newBehind;
}
