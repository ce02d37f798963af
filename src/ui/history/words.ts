import { l10n } from 'vscode';
import type { RetentionClass } from '../../core/model/event.ts';

/** Events and their bytes: `1,204 events, 31.2 MB`. */
export function amountText({ count, bytes }: { readonly count: number; readonly bytes: number }): string {
  return `${eventsText(count)}, ${sizeText(bytes)}`;
}

export function eventsText(count: number): string {
  return count === 1 ? l10n.t('1 event') : l10n.t('{0} events', count.toLocaleString());
}

/** A size with decimal units, as file managers show it: `31.2 MB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toLocaleString(undefined, { maximumFractionDigits: 1 })} ${units[unit] ?? ''}`;
}

export function momentText(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A class of events in the plural. */
export function classLabel(cls: RetentionClass): string {
  switch (cls) {
    case 'lifecycle':
      return l10n.t('Servers');
    case 'task':
      return l10n.t('Tasks');
    case 'control':
      return l10n.t('Connections and requests');
    case 'log':
      return l10n.t('Logs');
    case 'metric':
      return l10n.t('Measurements');
  }
}
