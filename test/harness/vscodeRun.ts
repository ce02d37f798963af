import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { GREP_VARIABLE, NO_COUNTS, RESULTS_VARIABLE, SUITES_VARIABLE } from './results.ts';
import type { Counts, ResultLine } from './results.ts';
import { startServer } from './server.ts';
import type { Settings } from './server.ts';
import { bundleSuites, mapStack, ROOT } from './suites.ts';
import { VERSIONS } from './versions.ts';
import type { VersionName } from './versions.ts';
import { openWorkbenchOn } from './workbench.ts';

export interface VscodeRunOptions {
  readonly version: VersionName;
  /** Default: the checkout. */
  readonly extensionPath?: string;
  /** Default: `test/vscode`. */
  readonly suitesFolder?: string;
  readonly grep?: string;
  readonly settings?: Settings;
  readonly machineSettings?: Settings;
  /** Reaches the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Shows what the extension host logs. */
  readonly verbose?: boolean;
  readonly print?: (line: string) => void;
}

/** For all suites of one version together; the largest real run takes a fraction of it. */
const RUN_LIMIT_MS = 10 * 60_000;
/** Lines that VS Code logs in every run and that say nothing about us. */
const NOISE = /spdlog|watchdog|open-vsx|ChatModelSelection|\[Service Worker\] registration|Creating a socket/;

/** Runs the suites inside one real VS Code, prints every result, and gives the counts. A run that crashes has at least one failure. */
export async function runSuitesInVscode(options: VscodeRunOptions): Promise<Counts> {
  const print = options.print ?? printLine;
  const folder = mkdtempSync(join(tmpdir(), 'gsops-suites-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  try {
    return await runIn(folder, options, print);
  } finally {
    process.removeListener('exit', remove);
    remove();
  }
}

async function runIn(
  folder: string,
  options: VscodeRunOptions,
  print: (line: string) => void,
): Promise<Counts> {
  const started = Date.now();
  const testsPath = join(folder, 'suites.cjs');
  const resultsPath = join(folder, 'results.ndjson');
  const files = await bundleSuites(options.suitesFolder ?? join(ROOT, 'test', 'vscode'), testsPath);
  const onlySmoke = options.version === 'floor';
  const count = onlySmoke ? files.smoke : files.all;
  if (count === 0) {
    print(
      `There is no ${onlySmoke ? '*.smoke.test.ts' : '*.test.ts'} for VS Code ${VERSIONS[options.version].vscode}.`,
    );
    return { ...NO_COUNTS, failed: 1 };
  }
  const server = await startServer({
    mode: 'development',
    version: options.version,
    extensionPath: options.extensionPath ?? ROOT,
    testsPath,
    settings: options.settings ?? {},
    machineSettings: options.machineSettings ?? {},
    env: {
      ...options.env,
      [RESULTS_VARIABLE]: resultsPath,
      [GREP_VARIABLE]: options.grep,
      [SUITES_VARIABLE]: onlySmoke ? 'smoke' : 'all',
    },
  });
  const log: string[] = [];
  const note = (line: string): void => {
    if (NOISE.test(line)) return;
    log.push(line);
    if (options.verbose === true) print(`  | ${line}`);
  };
  const exit = Promise.withResolvers<number>();
  const workbench = await openWorkbenchOn(server, { prepare: (page) => listen(page, note, exit.resolve) });
  const limit = setTimeout(() => {
    note(`The suites did not end within ${RUN_LIMIT_MS / 60_000} minutes.`);
    exit.resolve(-1);
  }, RUN_LIMIT_MS);
  let code: number;
  try {
    code = await exit.promise;
    if (code !== 0) await workbench.screenshotOfFailure(`vscode-${options.version}`);
  } finally {
    clearTimeout(limit);
    await workbench.dispose();
  }
  const counts = reportResults(resultsPath, testsPath, code, log, print);
  print(
    `VS Code ${VERSIONS[options.version].vscode}: ${count} file(s), ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  return counts;
}

/** The two functions by which a VS Code that runs tests speaks to whoever opened its page. */
async function listen(
  page: Page,
  note: (line: string) => void,
  exited: (code: number) => void,
): Promise<void> {
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    note(format(...args));
  });
  await page.exposeFunction('codeAutomationExit', exited);
  page.on('crash', () => {
    note('The page crashed.');
    exited(-1);
  });
}

function readResults(path: string, bundle: string): ResultLine[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((text) => {
    const line = JSON.parse(text) as ResultLine;
    return line.kind === 'test' && line.error !== undefined
      ? { ...line, error: mapStack(line.error, bundle) }
      : line;
  });
}

/** Prints what the suites wrote and counts it. A run that did not come to its end, or failed for no test's sake, is one failure more. */
export function reportResults(
  path: string,
  bundle: string,
  code: number,
  log: readonly string[] = [],
  print: (line: string) => void = printLine,
): Counts {
  const lines = readResults(path, bundle);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  let file = '';
  for (const line of lines) {
    if (line.kind !== 'test') continue;
    counts[line.state]++;
    if (line.file !== file) print(`  ${line.file}`);
    file = line.file;
    print(`    ${{ passed: '✔', failed: '✖', skipped: '-' }[line.state]} ${line.title} (${line.ms} ms)`);
    if (line.error !== undefined) print(line.error.replaceAll(/^/gm, '        '));
  }
  const ended = lines.at(-1)?.kind === 'end';
  if (ended && (code === 0 || counts.failed > 0)) return counts;
  print(
    `  The run itself failed (exit code ${code}${ended ? '' : ', the suites did not come to their end'}). The last lines of its log:`,
  );
  // One line each: the stack traces in it are those of the workbench.
  for (const line of log.slice(-40)) print(`  | ${line.split('\n', 1)[0] ?? ''}`);
  return { ...counts, failed: counts.failed + 1 };
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
