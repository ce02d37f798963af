import * as z from 'zod/mini';
import { limits } from '../journal/query/reader.ts';
import { parseQuery } from '../journal/query/parse.ts';
import { oneLine, text, type Text } from '../model/text.ts';

/** Limits of the numbers of a rule. */
export const ruleCountRange = { minimum: 1, maximum: 100_000 } as const;
export const ruleMinutesRange = { minimum: 1, maximum: 1440 } as const;

/** An alert when more events than so many match a query within so long. */
export interface AlertRule {
  readonly name: string;
  readonly query: string;
  readonly moreThan: number;
  readonly minutes: number;
}

const ruleForm = z.object({
  name: z.string().check(z.minLength(1), z.maxLength(100)),
  query: z.string().check(z.minLength(1), z.maxLength(limits.length)),
  moreThan: z._default(z.number().check(z.minimum(0), z.maximum(ruleCountRange.maximum)), 0),
  minutes: z._default(
    z.number().check(z.minimum(ruleMinutesRange.minimum), z.maximum(ruleMinutesRange.maximum)),
    10,
  ),
});

/** Rules of the settings, and why others are none. */
export function readRules(value: unknown): {
  readonly rules: readonly AlertRule[];
  readonly problems: readonly Text[];
} {
  if (value === undefined) return { rules: [], problems: [] };
  if (!Array.isArray(value)) return { rules: [], problems: [text('gameServerOps.alerts.rules is no list.')] };
  const rules: AlertRule[] = [];
  const problems: Text[] = [];
  for (const [index, each] of (value as readonly unknown[]).entries()) {
    const read = z.safeParse(ruleForm, each);
    if (!read.success) {
      const [issue] = read.error.issues;
      const place = ['rules', index, ...(issue?.path ?? [])].join('.');
      problems.push(text('gameServerOps.alerts.{0}: {1}', place, oneLine(issue?.message ?? '', 100)));
      continue;
    }
    const [problem] = parseQuery(read.data.query).problems;
    if (problem)
      problems.push(
        text('The alert rule {0} has no query: {1}', oneLine(read.data.name, 60), problem.message),
      );
    else if (rules.some(({ name }) => name === read.data.name))
      problems.push(
        text('Two alert rules are named {0}; the first one counts.', oneLine(read.data.name, 60)),
      );
    else rules.push(read.data);
  }
  return { rules, problems };
}

/** Counts matches in a window of time. It holds once more only after it held no longer. */
export class RuleCounter {
  readonly #moreThan: number;
  readonly #windowMs: number;
  /** Matches by the second in which they came, oldest first. */
  #counts: { readonly second: number; count: number }[] = [];
  #sum = 0;
  #held = false;

  constructor({ moreThan, minutes }: Pick<AlertRule, 'moreThan' | 'minutes'>) {
    this.#moreThan = moreThan;
    this.#windowMs = minutes * 60_000;
  }

  get sum(): number {
    return this.#sum;
  }

  /** Takes new matches; answers whether the rule begins to hold with them. */
  add(count: number, now: number): boolean {
    this.#forget(now);
    const second = Math.floor(now / 1000);
    const last = this.#counts.at(-1);
    if (last && last.second >= second) last.count += count;
    else this.#counts.push({ second, count });
    this.#sum += count;
    const held = this.#held;
    this.#held = this.#sum > this.#moreThan;
    return this.#held && !held;
  }

  #forget(now: number): void {
    const first = this.#counts.findIndex(({ second }) => (second + 1) * 1000 > now - this.#windowMs);
    const old = first < 0 ? this.#counts.splice(0) : this.#counts.splice(0, first);
    for (const { count } of old) this.#sum -= count;
    if (this.#sum <= this.#moreThan) this.#held = false;
  }
}
