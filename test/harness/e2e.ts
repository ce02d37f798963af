import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { cacheFolder } from './provision.ts';
import { startServer } from './server.ts';
import type { DevelopmentOptions, InstalledOptions } from './server.ts';
import { packagedVsix } from './vsix.ts';
import { openWorkbenchOn } from './workbench.ts';
import type { Workbench, WorkbenchOptions } from './workbench.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Provisioning on a machine's first run happens inside the first hook. */
const START_LIMIT_MS = 5 * 60_000;

/** As for the server, but our own extension is the default: the packaged VSIX or the checkout. `vsix: 'none'` for neither. */
export type OpenOptions = WorkbenchOptions &
  (
    | (Omit<InstalledOptions, 'vsix'> & { readonly vsix?: string })
    | (Omit<DevelopmentOptions, 'extensionPath'> & { readonly extensionPath?: string })
  );

/** Opens a VS Code of its own with our extension in it; the caller disposes it (`await using` works). */
export async function openWorkbench(options: OpenOptions): Promise<Workbench> {
  return await openWorkbenchOn(await startServer(withOurExtension(options)), options);
}

/** Opens a VS Code for the time of `use`, with a screenshot when it fails. */
export async function withWorkbench(
  options: OpenOptions,
  use: (workbench: Workbench) => Promise<void>,
): Promise<void> {
  await using workbench = await openWorkbench(options);
  try {
    await use(workbench);
  } catch (error) {
    await workbench.screenshotOfFailure(expect.getState().currentTestName ?? 'test');
    throw error;
  }
}

/**
 * One workbench for all tests of a describe block or file: opened before them, closed after them,
 * with a screenshot of each test that fails.
 */
export function useWorkbench(options: OpenOptions | (() => OpenOptions)): () => Workbench {
  let workbench: Workbench | undefined;
  beforeAll(async () => {
    workbench = await openWorkbench(typeof options === 'function' ? options() : options);
  }, START_LIMIT_MS);
  afterEach(async (context) => {
    if (context.task.result?.state === 'fail') await workbench?.screenshotOfFailure(context.task.name);
  });
  afterAll(async () => {
    await workbench?.dispose();
  });
  return () => {
    if (workbench === undefined)
      throw new Error('The workbench is there from beforeAll on, not while tests are collected.');
    return workbench;
  };
}

function withOurExtension(options: OpenOptions): DevelopmentOptions | InstalledOptions {
  const env = { NODE_COMPILE_CACHE: join(cacheFolder(), 'compiled'), ...options.env };
  if (options.mode === 'development')
    return { ...options, env, extensionPath: options.extensionPath ?? ROOT };
  const { vsix, ...given } = options;
  const rest = { ...given, env };
  return vsix === 'none' ? rest : { ...rest, vsix: vsix ?? packagedVsix() };
}

/** Writes settings of the machine, as an editor would. */
export function changeSettings({ server }: Workbench, changed: Readonly<Record<string, unknown>>): void {
  const path = join(server.userDataDir, 'Machine', 'settings.json');
  const settings = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
  writeFileSync(path, JSON.stringify({ ...settings, ...changed }));
}

/** Writes the connections into the settings. */
export function setConnections(wb: Workbench, connections: readonly unknown[]): void {
  changeSettings(wb, { 'gameServerOps.connections': connections });
}

/** Names a file in the dialog that asks where to write. It takes an answer only after it has proposed a name. */
export async function saveInto(wb: Workbench, path: string, proposed: string): Promise<void> {
  await wb.asked('Export into Which File?');
  await expect.poll(() => wb.quickInput.inputValue()).toContain(proposed);
  await wb.quickInput.fill(path);
  await expect
    .poll(async () => {
      if (await wb.quickInput.isVisible()) await wb.quickInput.press('Enter');
      return wb.quickInput.isVisible();
    })
    .toBe(false);
}
