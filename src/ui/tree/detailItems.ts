import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, type Command } from 'vscode';
import { copiedOf, type InstanceDetail } from '../../core/model/instanceDetails.ts';
import { oneLine } from '../../core/model/text.ts';
import { commandId, prefix } from '../contributions/commandIds.ts';
import { taskIcons } from '../tasks/taskStates.ts';
import { translate } from '../translate.ts';
import { measuredTexts, playersText, rowId, time, type DetailRow, type Shown } from './treeItems.ts';

/** Opens what the row of a task is about; rows alone call it. */
export const openDetailCommand = `${prefix}.openDetail`;

/** Characters of one value in a row; its tooltip has more. */
const shortLength = 200;
const longLength = 2000;

/** Words and icon of a row. */
interface Look {
  readonly label: string;
  readonly value: string;
  readonly icon: string;
  readonly color?: string;
}

/** A detail as a row below its instance. */
export function detailItem(
  row: DetailRow,
  detail: InstanceDetail,
  { instance, shown }: { readonly instance: string; readonly shown: Shown },
): TreeItem {
  const { label, value, icon, color } = lookOf(detail);
  const item = new TreeItem(oneLine(label, shortLength), TreeItemCollapsibleState.None);
  const isStill = shown !== 'live';
  item.id = rowId(row);
  item.description = oneLine(value, shortLength);
  item.iconPath = new ThemeIcon(
    isStill ? icon.replace('~spin', '') : icon,
    color === undefined ? undefined : new ThemeColor(color),
  );
  item.tooltip = [label, value].map((words) => oneLine(words, longLength)).join('\n');
  const spoken = [label, value].filter((words) => words !== '').map((words) => oneLine(words, shortLength));
  item.accessibilityInformation = {
    label: [...spoken, l10n.t('detail of {0}', oneLine(instance, 100))].join(', '),
  };
  const isCopied = copiedOf(detail) !== undefined;
  item.contextValue = `detail.${detail.detail}${isCopied ? '.copy' : ''}`;
  const command = commandOf(row, detail);
  if (command) item.command = command;
  return item;
}

function commandOf(row: DetailRow, { detail }: InstanceDetail): Command | undefined {
  switch (detail) {
    case 'address':
      return { command: commandId('copyDetail'), title: l10n.t('Copy'), arguments: [row] };
    case 'task':
      return { command: openDetailCommand, title: l10n.t('Show Details'), arguments: [row] };
    case 'event':
      return { command: commandId('showEvents'), title: l10n.t('Show Events'), arguments: [row] };
    case 'measured':
      return {
        command: commandId('metrics'),
        title: l10n.t('Show Metrics'),
        arguments: [{ ...row, row: 'instance' }],
      };
    default:
      return undefined;
  }
}

function lookOf(detail: InstanceDetail): Look {
  switch (detail.detail) {
    case 'version': {
      const { version, latest } = detail;
      const newer = latest === undefined ? [] : [l10n.t('update to {0}', oneLine(latest, 40))];
      return { label: l10n.t('Version'), value: [version, ...newer].join(' · '), icon: 'tag' };
    }
    case 'address':
      return { label: l10n.t('Address'), value: detail.address, icon: 'link' };
    case 'players': {
      const { count, names } = detail;
      const shown = names.join(', ');
      const unnamed = count - names.length;
      if (names.length === 0) return { label: playersText(count), value: '', icon: 'person' };
      return {
        label: playersText(count),
        value: unnamed > 0 ? l10n.t('{0} and {1} more', shown, unnamed) : shown,
        icon: count === 1 ? 'person' : 'organization',
      };
    }
    case 'ports':
      return {
        label: detail.ports.length === 1 ? l10n.t('Port') : l10n.t('Ports'),
        value: detail.ports.join(', '),
        icon: 'radio-tower',
      };
    case 'measured': {
      const [, label, shown] = measuredTexts().find(([name]) => name === detail.name) ?? [];
      const value = shown?.(detail.value) ?? String(detail.value);
      return { label: label ?? detail.name, value: `${value} ${detail.chart}`.trimEnd(), icon: 'graph-line' };
    }
    case 'task': {
      const { title, state, percent, message } = detail.task;
      const parts = [
        ...(percent === null || percent === 0 ? [] : [`${String(Math.round(percent))} %`]),
        ...(message ? [translate(message)] : []),
      ];
      return { label: translate(title), value: parts.join(' · '), icon: taskIcons[state] };
    }
    case 'event': {
      const { summary, receivedAt, severity } = detail.event;
      return { label: translate(summary), value: time(receivedAt), ...eventLooks[severity] };
    }
  }
}

const eventLooks = {
  error: { icon: 'error', color: 'testing.iconFailed' },
  warning: { icon: 'warning', color: 'list.warningForeground' },
  info: { icon: 'pulse' },
  debug: { icon: 'pulse' },
} as const;
