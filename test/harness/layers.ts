import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_COUNTS } from './results.ts';
import type { Counts } from './results.ts';
import { run } from './run.ts';
import type { RunResult } from './run.ts';
import { ROOT } from './suites.ts';
import { REPORT_VARIABLE } from './vitestReport.ts';
import type { FileTime, VitestReport } from './vitestReport.ts';

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
  /** Output to show when something failed. */
  readonly output: string;
  /** Names of what failed, of the layers that know them. */
  readonly failures: readonly string[];
  /** Test files with their times, of the layers that know them. */
  readonly files: readonly FileTime[];
}

/** A layer that takes so long hangs: the slowest takes ten minutes on two quiet cores, and twice that on busy ones. */
const LAYER_LIMIT_MS = 40 * 60_000;

/** In each stage, rows run side by side, and the layers of a row one after another. Checks take one core, and so does a VS Code. */
export const STAGES: readonly (readonly (readonly Layer[])[])[] = [
  [
    [{ name: 'checks', needs: [], run: runChecks }],
    [
      { name: 'build', needs: [], run: () => runStep(['run', '--silent', 'build']) },
      { name: 'package', needs: ['build'], run: () => runStep(['run', '--silent', 'package']) },
      {
        name: 'vscode-current',
        group: 'vscode',
        needs: ['build'],
        run: (context) => runVscode('current', context),
      },
      {
        name: 'vscode-floor',
        group: 'vscode',
        needs: ['build'],
        run: (context) => runVscode('floor', context),
      },
    ],
  ],
  [[{ name: 'unit', needs: [], run: () => runVitest([]) }]],
  [
    [
      {
        name: 'e2e',
        needs: ['build', 'package'],
        run: () => runVitest(['--config', 'vitest.e2e.config.ts']),
      },
    ],
  ],
];

/** Static checks, side by side: each counts as one test. */
async function runChecks(): Promise<LayerResult> {
  const scripts = ['typecheck', 'lint', 'formatted', 'knip'];
  const results = await Promise.all(scripts.map((script) => start('npm', ['run', '--silent', script])));
  const broken = results.map(({ code }) => code !== 0);
  const failures = scripts.filter((_, n) => broken[n]);
  return {
    counts: { passed: scripts.length - failures.length, failed: failures.length, skipped: 0 },
    failures,
    output: scripts
      .map((script, n) => (broken[n] ? `npm run ${script}:\n${results[n]?.output ?? ''}\n` : ''))
      .join(''),
    files: [],
  };
}

/** A step that is no test: it counts only when it fails. */
async function runStep(npmArgs: readonly string[]): Promise<LayerResult> {
  const result = await start('npm', npmArgs);
  const counts = result.code === 0 ? NO_COUNTS : { ...NO_COUNTS, failed: 1 };
  return { counts, output: result.output, failures: [], files: [] };
}

async function runVitest(args: readonly string[]): Promise<LayerResult> {
  return await withReportFile(async (file) => {
    const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
    const result = await start(vitest, ['run', ...args], { [REPORT_VARIABLE]: file });
    return {
      result,
      ...((readReport(file) as VitestReport | undefined) ?? { counts: NO_COUNTS, failures: [], files: [] }),
    };
  });
}

async function runVscode(version: string, context: LayerContext): Promise<LayerResult> {
  return await withReportFile(async (file) => {
    const build = context.built ? ['--no-build'] : [];
    const args = ['test/harness/runVscode.ts', version, '--counts', file, ...build];
    const result = await start(process.execPath, args);
    const counts = (readReport(file) as Counts | undefined) ?? NO_COUNTS;
    return { result, counts, failures: [], files: [] };
  });
}

async function withReportFile(
  work: (file: string) => Promise<VitestReport & { readonly result: RunResult }>,
): Promise<LayerResult> {
  const folder = mkdtempSync(join(tmpdir(), 'gsops-report-'));
  try {
    const { result, counts, failures, files } = await work(join(folder, 'report.json'));
    // Whatever broke without being counted is one failure.
    const crashed = result.code !== 0 && counts.failed === 0;
    return {
      counts: crashed ? { ...counts, failed: 1 } : counts,
      output: result.output,
      failures,
      files,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

async function start(
  command: string,
  args: readonly string[],
  extra: NodeJS.ProcessEnv = {},
): Promise<RunResult> {
  // Output is shown later and perhaps in a file: only a terminal gets colours.
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined };
  const env = { ...process.env, ...plain, ...extra };
  const result = await run(command, args, { cwd: ROOT, env, timeoutMs: LAYER_LIMIT_MS });
  if (!result.timedOut) return result;
  return { ...result, output: `${result.output}\nEnded after ${LAYER_LIMIT_MS / 60_000} minutes.\n` };
}
