import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addCounts, NO_COUNTS } from './results.ts';
import type { Counts } from './results.ts';
import { run } from './run.ts';
import type { RunResult } from './run.ts';
import { ROOT } from './suites.ts';

/** One part of `npm test`. */
export interface Layer {
  readonly name: string;
  /** Also chosen by this name in `--only`. */
  readonly group?: string;
  /** Layers without whose success this one makes no sense. */
  readonly needs: readonly string[];
  readonly run: (context: LayerContext) => Promise<LayerResult>;
}

interface LayerContext {
  /** True when an earlier layer of this run has built `dist/`. */
  readonly built: boolean;
}

export interface LayerResult {
  readonly counts: Counts;
  /** What to show when something failed. */
  readonly output: string;
}

/** A layer that says nothing for so long hangs. The slowest takes a few minutes on two cores, the first one with an install of VS Code. */
const LAYER_LIMIT_MS = 20 * 60_000;

export const LAYERS: readonly Layer[] = [
  { name: 'checks', needs: [], run: runChecks },
  { name: 'build', needs: [], run: () => runStep(['run', '--silent', 'build']) },
  { name: 'unit', needs: [], run: () => runVitest([]) },
  { name: 'package', needs: ['build'], run: () => runStep(['run', '--silent', 'package']) },
  {
    name: 'vscode-current',
    group: 'vscode',
    needs: ['build'],
    run: (context) => runVscode('current', context),
  },
  { name: 'vscode-floor', group: 'vscode', needs: ['build'], run: (context) => runVscode('floor', context) },
  { name: 'e2e', needs: ['build', 'package'], run: () => runVitest(['--config', 'vitest.e2e.config.ts']) },
];

/** Static checks: each counts as one test. */
async function runChecks(): Promise<LayerResult> {
  let counts = NO_COUNTS;
  let output = '';
  for (const script of ['typecheck', 'lint', 'formatted', 'knip']) {
    const result = await start('npm', ['run', '--silent', script]);
    const ok = result.code === 0;
    counts = addCounts(counts, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
    if (!ok) output += `npm run ${script}:\n${result.output}\n`;
  }
  return { counts, output };
}

/** A step that is no test: it counts only when it fails. */
async function runStep(npmArgs: readonly string[]): Promise<LayerResult> {
  const result = await start('npm', npmArgs);
  return { counts: result.code === 0 ? NO_COUNTS : { ...NO_COUNTS, failed: 1 }, output: result.output };
}

async function runVitest(args: readonly string[]): Promise<LayerResult> {
  return await withCountsFile(async (file) => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const result = await start(join(ROOT, 'node_modules', '.bin', 'vitest'), ['run', ...args, ...reporters]);
    return { result, counts: vitestCounts(file) };
  });
}

async function runVscode(version: string, context: LayerContext): Promise<LayerResult> {
  return await withCountsFile(async (file) => {
    const build = context.built ? ['--no-build'] : [];
    const args = ['test/harness/runVscode.ts', version, '--counts', file, ...build];
    const result = await start(process.execPath, args);
    return {
      result,
      counts: existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Counts) : NO_COUNTS,
    };
  });
}

async function withCountsFile(
  work: (file: string) => Promise<{ result: RunResult; counts: Counts }>,
): Promise<LayerResult> {
  const folder = mkdtempSync(join(tmpdir(), 'gsops-counts-'));
  try {
    const { result, counts } = await work(join(folder, 'counts.json'));
    // Whatever broke without being counted is one failure.
    const crashed = result.code !== 0 && counts.failed === 0;
    return { counts: crashed ? { ...counts, failed: 1 } : counts, output: result.output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

function vitestCounts(file: string): Counts {
  if (!existsSync(file)) return NO_COUNTS;
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  // A file that cannot be loaded, or whose hook fails, has no failed test of its own.
  const brokenFiles = report.testResults.filter(
    (result) =>
      result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function start(command: string, args: readonly string[]): Promise<RunResult> {
  // Output is shown later and perhaps in a file: only a terminal gets colours.
  const env = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
  const result = await run(command, args, { cwd: ROOT, env, timeoutMs: LAYER_LIMIT_MS });
  if (!result.timedOut) return result;
  return { ...result, output: `${result.output}\nEnded after ${LAYER_LIMIT_MS / 60_000} minutes.\n` };
}
