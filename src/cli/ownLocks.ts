import { createHash } from 'node:crypto';
import { captureLock } from '../core/connections/captureLock.ts';
import type { CaptureLock } from '../core/connections/connection.ts';
import type { ConfiguredConnection } from '../core/connections/settings.ts';
import { WindowLock } from '../core/connections/windowLock.ts';

/** The right to capture connections in the folder of `gsops`, for as long as the command runs. */
export interface OwnLocks {
  readonly lock: CaptureLock;
  release(): Promise<void>;
}

/**
 * Locks for connections that come from the command line, where the same id may stand for something else each time. Answers
 * the id of a connection that another process has open with other settings: its events must not get among those.
 */
export async function takeOwnLocks(
  folder: string,
  connections: readonly ConfiguredConnection[],
): Promise<OwnLocks | string> {
  const taken = new Map<string, WindowLock>();
  const settingsLocks: WindowLock[] = [];
  const release = async (): Promise<void> => {
    await Promise.all([...settingsLocks, ...taken.values()].map((lock) => lock.release()));
  };
  for (const { settings } of connections) {
    const hash = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 16);
    const ofSettings = await WindowLock.tryAcquire(folder, `${settings.id}@${hash}`);
    // Another process has the very same connection open: it captures, and this one follows.
    if (!ofSettings) continue;
    settingsLocks.push(ofSettings);
    const ofId = await WindowLock.tryAcquire(folder, settings.id);
    if (ofId) taken.set(settings.id, ofId);
    else {
      await release();
      return settings.id;
    }
  }
  const later = captureLock(folder);
  return {
    release,
    lock: {
      acquire(connection, signal, elsewhere) {
        const held = taken.get(connection);
        if (!held) return later.acquire(connection, signal, elsewhere);
        taken.delete(connection);
        return Promise.resolve(() => held.release());
      },
    },
  };
}
