import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installExtensions } from './extensions.ts';
import { provisionVscode } from './provision.ts';
import type { ProvisionedVscode } from './provision.ts';
import { cleanEnvironment, exitOnSignals, killGroup, run } from './run.ts';
import type { VersionName } from './versions.ts';

export type Settings = Readonly<Record<string, unknown>>;

interface CommonOptions {
  /** Default: `current`. */
  readonly version?: VersionName;
  /** User settings, on top of `BASE_SETTINGS`. */
  readonly settings?: Settings;
  /** Settings of machine and application scope. */
  readonly machineSettings?: Settings;
  /** Reaches the extension host. `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Files of the workspace: relative path to text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The extension runs from a folder; toasts are suppressed and modal questions answer themselves (VS Code's own test mode). */
export interface DevelopmentOptions extends CommonOptions {
  readonly mode: 'development';
  readonly extensionPath: string;
  /** A CommonJS file with `run()`, started inside the extension host. */
  readonly testsPath?: string;
}

/** The extension is installed from a VSIX, as a user has it. */
export interface InstalledOptions extends CommonOptions {
  readonly mode: 'installed';
  /** Left out: a VS Code with no extension of ours. */
  readonly vsix?: string;
  /** Further extensions that are installed beside ours. */
  readonly otherVsixes?: readonly string[];
  /**
   * `true` (default): every folder counts as trusted. `false`: workspace trust works as it does for a user, and the window
   * begins in Restricted Mode without asking (set `security.workspace.trust.startupPrompt` to be asked).
   */
  readonly trust?: boolean;
}

export type ServerOptions = DevelopmentOptions | InstalledOptions;

export interface VscodeServer extends AsyncDisposable {
  readonly vscode: ProvisionedVscode;
  readonly port: number;
  /** Address for a browser: the workspace folder, with the payload of the mode. */
  readonly url: string;
  /** The opened folder; outside any git repository. */
  readonly workspace: string;
  /** A private temporary folder: TMPDIR of the extension host, and free for the test's own sockets and files. */
  readonly temp: string;
  /** HOME of the extension host. */
  readonly home: string;
  readonly userDataDir: string;
  readonly extensionsDir: string;
  /** Process ids of the extension hosts that run now, one for each window. */
  extensionHosts(): readonly number[];
  /** Output of the server so far. */
  output(): string;
  /** Ends the server with all its children and removes every folder above. */
  dispose(): Promise<void>;
}

/** A quiet workbench: no welcome pages, no chat, and a theme that follows the browser's colour scheme. */
export const BASE_SETTINGS: Settings = {
  'window.autoDetectColorScheme': true,
  // Both are needed: the first alone leaves an empty right bar in the current version, the second alone leaves chat buttons.
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.layoutControl.enabled': false,
  // Parts that fade in or out take their time, and are pressed while they move.
  'workbench.reduceMotion': 'on',
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'git.openRepositoryInParentFolders': 'never',
};

/** Versions differ in whether they ask at the start; without the question all begin in Restricted Mode. */
const UNTRUSTED_SETTINGS: Settings = { 'security.workspace.trust.startupPrompt': 'never' };

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 3_000;
/** A Unix socket path may have 103 bytes on macOS, whose default temporary folder alone takes 50. */
const TEMP_BASE = process.platform === 'darwin' ? '/tmp' : tmpdir();

/** Starts a server of its own: own folders, own port (picked by the kernel), nothing shared with another start. */
export async function startServer(options: ServerOptions): Promise<VscodeServer> {
  const vscode = await provisionVscode(options.version ?? 'current');
  const folders = makeFolders(options);
  let child: ChildProcess | undefined;
  const dispose = async (): Promise<void> => {
    process.removeListener('exit', atExit);
    if (child !== undefined) await stop(child);
    await rm(folders.base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const atExit = (): void => {
    killGroup(child?.pid, 'SIGKILL');
    rmSync(folders.base, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  };
  process.once('exit', atExit);
  exitOnSignals();
  try {
    if (options.mode === 'installed')
      await installExtensions(vscode, vsixesOf(options), folders.extensions, (vsix, extensions) =>
        installVsix(vscode, { ...folders, extensions }, vsix),
      );
    const output: string[] = [];
    child = spawnServer(vscode, folders, options, output);
    const port = await listening(child, output);
    return {
      vscode,
      port,
      url: workbenchUrl(port, folders.workspace, options),
      workspace: folders.workspace,
      temp: folders.temp,
      home: folders.home,
      userDataDir: folders.userData,
      extensionsDir: folders.extensions,
      extensionHosts: () => extensionHostsOf(child?.pid),
      output: () => output.join(''),
      dispose,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function vsixesOf({ vsix, otherVsixes = [] }: InstalledOptions): readonly string[] {
  return vsix === undefined ? otherVsixes : [vsix, ...otherVsixes];
}

interface Folders {
  readonly base: string;
  readonly serverData: string;
  readonly userData: string;
  readonly extensions: string;
  readonly workspace: string;
  readonly temp: string;
  readonly home: string;
}

function makeFolders(options: ServerOptions): Folders {
  // The real path: VS Code resolves links, and tests compare paths.
  const base = realpathSync(mkdtempSync(join(TEMP_BASE, 'gsops-')));
  const folders: Folders = {
    base,
    serverData: join(base, 'server'),
    userData: join(base, 'user'),
    extensions: join(base, 'ext'),
    workspace: join(base, 'workspace'),
    temp: join(base, 'tmp'),
    home: join(base, 'home'),
  };
  for (const folder of Object.values(folders) as string[]) mkdirSync(folder, { recursive: true });
  const trust = isTrusted(options) ? {} : UNTRUSTED_SETTINGS;
  const user = { ...BASE_SETTINGS, ...trust, ...options.settings };
  writeFile(join(folders.userData, 'User', 'settings.json'), JSON.stringify(user));
  writeFile(
    join(folders.userData, 'Machine', 'settings.json'),
    JSON.stringify(options.machineSettings ?? {}),
  );
  for (const [name, text] of Object.entries(options.files ?? {}))
    writeFile(join(folders.workspace, name), text);
  return folders;
}

function isTrusted(options: ServerOptions): boolean {
  return options.mode === 'development' || options.trust !== false;
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function environment(folders: Folders, extra: ServerOptions['env']): NodeJS.ProcessEnv {
  // The user's own folders and sessions have no part in a test.
  const own = Object.entries(cleanEnvironment()).filter(([name]) => !name.startsWith('XDG_'));
  return { ...Object.fromEntries(own), HOME: folders.home, TMPDIR: folders.temp, ...extra };
}

function dirArgs(folders: Folders): string[] {
  return [
    '--server-data-dir',
    folders.serverData,
    '--user-data-dir',
    folders.userData,
    '--extensions-dir',
    folders.extensions,
  ];
}

async function installVsix(vscode: ProvisionedVscode, folders: Folders, vsix: string): Promise<void> {
  const args = ['out/server-main.js', '--install-extension', vsix, ...dirArgs(folders)];
  const env = environment(folders, undefined);
  const result = await run(vscode.node, args, { cwd: vscode.root, env, timeoutMs: START_LIMIT_MS });
  if (result.code !== 0 || !result.output.includes('successfully installed')) {
    throw new Error(`VS Code ${vscode.version.vscode} did not install ${vsix}:\n${result.output}`);
  }
}

function spawnServer(
  vscode: ProvisionedVscode,
  folders: Folders,
  options: ServerOptions,
  output: string[],
): ChildProcess {
  const args = [
    'out/server-main.js',
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--without-connection-token',
    '--accept-server-license-terms',
    '--telemetry-level',
    'off',
    ...dirArgs(folders),
    ...(isTrusted(options) ? ['--disable-workspace-trust'] : []),
    // Without this flag the page does not accept the payload; with it VS Code shows no toasts.
    ...(options.mode === 'development' ? ['--enable-smoke-test-driver'] : []),
  ];
  const leash = fileURLToPath(new URL('leash.ts', import.meta.url));
  const child = spawn(process.execPath, [leash, folders.base, vscode.node, ...args], {
    cwd: vscode.root,
    env: environment(folders, options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const collect = (chunk: Buffer): void => {
    output.push(chunk.toString('utf8'));
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return child;
}

async function listening(child: ChildProcess, output: readonly string[]): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    const fail = (reason: string): void => {
      settle();
      reject(new Error(`The VS Code server ${reason}. It said:\n${output.join('').slice(-4000)}`));
    };
    const look = (): void => {
      const found = /Extension host agent listening on (\d+)/.exec(output.join(''));
      if (found === null) return;
      settle();
      resolve(Number(found[1]));
    };
    const ended = (code: number | null): void => {
      fail(`ended with ${String(code)} before it listened`);
    };
    const broken = (error: Error): void => {
      fail(`could not be started: ${error.message}`);
    };
    const timer = setTimeout(() => {
      fail(`did not listen after ${START_LIMIT_MS / 1000} s`);
    }, START_LIMIT_MS);
    const settle = (): void => {
      clearTimeout(timer);
      child.stdout?.off('data', look);
      child.off('exit', ended);
      child.off('error', broken);
    };
    child.stdout?.on('data', look);
    child.on('exit', ended);
    child.on('error', broken);
  });
}

function workbenchUrl(port: number, workspace: string, options: ServerOptions): string {
  const host = `127.0.0.1:${port}`;
  const url = new URL(`http://${host}/`);
  url.searchParams.set('folder', workspace);
  if (options.mode === 'development') {
    const payload = [
      ['skipWelcome', 'true'],
      ['extensionDevelopmentPath', `vscode-remote://${host}${options.extensionPath}`],
    ];
    if (options.testsPath !== undefined)
      payload.push(['extensionTestsPath', `vscode-remote://${host}${options.testsPath}`]);
    url.searchParams.set('payload', JSON.stringify(payload));
  }
  return url.href;
}

/** The server is the child of its leash; extension hosts stand somewhere below it. */
function extensionHostsOf(leash: number | undefined): readonly number[] {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args }];
    });
  const family = new Set([leash]);
  // Children may stand before their parents once process ids began again.
  for (let before = 0; before < family.size;) {
    before = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return processes
    .filter(({ pid, args }) => family.has(pid) && args.includes('--type=extensionHost'))
    .map(({ pid }) => pid);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise<void>((resolve) =>
      child.once('exit', () => {
        resolve();
      }),
    );
    const limit = setTimeout(() => {
      killGroup(child.pid, 'SIGKILL');
    }, STOP_LIMIT_MS);
    killGroup(child.pid, 'SIGTERM');
    await ended;
    clearTimeout(limit);
  }
  // Whoever of the group did not follow.
  killGroup(child.pid, 'SIGKILL');
}
