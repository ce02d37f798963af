import { describe, expect, it } from 'vitest';
import { defaultDays, readHistorySettings } from '../../../../src/core/journal/historySettings.ts';
import { defaultLimits } from '../../../../src/core/journal/store/retention.ts';
import { english } from '../../../../src/core/model/text.ts';

const unset = { retention: undefined, maxSize: undefined, folder: undefined, off: undefined };
const read = (values: Partial<typeof unset | Record<string, unknown>>) =>
  readHistorySettings({ ...unset, ...values });
const problemsOf = (values: Record<string, unknown>): string[] =>
  read(values).problems.map(({ setting, message }) => `${setting}: ${english(message)}`);

describe('settings of the history', () => {
  it('are the limits of the journal where nothing is set', () => {
    const settings = read({});
    expect(settings.limits).toEqual(defaultLimits);
    expect(settings.folder).toBeUndefined();
    expect([...settings.off]).toEqual([]);
    expect(settings.problems).toEqual([]);
  });

  it('change one class and leave the others as they are', () => {
    const { limits, days } = read({ retention: { log: 30 }, maxSize: 0.5, folder: '/data', off: ['nas'] });
    expect(days).toEqual({ ...defaultDays, log: 30 });
    expect(limits.classes.log?.maxAgeMs).toBe(30 * 86_400_000);
    expect(limits.totalBytes).toBe(500_000_000);
  });

  it('name the class, the value and what holds instead where a number of days is none', () => {
    expect(problemsOf({ retention: { log: 'a week' } })).toEqual([
      'history.retention: "log" must be a number of days from 0.1 to 36500, not "a week"; 7 days hold',
    ]);
    expect(read({ retention: { log: 0 } }).days.log).toBe(7);
    expect(read({ retention: { log: 0, metric: 5 } }).days.metric).toBe(5);
  });

  it('name a class that is none', () => {
    expect(problemsOf({ retention: { logs: 3 } })).toEqual([
      'history.retention: "logs" is no class of events; there are lifecycle, task, metric, log, control',
    ]);
  });

  it.each([
    [{ retention: [1] }, /^history\.retention: it must be an object such as \{"lifecycle":365/],
    [{ maxSize: '2 GB' }, /^history\.maxSize: it must be a number of gigabytes .* not "2 GB"; 2 GB hold$/],
    [{ maxSize: 0 }, /^history\.maxSize/],
    [{ folder: 'history' }, /^history\.folder: it must be an absolute path, not "history"/],
    [{ off: 'nas' }, /^history\.off: it must be a list of ids of connections, not "nas"$/],
    [{ off: ['nas', 3] }, /^history\.off: 3 is no id of a connection$/],
  ])('fall back where %j means nothing', (values, problem) => {
    const { limits, folder, problems } = read(values);
    expect(limits).toEqual(defaultLimits);
    expect(folder).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problemsOf(values)[0]).toMatch(problem);
  });

  it('keep the ids that are ids where another entry is none', () => {
    expect([...read({ off: ['nas', 3] }).off]).toEqual(['nas']);
  });
});
