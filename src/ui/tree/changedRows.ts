import type { ConnectionStatus } from '../../core/model/fleet.ts';
import { instanceId, instanceRef, type Instance } from '../../core/model/instance.ts';
import { PersistentMap } from '../../core/model/persistentMap.ts';
import type { Row } from './treeItems.ts';

/** From so many rows on, the whole list is read anew. */
export const manyRows = 100;

/** State of a connection as VS Code has read it: row and list are read at different times. */
export interface DrawnRow {
  readonly item: Pick<ConnectionStatus, 'state' | 'detail' | 'holder'> & { readonly size: number };
  readonly instances: PersistentMap<Instance>;
}

/** A connection as it is drawn now. */
export function drawnNow(status: ConnectionStatus | undefined): DrawnRow {
  const { state = 'closed', detail, holder, instances = PersistentMap.empty<Instance>() } = status ?? {};
  return {
    item: { state, ...(detail ? { detail } : {}), ...(holder ? { holder } : {}), size: instances.size },
    instances,
  };
}

/**
 * The rows that look different now; nothing where connections came or went, which is every row. A connection stands for
 * its whole list, a group for its own.
 */
export function rowsToDraw(
  drawn: ReadonlyMap<string, DrawnRow>,
  now: ReadonlyMap<string, DrawnRow>,
  rowsBelow: typeof rowsByName = rowsByName,
): readonly Row[] | undefined {
  if (drawn.size !== now.size) return undefined;
  const rows: Row[] = [];
  for (const [id, is] of now) {
    const was = drawn.get(id);
    if (!was) return undefined;
    const isSame = JSON.stringify(was.item) === JSON.stringify(is.item);
    rows.push(...(isSame ? rowsBelow(id, was, is) : [{ row: 'connection', id } as const]));
  }
  return rows;
}

/**
 * The rows with those that VS Code has to draw with them to keep the selection; nothing where that is every row. A row that
 * is drawn anew is taken out and put in again, and when it is selected, VS Code forgets the selected rows below it (1.139:
 * `Trait.splice` of listWidget.ts stops at the first index in the range). Those that are put in again after it are selected
 * again; one that is unfolded comes later than those below it, because its own rows are asked for first.
 */
export function keepingSelection(
  rows: readonly Row[],
  selected: readonly Row[],
  fromTop: (a: Row, b: Row) => number,
  isUnfolded: (row: Row) => boolean,
): readonly Row[] | undefined {
  const isSelected = new Set(selected);
  const drawn = new Set(rows.map((row) => (row.row === 'instance' ? instanceId(row) : '')));
  // Rows of details are drawn with their instance.
  const isDetail = (row: Row): boolean => row.row === 'detail' && drawn.has(instanceId(row));
  const isList = ({ row }: Row): boolean => row === 'connection' || row === 'group';
  const isTouched = rows.some((row) => isList(row) || isSelected.has(row)) || selected.some(isDetail);
  if (selected.length < 2 || !isTouched) return rows;
  // A row that stands for those below it: they cannot be told one by one beside it.
  if ([...rows, ...selected].some(({ row }) => row !== 'instance')) return undefined;
  if (selected.length > manyRows) return undefined;
  const inOrder = selected.toSorted(fromTop);
  // Those above stay as they are.
  const again = inOrder.slice(inOrder.findIndex((row) => rows.includes(row)));
  if (again.some(isUnfolded)) return undefined;
  return [...rows.filter((row) => !isSelected.has(row)), ...again];
}

/** Rows of a connection that look different where its instances stand in the order of their names. */
function rowsByName(id: string, before: DrawnRow, now: DrawnRow): readonly Row[] {
  const list: readonly Row[] = [{ row: 'connection', id }];
  const rows: Row[] = [];
  for (const key of now.instances.differences(before.instances)) {
    const [was, is] = [before.instances.get(key), now.instances.get(key)];
    if (was && is && looks(was) === looks(is)) continue;
    if (!is || was?.name !== is.name || rows.length === manyRows) return list;
    rows.push({ row: 'instance', ...instanceRef(is.connection, is) });
  }
  return rows;
}

/** All that a row shows; when something was last heard is none of it while the connection stands. */
export function looks(instance: Instance): string {
  return JSON.stringify({ ...instance, lastEventAt: 0 });
}
