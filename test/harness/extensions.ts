import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from './lock.ts';
import { cacheFolder, type ProvisionedVscode } from './provision.ts';

/** Installations of other builds go after this time. */
const KEPT_MS = 24 * 60 * 60_000;
const LIST = 'extensions.json';

/**
 * Fills the extensions folder of a server. VS Code installs the same files once; what it made is copied for each further
 * start, which takes a tenth of the time.
 */
export async function installExtensions(
  vscode: ProvisionedVscode,
  vsixes: readonly string[],
  folder: string,
  install: (vsix: string, folder: string) => Promise<void>,
): Promise<void> {
  if (vsixes.length === 0) return;
  const hash = createHash('sha256').update(vscode.version.vscode);
  for (const vsix of vsixes) hash.update(readFileSync(vsix));
  const store = join(cacheFolder(), 'extensions');
  const made = join(store, hash.digest('hex').slice(0, 16));
  await withFileLock(
    `${store}.lock`,
    () => undefined,
    async () => {
      if (!existsSync(made)) {
        removeOld(store);
        const part = `${made}.part`;
        rmSync(part, { recursive: true, force: true });
        mkdirSync(part, { recursive: true });
        for (const vsix of vsixes) await install(vsix, part);
        moveList(part, part, made);
        renameSync(part, made);
      }
      cpSync(made, folder, { recursive: true });
    },
  );
  moveList(folder, made, folder);
}

/** The list names the extensions by their whole paths. */
function moveList(folder: string, from: string, to: string): void {
  const file = join(folder, LIST);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`${from}/`, `${to}/`));
}

function removeOld(store: string): void {
  if (!existsSync(store)) return;
  for (const name of readdirSync(store)) {
    const path = join(store, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
