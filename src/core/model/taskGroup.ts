import { isFinished, type Task } from './task.ts';
import { text, type Text } from './text.ts';

/** Tasks that begin within this time of the first are told of together. */
const togetherMs = 1_000;

/** Whether a task that is new belongs to tasks of which the first is given. */
export function beginsWith(first: Task, task: Task): boolean {
  return Math.abs(task.startedAt - first.startedAt) <= togetherMs;
}

/** How far several tasks are; undefined for one, which has words of its own. */
export function groupWords(tasks: readonly Task[]): Text | undefined {
  if (tasks.length < 2) return undefined;
  const done = tasks.filter(({ state }) => isFinished(state)).length;
  return text('{0} tasks, {1} done', tasks.length, done);
}

/** Percent of all tasks together; undefined as long as nothing is known of any. */
export function groupPercent(tasks: readonly Task[]): number | undefined {
  const known = tasks.filter(({ state, percent }) => isFinished(state) || percent !== null);
  if (known.length === 0) return undefined;
  const sum = known.reduce((all, { state, percent }) => all + (isFinished(state) ? 100 : (percent ?? 0)), 0);
  return sum / tasks.length;
}
