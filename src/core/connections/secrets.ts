import { createHash } from 'node:crypto';
import type { AnySystem } from '../systems/system.ts';
import type { ConnectionSettings } from '../systems/settings.ts';
import type { SecretKind, SecretReader, SecretSpec } from '../systems/session.ts';

/** Storage of secrets: VS Code's, or the environment for the probe. */
export interface SecretStore {
  get(id: string): Promise<string | undefined>;
}

/** The id of a secret: what it is good for and for whom. A connection that goes elsewhere has other ids. */
export function secretId(system: string, { kind, origin, user }: SecretSpec): string {
  const parts = JSON.stringify([system, kind, origin, user]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 40);
}

/** The ids of all secrets that a connection may use. */
export function secretIds(system: AnySystem, settings: ConnectionSettings): readonly string[] {
  return system.secrets(settings).map((spec) => secretId(system.id, spec));
}

/** Reads the secrets of one connection, and of no other. */
export function secretReader(
  store: SecretStore,
  system: AnySystem,
  settings: ConnectionSettings,
): SecretReader {
  return async (kind: SecretKind) => {
    const spec = system.secrets(settings).find((one) => one.kind === kind);
    return spec && store.get(secretId(system.id, spec));
  };
}
