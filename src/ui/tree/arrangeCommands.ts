import { ConfigurationTarget, l10n, QuickPickItemKind, window, workspace, type QuickPickItem } from 'vscode';
import {
  cleanTags,
  defaultArrangement,
  groupings,
  readArrangement,
  readTags,
  sortings,
  stateClasses,
  stateClassOf,
  withTags,
  type Arrangement,
  type StateClass,
} from '../../core/model/arrangement.ts';
import { findInstance, instancesOf } from '../../core/model/fleet.ts';
import { instanceId, type Instance } from '../../core/model/instance.ts';
import { oneLine } from '../../core/model/text.ts';
import { prefix } from '../contributions/commandIds.ts';
import { showInformation } from '../showMessage.ts';
import { fleetOnScreen } from '../travel/moment.ts';
import { groupingNames, serversText, sortingNames, stateClassLooks } from './arrangementNames.ts';
import type { ArrangeCommand, TreeArrangement } from './treeArrangement.ts';
import type { Row } from './treeItems.ts';

/** The commands that arrange the tree; they act on the rows that are given or selected. */
export const arrange: Readonly<
  Record<ArrangeCommand, (tree: TreeArrangement, rows: readonly Row[]) => unknown>
> = {
  filterInstances: askFilter,
  changeFilter: askFilter,
  clearFilter: (tree) => {
    const { group, sort } = readArrangement(tree.kept);
    return keep(tree, { group, sort, text: '' });
  },
  groupInstances: async (tree) => {
    const now = readArrangement(tree.kept);
    const title = l10n.t('Group Servers By');
    const group = await choose(title, groupings, groupingNames(), now.group);
    if (group) await keep(tree, { ...now, group });
  },
  sortInstances: async (tree) => {
    const now = readArrangement(tree.kept);
    const title = l10n.t('Sort Servers By');
    const sort = await choose(title, sortings, sortingNames(), now.sort);
    if (sort) await keep(tree, { ...now, sort });
  },
  setTags,
  addFavourite: async (tree, rows) => {
    const ids = instancesOfRows(tree, rows).map(instanceId);
    await tree.keepFavourites([...new Set([...tree.favourites, ...ids])]);
  },
  removeFavourite: async (tree, rows) => {
    const ids = new Set(instancesOfRows(tree, rows).map(instanceId));
    await tree.keepFavourites(tree.favourites.filter((id) => !ids.has(id)));
  },
};

/** Keeps an arrangement; the default is not kept. */
async function keep(tree: TreeArrangement, arrangement: Arrangement): Promise<void> {
  const isDefault = JSON.stringify(readArrangement(arrangement)) === JSON.stringify(defaultArrangement);
  await tree.keep(isDefault ? undefined : arrangement);
}

async function choose<Name extends string>(
  title: string,
  choices: readonly Name[],
  names: Readonly<Record<Name, string>>,
  chosen: Name,
): Promise<Name | undefined> {
  const items = choices.map((choice) => ({
    choice,
    label: names[choice],
    ...(choice === chosen ? { description: l10n.t('now') } : {}),
  }));
  // The first line is the one that Enter takes.
  items.sort((a, b) => Number(b.choice === chosen) - Number(a.choice === chosen));
  return (await window.showQuickPick(items, { title }))?.choice;
}

/** Asks for words and a state. Words narrow the tree while they are typed; turning back restores the filter of before. */
function askFilter(tree: TreeArrangement): void {
  const before = readArrangement(tree.kept);
  const { group, sort, state } = before;
  const pick = window.createQuickPick<StateItem>();
  pick.title = l10n.t('Filter Servers');
  pick.placeholder = l10n.t('Words of name, game, host, tag or connection; below, a state');
  pick.items = stateItems(tree, state);
  pick.value = before.text;
  let isAccepted = false;
  pick.onDidChangeValue((text) => void keep(tree, { ...before, text }));
  pick.onDidAccept(() => {
    isAccepted = true;
    const [item] = pick.activeItems;
    const chosen = item?.state ? { state: item.state } : {};
    void keep(tree, { group, sort, text: pick.value, ...(item ? chosen : { ...(state ? { state } : {}) }) });
    pick.hide();
  });
  pick.onDidHide(() => {
    tree.isFilterTyped = false;
    if (!isAccepted) void keep(tree, before);
    pick.dispose();
  });
  tree.isFilterTyped = true;
  pick.show();
}

interface StateItem extends QuickPickItem {
  readonly state?: StateClass;
}

/** A line for each state. Typing takes the focus to the first one, which is therefore the present choice. */
function stateItems(tree: TreeArrangement, chosen: StateClass | undefined): readonly StateItem[] {
  const fleet = fleetOnScreen(tree.runtime);
  const instances = [...fleet.connections.values()].flatMap(({ id }) => instancesOf(fleet, id));
  const looks = stateClassLooks();
  const item = (state: StateClass | undefined): StateItem => {
    const count = instances.filter((each) => !state || stateClassOf(each.state) === state).length;
    const label = state
      ? `$(${looks[state].icon}) ${state === 'problem' ? l10n.t('Only Problems') : looks[state].name}`
      : `$(circle-outline) ${l10n.t('Every State')}`;
    return { label, description: serversText(count), alwaysShow: true, ...(state ? { state } : {}) };
  };
  const others = [undefined, ...stateClasses].filter((state) => state !== chosen);
  const separator = { label: l10n.t('Show instead'), kind: QuickPickItemKind.Separator };
  return [item(chosen), separator, ...others.map(item)];
}

/** Asks for the tags of instances; they go where the tags of the first one stand, else into the user's settings. */
async function setTags(tree: TreeArrangement, rows: readonly Row[]): Promise<void> {
  const instances = instancesOfRows(tree, rows);
  const [first] = instances;
  if (!first) {
    showInformation(l10n.t('Select the servers in the tree that are to have tags.'));
    return;
  }
  const setting = workspace.getConfiguration(prefix);
  const value = await window.showInputBox({
    title:
      instances.length === 1
        ? l10n.t('Tags of {0}', oneLine(first.name, 60))
        : l10n.t('Tags of {0} servers', instances.length),
    prompt: l10n.t('Words between commas. Grouped by tag, a server stands in the group of its first one.'),
    value: readTags(setting.get('tags'))(first).join(', '),
  });
  if (value === undefined) return;
  const inspected = setting.inspect('tags');
  const isOfWorkspace = readTags(inspected?.workspaceValue)(first).length > 0;
  let tags: unknown = isOfWorkspace ? inspected?.workspaceValue : inspected?.globalValue;
  for (const instance of instances) tags = withTags(tags, instance, cleanTags([value]));
  const target = isOfWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
  await setting.update('tags', tags, target);
}

function instancesOfRows({ runtime }: TreeArrangement, rows: readonly Row[]): readonly Instance[] {
  const fleet = fleetOnScreen(runtime);
  return rows.flatMap((row) => (row.row === 'instance' ? (findInstance(fleet, row) ?? []) : []));
}
