import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withFileLock } from './lock.ts';
import { cleanEnvironment, run } from './run.ts';
import { nodePackageName, VERSIONS } from './versions.ts';
import type { VersionName, VscodeVersion } from './versions.ts';

export interface ProvisionedVscode {
  readonly version: VscodeVersion;
  /** The folder with `out/server-main.js`. */
  readonly root: string;
  /** The Node binary that this VS Code runs on. */
  readonly node: string;
}

class ProvisionError extends Error {
  override readonly name = 'ProvisionError';
}

/** Raised when the steps below change, so that older caches are made again. */
const RECIPE = 1;
const MARKER = 'provisioned.json';

/** Variables that a user may have set to reach a registry; everything else that `npm run` sets would point the nested npm at our checkout. */
const NPM_SETTINGS_TO_KEEP = [
  'npm_config_registry',
  'npm_config_userconfig',
  'npm_config_cache',
  'npm_config_cafile',
  'npm_config_proxy',
  'npm_config_https_proxy',
  'npm_config_noproxy',
  'npm_config_offline',
];

/** Folder of what is made once: outside the checkout, shared by all checkouts. */
export function cacheFolder(): string {
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'game-server-ops');
}

/**
 * Gives the pinned VS Code, installing it when it is not there yet (about half a minute).
 * The folder appears under its final name only when it is whole: an interrupted install is simply done again, fed by npm's cache.
 */
export async function provisionVscode(
  name: VersionName,
  log: (line: string) => void = logToStderr,
): Promise<ProvisionedVscode> {
  const version = VERSIONS[name];
  const folder = join(cacheFolder(), `vscode-${version.vscode}`);
  if (!isWhole(folder, version)) {
    const waiting = (): void => {
      log(`VS Code ${version.vscode}: another process is installing it, waiting`);
    };
    await withFileLock(`${folder}.lock`, waiting, async () => {
      if (!isWhole(folder, version)) await install(folder, version, log);
    });
  }
  return { version, root: vscodeRoot(folder), node: nodeBinary(folder) };
}

function vscodeRoot(folder: string): string {
  return join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
}

function nodeBinary(folder: string): string {
  return join(folder, 'node_modules', nodePackageName(), 'bin', 'node');
}

function markerText(version: VscodeVersion): string {
  return `${JSON.stringify({ recipe: RECIPE, codeServer: version.codeServer, node: nodePackageName() })}\n`;
}

function isWhole(folder: string, version: VscodeVersion): boolean {
  const marker = join(folder, MARKER);
  return (
    existsSync(marker) &&
    readFileSync(marker, 'utf8') === markerText(version) &&
    existsSync(nodeBinary(folder))
  );
}

async function install(folder: string, version: VscodeVersion, log: (line: string) => void): Promise<void> {
  const started = Date.now();
  const say = (text: string): void => {
    log(`VS Code ${version.vscode}: ${text}`);
  };
  await removeLeftovers(folder);
  const partial = `${folder}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'package.json'), '{ "private": true }\n');

  say(
    `installing code-server ${version.codeServer} and Node ${version.nodeMajor} from npm into ${folder} (once, about half a minute)`,
  );
  await npmInstall(partial, [
    `code-server@${version.codeServer}`,
    `${nodePackageName()}@${version.nodeMajor}`,
  ]);
  const root = vscodeRoot(partial);
  say('installing the libraries of the workbench');
  await npmInstall(root, ['--omit=dev']);
  say('installing the libraries of the built-in extensions');
  await npmInstall(join(root, 'extensions'), ['--omit=dev']);
  // VS Code looks for its libraries under the name that the packaged desktop build gives them.
  for (const place of [root, join(root, 'extensions')])
    symlinkSync('node_modules', join(place, 'node_modules.asar'));

  await check(partial, version);
  writeFileSync(join(partial, MARKER), markerText(version));
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  say(`ready after ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Called under the lock, so every partial folder belongs to an install that did not finish. */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = cacheFolder();
  for (const entry of await readdir(parent)) {
    const path = join(parent, entry);
    if (path.startsWith(`${folder}.partial-`)) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function npmInstall(cwd: string, args: readonly string[]): Promise<void> {
  const all = ['install', ...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = await run('npm', all, {
    cwd,
    env: cleanEnvironment(NPM_SETTINGS_TO_KEEP),
    timeoutMs: 15 * 60_000,
  }).catch((error: unknown) => {
    throw new ProvisionError(
      `npm could not be started (${String(error)}). It comes with Node; it has to be on the PATH.`,
    );
  });
  if (result.code === 0) return;
  const reason = result.timedOut
    ? 'npm did not finish in 15 minutes'
    : `npm install failed (exit code ${String(result.code)})`;
  const unreachable =
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|E40[134]|E50\d|ENOTCACHED|CERT|network/i;
  const advice = unreachable.test(result.output)
    ? 'The VS Code of the tests comes from the npm registry and it could not be fetched. Check the network, the proxy and "npm config get registry"; then run the same command again.'
    : 'Run the same command again; what was downloaded is kept in the npm cache.';
  throw new ProvisionError(`${reason} in ${cwd}.\n${lastLines(result.output, 15)}\n${advice}`);
}

async function check(folder: string, version: VscodeVersion): Promise<void> {
  const root = vscodeRoot(folder);
  const args = [join(root, 'out', 'server-main.js'), '--version'];
  const said = await run(nodeBinary(folder), args, { cwd: root, env: cleanEnvironment(), timeoutMs: 60_000 });
  if (said.code !== 0 || !said.output.includes(version.vscode)) {
    throw new ProvisionError(
      `The installed VS Code does not say that it is ${version.vscode}:\n${lastLines(said.output, 15)}`,
    );
  }
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

function logToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
