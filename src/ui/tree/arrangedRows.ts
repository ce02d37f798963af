import { l10n, ThemeIcon, TreeItem, TreeItemCollapsibleState, workspace } from 'vscode';
import { machineOf } from '../../core/connections/machine.ts';
import {
  Arranger,
  isFiltering,
  readArrangement,
  readTags,
  stateClasses,
  withoutValue,
  type Grouping,
} from '../../core/model/arrangement.ts';
import { isCurrent, type ConnectionStatus } from '../../core/model/fleet.ts';
import { instanceRef, type Instance } from '../../core/model/instance.ts';
import { lifecycle } from '../../core/model/lifecycle.ts';
import { PersistentMap } from '../../core/model/persistentMap.ts';
import { oneLine } from '../../core/model/text.ts';
import { prefix } from '../contributions/commandIds.ts';
import { Throttle } from '../throttle.ts';
import { looks, manyRows, type DrawnRow } from './changedRows.ts';
import { groupingNames, serversText, stateClassLooks, withoutNames } from './arrangementNames.ts';
import type { TreeArrangement } from './treeArrangement.ts';
import { rowId, type GroupRow, type Row } from './treeItems.ts';

/** A list is drawn anew no sooner for its counts, or for the order of its last events: rows that jump cannot be pressed. */
const orderedEveryMs = 3000;

const groupIcons: Readonly<Record<Grouping, string>> = {
  connection: 'plug',
  host: 'vm',
  game: 'package',
  state: 'circle-outline',
  tag: 'tag',
};

/** The rows of the arrangement that is kept now; nothing where that is the default. */
export function arrangedRows(
  arrangement: TreeArrangement,
  draw: (rows: ReadonlySet<Row>) => void,
): ArrangedRows | undefined {
  const { runtime, kept, favourites } = arrangement;
  arrangement.tellFiltered(isFiltering(readArrangement(kept)) ? 'some' : undefined);
  if (kept === undefined && favourites.length === 0) return undefined;
  const arranger = new Arranger(readArrangement(kept), {
    favourites: new Set(favourites),
    tagsOf: readTags(workspace.getConfiguration(prefix).get('tags')),
    connectionName: (id) => runtime.connections.get(id)?.settings.name ?? id,
    machine(id) {
      // Nobody knows where a replay was recorded.
      const connection = runtime.timelines.label === undefined ? runtime.connections.get(id) : undefined;
      return connection && machineOf(connection, runtime.host);
    },
  });
  return new ArrangedRows(arrangement, arranger, draw);
}

const none = PersistentMap.empty<Instance>();

/** Rows below connections as the user arranged them; loaded once somebody arranges anything. */
export class ArrangedRows {
  readonly arranger: Arranger;
  readonly #arrangement: TreeArrangement;
  readonly #late = new Set<Row>();
  readonly #pace: Throttle;

  /** `draw` is told of rows that are out of date only in their counts or order. */
  constructor(arrangement: TreeArrangement, arranger: Arranger, draw: (rows: ReadonlySet<Row>) => void) {
    this.#arrangement = arrangement;
    this.arranger = arranger;
    this.#pace = new Throttle(orderedEveryMs, () => {
      draw(new Set(this.#late));
      this.#late.clear();
    });
  }

  dispose(): void {
    this.#pace.dispose();
  }

  /** Whether a connection is shown: one that is not connected always is, with what is wrong with it. */
  shows(status: ConnectionStatus | undefined): boolean {
    if (!isFiltering(this.arranger.arrangement) || !status || !isCurrent(status)) return true;
    return this.arranger.showsAny(status.instances);
  }

  /** Rows below a connection or a group. */
  below(row: Row, instances = none): Row[] {
    const list = this.arranger.list(instances);
    if (row.row === 'group') return (list.groups?.get(row.group) ?? []).map(rowOf);
    if (row.row !== 'connection') return [];
    if (!list.groups) return list.instances.map(rowOf);
    return [...list.groups.keys()].map((group) => ({ row: 'group', connection: row.id, group }));
  }

