import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  openDatabase,
  type JournalDatabase,
  type OpenOptions,
} from '../../../../../src/core/journal/store/database.ts';

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gsj-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

let ids = 0;
export function openOptions(path: string): OpenOptions {
  return { path, now: () => Date.UTC(2026, 10, 26), newId: () => `journal-${++ids}`, software: 'test 1.0' };
}

export function openJournal(path: string, options: Partial<OpenOptions> = {}): JournalDatabase {
  const db = openDatabase({ ...openOptions(path), ...options });
  onTestFinished(() => {
    db.close();
  });
  return db;
}

/** A file system of its own of so many kilobytes; undefined where this user may not mount. */
export function smallFileSystem(
  kilobytes: number,
): { folder: string; remount: (options: string) => void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'gsj-'));
  const mount = (...args: string[]): void => {
    execFileSync('mount', [...args, folder], { stdio: 'ignore' });
  };
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    mount('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs');
  } catch {
    remove();
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
    remove();
  });
  return {
    folder,
    remount: (options) => {
      mount('-o', `remount,${options}`);
    },
  };
}
