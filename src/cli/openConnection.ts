import { systemClock } from '../core/model/clock.ts';
import { english } from '../core/model/text.ts';
import { Connection, type ConnectionOptions } from '../core/connections/connection.ts';
import type { ConfiguredConnection } from '../core/connections/settings.ts';
import type { Pipeline } from '../core/journal/pipeline.ts';
import type { Log, SecretKind, SessionMemory } from '../core/systems/session.ts';

/** How long the end of a connection may take; what hangs beyond it ends with the process. */
const endingMs = 2000;

/** Says on standard error what a log would hold, without its details. */
export const log: Log = {
  debug: () => undefined,
  info: (message) => process.stderr.write(`${english(message)}\n`),
  warn: (message) => process.stderr.write(`${english(message)}\n`),
  error: (message) => process.stderr.write(`${english(message)}\n`),
};

/** A connection, shared with nobody unless its parts say otherwise; the caller starts it. */
export function openConnection(
  { system, settings }: ConfiguredConnection,
  secretOf: (kind: SecretKind) => string | undefined,
  pipeline: Pipeline,
  host: string,
  parts: Partial<Pick<ConnectionOptions, 'lock' | 'memory' | 'keeping'>> = {},
): Connection {
  const memory = memoryOfRun();
  const kept = new Map<SecretKind, string>();
  return new Connection({
    system,
    settings,
    pipeline,
    lock: { acquire: () => Promise.resolve(() => Promise.resolve()) },
    clock: systemClock,
    random: Math.random,
    log,
    host,
    memory: () => memory,
    secrets: () => (kind) => {
      const once = kept.get(kind);
      kept.delete(kind);
      return Promise.resolve(once ?? secretOf(kind));
    },
    keep: (_system, _settings, kind, value) => kept.set(kind, value),
    ...parts,
  });
}

/** Memory of a session over reconnects; the next run begins anew. */
function memoryOfRun(): SessionMemory {
  let saved: unknown;
  return {
    load: () => saved,
    save: (value) => {
      saved = value;
    },
  };
}

/** Ends a connection, in time whatever hangs. */
export async function stopConnection(connection: Connection): Promise<void> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), endingMs);
  await Promise.race([connection.stop(), late.promise]);
  clearTimeout(timer);
}
