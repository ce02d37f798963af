import { l10n, type MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ConnectionStatus } from '../../core/model/fleet.ts';
import { instanceId, type Instance, type InstanceRef } from '../../core/model/instance.ts';
import type { Mute } from '../../core/alerts/mutes.ts';
import { lifecycle } from '../../core/model/lifecycle.ts';
import type { MetricSeries } from '../../core/model/metrics.ts';
import { sparkline } from '../../core/model/sparkline.ts';
import type { ConnectionState } from '../../core/model/signal.ts';
import { oneLine } from '../../core/model/text.ts';
import { connectionStateText } from '../../core/journal/control.ts';
import type { AnySystem } from '../../core/systems/system.ts';
import { operationCommandId } from '../contributions/commandIds.ts';
import { escapeMarkdown, markdown, translate } from '../translate.ts';

/** A group of instances of a connection. */
export interface GroupRow {
  readonly row: 'group';
  readonly connection: string;
  readonly group: string;
}

/** Row below a connection without instances that leads on: what to do so that there are some. */
interface HintRow {
  readonly row: 'hint';
  readonly connection: string;
}

/** A row of the tree. Items are made new for every refresh; the ids keep selection and expansion. */
export type Row =
  { readonly row: 'connection'; readonly id: string } | InstanceRow | DetailRow | GroupRow | HintRow;

export type InstanceRow = { readonly row: 'instance' } & InstanceRef;

/** A row below that of the instance which it names. */
export type DetailRow = {
  readonly row: 'detail';
  readonly detail: string;
  /** The event that it tells, by its place in the journal. */
  readonly event?: number;
} & InstanceRef;

/** Tells a row from every other. */
export function rowId(row: Row): string {
  if (row.row === 'connection') return `connection:${row.id}`;
  if (row.row === 'instance') return `instance:${instanceId(row)}`;
  if (row.row === 'detail') return `detail:${instanceId(row)} ${row.detail}`;
  return `${row.row}:${JSON.stringify([row.connection, row.row === 'group' ? row.group : ''])}`;
}

/** So long a measurement stands for what is now. */
export const measuredForMs = 15_000;

/** Kinds of fleet that the tree shows: the live one, that of a replay, or that of a moment of the past. */
export type Shown = 'live' | 'replay' | 'past';

/** Colour of all that belongs to the past. */
const pastColor = 'charts.purple';

/** Facts of the configured connection that its row shows; a replay has none. */
export interface ConnectionFacts {
  readonly id: string;
  readonly name: string;
  readonly system: AnySystem | undefined;
  readonly address: string;
  /** With the connections of a replay or of the past, nothing can be done. */
  readonly shown: Shown;
  readonly active: boolean;
  readonly refreshable: boolean;
  /** Ids of what may be done with the connection as a whole. */
  readonly operations: readonly string[];
  readonly diagnosable: boolean;
  readonly hasSecrets: boolean;
  /** Any of its secrets is stored. */
  readonly signedIn: boolean;
}

const connectionLooks: Readonly<Record<ConnectionState, { readonly icon: string; readonly color?: string }>> =
  {
    connecting: { icon: 'loading~spin' },
    authenticating: { icon: 'loading~spin' },
    ready: { icon: 'plug', color: 'testing.iconPassed' },
    waiting: { icon: 'history', color: 'charts.yellow' },
    failed: { icon: 'error', color: 'charts.red' },
    closed: { icon: 'debug-disconnect', color: 'disabledForeground' },
    elsewhere: { icon: 'multiple-windows', color: 'charts.blue' },
  };

export function connectionItem(facts: ConnectionFacts, status: ConnectionStatus | undefined): TreeItem {
  const state = status?.state ?? 'closed';
  const count = status?.instances.size ?? 0;
  const name = oneLine(facts.name, 100);
  const item = new TreeItem(name, TreeItemCollapsibleState.Expanded);
  item.id = rowId({ row: 'connection', id: facts.id });
  const look = connectionLooks[state];
  const isPast = facts.shown === 'past';
  const color = isPast ? pastColor : look.color;
  item.iconPath = new ThemeIcon(
    isPast ? still(look.icon) : look.icon,
    color === undefined ? undefined : new ThemeColor(color),
  );
  const label = facts.shown === 'replay' ? l10n.t('Replay') : stateWords(status);
  item.description = connectionDescription(facts, status, label);
  item.contextValue = `connection${facts.shown === 'live' ? connectionFlags(facts, state) : ''}`;
  const spoken =
    count === 1
      ? l10n.t('Connection {0}, {1}, 1 instance', name, label)
      : l10n.t('Connection {0}, {1}, {2} instances', name, label, count);
  item.accessibilityInformation = { label: [spoken, ...pastWords(facts)].join(', ') };
  return item;
}

