import { isFinished, type Task } from './task.ts';
import { text, type Text } from './text.ts';

export const taskFilters = ['all', 'running', 'failed'] as const;
export type TaskFilter = (typeof taskFilters)[number];

export interface TaskView {
  readonly filter: TaskFilter;
  /** Tasks that ended until then are hidden. */
  readonly clearedAt?: number;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Tasks of the journal stand in the list as long. */
export const listedForMs = 30 * day;

/** Tasks of the fleet with those that the journal alone knows; each once, as the fleet has it. */
export function withEarlier(fleet: Iterable<Task>, earlier: Iterable<Task>): readonly Task[] {
  const all = new Map<string, Task>();
  for (const task of earlier) all.set(task.id, forgotten(task));
  for (const task of fleet) all.set(task.id, task);
  return [...all.values()];
}

/** A task that the fleet does not know has ended, also where nobody said so. */
function forgotten(task: Task): Task {
  return isFinished(task.state) ? task : { ...task, state: 'lost', cancellable: false };
}

/** Tasks that the view shows: those that run first, then the newest. */
export function listedTasks(
  tasks: Iterable<Task>,
  { filter, clearedAt = -Infinity }: TaskView,
): readonly Task[] {
  return [...tasks]
    .filter((task) => isListed(filter, task) && (!isFinished(task.state) || endOf(task) > clearedAt))
    .sort(byOrder);
}

function isListed(filter: TaskFilter, { state }: Task): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'running':
      return !isFinished(state);
    case 'failed':
      return state === 'failed' || state === 'lost';
  }
}

function byOrder(a: Task, b: Task): number {
  const [aEnded, bEnded] = [isFinished(a.state), isFinished(b.state)];
  if (aEnded !== bEnded) return aEnded ? 1 : -1;
  const newest = aEnded ? endOf(b) - endOf(a) : b.startedAt - a.startedAt;
  return newest || b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1);
}

/** When a task ended; when it was last heard of, where no end was told. */
export function endOf({ finishedAt, lastEventAt }: Task): number {
  return finishedAt ?? lastEventAt;
}

/** How long a task took, or has taken until now. */
export function taskDuration(task: Task, now: number): number {
  return Math.max(0, (isFinished(task.state) ? endOf(task) : now) - task.startedAt);
}

/** A duration in the two largest units. */
export function durationWords(ms: number): Text {
  if (ms < minute) return text('{0} s', Math.floor(ms / second));
  if (ms < hour) return text('{0} min {1} s', Math.floor(ms / minute), Math.floor((ms % minute) / second));
  if (ms < day) return text('{0} h {1} min', Math.floor(ms / hour), Math.floor((ms % hour) / minute));
  return text('{0} d {1} h', Math.floor(ms / day), Math.floor((ms % day) / hour));
}
