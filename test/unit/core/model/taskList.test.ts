import { describe, expect, it } from 'vitest';
import type { Task } from '../../../../src/core/model/task.ts';
import {
  durationWords,
  listedTasks,
  taskDuration,
  withEarlier,
  type TaskView,
} from '../../../../src/core/model/taskList.ts';
import { english } from '../../../../src/core/model/text.ts';
import { task as running } from './tasks.ts';

function task(id: string, given: Partial<Task>): Task {
  return running({ id, ...given });
}

const ids = (tasks: readonly Task[]): readonly string[] => tasks.map(({ id }) => id);

const all: readonly Task[] = [
  task('succeeded', { state: 'succeeded', startedAt: 1, finishedAt: 40 }),
  task('running', { startedAt: 20 }),
  task('failed', { state: 'failed', startedAt: 30, finishedAt: 35 }),
  task('waiting', { state: 'waiting', startedAt: 25 }),
  task('lost', { state: 'lost', startedAt: 5, lastEventAt: 60 }),
  task('aborted', { state: 'aborted', startedAt: 6, finishedAt: 10 }),
];

describe('the list of tasks', () => {
  it.each<readonly [string, TaskView, readonly string[]]>([
    [
      'those that run first, then what ended, the newest first',
      { filter: 'all' },
      ['waiting', 'running', 'lost', 'succeeded', 'failed', 'aborted'],
    ],
    ['only those that run', { filter: 'running' }, ['waiting', 'running']],
    ['only those that failed or were lost', { filter: 'failed' }, ['lost', 'failed']],
    [
      'not what ended before it was cleared',
      { filter: 'all', clearedAt: 40 },
      ['waiting', 'running', 'lost'],
    ],
    ['what runs, also after it was cleared', { filter: 'running', clearedAt: 99 }, ['waiting', 'running']],
  ])('has %s', (_, view, expected) => {
    expect(ids(listedTasks(all, view))).toEqual(expected);
    expect(ids(listedTasks(all.toReversed(), view))).toEqual(expected);
  });

  it('has a task of fleet and journal once, as the fleet has it', () => {
    const known = task('a', { percent: 40 });
    const found = withEarlier([known], [task('a', { percent: 10 }), task('b', { state: 'failed' })]);
    expect(found).toHaveLength(2);
    expect(found).toContain(known);
  });

  it('takes a task for lost that the journal has as running and the fleet does not know', () => {
    const [found] = withEarlier([], [task('a', { cancellable: true })]);
    expect(found).toMatchObject({ state: 'lost', cancellable: false });
  });
});

describe('the duration of a task', () => {
  it.each<readonly [string, Partial<Task>, number]>([
    ['counts on while it runs', {}, 90],
    ['ends with it', { state: 'succeeded', finishedAt: 50 }, 40],
    ['ends with the last word of one whose end was never told', { state: 'lost', lastEventAt: 70 }, 60],
    ['is never negative, whatever the clocks say', { state: 'failed', finishedAt: 5 }, 0],
  ])('%s', (_, given, expected) => {
    expect(taskDuration(task('a', { startedAt: 10, ...given }), 100)).toBe(expected);
  });

  it.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min 0 s'],
    [3_599_999, '59 min 59 s'],
    [3_600_000, '1 h 0 min'],
    [86_399_999, '23 h 59 min'],
    [90_000_000, '1 d 1 h'],
  ])('of %i ms is %s', (ms, words) => {
    expect(english(durationWords(ms))).toBe(words);
  });
});
