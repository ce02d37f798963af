import type { Task } from '../../../../src/core/model/task.ts';
import { text } from '../../../../src/core/model/text.ts';

/** A task that runs, but for what is given. */
export function task(given: Partial<Task>): Task {
  return {
    id: 'a',
    connection: 'home',
    title: text('Starting valheim'),
    state: 'running',
    percent: null,
    steps: [],
    startedAt: 0,
    lastEventAt: 0,
    cancellable: false,
    ...given,
  };
}
