import { liveTimeline } from './event.ts';
import type { Fleet } from './fleet.ts';
import { isOperationOf } from './task.ts';

/** Steps of the tour that a change of the fleet can complete. */
export type Deed = 'connected' | 'operated';

/** Deeds of this window that a change shows: a connection of the settings became ready, an operation succeeded. */
export function deedsIn(timeline: string, before: Fleet, fleet: Fleet, window: string): readonly Deed[] {
  const deeds: Deed[] = [];
  if (timeline === liveTimeline && before.connections !== fleet.connections)
    if ([...fleet.connections.values()].some(({ state }) => state === 'ready')) deeds.push('connected');
  if (before.tasks !== fleet.tasks)
    for (const id of fleet.tasks.differences(before.tasks)) {
      const task = fleet.tasks.get(id);
      if (task?.state === 'succeeded' && isOperationOf(window, task)) deeds.push('operated');
    }
  return deeds;
}
