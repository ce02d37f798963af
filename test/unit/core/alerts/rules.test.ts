import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRules, RuleCounter } from '../../../../src/core/alerts/rules.ts';
import { english } from '../../../../src/core/model/text.ts';

describe('the rules of the settings', () => {
  const problems = (value: unknown): string[] => readRules(value).problems.map(english);

  it('have defaults, and their limits', () => {
    expect(readRules([{ name: 'a', query: 'is:failed' }]).rules).toEqual([
      { name: 'a', query: 'is:failed', moreThan: 0, minutes: 10 },
    ]);
    expect(problems([{ name: 'a', query: 'x', minutes: 0 }])).toEqual([
      expect.stringMatching(/^gameServerOps\.alerts\.rules\.0\.minutes: /),
    ]);
  });

  it('say which one is wrong and why, and the others count', () => {
    const { rules, problems: said } = readRules([
      { name: 'open', query: '"open' },
      { name: 'good', query: 'is:failed' },
      { name: 'good', query: 'is:noise' },
      7,
      { query: 'x' },
    ]);
    expect(rules.map(({ query }) => query)).toEqual(['is:failed']);
    expect(said.map(english)).toEqual([
      'The alert rule open has no query: This quote is never closed.',
      'Two alert rules are named good; the first one counts.',
      expect.stringContaining('rules.3'),
      expect.stringContaining('rules.4.name'),
    ]);
    expect(problems('all')).toEqual(['gameServerOps.alerts.rules is no list.']);
    expect(problems(undefined)).toEqual([]);
  });

  it('are read whatever stands there', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const { rules, problems: said } = readRules(value);
        if (rules.length === 0 && said.length === 0)
          expect(value === undefined || (Array.isArray(value) && value.length === 0)).toBe(true);
      }),
    );
  });
});

describe('a rule', () => {
  const minute = 60_000;

  it('holds when more events come within its time than it allows', () => {
    const counter = new RuleCounter({ moreThan: 3, minutes: 10 });
    expect([0, 1, 2].map((n) => counter.add(1, n * minute))).toEqual([false, false, false]);
    expect(counter.add(1, 9 * minute)).toBe(true);
    expect(counter.sum).toBe(4);
  });

  it('does not hold for events that are further apart', () => {
    const counter = new RuleCounter({ moreThan: 1, minutes: 10 });
    expect([0, 11, 22, 33].map((n) => counter.add(1, n * minute))).toEqual([false, false, false, false]);
  });

  it('holds once until it holds no more', () => {
    const counter = new RuleCounter({ moreThan: 0, minutes: 1 });
    expect([0, 0.5, 0.9, 1.4, 5].map((n) => counter.add(1, n * minute))).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
  });

  it('bears a clock that goes back, and a flood', () => {
    const counter = new RuleCounter({ moreThan: 2, minutes: 1 });
    counter.add(1, 10 * minute);
    expect(counter.add(1, 2 * minute)).toBe(false);
    expect(counter.add(1, 10 * minute)).toBe(true);
    for (let n = 0; n < 100_000; n++) counter.add(1000, 20 * minute + n);
    expect(counter.sum).toBeGreaterThan(50_000_000);
    expect(counter.add(1, 60 * minute)).toBe(false);
    expect(counter.sum).toBe(1);
  });
});