/** A way on from a connection without instances: the words of its row, and the command that it runs. */
function hintOf(
  { operations, diagnosable, hasSecrets, shown }: ConnectionFacts,
  status: ConnectionStatus | undefined,
): readonly [label: string, command: string] | undefined {
  if (shown !== 'live' || !status || status.instances.size > 0) return undefined;
  if (status.state === 'failed') {
    const label = hasSecrets
      ? l10n.t('Sign in again or change the connection…')
      : l10n.t('Change the connection…');
    return [label, 'editConnection'];
  }
  if (status.state !== 'ready') return undefined;
  if (operations.includes('install')) return [l10n.t('No server yet. Install one…'), 'install'];
  return diagnosable ? [l10n.t('No server yet. Why?'), 'diagnose'] : undefined;
}

/** The row of that way; undefined where there is none. */
export function hintItem(facts: ConnectionFacts, status: ConnectionStatus | undefined): TreeItem | undefined {
  const [label, command] = hintOf(facts, status) ?? [];
  if (label === undefined || command === undefined) return undefined;
  const item = new TreeItem(label);
  item.id = rowId({ row: 'hint', connection: facts.id });
  item.iconPath = new ThemeIcon('arrow-right');
  const row: Row = { row: 'connection', id: facts.id };
  item.command = { title: label, command: operationCommandId(command), arguments: [row] };
  return item;
}

/** An icon that does not turn: of the past, nothing goes on. */
function still(icon: string): string {
  return icon.replace('~spin', '');
}

/** Mark of the past, without its time: a row is drawn anew only when something else of it changes. */
function pastWords({ shown }: { readonly shown: Shown }): readonly string[] {
  return shown === 'past' ? [l10n.t('in the past')] : [];
}

/** First line of a tooltip about the past. */
function pastLine({ shown }: { readonly shown: Shown }): readonly string[] {
  return shown === 'past' ? [`$(history) ${escapeMarkdown(l10n.t('A moment of the past, not now'))}`] : [];
}

/** State of a connection in words, and that in the window which has it where it is no good. */
function stateWords(status: ConnectionStatus | undefined): string {
  const { state = 'closed', holder } = status ?? {};
  if (state !== 'elsewhere' || !holder || holder.state === 'ready')
    return translate(connectionStateText(state));
  return l10n.t('In another window: {0}', translate(connectionStateText(holder.state)));
}

/** State of a connection in the window that has it. */
function heldState(status: ConnectionStatus | undefined): ConnectionStatus['holder'] {
  return status?.state === 'elsewhere' ? status.holder : status;
}

function connectionDescription(
  facts: ConnectionFacts,
  status: ConnectionStatus | undefined,
  label: string,
): string {
  if (facts.shown === 'replay') return label;
  if (facts.shown === 'past') return [label, ...pastWords(facts)].join(' · ');
  if (status?.state === 'ready')
    return status.instances.size === 0 ? l10n.t('listening, no instance yet') : '';
  const { state, detail } = heldState(status) ?? {};
  if ((state === 'waiting' || state === 'failed') && detail) return `${label}: ${translate(detail)}`;
  return label;
}

function connectionFlags(facts: ConnectionFacts, state: ConnectionState): string {
  const flags = [...facts.operations];
  if (facts.diagnosable) flags.push('diagnose');
  if (facts.signedIn) flags.push('signOut');
  if (!facts.active) flags.push(state === 'failed' ? 'reconnect' : 'connect');
  else if (state === 'waiting') flags.push('reconnect', 'disconnect');
  else flags.push(...(facts.refreshable ? ['refresh'] : []), 'disconnect');
  return flags.map((flag) => `.${flag}`).join('');
}

