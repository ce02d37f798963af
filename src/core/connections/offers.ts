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
