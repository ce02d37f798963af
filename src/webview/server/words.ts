import type { BandName, ServerStretch } from '../../rpc/serverPage.ts';
import { t } from '../base/l10n.ts';
import { duration } from '../metrics/units.ts';
import type { RangeHours } from './link.ts';

/** Bands from calm to grave, as the key of the band lists them. */
export const bandLabels: readonly (readonly [BandName, () => string])[] = [
  ['up', () => t('Up')],
  ['down', () => t('Down')],
  ['moving', () => t('Changing or updating')],
  ['crashed', () => t('Crashed or failed')],
  ['unknown', () => t('Not known')],
];

/** A time with its day. */
export function timeWords(at: number): string {
  return new Date(at).toLocaleString(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}

export function lengthWords(ms: number): string {
  return duration(ms / 1000);
}

/** The ends of the band; shorter than other times, because two of them stand side by side. */
export function endWords(at: number): string {
  return new Date(at).toLocaleString(undefined, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** A stretch of the band in words: state, begin, end, length. The last one goes on. */
export function stretchWords({ label, from, to }: ServerStretch, goesOn: boolean): string {
  if (goesOn) return t('{0}: since {1}, {2} so far', label, timeWords(from), lengthWords(to - from));
  return t('{0}: {1} to {2}, {3}', label, timeWords(from), timeWords(to), lengthWords(to - from));
}

export function rangeLabel(hours: RangeHours): string {
  return hours === 24 ? t('24 h') : t('{0} d', hours / 24);
}

export function rangeWords(hours: RangeHours): string {
  return hours === 24 ? t('last 24 hours') : t('last {0} days', hours / 24);
}
