import { l10n, window, type QuickPickItem } from 'vscode';
import { parseTime } from '../../core/journal/query/values.ts';
import type { MomentWish } from '../../core/playback/timeTravel.ts';
import type { Runtime } from '../runtime.ts';
import { momentWords } from './moment.ts';
import { travelTo } from './travelTo.ts';

const minute = 60_000;
const speeds = [1, 10, 100];

/** Asks for a moment of the past, and shows it. */
export async function travelCommand(runtime: Runtime): Promise<void> {
  const wish = await askMoment(runtime, l10n.t('Travel in Time'), l10n.t('Show the fleet as it was when?'));
  if (wish) await travelTo(runtime, wish);
}

/** A moment that the user chooses; undefined where the user turned back. */
export async function askMoment(
  { journals, timelines }: Runtime,
  title: string,
  placeHolder: string,
  further: readonly (QuickPickItem & { readonly wish: MomentWish })[] = [],
): Promise<MomentWish | undefined> {
  type Item = QuickPickItem & { readonly wish?: MomentWish };
  const now = Date.now();
  const ago = (label: string, ms: number): Item => ({
    label,
    description: momentWords(now - ms),
    wish: { to: 'time', time: now - ms },
  });
  const first = await journals
    .store(timelines.base)
    .then((store) => store.place({ to: 'change', change: 0 }))
    .then((found) => found.first)
    .catch(() => null);
  const items: Item[] = [
    ...further,
    ago(l10n.t('5 minutes ago'), 5 * minute),
    ago(l10n.t('1 hour ago'), 60 * minute),
    ago(l10n.t('1 day ago'), 24 * 60 * minute),
    ...(first
      ? [
          {
            label: l10n.t('The beginning of the history'),
            description: momentWords(first.at),
            wish: { to: 'change', change: first.change } as const,
          },
        ]
      : []),
    { label: l10n.t('Another time…'), alwaysShow: true },
  ];
  const picked = await window.showQuickPick(items, { title, placeHolder });
  return picked && (picked.wish ?? askTime(title));
}

async function askTime(title: string): Promise<MomentWish | undefined> {
  const typed = await window.showInputBox({
    title,
    prompt: l10n.t('A time such as 20:15, 20:15:30, 2026-11-20 20:15, yesterday or now-90m'),
    ignoreFocusOut: true,
    validateInput: (value) =>
      timeOf(value, Date.now()) === undefined
        ? l10n.t('A time such as 20:15, 2026-11-20 20:15 or now-90m')
        : undefined,
  });
  const time = typed === undefined ? undefined : timeOf(typed, Date.now());
  return time === undefined ? undefined : { to: 'time', time };
}

/** A time as the query language reads it. */
function timeOf(written: string, now: number): number | undefined {
  const span = parseTime(written.trim())?.({
    now,
    zoneOffset: (instant) => -new Date(instant).getTimezoneOffset(),
  });
  return span && Number.isFinite(span.from) ? span.from : undefined;
}

export async function speedCommand({ travelPlayer }: Runtime): Promise<void> {
  const items = speeds.map((speed) => ({ label: `${String(speed)}×`, speed }));
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Speed of the history'),
    placeHolder: l10n.t('How fast? A pause in which nothing changed is not waited for.'),
  });
  if (picked) travelPlayer.setSpeed(picked.speed);
}
