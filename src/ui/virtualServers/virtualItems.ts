import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, type MarkdownString } from 'vscode';
import { commandId } from '../contributions/commandIds.ts';
import type { VirtualPartRow, VirtualServerRow } from '../recordings/recordingsView.ts';
import { escapeMarkdown, markdown, translate } from '../translate.ts';
import {
  partRows,
  serverFacts,
  serverRow,
  type PartTexts,
  type RowTexts,
  type VirtualFacts,
} from './virtualRows.ts';

export function virtualServerItem(row: VirtualServerRow, facts: VirtualFacts): TreeItem {
  const item = itemOf(serverRow(facts));
  item.id = `virtual:${row.id}`;
  item.collapsibleState = TreeItemCollapsibleState.Expanded;
  return item;
}

export function virtualPartItem(row: VirtualPartRow, facts: VirtualFacts): TreeItem {
  const texts = partRows(facts).find(({ part }) => part === row.part);
  if (!texts) return new TreeItem('');
  const item = itemOf(texts);
  item.id = `virtual:${row.server.id}:${row.part}`;
  const { press } = texts;
  if (press) item.command = { ...pressCommand(press), arguments: [row] };
  return item;
}

export function virtualServerTooltip(name: string, facts: VirtualFacts): MarkdownString {
  const { label } = serverRow(facts);
  return markdown([
    `**${escapeMarkdown(translate(label))}**`,
    escapeMarkdown(l10n.t('Serves {0}', name)),
    ...serverFacts(facts).map((line) => escapeMarkdown(translate(line))),
  ]);
}

function itemOf({ icon, color, label, description, context }: RowTexts): TreeItem {
  const name = translate(label);
  const item = new TreeItem(name);
  item.iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
  item.contextValue = context;
  // Without one of its own, VS Code shows name and description.
  item.tooltip = undefined;
  if (description) item.description = translate(description);
  item.accessibilityInformation = {
    label: description ? l10n.t('{0}, {1}', name, translate(description)) : name,
  };
  return item;
}

function pressCommand(press: NonNullable<PartTexts['press']>): {
  readonly command: string;
  readonly title: string;
} {
  return press === 'copy'
    ? { command: commandId('copyVirtualValue'), title: l10n.t('Copy') }
    : { command: commandId('showClientMessages'), title: l10n.t('Show What Clients Sent') };
}
