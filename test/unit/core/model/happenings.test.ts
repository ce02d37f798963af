import { describe, expect, it } from 'vitest';
import { happeningsOf, type ToldState } from '../../../../src/core/model/happenings.ts';
import type { Task } from '../../../../src/core/model/task.ts';
import { english, text } from '../../../../src/core/model/text.ts';

const restart: Task = {
  id: 'a',
  connection: 'home',
  title: text('Restarting {0}', 'valheim'),
  state: 'succeeded',
  percent: 100,
  steps: [],
  startedAt: 100,
  finishedAt: 400,
  lastEventAt: 400,
  cancellable: false,
  startedBy: { actor: 'alice' },
};
const states: readonly ToldState[] = [
  { at: 50, state: 'ready' },
  { at: 100, state: 'restarting', actor: 'alice' },
  { at: 300, state: 'ready' },
  { at: 5_000, state: 'crashed', detail: text('exit code {0}', 137) },
];
const short = happeningsOf(states, [restart], 10).map((each) =>
  each.what === 'task'
    ? english(each.title)
    : `${each.state}${each.during ? ` during ${english(each.during.title)}` : ''}`,
);

describe('what happened to a server', () => {
  it('is one list of states and tasks, the newest first, with the task that each state came of', () => {
    expect(short).toEqual([
      'crashed',
      'ready during Restarting valheim',
      'restarting during Restarting valheim',
      'Restarting valheim',
      'ready',
    ]);
  });

  it('says who did it, why, and how long it lasted, where that is told', () => {
    const [crashed, ready, , task] = happeningsOf(states, [restart], 10);
    expect(crashed).toMatchObject({ detail: text('exit code {0}', 137) });
    expect(crashed).not.toHaveProperty('until');
    expect(ready).toMatchObject({ at: 300, until: 5_000, during: { startedBy: { actor: 'alice' } } });
    expect(task).toMatchObject({ at: 100, until: 400, startedBy: { actor: 'alice' } });
  });

  it('has a task that goes on without an end, and each state that begins meanwhile is of it', () => {
    const { finishedAt: _, ...rest } = restart;
    const running: Task = { ...rest, state: 'running' };
    const [crashed, , , task] = happeningsOf(states, [running], 10);
    expect(task).not.toHaveProperty('until');
    expect(crashed).toHaveProperty('during');
    expect(happeningsOf(states, [running], 2)).toHaveLength(2);
  });
});
