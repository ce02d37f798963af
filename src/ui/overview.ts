import {
  commands,
  l10n,
  QuickPickItemKind,
  ThemeIcon,
  window,
  type QuickInputButton,
  type QuickPickItem,
} from 'vscode';
import { alertInstance } from '../core/alerts/alert.ts';
import { connectionStateText } from '../core/journal/control.ts';
import { countFleet } from '../core/model/fleetCounts.ts';
import { findInstance } from '../core/model/fleet.ts';
import { instanceRef } from '../core/model/instance.ts';
import { lifecycle } from '../core/model/lifecycle.ts';
import { isFinished } from '../core/model/task.ts';
import { oneLine } from '../core/model/text.ts';
import { commandId } from './contributions/commandIds.ts';
import { ownCommands, type CommandSpec, type OwnCommand } from './contributions/commands.ts';
import { commandTitles } from './operations/operationTitles.ts';
import type { Runtime } from './runtime.ts';
import { showTask } from './tasks/taskDocuments.ts';
import { taskIcons } from './tasks/taskStates.ts';
import { time, type Row } from './tree/treeItems.ts';
import { translate } from './translate.ts';

/** Lines of alerts; the rest is counted by the status bar. */
const mostAlerts = 20;

interface OverviewItem extends QuickPickItem {
  readonly run?: () => unknown;
  /** Effect of its button. */
  readonly press?: (button: QuickInputButton) => unknown;
}

/** One list of what needs somebody, what runs, and where one goes. */
export function showOverview(runtime: Runtime, reveal: (row: Row) => void): void {
  const pick = window.createQuickPick<OverviewItem>();
  pick.title = l10n.t('Game Servers');
  pick.placeholder = l10n.t('What needs attention, what runs, and where to go');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = [
    ...section(l10n.t('Alerts'), alertItems(runtime, reveal)),
    ...section(l10n.t('Needs Attention'), attention(runtime, reveal)),
    ...section(l10n.t('Running'), running(runtime)),
    ...section(l10n.t('Go To'), places(runtime)),
  ];
  pick.onDidTriggerItemButton(({ item, button }) => {
    pick.hide();
    item.press?.(button);
  });
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    pick.hide();
    item?.run?.();
  });
  pick.onDidHide(() => {
    pick.dispose();
  });
  pick.show();
}

function section(label: string, items: readonly OverviewItem[]): readonly OverviewItem[] {
  return items.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...items];
}

/** Alerts that nobody has seen, the newest first. */
function alertItems(runtime: Runtime, reveal: (row: Row) => void): readonly OverviewItem[] {
  const { alerts, pipeline, timelines } = runtime;
  const fleet = pipeline.fleet(timelines.base);
  const mute: QuickInputButton = {
    iconPath: new ThemeIcon('bell-slash'),
    tooltip: titlesOf(runtime)('muteAlerts'),
  };
  const items = alerts.unseen.slice(0, mostAlerts).map((alert): OverviewItem => {
    const instance = alertInstance(alert);
    const row: Row =
      instance && findInstance(fleet, instance)
        ? { row: 'instance', ...instance }
        : { row: 'connection', id: alert.connection };
    return {
      label: `$(bell-dot) ${oneLine(translate(alert.title), 200)}`,
      description: time(alert.at),
      ...(alert.detail ? { detail: oneLine(translate(alert.detail), 200) } : {}),
      buttons: [mute],
      run: () => {
        reveal(row);
        return commands.executeCommand(commandId('dismissAlerts'), [alert.id]);
      },
      press: () => commands.executeCommand(commandId('muteAlerts'), row),
    };
  });
  const dismiss: OverviewItem = {
    label: `$(check-all) ${titlesOf(runtime)('dismissAlerts')}`,
    run: () => commands.executeCommand(commandId('dismissAlerts')),
  };
  return items.length === 0 ? [] : [...items, dismiss];
}

function attention(runtime: Runtime, reveal: (row: Row) => void): readonly OverviewItem[] {
  const { connections, pipeline, timelines } = runtime;
  const fleet = pipeline.fleet(timelines.base);
  const all = connections.on(timelines.base);
  const { broken, offline } = countFleet(
    fleet,
    all.map(({ id }) => id),
  );
  const title = titlesOf(runtime);
  const nameOf = (id: string): string => oneLine(connections.get(id)?.settings.name ?? id, 100);
  const reconnect: QuickInputButton = { iconPath: new ThemeIcon('refresh'), tooltip: title('reconnect') };
  const events: QuickInputButton = { iconPath: new ThemeIcon('pulse'), tooltip: title('showEvents') };
  return [
    ...offline.map((id): OverviewItem => {
      const { state = 'closed', detail } = fleet.connections.get(id) ?? {};
      const row: Row = { row: 'connection', id };
      return {
        label: `$(debug-disconnect) ${nameOf(id)}`,
        description: translate(connectionStateText(state)),
        ...(detail ? { detail: oneLine(translate(detail), 200) } : {}),
        buttons: [reconnect],
        run: () => {
          reveal(row);
        },
        press: () => commands.executeCommand(commandId('reconnect'), row),
      };
    }),
    ...broken.map((instance): OverviewItem => {
      const { icon, label } = lifecycle[instance.state];
      const row: Row = { row: 'instance', ...instanceRef(instance.connection, instance) };
      return {
        label: `$(${icon}) ${oneLine(instance.name, 100)}`,
        description: `${translate(label)} · ${nameOf(instance.connection)}`,
        ...(instance.detail ? { detail: oneLine(translate(instance.detail), 200) } : {}),
        buttons: [events],
        run: () => {
          reveal(row);
        },
        press: () => commands.executeCommand(commandId('showEvents'), row),
      };
    }),
  ];
}

function running(runtime: Runtime): readonly OverviewItem[] {
  const { connections, pipeline, timelines } = runtime;
  return [...pipeline.fleet(timelines.base).tasks.values()]
    .filter(({ state }) => !isFinished(state))
    .map((task) => ({
      label: `$(${taskIcons[task.state]}) ${oneLine(translate(task.title), 100)}`,
      description: [
        ...(task.percent === null ? [] : [`${String(Math.round(task.percent))} %`]),
        oneLine(connections.get(task.connection)?.settings.name ?? task.connection, 100),
      ].join(' · '),
      run: () => showTask(runtime, task),
    }));
}

/** The commands that the list leads to, as they can be used now. */
function places(runtime: Runtime): readonly OverviewItem[] {
  const { recordings, timelines, travel } = runtime;
  const { isSimulated } = timelines;
  const title = titlesOf(runtime);
  const ids: readonly OwnCommand[] = [
    'openInspector',
    'tasks',
    'history',
    travel.moment ? 'backToNow' : 'travel',
    ...(isSimulated
      ? []
      : [recordings.running.length > 0 ? ('stopRecording' as const) : ('record' as const)]),
    'addConnection',
    isSimulated ? 'stopSimulated' : 'trySimulated',
    'showLog',
  ];
  return ids.map((id) => {
    const { icon }: CommandSpec = ownCommands[id];
    return {
      label: `${icon === undefined ? '' : `${icon} `}${title(id)}`,
      run: () => commands.executeCommand(commandId(id)),
    };
  });
}

function titlesOf({ context }: Runtime): (id: OwnCommand) => string {
  const titles = commandTitles(context.extension.packageJSON);
  return (id) => titles.get(id) ?? ownCommands[id].title;
}
