import type { Fleet } from '../core/model/fleet.ts';
import type { Instance } from '../core/model/instance.ts';
import type { Row } from './instanceItems.ts';

/** From so many rows on, the whole list is read anew. */
const manyRows = 100;

/**
 * The rows that look different in another fleet; nothing where connections came or went, which is every row. A connection
 * stands for its whole list.
 */
export function rowsToDraw(before: Fleet, now: Fleet): readonly Row[] | undefined {
  const rows: Row[] = [];
  if (before.connections.size !== now.connections.size) return undefined;
  for (const status of now.connections.values()) {
    const old = before.connections.get(status.id);
    if (!old) return undefined;
    if (old === status) continue;
    const list: Row = { row: 'connection', id: status.id };
    if (old.state !== status.state || old.detail !== status.detail) {
      rows.push(list);
      continue;
    }
    const changed: Row[] = [];
    for (const id of status.instances.differences(old.instances)) {
      const [was, is] = [old.instances.get(id), status.instances.get(id)];
      if (was && is && looks(was) === looks(is)) continue;
      // Rows are sorted by their names.
      if (was?.name !== is?.name || !is || changed.length === manyRows) {
        changed.splice(0, changed.length, list);
        break;
      }
      const { connection, kind, key } = is;
      changed.push({ row: 'instance', connection, kind, key });
    }
    rows.push(...changed);
  }
  return rows;
}

/** All that a row shows; when something was last heard is none of it while the connection stands. */
function looks(instance: Instance): string {
  return JSON.stringify({ ...instance, lastEventAt: 0 });
}
