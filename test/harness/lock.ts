import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long one waits between two looks at a taken lock; short against the half minute that an install takes. */
const RETRY_MS = 300;

/**
 * Runs `work` while no other process (and no other call in this one) is inside for the same file.
 * The lock is SQLite's own file lock: the kernel gives it back when a process dies, so none is ever stale.
 */
export async function withFileLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file);
  try {
    for (let waits = 0; !tryLock(db); waits++) {
      if (waits === 0) onWait();
      await sleep(RETRY_MS);
    }
    return await work();
  } finally {
    db.close();
  }
}

function tryLock(db: DatabaseSync): boolean {
  try {
    db.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('database is locked')) return false;
    throw error;
  }
}
