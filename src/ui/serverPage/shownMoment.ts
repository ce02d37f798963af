import type { Fleet } from '../../core/model/fleet.ts';
import type { Place } from '../../core/journal/store/places.ts';
import type { Runtime } from '../runtime.ts';

/** The time that the page of a server shows. */
export interface ShownMoment {
  readonly timeline: string;
  readonly fleet: Fleet;
  /** The moment of the past that the tree shows; absent where it is now. */
  readonly place?: Place;
  /** Name of the replay that is shown. */
  readonly replay?: string;
  /** Other servers are on screen: those of the settings, or simulated ones. */
  readonly isBeside: boolean;
}

/** The moment on screen, for a server whose connection is on this timeline. */
export function shownMoment({ pipeline, timelines, travel }: Runtime, timeline: string): ShownMoment {
  if (timelines.base !== timeline) return { timeline, fleet: pipeline.fleet(timeline), isBeside: true };
  const { moment } = travel;
  if (moment) return { timeline, fleet: moment.fleet, place: moment.place, isBeside: false };
  const { id, label } = timelines;
  return {
    timeline: id,
    fleet: pipeline.fleet(id),
    ...(label === undefined ? {} : { replay: label }),
    isBeside: false,
  };
}
