/**
 * Runs the suites of test/vscode inside real VS Codes: `node test/harness/runVscode.ts [floor|current|both] [options]`.
 * On `floor` only files named `*.smoke.test.ts` run, on `current` all.
 *   --grep <text>     only tests whose full title contains it
 *   --no-build        use dist/ as it is
 *   --verbose         show the log of the extension host
 *   --counts <file>   also write the counts as JSON
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { addCounts, NO_COUNTS, summaryLine } from './results.ts';
import { run } from './run.ts';
import { ROOT } from './suites.ts';
import { runSuitesInVscode } from './vscodeRun.ts';
import type { VersionName } from './versions.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    grep: { type: 'string' },
    build: { type: 'boolean', default: true },
    verbose: { type: 'boolean', default: false },
    counts: { type: 'string' },
  },
  allowNegative: true,
});

const versions = versionsOf(positionals[0] ?? 'both');
if (values.build) await buildExtension();
let counts = NO_COUNTS;
for (const version of versions) {
  const grep = values.grep === undefined ? {} : { grep: values.grep };
  counts = addCounts(counts, await runSuitesInVscode({ version, verbose: values.verbose, ...grep }));
}
if (values.counts !== undefined) writeFileSync(values.counts, JSON.stringify(counts));
console.log(summaryLine(counts));
process.exit(counts.failed > 0 ? 1 : 0);

function versionsOf(which: string): VersionName[] {
  if (which === 'both') return ['current', 'floor'];
  if (which === 'current' || which === 'floor') return [which];
  throw new Error(`Which VS Code? floor, current or both, not "${which}".`);
}

async function buildExtension(): Promise<void> {
  const result = await run(process.execPath, ['build.mjs'], { cwd: ROOT });
  if (result.code === 0) return;
  console.error(result.output);
  process.exit(1);
}
