import { describe, expect, it } from 'vitest';
import type { Task } from '../../../../src/core/model/task.ts';
import { beginsWith, groupPercent, groupWords } from '../../../../src/core/model/taskGroup.ts';
import { english } from '../../../../src/core/model/text.ts';
import { task } from './tasks.ts';

const done = task({ state: 'succeeded' });
const failed = task({ state: 'failed' });
const half = task({ percent: 50 });
const unknown = task({});

describe('tasks that are told of together', () => {
  it.each([
    [0, true],
    [1_000, true],
    [1_001, false],
    [-1_000, true],
    [-1_001, false],
  ])('begin within a second: %i ms after the first is %s', (startedAt, expected) => {
    expect(beginsWith(task({}), task({ startedAt }))).toBe(expected);
  });

  it.each([
    ['4 tasks, 1 done', [done, half, half, unknown]],
    ['2 tasks, 2 done', [done, failed]],
  ])('are "%s"', (words, tasks) => {
    const said = groupWords(tasks);
    expect(said && english(said)).toBe(words);
  });

  it('have no words of their own while there is one', () => {
    expect(groupWords([half])).toBeUndefined();
  });

  it.each<readonly [number | undefined, readonly Task[]]>([
    [undefined, [unknown, unknown]],
    [25, [half, unknown]],
    [75, [done, half]],
    [100, [done, failed]],
  ])('are at %s percent', (percent, tasks) => {
    expect(groupPercent(tasks)).toBe(percent);
  });
});