  /** The group in which an instance stands, if any. */
  groupOf(instance: Instance, instances: PersistentMap<Instance>): GroupRow | undefined {
    const group = this.arranger.groupOf(instance, instances);
    return group === undefined ? undefined : { row: 'group', connection: instance.connection, group };
  }

  groupItem({ connection, group }: GroupRow, instances = none): TreeItem {
    const { group: grouping } = this.arranger.arrangement;
    const members = this.arranger.list(instances).groups?.get(group) ?? [];
    const state = stateClasses.find((each) => grouping === 'state' && each === group);
    const look = state && stateClassLooks()[state];
    const name = look?.name ?? (group === withoutValue ? withoutNames()[grouping] : oneLine(group, 100));
    const item = new TreeItem(name, TreeItemCollapsibleState.Expanded);
    item.id = rowId({ row: 'group', connection, group });
    item.iconPath = new ThemeIcon(look?.icon ?? groupIcons[grouping]);
    item.contextValue = 'group';
    item.tooltip = `${groupingNames()[grouping]}: ${name}`;
    const up = members.filter((member) => lifecycle[member.state].up).length;
    // Members of a group of states are all up, or none of them is.
    item.description = look ? String(members.length) : l10n.t('{0} of {1} up', up, members.length);
    const counted = look ? serversText(members.length) : item.description;
    item.accessibilityInformation = { label: l10n.t('Group {0}, {1}', name, counted) };
    return item;
  }

  /** Rows of a connection that look different now; those whose counts or order alone did are drawn later. */
  readonly changed = (id: string, was: DrawnRow, is: DrawnRow): readonly Row[] => {
    const list: readonly Row[] = [{ row: 'connection', id }];
    const rows: Row[] = [];
    for (const key of is.instances.differences(was.instances)) {
      const [before, now] = [was.instances.get(key), is.instances.get(key)];
      const move = this.arranger.move(before, now);
      if (move === 'moved' || rows.length === manyRows) return list;
      if (move === 'heard') this.#late.add({ row: 'connection', id });
      if (!before || !now || !this.arranger.shows(now)) continue;
      if (lifecycle[before.state].up !== lifecycle[now.state].up) {
        const group = this.groupOf(now, is.instances);
        if (group) this.#late.add(group);
      }
      if (looks(before) !== looks(now)) rows.push(rowOf(now));
    }
    if (this.#late.size > 0) this.#pace.ask();
    return rows;
  };

  /**
   * The line above the tree with what the filter hides. VS Code shows the welcome text of a tree without rows only where no
   * line stands above it.
   */
  message(statuses: Iterable<ConnectionStatus>, note: string, hasRows: boolean): string {
    if (!isFiltering(this.arranger.arrangement)) return note;
    let [shown, all] = [0, 0];
    for (const { instances } of statuses) {
      all += instances.size;
      shown += this.arranger.count(instances);
    }
    const hidesAll = !hasRows && all > 0;
    this.#arrangement.tellFiltered(hidesAll ? 'none' : 'some');
    if (hidesAll && note === '') return '';
    const { text, state } = this.arranger.arrangement;
    const words = text.trim() === '' ? [] : [`"${oneLine(text.trim(), 60)}"`];
    const filter = [...words, ...(state ? [stateClassLooks()[state].name] : [])].join(', ');
    const hidden =
      all === 1
        ? l10n.t('{0} of 1 server: {1}. Clear Filter shows all.', shown, filter)
        : l10n.t('{0} of {1} servers: {2}. Clear Filter shows all.', shown, all, filter);
    return note === '' ? hidden : `${hidden} ${note}`;
  }
}

function rowOf(instance: Instance): Row {
  return { row: 'instance', ...instanceRef(instance.connection, instance) };
}