export function connectionTooltip(
  facts: ConnectionFacts,
  status: ConnectionStatus | undefined,
): MarkdownString {
  const state = status?.state ?? 'closed';
  const lines = [
    ...pastLine(facts),
    `**${escapeMarkdown(facts.name)}** · ${escapeMarkdown(facts.system?.label ?? '')}`,
    `$(${connectionLooks[state].icon}) ${escapeMarkdown(stateWords(status))}`,
  ];
  const detail = heldState(status)?.detail;
  if (detail) lines.push(escapeMarkdown(translate(detail)));
  if (status?.retryAt !== undefined && state === 'waiting') {
    lines.push(escapeMarkdown(l10n.t('Next attempt at {0}', time(status.retryAt))));
  }
  if (facts.address !== '') lines.push(escapeMarkdown(facts.address));
  if (status?.lastEventAt !== undefined)
    lines.push(escapeMarkdown(l10n.t('Last event at {0}', time(status.lastEventAt))));
  return markdown(lines);
}

export interface InstanceFacts {
  readonly shown: Shown;
  /** Ids of the operations on offer now. */
  readonly operations: readonly string[];
  /** The connection is not there: what is shown is what was last seen. */
  readonly stale: boolean;
  /** When the connection last listed all of its instances. */
  readonly listedAt?: number | undefined;
  readonly isFavourite?: boolean | undefined;
  readonly connectionName: string;
  /** Its alerts are not heard. */
  readonly muted?: Mute | undefined;
  /** Latest measurements, by name. */
  readonly measured?: Readonly<Record<string, number>> | undefined;
  /** Recent measurements, oldest first. */
  readonly series?: MetricSeries | undefined;
}

export function instanceItem(instance: Instance, facts: InstanceFacts): TreeItem {
  const look = lifecycle[instance.state];
  const name = oneLine(instance.name, 100);
  const item = new TreeItem(name, TreeItemCollapsibleState.Collapsed);
  item.id = rowId({ row: 'instance', ...instance });
  const isPast = facts.shown === 'past';
  item.iconPath = new ThemeIcon(
    isPast ? still(look.icon) : look.icon,
    new ThemeColor(facts.stale ? 'disabledForeground' : look.color),
  );
  item.description = instanceDescription(instance, facts);
  const flags = [
    ...(isPast ? ['past'] : []),
    ...(facts.isFavourite ? ['favourite'] : []),
    ...facts.operations,
  ];
  item.contextValue = ['instance', ...flags].join('.');
  item.accessibilityInformation = { label: instanceSpoken(instance, name, facts) };
  return item;
}

/** The icon says the state of a row with measurements, whose words would be cut in a narrow view. */
function instanceDescription(instance: Instance, facts: InstanceFacts): string {
  const { players, detail, latestVersion, version, lastEventAt } = instance;
  const { up, label } = lifecycle[instance.state];
  const measured = facts.stale || !up ? [] : measuredParts(facts.measured);
  const isShort = measured.length > 0;
  const parts = isShort ? [] : [translate(label)];
  if (detail !== undefined) parts.push(translate(detail));
  if (players !== undefined && up) parts.push(isShort ? String(players) : playersText(players));
  parts.push(...measured);
  if (latestVersion !== undefined && latestVersion !== version)
    parts.push(l10n.t('update to {0}', oneLine(latestVersion, 40)));
  if (facts.stale) parts.push(l10n.t('last seen {0}', time(Math.max(lastEventAt, facts.listedAt ?? 0))));
  return `${facts.isFavourite ? '★ ' : ''}${parts.join(' · ')}`;
}

function instanceSpoken(instance: Instance, name: string, facts: InstanceFacts): string {
  const parts = [name, translate(lifecycle[instance.state].accessibility)];
  if (instance.players !== undefined && lifecycle[instance.state].up)
    parts.push(playersText(instance.players));
  parts.push(l10n.t('on {0}', facts.connectionName));
  if (facts.isFavourite) parts.push(l10n.t('favourite'));
  if (facts.stale) parts.push(l10n.t('not up to date'));
  parts.push(...pastWords(facts));
  return parts.join(', ');
}

/** So many samples stand in the little chart of a tooltip: one minute at one every two seconds. */
const charted = 30;

function measuredRows({ measured = {}, series }: InstanceFacts): [string, string][] {
  const chart = (name: string): string => sparkline([...(series?.values[name] ?? [])].slice(-charted));
  return measuredTexts().flatMap(([name, label, shown]): [string, string][] => {
    const value = measured[name];
    return value === undefined ? [] : [[label, `${shown(value)} ${chart(name)}`]];
  });
}

