import { describe, expect, it } from 'vitest';
import { emptyFleet, fold, type Fleet } from '../../../../src/core/model/fleet.ts';
import { isOperation, type Task, type TaskPatch } from '../../../../src/core/model/task.ts';
import { text } from '../../../../src/core/model/text.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
const app = { kind: 'app', key: 'valheim' };

/** Folds a fact that a system tells of its task. */
function told(fleet: Fleet, receivedAt: number, id: string, patch: TaskPatch, connection = 'nas'): Fleet {
  return fold(fleet, { connection, system: 'truenas', receivedAt }, [{ signal: 'task', id, patch }]);
}

/** Folds a fact that an operation of ours tells of itself. */
function ours(fleet: Fleet, receivedAt: number, id: string, patch: TaskPatch): Fleet {
  const where = { connection: 'nas', system: 'truenas', receivedAt };
  return fold(fleet, where, [{ signal: 'task', own: true, id, patch }]);
}

const asked: TaskPatch = {
  title: text('Starting valheim'),
  subject: app,
  operation: 'start',
  state: 'running',
  startedBy: { window: 'w1' },
};
const job: TaskPatch = {
  title: text('app.start'),
  subject: app,
  operation: 'start',
  state: 'running',
  startedBy: { actor: 'root' },
};

const tasksOf = ({ tasks }: Fleet): readonly Task[] =>
  [...tasks.values()].sort((a, b) => a.startedAt - b.startedAt);

describe('a task', () => {
  it('has a UUID from its first fact on, the same wherever that is folded', () => {
    const [one] = tasksOf(told(emptyFleet, 5, '7', job));
    expect(one?.id).toMatch(uuid);
    expect(tasksOf(told(told(emptyFleet, 5, '7', job), 6, '7', { percent: 10 }))[0]?.id).toBe(one?.id);
    expect(tasksOf(told(emptyFleet, 6, '7', job))[0]?.id).not.toBe(one?.id);
    expect(tasksOf(told(emptyFleet, 5, '7', job, 'other'))[0]?.id).not.toBe(one?.id);
  });

  it('stays finished when its last words come again', () => {
    let fleet = told(emptyFleet, 1, '7', { ...job, state: 'failed' });
    fleet = told(fleet, 2, '7', { state: 'running', percent: 10 });
    expect(tasksOf(fleet)).toMatchObject([{ state: 'failed', finishedAt: 1, percent: null }]);
  });

  it('leaves the very same fleet where its last words come again', () => {
    const ended = told(told(emptyFleet, 5, '7', job), 6, '7', { state: 'succeeded' });
    expect(told(ended, 7, '7', { state: 'succeeded' })).toBe(ended);
  });

  it('is another one when a system that counts anew begins a task of the same number later', () => {
    let fleet = told(emptyFleet, 10, '1', { ...job, startedAt: 10, state: 'succeeded' });
    fleet = told(fleet, 11, '1', { ...job, startedAt: 10, state: 'succeeded' });
    expect(tasksOf(fleet)).toHaveLength(1);
    fleet = told(fleet, 20, '1', { ...job, startedAt: 20 });
    fleet = told(fleet, 21, '1', { percent: 50 });
    expect(tasksOf(fleet)).toMatchObject([
      { state: 'succeeded', startedAt: 10 },
      { state: 'running', startedAt: 20, percent: 50 },
    ]);
  });

  it('keeps what it wrote, the last of it where that is much', () => {
    const short = told(told(emptyFleet, 1, 't', { output: 'one\n' }), 1, 't', { output: 'two\n' });
    expect(tasksOf(short).map(({ log }) => log)).toEqual(['one\ntwo\n']);
    const long = told(told(short, 2, 't', { output: 'x'.repeat(100_000) }), 2, 't', { output: 'end' });
    expect(tasksOf(long)[0]?.log).toHaveLength(65_536);
    expect(tasksOf(long)[0]?.log).toMatch(/xend$/);
  });

  it('is forgotten when 200 others ended after it, never while it runs', () => {
    let fleet = told(emptyFleet, 0, 'running', job);
    for (let n = 1; n <= 300; n++) fleet = told(fleet, n, `t${String(n)}`, { state: 'succeeded' });
    expect(fleet.tasks.size).toBe(201);
    expect(fleet.taskIds.size).toBe(201);
    const known = new Set(tasksOf(fleet).map(({ systemId }) => systemId));
    expect([known.has('running'), known.has('t100'), known.has('t101')]).toEqual([true, false, true]);
  });
});

