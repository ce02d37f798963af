/**
 * `npm test`: all layers, the slowest test files and what failed, ending with the line `N passed, N failed`.
 *   --only unit,vscode   only these layers (checks, build, unit, package, vscode, vscode-current, vscode-floor, e2e)
 * With CI=true a skipped test is a failed one.
 */
import { parseArgs } from 'node:util';
import { STAGES } from './layers.ts';
import type { Layer, LayerResult } from './layers.ts';
import { addCounts, NO_COUNTS, summaryLine, withoutSkips } from './results.ts';
import { exitOnSignals } from './run.ts';
import type { FileTime } from './vitestReport.ts';

/** Enough to see every failure of a layer, short enough to find the next one. */
const SHOWN_LINES = 400;
const SLOWEST_FILES = 20;

requireNode24();
exitOnSignals();
const noSkips = process.env['CI'] === 'true';
const isChosen = chosenLayers();
const failed = new Set<string>();
const done = new Set<string>();
let counts = NO_COUNTS;
const files: FileTime[] = [];
const failures: string[] = [];
for (const rows of STAGES) await Promise.all(rows.map((row) => runRow(row.filter(isChosen))));
printSlowest(files);
for (const name of failures) console.log(`Failed: ${name}`);
if (noSkips && counts.skipped > 0)
  console.log(`${counts.skipped} skipped: each counts as failed, because CI=true`);
const total = noSkips ? withoutSkips(counts) : counts;
console.log(summaryLine(total));
process.exit(total.failed > 0 ? 1 : 0);

async function runRow(row: readonly Layer[]): Promise<void> {
  for (const layer of row) {
    const missing = layer.needs.filter((name) => failed.has(name));
    if (missing.length > 0) {
      failed.add(layer.name);
      console.log(`${layer.name.padEnd(16)} not run: ${missing.join(' and ')} failed`);
      continue;
    }
    const started = performance.now();
    const result = await runLayer(layer);
    counts = addCounts(counts, result.counts);
    files.push(...result.files);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${layer.name.padEnd(16)} ${summaryLine(result.counts)} in ${seconds} s`);
    const strict = noSkips ? withoutSkips(result.counts) : result.counts;
    if (strict.failed > 0) console.log(`${shown(result.output)}\n`);
    if (result.counts.failed > 0) {
      failed.add(layer.name);
      failures.push(...(result.failures.length > 0 ? result.failures : [layer.name]));
    }
    done.add(layer.name);
  }
}

async function runLayer(layer: Layer): Promise<LayerResult> {
  try {
    return await layer.run({ built: done.has('build') });
  } catch (error) {
    return {
      counts: { ...NO_COUNTS, failed: 1 },
      output: error instanceof Error ? (error.stack ?? error.message) : String(error),
      failures: [],
      files: [],
    };
  }
}

function printSlowest(times: readonly FileTime[]): void {
  const slowest = times.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST_FILES);
  if (slowest.length > 0) console.log(`The slowest ${slowest.length} of ${times.length} test files:`);
  for (const { file, seconds } of slowest) console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}`);
}

function chosenLayers(): (layer: Layer) => boolean {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  if (values.only === undefined) return () => true;
  const names = values.only.split(',').map((name) => name.trim());
  const known = new Set(STAGES.flat(2).flatMap((layer) => [layer.name, layer.group ?? layer.name]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    console.error(`There is no layer ${unknown.join(', ')}; there are ${[...known].join(', ')}.`);
    process.exit(2);
  }
  return ({ name, group }) => names.includes(name) || names.includes(group ?? name);
}

function requireNode24(): void {
  if (process.versions.node.startsWith('24.')) return;
  console.error(
    `The tests run on Node 24, and this is Node ${process.versions.node}. Node 24 comes with the dev dependencies: run "npm ci" without --ignore-scripts, ` +
      'then "npm test". (npm 12 runs only the install scripts that package.json allows under "allowScripts"; "node" is among them.)',
  );
  process.exit(1);
}

function shown(output: string): string {
  const lines = output.trimEnd().split('\n');
  return lines.length <= SHOWN_LINES
    ? lines.join('\n')
    : `… ${lines.length - SHOWN_LINES} lines before\n${lines.slice(-SHOWN_LINES).join('\n')}`;
}
