import { l10n, StatusBarAlignment, ThemeColor, window, type StatusBarItem } from 'vscode';
import { instancesOf } from '../core/model/fleet.ts';
import { lifecycle } from '../core/model/lifecycle.ts';
import { connectionStateText } from '../core/journal/control.ts';
import type { ConnectionState } from '../core/model/signal.ts';
import { commandId } from './contributions/commands.ts';
import { viewIds } from './contributions/ids.ts';
import { Throttle } from './throttle.ts';
import type { Runtime } from './runtime.ts';
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

/** One item for all connections: the worst state, how many servers are up, and what is wrong in the tooltip. */
export function createStatusBar(runtime: Runtime): void {
  const { scope, pipeline, connections, timelines, recordings } = runtime;
  const item = scope.add(
    window.createStatusBarItem(`${viewIds.container}.status`, StatusBarAlignment.Left, 10),
  );
  item.name = l10n.t('Game Servers');
  item.command = `${viewIds.instances}.focus`;
  const pace = scope.add(new Throttle(showEveryMs, () => show(item, runtime)));
  const ask = (): void => pace.ask();
  scope.defer(
    pipeline.subscribe('status bar', ({ timeline, before, fleet }) => {
      if (timeline === timelines.base && before.connections !== fleet.connections) ask();
    }),
  );
  scope.defer(connections.onDidChange('status bar', ask));
  scope.add(timelines.onDidChange(ask));
  scope.defer(recordings.onDidChange('status bar', ask));
  ask();
}

function show(item: StatusBarItem, { connections, pipeline, timelines, recordings }: Runtime): void {
  const { base, isSimulated } = timelines;
  const all = connections.on(base);
  if (all.length === 0) {
    item.hide();
    return;
  }
  const fleet = pipeline.fleet(base);
  const instances = all.flatMap(({ id }) => instancesOf(fleet, id));
  const up = instances.filter(({ state }) => lifecycle[state].up).length;
  const broken = instances.filter(({ state }) => state === 'failed' || state === 'crashed').length;
  const worst = worstFirst.find((state) => all.some((connection) => connection.state === state)) ?? 'closed';
  const icon = isSimulated ? 'beaker' : (icons[worst] ?? (broken > 0 ? 'warning' : 'server-environment'));
  item.text = `$(${icon}) ${String(up)}/${String(instances.length)}`;
  item.backgroundColor = worst === 'failed' ? new ThemeColor('statusBarItem.errorBackground') : undefined;
  const summary = isSimulated
    ? l10n.t('{0} of {1} simulated servers are up', up, instances.length)
    : l10n.t('{0} of {1} game servers are up', up, instances.length);
  item.accessibilityInformation = { label: summary };
  const rows = all.map(({ settings, state }) => {
    const detail = fleet.connections.get(settings.id)?.detail;
    const words = translate(connectionStateText(state)) + (detail ? `: ${translate(detail)}` : '');
    return `| ${escapeMarkdown(settings.name)} | ${escapeMarkdown(words)} |`;
  });
  const lines = [escapeMarkdown(summary), ['| | |', '|---|---|', ...rows].join('\n')];
  if (broken > 0) lines.splice(1, 0, `$(warning) ${escapeMarkdown(l10n.t('{0} failed or crashed', broken))}`);
  // A recording that goes on has an item of its own, which stops it.
  const record = commandId('record');
  if (recordings.running.length === 0 && !isSimulated)
    lines.push(`[$(record) ${l10n.t('Record')}](command:${record})`);
  const stop = commandId('stopSimulated');
  if (isSimulated) lines.push(`[$(beaker-stop) ${l10n.t('Stop Simulated Servers')}](command:${stop})`);
  item.tooltip = markdown(lines, [record, stop]);
  item.show();
}
