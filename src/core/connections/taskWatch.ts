import { liveTimeline } from '../model/event.ts';
import { isFinished, runnerOf, type Task } from '../model/task.ts';
import type { Pipeline } from '../journal/pipeline.ts';
import type { Clock } from '../model/clock.ts';

/** How often open tasks are looked at: a time-out of minutes needs no better. */
const lookEveryMs = 15_000;

export interface TaskWatchOptions {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly host: string;
  /** The id of this window. */
  readonly window: string;
  /** Read at every look, so that a changed setting counts at once. */
  readonly timeoutMs: () => number;
  /** The window that is connected is the one to say that a task of the system is lost. */
  readonly isConnected: (connection: string) => boolean;
  /** The window that writes the events of a connection is the one to say that an operation of it is lost. */
  readonly captures: (connection: string) => boolean;
  readonly isOpen: (window: string) => boolean;
}

/**
 * Ends tasks whose end was never reported: a "started" without its "finished" must not run for ever, nor an operation
 * whose window is gone.
 */
export function watchTasks(options: TaskWatchOptions): () => void {
  const { pipeline, clock } = options;
  let cancel = (): void => undefined;
  const isLost = (task: Task, now: number): boolean => {
    const runner = runnerOf(task);
    if (runner === undefined)
      return now - task.lastEventAt >= options.timeoutMs() && options.isConnected(task.connection);
    // An operation of a window that is open ends with its program, which has a time limit of its own.
    return runner !== options.window && !options.isOpen(runner) && options.captures(task.connection);
  };
  const look = (): void => {
    const now = clock.now();
    pipeline.flush();
    const fleet = pipeline.fleet();
    for (const task of fleet.tasks.values()) {
      if (isFinished(task.state) || !isLost(task, now)) continue;
      const system = fleet.connections.get(task.connection)?.system;
      if (system === undefined) continue;
      // The system itself tells how the job of an operation ended whose window is gone.
      const systemId = runnerOf(task) === undefined ? task.systemId : undefined;
      pipeline.control(
        { timeline: liveTimeline, connection: task.connection, system, host: options.host, receivedAt: now },
        {
          type: 'task.lost',
          task: task.id,
          ...(systemId === undefined ? {} : { systemId }),
          title: task.title,
        },
        'derived',
      );
    }
  };
  const lookAgain = (): void => {
    look();
    cancel = clock.after(lookEveryMs, lookAgain);
  };
  cancel = clock.after(lookEveryMs, lookAgain);
  // A connection that was taken over brings the operations of the window before.
  const unsubscribe = pipeline.subscribe('task watch', ({ timeline, events }) => {
    if (timeline === liveTimeline && events.some(({ type }) => type === 'connection.state')) look();
  });
  return () => {
    cancel();
    unsubscribe();
  };
}
