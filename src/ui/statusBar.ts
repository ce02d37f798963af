import { commands, l10n, StatusBarAlignment, ThemeColor, window, type StatusBarItem } from 'vscode';
import { countFleet } from '../core/model/fleetCounts.ts';
import { connectionStateText } from '../core/journal/control.ts';
import type { ConnectionState } from '../core/model/signal.ts';
import { commandId } from './contributions/commandIds.ts';
import { viewIds } from './contributions/ids.ts';
import { Throttle } from './throttle.ts';
import type { Runtime } from './runtime.ts';
import { alertsText, type Row } from './tree/treeItems.ts';
import { escapeMarkdown, markdown, translate } from './translate.ts';

/** From bad to good: the item shows the worst. */
const worstFirst: readonly ConnectionState[] = [
  'failed',
  'waiting',
  'connecting',
  'authenticating',
  'closed',
  'elsewhere',
  'ready',
];
const icons: Partial<Record<ConnectionState, string>> = {
  failed: 'error',
  waiting: 'history',
  closed: 'debug-disconnect',
};

/** Counting goes through all instances, too much for every event. */
const showEveryMs = 250;

/** One item for all connections: how many servers are up, what is wrong and what runs; a press lists it and all that one goes to. */
export function createStatusBar(runtime: Runtime, reveal: (row: Row) => void): void {
  const { scope, pipeline, connections, timelines, recordings } = runtime;
  const item = scope.add(
    window.createStatusBarItem(`${viewIds.container}.status`, StatusBarAlignment.Left, 10),
  );
  item.name = l10n.t('Game Servers');
  item.command = commandId('overview');
  scope.add(
    commands.registerCommand(commandId('overview'), async () => {
      const { showOverview } = await import('./overview.ts');
      showOverview(runtime, reveal);
    }),
  );
  const pace = scope.add(new Throttle(showEveryMs, () => show(item, runtime)));
  const ask = (): void => pace.ask();
  scope.defer(
    pipeline.subscribe('status bar', ({ timeline, before, fleet }) => {
      if (timeline === timelines.base && before !== fleet) ask();
    }),
  );
  scope.defer(connections.onDidChange('status bar', ask));
  scope.add(timelines.onDidChange(ask));
  scope.defer(recordings.onDidChange('status bar', ask));
  scope.defer(runtime.alerts.onDidChange(ask));
  ask();
}

function show(item: StatusBarItem, { alerts, connections, pipeline, timelines, recordings }: Runtime): void {
  const { base, isSimulated } = timelines;
  const all = connections.on(base);
  if (all.length === 0) {
    item.hide();
    return;
  }
  const fleet = pipeline.fleet(base);
  const { servers, up, broken, offline, running } = countFleet(
    fleet,
    all.map(({ id }) => id),
  );
  const unseen = alerts.unseen.length;
  const worst = worstFirst.find((state) => all.some((connection) => connection.state === state)) ?? 'closed';
  const icon = isSimulated
    ? 'beaker'
    : (icons[worst] ?? (broken.length > 0 ? 'warning' : 'server-environment'));
  const short = [
    l10n.t('{0} up', up),
    ...(broken.length > 0 ? [l10n.t('{0} failed', broken.length)] : []),
    ...(offline.length > 0 ? [l10n.t('{0} offline', offline.length)] : []),
  ].join(' · ');
  const bell = unseen > 0 ? ` $(bell-dot) ${String(unseen)}` : '';
  item.text = `$(${icon}) ${short}${bell}${running > 0 ? ` $(sync~spin) ${String(running)}` : ''}`;
  item.backgroundColor = worst === 'failed' ? new ThemeColor('statusBarItem.errorBackground') : undefined;
  const summary = isSimulated
    ? l10n.t('{0} of {1} simulated servers are up', up, servers)
    : l10n.t('{0} of {1} game servers are up', up, servers);
  const facts = [
    ...(unseen > 0 ? [alertsText(unseen)] : []),
    ...(broken.length > 0 ? [l10n.t('{0} failed or crashed', broken.length)] : []),
    ...(offline.length > 0 ? [offlineWords(offline.length)] : []),
    ...(running > 0 ? [runningWords(running)] : []),
  ];
  item.accessibilityInformation = { label: [summary, ...facts].join(', ') };
  const rows = all.map(({ settings, state }) => {
    const detail = fleet.connections.get(settings.id)?.detail;
    const words = translate(connectionStateText(state)) + (detail ? `: ${translate(detail)}` : '');
    return `| ${escapeMarkdown(settings.name)} | ${escapeMarkdown(words)} |`;
  });
  const lines = [
    escapeMarkdown(summary),
    ...facts.map((fact) => escapeMarkdown(fact)),
    ['| | |', '|---|---|', ...rows].join('\n'),
  ];
  // A recording that goes on has an item of its own, which stops it.
  const record = commandId('record');
  if (recordings.running.length === 0 && !isSimulated)
    lines.push(`[$(record) ${l10n.t('Record')}](command:${record})`);
  const stop = commandId('stopSimulated');
  if (isSimulated) lines.push(`[$(beaker-stop) ${l10n.t('Stop Simulated Servers')}](command:${stop})`);
  item.tooltip = markdown(lines, [record, stop]);
  item.show();
}

function offlineWords(count: number): string {
  return count === 1 ? l10n.t('1 connection is offline') : l10n.t('{0} connections are offline', count);
}

function runningWords(count: number): string {
  return count === 1 ? l10n.t('1 task runs') : l10n.t('{0} tasks run', count);
}
