import type { TravelStatus, TravelWish } from '../../rpc/inspectorTravel.ts';
import type { Runtime } from '../runtime.ts';
import { playHistory, travelTo } from './travelTo.ts';

/** Does what a page wishes of the moment on screen. */
export async function takeTravelWish(runtime: Runtime, wish: TravelWish): Promise<null> {
  const { travel, travelPlayer } = runtime;
  // A wish of a page that does not know yet that the travel ended begins no other one.
  if (!travel.moment) return null;
  switch (wish.wish) {
    case 'back':
      travel.back();
      break;
    case 'play':
      await playHistory(runtime);
      break;
    case 'pause':
      travelPlayer.pause();
      break;
    case 'speed':
      travelPlayer.setSpeed(wish.speed);
      break;
    case 'change':
      await travelTo(runtime, { to: 'change', change: wish.change });
      break;
    case 'next':
    case 'previous':
      await travelTo(runtime, { to: wish.wish });
  }
  return null;
}

/** The moment on screen, as pages show it; null while that is now. */
export function travelStatus({ travel, travelPlayer }: Runtime): TravelStatus | null {
  const { moment } = travel;
  if (!moment) return null;
  const { place, first, last } = moment;
  return {
    ...{ at: place.at, firstAt: first.at, lastAt: last.at },
    ...{ change: place.change, first: first.change, last: last.change },
    isPlaying: travelPlayer.isPlaying,
    speed: travelPlayer.speed,
  };
}
