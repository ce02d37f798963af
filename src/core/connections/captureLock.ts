import type { CaptureLock } from './connection.ts';

/** The lock of a window on a folder that all windows of this machine share. */
export function captureLock(folder: string): CaptureLock {
  return {
    async acquire(connection, signal, elsewhere) {
      const { waitForRelease, WindowLock } = await import('./windowLock.ts');
      let told = false;
      for (;;) {
        signal.throwIfAborted();
        const lock = await WindowLock.tryAcquire(folder, connection);
        if (lock) return () => lock.release();
        if (!told) elsewhere();
        told = true;
        await waitForRelease(folder, connection, signal);
      }
    },
  };
}
