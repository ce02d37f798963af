import type { Fleet } from '../../core/model/fleet.ts';
import type { Runtime } from '../runtime.ts';

/** The fleet that tree and tooltips show: that of a moment of the past, of a replay, or the live one. */
export function fleetOnScreen({ travel, pipeline, timelines }: Runtime): Fleet {
  return travel.moment?.fleet ?? pipeline.fleet(timelines.id);
}

/** The tasks that are shown: a replay has none that anybody asks for. */
export function tasksOnScreen({ travel, pipeline, timelines }: Runtime): Fleet['tasks'] {
  return (travel.moment?.fleet ?? pipeline.fleet(timelines.base)).tasks;
}

/** A time in words, with its date where that is not today. */
export function momentWords(at: number): string {
  const moment = new Date(at);
  const clock = moment.toLocaleTimeString();
  return moment.toDateString() === new Date().toDateString()
    ? clock
    : `${moment.toLocaleDateString()} ${clock}`;
}
