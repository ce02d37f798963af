/** Results that the suites inside VS Code write for the outside: one JSON value per line of the file in `GSOPS_RESULTS`. */

export type ResultLine =
  | { readonly kind: 'start' }
  | {
      readonly kind: 'test';
      readonly state: 'passed' | 'failed' | 'skipped';
      /** The suite file, relative to the checkout. */
      readonly file: string;
      readonly title: string;
      readonly ms: number;
      readonly error?: string;
    }
  | { readonly kind: 'end' };

/** Environment variables between `runVscode.ts` and `mochaHost.ts`. */
export const RESULTS_VARIABLE = 'GSOPS_RESULTS';
export const GREP_VARIABLE = 'GSOPS_GREP';
/** `smoke`: only the files that also run on the floor. */
export const SUITES_VARIABLE = 'GSOPS_SUITES';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NO_COUNTS: Counts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The one line that ends a run. */
export function summaryLine(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

/** With CI=true a skipped test is a failed one. */
export function withoutSkips(counts: Counts): Counts {
  return { passed: counts.passed, failed: counts.failed + counts.skipped, skipped: 0 };
}
