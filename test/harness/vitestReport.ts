import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import type { Counts } from './results.ts';
import { ROOT } from './suites.ts';

/** Environment variable that names the file which `VitestReport` is written to. */
export const REPORT_VARIABLE = 'GSOPS_REPORT';

/** One test file: loading it, its hooks and its tests. */
export interface FileTime {
  /** Relative to the checkout. */
  readonly file: string;
  readonly seconds: number;
}

/** The outcome of a vitest run, for whoever started it. */
export interface VitestReport {
  readonly counts: Counts;
  /** Names of what failed. */
  readonly failures: readonly string[];
  readonly files: readonly FileTime[];
}

/** The reporters of a vitest configuration: vitest's own, and the report where somebody asks for one. */
export function reporters(): (Reporter | 'default')[] {
  const path = process.env[REPORT_VARIABLE];
  return path === undefined ? ['default'] : ['default', new ReportWriter(path)];
}

class ReportWriter implements Reporter {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const report: VitestReport = {
      counts: countsOf(modules, errors.length),
      failures: modules.flatMap(failuresOf),
      files: modules.map(timeOf),
    };
    writeFileSync(this.#path, JSON.stringify(report));
  }
}

function countsOf(modules: readonly TestModule[], errors: number): Counts {
  const states = modules.flatMap(({ children }) =>
    [...children.allTests()].map((test) => test.result().state),
  );
  const having = (state: string): number => states.filter((each) => each === state).length;
  return {
    passed: having('passed'),
    failed: modules.flatMap(failuresOf).length + errors,
    skipped: having('skipped') + having('pending'),
  };
}

/** A file that cannot be loaded, or whose hook fails, has no failed test of its own. */
function failuresOf(module: TestModule): readonly string[] {
  if (module.state() !== 'failed') return [];
  const file = relative(ROOT, module.moduleId);
  const failed = [...module.children.allTests('failed')].map((test) => `${file} > ${test.fullName}`);
  return failed.length > 0 ? failed : [file];
}

function timeOf(module: TestModule): FileTime {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } =
    module.diagnostic();
  const ms = environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration;
  const project = module.project.name === '' ? '' : ` (${module.project.name})`;
  return { file: relative(ROOT, module.moduleId) + project, seconds: ms / 1000 };
}
