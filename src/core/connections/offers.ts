import type { Instance } from '../model/instance.ts';
import { lifecycle, type LifecycleState } from '../model/lifecycle.ts';
import { oneLine, text, type Text } from '../model/text.ts';
import type {
  AnyConnectionOperation,
  AnyInstanceOperation,
  AnyOperation,
  Reach,
} from '../systems/operation.ts';
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

const states = Object.keys(lifecycle) as LifecycleState[];

/** Why an operation is not on offer: what forbids it in every state, else the state. `called` is its name for the reader. */
export function whyNotOffered(
  called: string,
  operation: AnyOperation,
  { settings, reach }: { readonly settings: ConnectionSettings; readonly reach: Reach<Session> },
  instance: Instance | undefined,
): Text {
  if (reach === undefined) return text('{0} is not on offer: the connection is not open', called);
  const barrier = operation.barrier?.(settings, reach, instance);
  if (barrier) return text('{0} is not on offer: {1}', called, barrier);
  if (operation.target === 'connection' || !instance)
    return text('{0} is not on offer on this connection now', called);
  const isByState = states.some((state) => operation.when({ ...instance, state }, settings, reach));
  return isByState
    ? text('{0} is not on offer while it is {1}', called, instance.state)
    : text('{0} is not on offer for {1}', called, oneLine(instance.name, 60));
}
