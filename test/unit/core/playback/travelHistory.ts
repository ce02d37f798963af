import { instanceId, type Instance } from '../../../../src/core/model/instance.ts';
import type { Batch, ChangeRow } from '../../../../src/core/journal/store/records.ts';
import { home, storedEvent } from '../journal/store/helpers.ts';

/** Arrival of the first event of a test history; each further one comes a second later. */
export const historyStart = Date.UTC(2026, 10, 1);

export const refOf = (key: string): { connection: string; kind: string; key: string } => ({
  connection: 'home',
  kind: 'instance',
  key,
});

export function instanceRow(key: string, given: Partial<Instance> | null): ChangeRow {
  const instance = { ...refOf(key), name: key, state: 'running', since: 0, lastEventAt: 0, ...given };
  return {
    address: home,
    what: 'instance',
    key: instanceId(refOf(key)),
    state: given === null ? null : JSON.stringify(instance),
  };
}

/** A commit: the event of this number, and what it changed. */
export function commit(n: number, ...changes: readonly ChangeRow[]): Batch {
  return { events: [storedEvent(n)], changes };
}

/** A short evening: a server starts, a second one starts and is heard of, the first stops, the second goes. */
export const evening: readonly Batch[] = [
  commit(0, instanceRow('a', { state: 'starting' })),
  commit(1, instanceRow('a', { state: 'running' })),
  commit(2, instanceRow('b', { state: 'running', players: 1 })),
  commit(3, instanceRow('b', { state: 'running', players: 1, lastEventAt: 3 })),
  commit(4),
  commit(5, instanceRow('a', { state: 'stopped' })),
  commit(6, instanceRow('b', null)),
  commit(7, instanceRow('a', { state: 'stopped', version: '2' })),
];