describe('an operation and the job that does it', () => {
  it('are one task: the job says how far it is, the operation what it is and how it ends', () => {
    let fleet = ours(emptyFleet, 1, 'op', asked);
    fleet = told(fleet, 2, '7', job);
    fleet = told(fleet, 3, '7', { percent: 40, step: text('Pulling') });
    fleet = told(fleet, 4, '7', { state: 'succeeded', message: text('done') });
    expect(tasksOf(fleet)).toMatchObject([
      {
        id: 'op',
        systemId: '7',
        title: text('Starting valheim'),
        state: 'running',
        percent: 40,
        steps: [{ label: text('Pulling') }],
        startedBy: { window: 'w1' },
      },
    ]);
    fleet = ours(fleet, 5, 'op', { state: 'failed', message: text('it does not run') });
    fleet = told(fleet, 6, '7', { state: 'succeeded' });
    expect(tasksOf(fleet)).toMatchObject([{ id: 'op', state: 'failed', finishedAt: 5 }]);
  });

  it('are one task also when the job is heard of before it says what it does', () => {
    let fleet = ours(emptyFleet, 1, 'op', asked);
    fleet = told(fleet, 2, '7', { title: text('Task of root'), state: 'running', step: text('first') });
    expect(fleet.tasks.size).toBe(2);
    fleet = told(fleet, 3, '7', { subject: app, operation: 'start', step: text('second') });
    expect(tasksOf(fleet)).toMatchObject([
      { id: 'op', systemId: '7', steps: [{ label: text('first') }, { label: text('second') }] },
    ]);
  });

  it('are one task also when the job is heard of after the operation ended', () => {
    let fleet = ours(emptyFleet, 1, 'op', asked);
    fleet = ours(fleet, 5, 'op', { state: 'succeeded' });
    fleet = told(fleet, 6, '7', { ...job, startedAt: 4 });
    expect(tasksOf(fleet)).toMatchObject([{ id: 'op', state: 'succeeded' }]);
  });

  it('are two tasks where the job began later, does something else, or does it elsewhere', () => {
    let fleet = ours(emptyFleet, 1, 'op', asked);
    fleet = told(fleet, 2, 'stop', { ...job, operation: 'stop' });
    fleet = told(fleet, 2, 'other app', { ...job, subject: { kind: 'app', key: 'minecraft' } });
    fleet = told(fleet, 2, 'a VM', { ...job, subject: { kind: 'vm', key: 'valheim' } });
    fleet = told(fleet, 2, 'other NAS', job, 'second');
    fleet = ours(fleet, 3, 'op', { state: 'succeeded' });
    fleet = told(fleet, 9, 'later', { ...job, startedAt: 8 });
    expect(tasksOf(fleet).filter(isOperation)).toMatchObject([{ id: 'op' }]);
    expect(fleet.tasks.size).toBe(6);
    expect(tasksOf(fleet).find(isOperation)).not.toHaveProperty('systemId');
  });

  it('take one job each: the second of two equal jobs is somebody else’s', () => {
    let fleet = ours(emptyFleet, 1, 'op', asked);
    fleet = told(fleet, 2, '7', job);
    fleet = told(fleet, 3, '8', job);
    expect(tasksOf(fleet).map(({ systemId }) => systemId)).toEqual(expect.arrayContaining(['7', '8']));
    expect(fleet.tasks.size).toBe(2);
  });

  it('are one task also where the operation learns only from its job what it makes', () => {
    let fleet = ours(emptyFleet, 1, 'op', {
      title: text('Installing'),
      operation: 'install',
      state: 'running',
      startedBy: { window: 'w1' },
    });
    fleet = told(fleet, 2, '7', { ...job, operation: 'install', percent: 10 });
    expect(tasksOf(fleet)).toMatchObject([{ id: 'op', subject: app, percent: 10 }]);
  });

  it('is not an operation of ours because its actor is called like a window', () => {
    const fleet = told(emptyFleet, 1, '7', { ...job, startedBy: { actor: 'w1' } });
    expect(tasksOf(fleet).filter(isOperation)).toEqual([]);
  });
});
