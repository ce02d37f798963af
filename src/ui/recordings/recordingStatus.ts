import { l10n, StatusBarAlignment, window, type StatusBarItem } from 'vscode';
import { commandId } from '../contributions/commandIds.ts';
import { viewIds } from '../contributions/ids.ts';
import type { Runtime } from '../runtime.ts';
import { escapeMarkdown, markdown } from '../translate.ts';
import { heldText, shownName } from './recordingWords.ts';

/** An item as long as something is recorded, in whatever window it was begun; a click stops it. */
export function showRecordingStatus({ scope, recordings }: Runtime): void {
  const item = scope.add(
    window.createStatusBarItem(`${viewIds.container}.recording`, StatusBarAlignment.Left, 9),
  );
  item.name = l10n.t('Recording of Game Server Events');
  item.command = commandId('stopRecording');
  const look = (): void => show(item, recordings.running);
  scope.defer(recordings.onDidChange('recording status', look));
  look();
}

function show(item: StatusBarItem, running: Runtime['recordings']['running']): void {
  const [first] = running;
  if (!first) {
    item.hide();
    return;
  }
  const count = running.reduce((sum, { events }) => sum + events, 0).toLocaleString();
  item.text = `$(record) ${count}`;
  const lines = running.map(
    (each) => `$(record) **${escapeMarkdown(shownName(each))}** · ${escapeMarkdown(heldText(each))}`,
  );
  item.tooltip = markdown([...lines, escapeMarkdown(l10n.t('Click to stop'))]);
  item.accessibilityInformation = {
    label:
      running.length === 1
        ? l10n.t('Recording {0}, {1} events; press to stop', shownName(first), count)
        : l10n.t('{0} recordings, {1} events; press to stop', running.length, count),
    role: 'button',
  };
  item.show();
}
