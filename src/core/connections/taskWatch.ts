import { liveTimeline } from '../model/event.ts';
import { isFinished, isOperationOf } from '../model/task.ts';
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
  /** The window that captures a connection is the one to say that a task of it is lost. */
  readonly captures: (connection: string) => boolean;
}

/** Ends tasks whose end was never reported: a "started" without its "finished" must not run for ever. */
export function watchTasks(options: TaskWatchOptions): () => void {
  const { pipeline, clock } = options;
  let cancel = (): void => undefined;
  const look = (): void => {
    const now = clock.now();
    pipeline.flush();
    const fleet = pipeline.fleet();
    for (const task of fleet.tasks.values()) {
      // An operation of this window ends with its program, which has a time limit of its own.
      if (isFinished(task.state) || isOperationOf(options.window, task)) continue;
      if (now - task.lastEventAt < options.timeoutMs() || !options.captures(task.connection)) continue;
      const system = fleet.connections.get(task.connection)?.system;
      if (system === undefined) continue;
      pipeline.control(
        { timeline: liveTimeline, connection: task.connection, system, host: options.host, receivedAt: now },
        {
          type: 'task.lost',
          task: task.id,
          ...(task.systemId === undefined ? {} : { systemId: task.systemId }),
          title: task.title,
        },
        'derived',
      );
    }
    cancel = clock.after(lookEveryMs, look);
  };
  cancel = clock.after(lookEveryMs, look);
  return () => cancel();
}
