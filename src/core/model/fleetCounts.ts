import { instancesOf, isCurrent, type Fleet } from './fleet.ts';
import { clientKind, type Instance } from './instance.ts';
import { lifecycle } from './lifecycle.ts';
import { isFinished } from './task.ts';

/** How a fleet is at a glance. */
export interface FleetCounts {
  /** Game servers whose state is known now: not those of a connection that is lost, and no clients of a notification server. */
  readonly servers: number;
  readonly up: number;
  /** Game servers that failed or crashed. */
  readonly broken: readonly Instance[];
  /** Connections that should be there and are not. */
  readonly offline: readonly string[];
  /** Tasks that run. */
  readonly running: number;
}

/** Counts what connections have. */
export function countFleet(fleet: Fleet, connections: readonly string[]): FleetCounts {
  const servers: Instance[] = [];
  const offline: string[] = [];
  for (const id of connections) {
    const status = fleet.connections.get(id);
    if (!status) continue;
    if (isCurrent(status)) servers.push(...instancesOf(fleet, id).filter(({ kind }) => kind !== clientKind));
    else if (status.state === 'failed' || status.state === 'waiting') offline.push(id);
  }
  return {
    servers: servers.length,
    up: servers.filter(({ state }) => lifecycle[state].up).length,
    broken: servers.filter(({ state }) => state === 'failed' || state === 'crashed'),
    offline,
    running: [...fleet.tasks.values()].filter(
      ({ state, connection }) => !isFinished(state) && connections.includes(connection),
    ).length,
  };
}
