import type { Instance } from '../model/instance.ts';
import { lifecycle, type LifecycleState } from '../model/lifecycle.ts';
import { oneLine, text, type Text } from '../model/text.ts';
import type { AnyOperation, Reach } from '../systems/operation.ts';
import type { Session } from '../systems/session.ts';
import type { ConnectionSettings } from '../systems/settings.ts';

const states = Object.keys(lifecycle) as LifecycleState[];

/** Why an operation is not on offer: what forbids it in every state, else the state. `called` is its name for the reader. */
export function notOfferedBecause(
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
