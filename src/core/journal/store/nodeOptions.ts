import { randomUUID } from 'node:crypto';
import type { ServiceOptions } from './service.ts';

/** Clocks and ids of the process. */
export const nodeServiceOptions: ServiceOptions = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  newId: () => randomUUID(),
  repeat(ms, run) {
    const timer = setInterval(run, ms);
    return () => {
      clearInterval(timer);
    };
  },
  defer: setImmediate,
  pid: process.pid,
  isRunning(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  },
};
