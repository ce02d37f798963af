import { commands, l10n } from 'vscode';
import type { Recording } from '../../core/journal/store/recordings.ts';
import { oneLine } from '../../core/model/text.ts';
import { viewIds } from '../contributions/ids.ts';
import { amountText, momentText } from '../history/words.ts';
import { showInformation } from '../showMessage.ts';

/** The name of a recording for a label or a sentence. */
export function shownName({ name }: Pick<Recording, 'name'>): string {
  return oneLine(name, 80);
}

/** Count and size of what a recording holds. */
export function heldText({ events, bytes }: Pick<Recording, 'events' | 'bytes'>): string {
  return events === 0 ? l10n.t('no events yet') : amountText({ count: events, bytes });
}

/** Why a recording ended by itself; empty where somebody ended it, or nobody did. */
export function limitText({ ended, maxBytes, maxMs }: Recording): string {
  if (ended === 'size') return l10n.t('ended at {0} MB', (maxBytes / 1_000_000).toLocaleString());
  if (ended === 'time') return l10n.t('ended after {0} h', (maxMs / 3_600_000).toLocaleString());
  return '';
}

/** From when to when, as short as it can be said. */
export function spanText(from: number, to: number): string {
  const isOneDay = new Date(from).toDateString() === new Date(to).toDateString();
  const end = isOneDay ? new Date(to).toLocaleTimeString(undefined, { timeStyle: 'short' }) : momentText(to);
  return `${momentText(from)} – ${end}`;
}

/** Says that a recording reached a limit. */
export function tellLimit(recording: Recording): void {
  const message = l10n.t(
    'The recording “{0}” {1}: {2}.',
    shownName(recording),
    limitText(recording),
    heldText(recording),
  );
  showInformation(message, {
    [l10n.t('Show Recordings')]: () => commands.executeCommand(`${viewIds.recordings}.focus`),
  });
}
