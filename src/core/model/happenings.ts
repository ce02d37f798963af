import type { LifecycleState } from './lifecycle.ts';
import type { StateChange } from './stateHistory.ts';
import { isFinished, type Task, type TaskStarter, type TaskState } from './task.ts';
import { endOf } from './taskList.ts';
import type { Text } from './text.ts';

/** A state with all that the journal says of how it came. */
export interface ToldState extends StateChange {
  readonly actor?: string;
  /** Reason that the system gives. */
  readonly detail?: Text;
  /** The event that brought it, as far as it is still there. */
  readonly event?: { readonly seq: number; readonly summary: Text };
}

/** Something that happened to an instance, or that somebody did to it. */
export type Happening =
  | {
      readonly what: 'state';
      readonly at: number;
      /** When the next state began; absent for the newest one. */
      readonly until?: number;
      readonly state: LifecycleState;
      readonly actor?: string;
      readonly detail?: Text;
      readonly event?: ToldState['event'];
      /** The task that ran when the state began. */
      readonly during?: { readonly title: Text; readonly startedBy?: TaskStarter };
    }
  | {
      readonly what: 'task';
      readonly at: number;
      readonly until?: number;
      readonly id: string;
      readonly title: Text;
      readonly state: TaskState;
      readonly startedBy?: TaskStarter;
      readonly message?: Text;
    };

/** The end of a task may be told before its last effect. */
const afterwardsMs = 2_000;

/** States and tasks in one list, the newest first; a state that began while a task ran came of that task. */
export function happeningsOf(
  states: readonly ToldState[],
  tasks: readonly Task[],
  most: number,
): readonly Happening[] {
  const ofStates = states.map((told, n): Happening => {
    const { at, state, actor, detail, event } = told;
    const until = states[n + 1]?.at;
    const task = taskAt(tasks, at);
    return {
      what: 'state',
      at,
      state,
      ...(until === undefined ? {} : { until }),
      ...(actor === undefined ? {} : { actor }),
      ...(detail === undefined ? {} : { detail }),
      ...(event === undefined ? {} : { event }),
      ...(task === undefined
        ? {}
        : {
            during: {
              title: task.title,
              ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
            },
          }),
    };
  });
  const ofTasks = tasks.map((task): Happening => {
    const { id, title, state, startedAt, startedBy, message } = task;
    return {
      what: 'task',
      at: startedAt,
      id,
      title,
      state,
      ...(isFinished(state) ? { until: Math.max(startedAt, endOf(task)) } : {}),
      ...(startedBy === undefined ? {} : { startedBy }),
      ...(message === undefined ? {} : { message }),
    };
  });
  // The task stands below what came of it, also where both began at once.
  return [...ofTasks, ...ofStates]
    .map((happening, n) => ({ happening, n }))
    .sort((a, b) => b.happening.at - a.happening.at || b.n - a.n)
    .slice(0, most)
    .map(({ happening }) => happening);
}

/** The task that was begun last among those that ran at a time. */
function taskAt(tasks: readonly Task[], at: number): Task | undefined {
  const running = tasks.filter(
    (task) =>
      task.startedAt <= at &&
      (!isFinished(task.state) || at <= Math.max(task.startedAt, endOf(task)) + afterwardsMs),
  );
  return running.sort((a, b) => b.startedAt - a.startedAt)[0];
}
