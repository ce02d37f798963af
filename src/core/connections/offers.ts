import { type Fleet } from '../model/fleet.ts';
import type { Instance } from '../model/instance.ts';
import type { AnyConnectionOperation, AnyInstanceOperation, Reach } from '../systems/operation.ts';
import type { AnySystem } from '../systems/system.ts';
import type { ConnectionSettings } from '../systems/settings.ts';
import type { Session } from '../systems/session.ts';

/** Operations on offer for an instance now. */
export function instanceOffers(
  system: AnySystem,
  settings: ConnectionSettings,
  instance: Instance,
  reach: Reach<Session>,
): readonly AnyInstanceOperation[] {
  return system.operations.filter(
    (operation): operation is AnyInstanceOperation =>
      operation.target === 'instance' && operation.when(instance, settings, reach),
  );
}

/** Operations on offer for a connection as a whole. */
export function connectionOffers(
  system: AnySystem,
  settings: ConnectionSettings,
  reach: Reach<Session>,
): readonly AnyConnectionOperation[] {
  return system.operations.filter(
    (operation): operation is AnyConnectionOperation =>
      operation.target === 'connection' && operation.when(settings, reach),
  );
}

/** A connection as far as it decides what is on offer. */
export interface Offering {
  readonly id: string;
  readonly system: AnySystem;
  readonly settings: ConnectionSettings;
  readonly reach: Reach<Session>;
}

/** Instances that are asked at most; among more, one is taken to be there that offers what their system has. */
const mostAsked = 1000;

/** Ids of the operations that a connection or any of its instances offers now; to look into a log is one of them. */
export function offeredIds({ id, system, settings, reach }: Offering, fleet: Fleet): ReadonlySet<string> {
  const offered = new Set(connectionOffers(system, settings, reach).map((operation) => operation.id));
  const asked = new Map<string, (instance: Instance) => boolean>();
  for (const operation of system.operations)
    if (operation.target === 'instance')
      asked.set(operation.id, (instance) => operation.when(instance, settings, reach));
  const { console } = system;
  if (console) asked.set('logs', (instance) => console.when(instance, settings));
  const instances = fleet.connections.get(id)?.instances;
  if (!instances) return offered;
  if (instances.size > mostAsked) return new Set([...offered, ...asked.keys()]);
  for (const instance of instances.values())
    for (const [operation, isOffered] of asked) {
      if (!isOffered(instance)) continue;
      offered.add(operation);
      asked.delete(operation);
    }
  return offered;
}
