import { l10n, ThemeColor, ThemeIcon, TreeItem, Uri, workspace, type MarkdownString } from 'vscode';
import { dirname } from 'node:path';
import type { Recording } from '../../core/journal/store/recordings.ts';
import { oneLine } from '../../core/model/text.ts';
import { readRecordingFacts } from '../../core/playback/recording/recordingFacts.ts';
import { commandId } from '../contributions/commandIds.ts';
import { nameOfFile } from '../fileNames.ts';
import { classLabel, eventsText, momentText, sizeText } from '../history/words.ts';
import { escapeMarkdown, markdown } from '../translate.ts';
import { heldText, limitText, shownName, spanText } from './recordingWords.ts';

/** A row of the view: a recording of the journal, or a file. */
export type RecordingRow =
  | { readonly row: 'recording'; readonly id: string }
  | { readonly row: 'recordingFile'; readonly uri: string };

export function recordingItem(
  row: RecordingRow,
  recording: Recording,
  nameOf: (connection: string) => string,
): TreeItem {
  const { id, toSeq, events, firstAt, lastAt } = recording;
  const name = shownName(recording);
  const isRunning = toSeq === undefined;
  const item = new TreeItem(name);
  item.id = `recording:${id}`;
  item.iconPath = isRunning
    ? new ThemeIcon('record', new ThemeColor('testing.iconFailed'))
    : new ThemeIcon('pinned');
  const parts = [
    heldText(recording),
    ...(isRunning || firstAt === undefined || lastAt === undefined ? [] : [spanText(firstAt, lastAt)]),
    ...(recording.connections.length === 0 ? [] : [namesText(recording.connections.map(nameOf))]),
    limitText(recording),
  ];
  item.description = parts.filter((part) => part !== '').join(' · ');
  item.contextValue = [
    'recording.pinned',
    isRunning ? 'running' : 'ended',
    ...(events > 0 ? ['playable'] : []),
  ].join('.');
  item.command = openCommand(row);
  item.accessibilityInformation = {
    label: isRunning
      ? l10n.t('Recording {0}, under way, {1}', name, item.description)
      : l10n.t('Recording {0}, {1}', name, item.description),
  };
  return item;
}

export function recordingTooltip(
  recording: Recording,
  nameOf: (connection: string) => string,
): MarkdownString {
  const { note, query, classes, connections, firstAt, lastAt, createdAt } = recording;
  const all = connections.length === 0;
  return markdown(
    [
      `**${escapeMarkdown(shownName(recording))}**`,
      ...(note === '' ? [] : [escapeMarkdown(oneLine(note, 1_000))]),
      escapeMarkdown(heldText(recording)),
      ...(firstAt === undefined || lastAt === undefined ? [] : [escapeMarkdown(spanText(firstAt, lastAt))]),
      escapeMarkdown(all ? l10n.t('All connections') : namesText(connections.map(nameOf))),
      ...(classes.length === 0 ? [] : [escapeMarkdown(classes.map(classLabel).join(', '))]),
      ...(query === '' ? [] : [escapeMarkdown(l10n.t('Shown by {0}', oneLine(query, 200)))]),
      escapeMarkdown(limitText(recording)),
      escapeMarkdown(l10n.t('Begun on {0}', momentText(createdAt))),
      `$(pinned) ${escapeMarkdown(l10n.t('Pinned: its events stay in the history'))}`,
    ].filter((line) => line !== ''),
  );
}

/** The item of a file, with what its header tells. */
export async function recordingFileItem(
  row: RecordingRow & { readonly row: 'recordingFile' },
): Promise<TreeItem> {
  const uri = Uri.parse(row.uri);
  const name = oneLine(nameOfFile(uri), 100);
  const item = new TreeItem(name);
  item.id = `recordingFile:${row.uri}`;
  item.command = openCommand(row);
  item.iconPath = new ThemeIcon('file');
  const place = oneLine(uri.scheme === 'file' ? dirname(uri.fsPath) : uri.toString(true), 200);
  try {
    const { size } = await workspace.fs.stat(uri);
    const facts = uri.scheme === 'file' ? await readRecordingFacts(uri.fsPath) : undefined;
    item.description = [
      ...(facts?.events === undefined ? [] : [eventsText(facts.events)]),
      sizeText(size),
      ...(facts?.from === undefined || facts.to === undefined ? [] : [spanText(facts.from, facts.to)]),
      ...(facts && facts.connections.length > 0 ? [namesText(facts.connections)] : []),
    ].join(' · ');
    item.contextValue = 'recording.file.playable';
  } catch {
    item.iconPath = new ThemeIcon('warning');
    item.description = l10n.t('not found');
    item.contextValue = 'recording.file';
  }
  item.tooltip = markdown([
    `**${escapeMarkdown(name)}**`,
    escapeMarkdown(item.description),
    escapeMarkdown(place),
  ]);
  item.accessibilityInformation = { label: l10n.t('Recording file {0}, {1}', name, item.description) };
  return item;
}

function openCommand(row: RecordingRow): NonNullable<TreeItem['command']> {
  return { command: commandId('showRecording'), title: l10n.t('Show Events of Recording'), arguments: [row] };
}

/** Names of connections, the first three of many. */
function namesText(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => oneLine(name, 40));
  return names.length > 3 ? l10n.t('{0} and {1} more', shown.join(', '), names.length - 3) : shown.join(', ');
}