/** Measurements as they are shown: name, label, and a value in words. */
export function measuredTexts(): readonly [name: string, label: string, shown: (value: number) => string][] {
  return [
    ['cpu', l10n.t('Processor'), (value) => `${String(Math.round(value))} %`],
    ['memory', l10n.t('Memory'), bytesText],
    ['received', l10n.t('Received'), rateText],
    ['sent', l10n.t('Sent'), rateText],
    ['poolsUsed', l10n.t('Storage used'), bytesText],
  ];
}

/** Measurements in the words of a row. */
export function measuredWords(measured: InstanceFacts['measured']): string {
  return measuredParts(measured).join();
}

/** Measurements in the short form of a row. */
function measuredParts(measured: Readonly<Record<string, number>> = {}): readonly string[] {
  const { cpu, memory } = measured;
  return [
    ...(cpu === undefined ? [] : [`${Math.round(cpu)} %`]),
    ...(memory === undefined ? [] : [bytesText(memory)]),
  ];
}

function bytesText(bytes: number): string {
  return scaled(bytes, 1024, ['MiB', 'GiB', 'TiB'], 1024 ** 2);
}

function rateText(bytes: number): string {
  return l10n.t('{0}/s', scaled(bytes, 1000, ['B', 'kB', 'MB', 'GB'], 1));
}

/** A number in the biggest of the units in which it is at least one; the first of them is this big. */
function scaled(amount: number, step: number, units: readonly string[], first: number): string {
  let value = amount / first;
  let unit = 0;
  while (value >= step && unit < units.length - 1) {
    value /= step;
    unit += 1;
  }
  const digits = value < 10 && units[unit] !== 'B' ? 1 : 0;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: digits })} ${units[unit] ?? ''}`;
}

export function alertsText(alerts: number): string {
  return alerts === 1 ? l10n.t('1 alert') : l10n.t('{0} alerts', alerts);
}

export function playersText(players: number): string {
  return players === 1 ? l10n.t('1 player') : l10n.t('{0} players', players);
}

export function instanceTooltip(instance: Instance, facts: InstanceFacts): MarkdownString {
  const look = lifecycle[instance.state];
  const lines = [
    ...pastLine(facts),
    `**${escapeMarkdown(oneLine(instance.name, 200))}** · ${escapeMarkdown(facts.connectionName)}`,
  ];
  const state = `$(${still(look.icon)}) ${escapeMarkdown(translate(look.label))}`;
  const detail = instance.detail === undefined ? '' : ` (${escapeMarkdown(translate(instance.detail))})`;
  lines.push(`${state}${detail} ${escapeMarkdown(l10n.t('since {0}', time(instance.since)))}`);
  const rows: [string, string][] = [];
  if (instance.game !== undefined) rows.push([l10n.t('Game'), instance.game]);
  if (instance.version !== undefined) rows.push([l10n.t('Version'), instance.version]);
  if (instance.latestVersion !== undefined) rows.push([l10n.t('Available'), instance.latestVersion]);
  if (instance.players !== undefined) rows.push([l10n.t('Players'), String(instance.players)]);
  if (!facts.stale) rows.push(...measuredRows(facts));
  if (instance.actor !== undefined) rows.push([l10n.t('Last change by'), instance.actor]);
  if (rows.length > 0) {
    lines.push(
      [
        '| | |',
        '|---|---|',
        ...rows.map(([k, v]) => `| ${escapeMarkdown(k)} | ${escapeMarkdown(oneLine(v, 200))} |`),
      ].join('\n'),
    );
  }
  if (facts.muted) {
    const { until } = facts.muted;
    const words =
      until === undefined ? l10n.t('Alerts are muted') : l10n.t('Alerts are muted until {0}', time(until));
    lines.push(`$(bell-slash) ${escapeMarkdown(words)}`);
  }
  if (facts.stale)
    lines.push(`$(warning) ${escapeMarkdown(l10n.t('Not connected: this is what was last seen.'))}`);
  return markdown(lines);
}

/** A time in words, with its date where that is long ago. */
export function time(at: number): string {
  const moment = new Date(at);
  const clock = moment.toLocaleTimeString();
  return Date.now() - at < 12 * 3_600_000 ? clock : `${moment.toLocaleDateString()} ${clock}`;
}
