import { describe, expect, it } from 'vitest';
import { EarlierTasks } from '../../../../../src/core/journal/earlierTasks.ts';
import type { Batch } from '../../../../../src/core/journal/store/records.ts';
import type { Task } from '../../../../../src/core/model/task.ts';
import { listedForMs } from '../../../../../src/core/model/taskList.ts';
import { text } from '../../../../../src/core/model/text.ts';
import { home, openTestStore, storedEvent } from './helpers.ts';

const now = Date.UTC(2026, 10, 28);

function task(id: string, given: Partial<Task> = {}): Task {
  return {
    id,
    connection: 'home',
    title: text('Starting valheim'),
    state: 'succeeded',
    percent: 100,
    steps: [],
    startedAt: now - 1_000,
    finishedAt: now,
    lastEventAt: now,
    cancellable: false,
    ...given,
  };
}

/** A batch after which the task is so; `undefined` says that the fleet forgot it. */
function changed(id: string, is: Task | undefined): Batch {
  const state = is && JSON.stringify(is);
  return {
    events: [storedEvent(0)],
    changes: [{ address: home, what: 'task', key: id, state: state ?? null }],
  };
}

const idsOf = (tasks: readonly { readonly key: string }[]): readonly string[] => tasks.map(({ key }) => key);

describe('tasks in the journal', () => {
  it('are read in pages, each as it was last, the one that changed last first', async () => {
    const store = await openTestStore();
    for (const id of ['a', 'b', 'c', 'd']) await store.append(changed(id, task(id, { state: 'running' })));
    await store.append(changed('b', task('b', { state: 'failed' })));
    const first = await store.tasks(2);
    expect(idsOf(first.tasks)).toEqual(['b', 'd']);
    expect(JSON.parse(first.tasks[0]?.state ?? '')).toMatchObject({ state: 'failed' });
    const second = await store.tasks(2, first.next);
    expect(idsOf(second.tasks)).toEqual(['c', 'a']);
    expect(await store.tasks(2, second.next)).toEqual({ tasks: [], next: undefined });
  });

  it('are there after the fleet forgot them, and their logs are read one by one', async () => {
    const store = await openTestStore();
    await store.append(changed('a', task('a', { log: 'said' })));
    await store.append(changed('a', undefined));
    const { tasks } = await store.tasks(10);
    expect(JSON.parse(tasks[0]?.state ?? '')).toEqual(task('a'));
    expect(JSON.parse((await store.task('home', 'a'))?.state ?? '')).toEqual(task('a', { log: 'said' }));
    expect(await store.task('home', 'b')).toBeUndefined();
  });
});

describe('earlier tasks', () => {
  it('are read as far as one that is wanted, and shown when they are asked for', async () => {
    const store = await openTestStore();
    for (let n = 0; n < 150; n++)
      await store.append(changed(`t${n}`, task(`t${n}`, { state: n === 20 ? 'failed' : 'succeeded' })));
    const earlier = new EarlierTasks(store, now);
    await earlier.lookAhead(() => true);
    expect(earlier.shown).toEqual([]);
    expect(earlier.ahead.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, n) => `t${149 - n}`));
    await earlier.lookAhead(({ state }) => state === 'failed');
    earlier.show();
    expect(earlier.shown).toHaveLength(150);
    expect(earlier.ahead).toEqual([]);
  });

  it('have what the fleet forgot since they were read, without its log', async () => {
    const earlier = new EarlierTasks(await openTestStore(), now);
    await earlier.lookAhead(() => true);
    earlier.takeOver([task('a', { log: 'said' })]);
    earlier.show();
    expect(earlier.shown).toEqual([task('a')]);
  });

  it('are to be read anew when history was deleted', async () => {
    const store = await openTestStore();
    await store.append(changed('a', task('a')));
    let told = 0;
    const stop = store.onDelete(() => told++);
    await store.delete({ connection: 'home' });
    expect(told).toBe(1);
    const earlier = new EarlierTasks(store, now);
    await earlier.lookAhead(() => true);
    expect(earlier.ahead).toEqual([]);
    stop();
    await store.delete({ connection: 'home' });
    expect(told).toBe(1);
  });

  it('end where tasks are older than thirty days', async () => {
    const store = await openTestStore();
    const old = now - listedForMs - 1;
    await store.append(changed('old', task('old', { finishedAt: old })));
    await store.append(changed('new', task('new', { finishedAt: old + 1 })));
    const earlier = new EarlierTasks(store, now);
    await earlier.lookAhead(() => true);
    expect(earlier.ahead.map(({ id }) => id)).toEqual(['new']);
  });
});
