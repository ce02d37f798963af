import { commands, l10n, StatusBarAlignment, ThemeColor, window } from 'vscode';
import { liveTimeline } from '../../core/model/event.ts';
import { instanceId } from '../../core/model/instance.ts';
import { commandId } from '../contributions/commandIds.ts';
import type { OwnCommand } from '../contributions/commands.ts';
import { contextKeys, viewIds } from '../contributions/ids.ts';
import { showInformation } from '../showMessage.ts';
import type { InstancesTree } from '../tree/instancesTree.ts';
import type { Row } from '../tree/treeItems.ts';
import type { Runtime } from '../runtime.ts';
import { momentWords } from './moment.ts';
import type * as TravelTo from './travelTo.ts';

/** The commands of time travel, the item of the status bar that leads back, and the key that menus go by. */
export function registerTravel(runtime: Runtime, tree: InstancesTree): void {
  const { scope, travel, travelPlayer, timelines } = runtime;
  followMoment(runtime);
  scope.add(
    timelines.onDidChange(() => {
      travel.back();
    }),
  );
  void leaveWithDatabase(runtime);
  const register = (command: OwnCommand, run: (argument: unknown) => unknown): void => {
    scope.add(commands.registerCommand(commandId(command), run));
  };
  const loaded = (): Promise<typeof TravelTo> => import('./travelTo.ts');
  register('travel', async () => {
    const { travelCommand } = await import('./travelCommand.ts');
    await travelCommand(runtime);
  });
  register('whatChanged', async () => {
    const { whatChangedCommand } = await import('./whatChanged.ts');
    await whatChangedCommand(runtime);
  });
  register('backToNow', () => travel.back());
  for (const to of ['next', 'previous'] as const) {
    register(`${to}Change`, async () => (await loaded()).travelTo(runtime, { to }));
    register(`${to}InstanceChange`, async (argument) => {
      const row = (argument as Row | undefined) ?? tree.view.selection[0];
      if (row?.row !== 'instance') {
        showInformation(l10n.t('Select an instance in the tree: the change of which one is meant?'));
        return;
      }
      await (
        await loaded()
      ).travelTo(runtime, { to, thing: { connection: row.connection, key: instanceId(row) } });
    });
  }
  register('playHistory', async () => {
    if (travelPlayer.isPlaying) travelPlayer.pause();
    else await (await loaded()).playHistory(runtime);
  });
  register('historySpeed', async () => {
    const { speedCommand } = await import('./travelCommand.ts');
    await speedCommand(runtime);
  });
}

/** Goes back to now where another database takes the place of the one whose moment is shown: its numbers mean others. */
async function leaveWithDatabase({ journals, scope, travel }: Runtime): Promise<void> {
  // A window without history has nothing to travel in.
  const store = await journals.store(liveTimeline).catch(() => undefined);
  if (!store) return;
  const nameOf = ({ journalId, durable }: typeof store.status): string => `${journalId} ${durable}`;
  let known = nameOf(store.status);
  scope.defer(
    store.onStatus((status) => {
      if (nameOf(status) === known) return;
      known = nameOf(status);
      travel.back();
    }),
  );
}

function followMoment({ scope, travel }: Runtime): void {
  const item = scope.add(
    window.createStatusBarItem(`${viewIds.container}.travel`, StatusBarAlignment.Left, 11),
  );
  item.name = l10n.t('Time Travel of Game Servers');
  item.command = commandId('backToNow');
  item.backgroundColor = new ThemeColor('statusBarItem.warningBackground');
  let isTold = false;
  const show = (): void => {
    const { moment } = travel;
    if ((moment !== undefined) !== isTold) {
      isTold = moment !== undefined;
      void commands.executeCommand('setContext', contextKeys.travelling, isTold);
    }
    if (!moment) {
      item.hide();
      return;
    }
    const words = momentWords(moment.place.at);
    item.text = `$(history) ${words}`;
    item.tooltip = l10n.t('The tree shows the game servers as of {0}. Press to go back to now.', words);
    item.accessibilityInformation = { label: item.tooltip };
    item.show();
  };
  scope.add(travel.onDidChange(show));
}
