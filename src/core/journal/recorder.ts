import type { OpsEvent } from '../model/event.ts';
import type { ConnectionStatus, Fleet } from '../model/fleet.ts';
import { PersistentMap } from '../model/persistentMap.ts';
import type { TimelineChange } from './pipeline.ts';
import type { Address, Batch, ChangeRow, StoredEvent } from './store/records.ts';

/** What a commit of the pipeline becomes in the journal: its events, and a change row for each thing that it changed. */
export function batchOf({
  before,
  fleet,
  events,
}: Pick<TimelineChange, 'before' | 'fleet' | 'events'>): Batch {
  return { events: events.map(storedEvent), changes: changeRows(before, fleet) };
}

function storedEvent({ seq, timeline, ...event }: OpsEvent): StoredEvent {
  return {
    ...event,
    ...addressOf(event.connection, event.system),
    ...(event.retention === 'metric' ? { noise: true } : {}),
    ...(event.type === 'connection.gap' ? { gap: true } : {}),
  };
}

/** The host is empty for a direct connection, because machines are renamed. */
function addressOf(connection: string, system: string): Address {
  return { source: connection, host: '', connection, system };
}

function changeRows(before: Fleet, fleet: Fleet): readonly ChangeRow[] {
  const rows: ChangeRow[] = [];
  for (const id of fleet.connections.differences(before.connections)) {
    const now = fleet.connections.get(id);
    const old = before.connections.get(id);
    const address = addressOf(id, (now ?? old)?.system ?? '');
    if (!now || !old || statusOf(now) !== statusOf(old))
      rows.push({ address, what: 'connection', key: '', state: now ? statusOf(now) : null });
    const instances = now?.instances ?? PersistentMap.empty();
    for (const key of instances.differences(old?.instances ?? PersistentMap.empty())) {
      const instance = instances.get(key);
      rows.push({ address, what: 'instance', key, state: instance ? JSON.stringify(instance) : null });
    }
  }
  for (const id of fleet.tasks.differences(before.tasks)) {
    const task = fleet.tasks.get(id);
    const connection = (task ?? before.tasks.get(id))?.connection ?? '';
    const { system = '' } = fleet.connections.get(connection) ?? before.connections.get(connection) ?? {};
    rows.push({
      address: addressOf(connection, system),
      what: 'task',
      key: id,
      state: task ? JSON.stringify(task) : null,
    });
  }
  return rows;
}

/** A connection without its instances, which have rows of their own. */
function statusOf({ instances, lastEventAt, ...status }: ConnectionStatus): string {
  return JSON.stringify(status);
}
