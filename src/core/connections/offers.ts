import type { Instance } from '../model/instance.ts';
import type { AnyConnectionOperation, AnyInstanceOperation } from '../systems/operation.ts';
import type { AnySystem } from '../systems/system.ts';
import type { ConnectionSettings } from '../systems/settings.ts';
import type { Session } from '../systems/session.ts';

/** Operations on offer for an instance now. */
export function instanceOffers(
  system: AnySystem,
  settings: ConnectionSettings,
  instance: Instance,
  session: Session | undefined,
): readonly AnyInstanceOperation[] {
  return system.operations.filter(
    (operation): operation is AnyInstanceOperation =>
      operation.target === 'instance' && operation.when(instance, settings, session),
  );
}

/** Operations on offer for a connection as a whole. */
export function connectionOffers(
  system: AnySystem,
  settings: ConnectionSettings,
  session: Session | undefined,
): readonly AnyConnectionOperation[] {
  return system.operations.filter(
    (operation): operation is AnyConnectionOperation =>
      operation.target === 'connection' && operation.when(settings, session),
  );
}
