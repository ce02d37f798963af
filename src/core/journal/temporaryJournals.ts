import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Temporary journals of windows that are gone. */
export function removeLeftovers(folder: string): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1]);
    if (!isRunning(pid)) rmSync(join(folder, name), { force: true });
  }
}

/** Whether a process is there, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '.reserve']) rmSync(`${path}${suffix}`, { force: true });
}
