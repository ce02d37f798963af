import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { UsageError } from './command.ts';

/** The place in which a command keeps or finds events. */
export type JournalPlace =
  | { readonly kind: 'file'; readonly file: string }
  /** A folder that several processes share: the extension's storage, or the one of `gsops` itself. */
  | { readonly kind: 'folder'; readonly folder: string; readonly own: boolean };

/** Options of every command that has a journal. */
export const journalOptions = {
  journal: { type: 'string' },
  storage: { type: 'string' },
} as const;

/** Lines of the usage of every command that has a journal. */
export const journalUsage = `  The journal is in a folder of its own (below $XDG_DATA_HOME or ~/.local/share, on Windows %LOCALAPPDATA%), unless --journal <file.db>
  names another one, or --storage <folder> the storage folder of the extension ($GSOPS_STORAGE in a terminal of VS Code).`;

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** Reads the options; without any, it is the own folder. */
export function journalPlace(
  { journal, storage }: { readonly journal?: string | undefined; readonly storage?: string | undefined },
  here: Surroundings = { env: process.env, platform: process.platform, home: homedir() },
): JournalPlace {
  if (journal !== undefined && storage !== undefined)
    throw new UsageError('--journal and --storage exclude each other.');
  if (journal !== undefined) return { kind: 'file', file: journal };
  if (storage === undefined) return { kind: 'folder', folder: dataFolder(here), own: true };
  if (existsSync(storage)) return { kind: 'folder', folder: resolve(storage), own: false };
  throw new UsageError(
    `--storage: there is no folder ${storage}. In a terminal of VS Code, $GSOPS_STORAGE names that of the extension.`,
  );
}

/** The folder of `gsops` for this user. */
export function dataFolder({ env, platform, home }: Surroundings): string {
  const local = platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_DATA_HOME'];
  const usual = platform === 'win32' ? join(home, 'AppData', 'Local') : join(home, '.local', 'share');
  return join(local !== undefined && isAbsolute(local) ? local : usual, 'gsops');
}

/** Makes the folder of `gsops`, which nobody else may read. */
export function makeOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}

/** The journal in a shared folder. */
export function journalIn(folder: string): string {
  return join(folder, 'journal', 'journal.db');
}
