import { appendFileSync } from 'node:fs';
import { inspect } from 'node:util';
import Mocha from 'mocha';
import { GREP_VARIABLE, RESULTS_VARIABLE, SUITES_VARIABLE } from './results.ts';
import type { ResultLine } from './results.ts';

export interface SuiteFile {
  /** Relative to the checkout. */
  readonly file: string;
  readonly load: () => Promise<unknown>;
}

/** Time for one test, longer than any wait in it, which then says what it waits for. */
const TEST_LIMIT_MS = 90_000;

/** Runs inside the extension host: loads the suites, runs them and writes each result at once, so that a crash shows where it happened. */
export async function runSuites(files: readonly SuiteFile[]): Promise<void> {
  write({ kind: 'start' });
  // Results travel by file; a reporter that prints would only repeat them in the log of the extension host.
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: TEST_LIMIT_MS,
    color: false,
    reporter: Mocha.reporters.Base,
  });
  const grep = process.env[GREP_VARIABLE];
  if (grep !== undefined && grep !== '') mocha.grep(grep);
  // Gives describe and it to the suites, which is why they are loaded only after it.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  const fileOf = new Map<Mocha.Suite, string>();
  let broken = 0;
  for (const { file, load } of files) {
    if (process.env[SUITES_VARIABLE] === 'smoke' && !file.endsWith('.smoke.test.ts')) continue;
    const known = mocha.suite.suites.length;
    try {
      await load();
    } catch (error) {
      broken++;
      write({
        kind: 'test',
        state: 'failed',
        file,
        title: '(loading the file)',
        ms: 0,
        error: describeError(error),
      });
    }
    for (const suite of mocha.suite.suites.slice(known)) fileOf.set(suite, file);
  }
  const failures = broken + (await runMocha(mocha, (test) => fileOf.get(topSuite(test)) ?? ''));
  write({ kind: 'end' });
  if (failures > 0) throw new Error(`${failures} failed`);
}

async function runMocha(mocha: Mocha, fileOf: (test: Mocha.Runnable) => string): Promise<number> {
  return await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    const report = (state: 'passed' | 'failed' | 'skipped', test: Mocha.Runnable, error?: unknown): void => {
      const line = {
        kind: 'test',
        state,
        file: fileOf(test),
        title: test.fullTitle(),
        ms: test.duration ?? 0,
      } as const;
      write(error === undefined ? line : { ...line, error: describeError(error) });
    };
    runner.on('pass', (test) => {
      report('passed', test);
    });
    runner.on('pending', (test) => {
      report('skipped', test);
    });
    // Failed hooks come here as well.
    runner.on('fail', (test, error) => {
      report('failed', test, error);
    });
  });
}

function topSuite(test: Mocha.Runnable): Mocha.Suite {
  let suite = test.parent;
  while (suite?.parent !== undefined && !suite.parent.root) suite = suite.parent;
  if (suite === undefined) throw new Error(`The test ${test.title} is in no suite.`);
  return suite;
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? String(error);
  const { actual, expected, generatedMessage } = error as {
    actual?: unknown;
    expected?: unknown;
    generatedMessage?: boolean;
  };
  // node:assert puts both values into its own message, but not into one that the test gives.
  if (expected === undefined || generatedMessage === true) return text;
  return `${text}\n    expected: ${inspect(expected)}\n    actual:   ${inspect(actual)}`;
}

function write(line: ResultLine): void {
  const path = process.env[RESULTS_VARIABLE];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(line)}\n`);
}
