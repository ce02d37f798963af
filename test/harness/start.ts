/**
 * `npm start`: a VS Code with the extension in it and simulated game servers behind it, until Ctrl+C or the window is closed.
 * `--check` looks at it in a headless browser instead and says what is there; `--browser` leaves an installed desktop VS Code alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { end, startDemo, type Demo, type DemoConnection } from './demo.ts';
import { packagedVsix } from './vsix.ts';
import { cleanEnvironment, run } from './run.ts';
import { BASE_SETTINGS, startServer, type VscodeServer } from './server.ts';
import { openWorkbenchOn } from './workbench.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** For the check without the build and a first download of VS Code; a slow machine needs 20 s. */
const CHECK_LIMIT_MS = 120_000;

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    speed: { type: 'string', default: '1' },
  },
});

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Whoever presses it twice does not want to wait for us to clean up.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  // Whoever still waits for it would keep the process alive.
  interrupted.abort();
}

async function main(): Promise<number> {
  console.log('Building …');
  // The packaged form, because a VS Code that develops an extension in a browser shows no notifications.
  for (const script of ['build', 'package']) {
    const made = await run('npm', ['run', '--silent', script], { cwd: ROOT });
    if (made.code !== 0) throw new Error(`The ${script} failed:\n${made.output}`);
  }
  await using demo = await startDemo({
    speed: options.speed,
    onEnded(what) {
      if (!interrupted.signal.aborted) console.error(`The simulated ${what} has ended.`);
    },
  });
  if (options.check) return await check(demo);
  for (const [name, password] of Object.entries(demo.passwords))
    console.log(`${name} asks for a password, which is: ${password}`);
  const code = options.browser ? undefined : findCode();
  if (code === undefined) await serve(demo.connections);
  else await openDesktop(code, demo);
  return 0;
}

/** The settings that bring the demo in; of machine scope, as the extension wants its connections. */
function demoSettings(connections: readonly DemoConnection[]): Readonly<Record<string, unknown>> {
  return { 'gameServerOps.connections': connections };
}

async function startVscode(connections: readonly DemoConnection[]): Promise<VscodeServer> {
  console.log('Starting VS Code (the first time it is fetched, which takes half a minute) …');
  return await startServer({
    mode: 'installed',
    vsix: packagedVsix(),
    trust: true,
    machineSettings: demoSettings(connections),
  });
}

/** VS Code in whatever browser the user has. */
async function serve(connections: readonly DemoConnection[]): Promise<void> {
  await using server = await startVscode(connections);
  console.log(`\nOpen ${server.url}\n`);
  console.log(
    'In this browser VS Code secrets last until the page is reloaded. Where a desktop VS Code (code) is on PATH, that one is used.',
  );
  console.log('Ctrl+C ends it.');
  await untilInterrupted();
}

async function openDesktop(code: string, { folder, connections }: Demo): Promise<void> {
  const userData = join(folder, 'vscode');
  const workspace = join(folder, 'workspace');
  mkdirSync(join(userData, 'User'), { recursive: true });
  mkdirSync(workspace);
  const settings = {
    ...BASE_SETTINGS,
    'security.workspace.trust.enabled': false,
    ...demoSettings(connections),
  };
  writeFileSync(join(userData, 'User', 'settings.json'), JSON.stringify(settings, undefined, 2));
  console.log('Opening VS Code. Close its window or press Ctrl+C here to end the demo.');
  const args = [
    `--extensionDevelopmentPath=${ROOT}`,
    '--new-window',
    '--wait',
    '--user-data-dir',
    userData,
    '--extensions-dir',
    join(folder, 'extensions'),
    // Electron refuses to run as root otherwise.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    workspace,
  ];
  const window = spawn(code, args, {
    env: cleanEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const closed = once(window, 'exit');
  await Promise.race([closed, untilInterrupted()]);
  await end(window);
}

/** The `code` of a desktop VS Code. In a terminal of a remote window `code` is another program, which knows no such options. */
function findCode(): string | undefined {
  if (process.env['VSCODE_IPC_HOOK_CLI'] !== undefined) return undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, 'code')).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Looks whether the tree shows what the demo has; answers the exit code. */
async function check({ connections, rows, passwords }: Demo): Promise<number> {
  const server = await startVscode(connections);
  await using workbench = await openWorkbenchOn(server);
  const shown = async (): Promise<number> => {
    await workbench.openView('Game Servers');
    for (const [name, password] of Object.entries(passwords)) {
      await workbench.pressToast(new RegExp(`${name} cannot be connected`), 'Enter Password…');
      await workbench.enter(password, name);
    }
    const limit = { timeout: CHECK_LIMIT_MS };
    await Promise.all(rows.map((row) => workbench.treeItem(row).first().waitFor(limit)));
    return 0;
  };
  const outcome = await Promise.race([
    shown().catch((error: unknown) => (error instanceof Error ? error.message : String(error))),
    untilInterrupted().then(() => 'It was interrupted.'),
  ]);
  for (const item of await workbench.page.getByRole('treeitem').all()) {
    // A row may go while we read.
    const label = await item.getAttribute('aria-label', { timeout: 1000 }).catch(() => null);
    if (label !== null) console.log(label);
  }
  if (outcome === 0) {
    console.log(`The tree shows all ${rows.length} rows of the demo.`);
    return 0;
  }
  const missing: string[] = [];
  for (const row of rows) if ((await workbench.treeItem(row).count()) === 0) missing.push(row.source);
  const picture = await workbench.screenshotOfFailure('start');
  console.error(`The tree does not show ${missing.join(' or ') || 'what it should'}: ${outcome}`);
  for (const error of workbench.consoleErrors.slice(-5)) console.error(`Console: ${error}`);
  if (picture !== undefined) console.error(`Picture: ${picture}`);
  return 1;
}

function untilInterrupted(): Promise<void> {
  const { signal } = interrupted;
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    // Node ends when nothing is left to do; a wait for a signal is something.
    const alive = setInterval(() => undefined, 60_000);
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(alive);
        resolve();
      },
      { once: true },
    );
  });
}
