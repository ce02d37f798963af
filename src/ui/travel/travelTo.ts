import { commands, l10n } from 'vscode';
import type { TravelWish } from '../../core/playback/timeTravel.ts';
import { commandId } from '../contributions/commandIds.ts';
import { showInformation } from '../showMessage.ts';
import { translate } from '../translate.ts';
import type { Runtime } from '../runtime.ts';

/** Shows another moment, or says why there is none. A local replay on screen is left first, if the user agrees. */
export async function travelTo(runtime: Runtime, wish: TravelWish): Promise<void> {
  const { timelines, travel } = runtime;
  if (timelines.id !== timelines.base) await commands.executeCommand(commandId('showLive'));
  if (timelines.id !== timelines.base) return;
  const answer = await travel.go(wish);
  if (answer.outcome !== 'refused') return;
  const { why, first } = answer;
  const earliest = first && {
    [l10n.t('Go There')]: () => travelTo(runtime, { to: 'change', change: first.change }),
  };
  showInformation(translate(why), earliest);
}

/** Plays from the moment on screen on; the newest one has nothing to play, which the step after it says. */
export async function playHistory(runtime: Runtime): Promise<void> {
  const { travel, travelPlayer } = runtime;
  const next = await travel.next().catch(() => undefined);
  if (next) travelPlayer.play();
  else if (travel.moment) await travelTo(runtime, { to: 'next' });
}
