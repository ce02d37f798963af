/**
 * `npm run bench`: a line for every budget of the design, as JSON and as a table, also in `test/results/bench.json`.
 * Medians; beside the least that the same takes where there is such a thing. Ends with 1 when a figure cannot be true.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitOnSignals, run } from '../harness/run.ts';
import { ROOT } from '../harness/suites.ts';
import { inProcess, scale } from './core.ts';
import { journalStore } from './journalStore.ts';
import { largeFleet } from './largeFleet.ts';
import { line, rowFrom, type Line } from './measure.ts';
import { replayTimes } from './replay.ts';
import { screen } from './screen.ts';
import { socatTime, socketThroughput } from './socket.ts';
import { activation } from './starts.ts';
import { longestSlice, webSocketThroughput } from './webSocket.ts';
import { travel } from './travel.ts';
import { scrolling } from './webview.ts';
import { workbench } from './workbench.ts';

const gsops = '`gsops`';

/** Budgets whose code is still to come. */
const later: readonly Line[] = [
  rowFrom(gsops, 'simulators: their bundle', '≤ 400 kB'),
  rowFrom('the relay', 'NATS client: its bundle', ''),
];

function sizes(): Line[] {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
  const bytes = read('dist/sizes.json') as Record<string, number>;
  const { name, version } = read('package.json') as { name: string; version: string };
  const vsix = join(ROOT, `${name}-${version}.vsix`);
  const size = (what: string, value = NaN, budget = ''): Line => line(what, value / 1000, 'kB', budget);
  return [
    size('read at activation', bytes['start'], '≤ 220'),
    size('host bundle with what is loaded later', bytes['host']),
    size('command line', bytes['gsops']),
    size('webview bundle', bytes['webview'], '≤ 300'),
    size('VSIX', existsSync(vsix) ? statSync(vsix).size : NaN, '≤ 1000'),
  ];
}

exitOnSignals();
for (const script of ['build', 'package']) {
  const made = await run('npm', ['run', '--silent', script], { cwd: ROOT });
  if (made.code !== 0) throw new Error(`The ${script} failed:\n${made.output}`);
}
const lines: Line[] = [];
// The sockets right after the pipeline is warm, and before anything fills the heap.
const parts = [
  inProcess,
  webSocketThroughput,
  socketThroughput,
  socatTime,
  replayTimes,
  longestSlice,
  scale,
  journalStore,
  travel,
  scrolling,
  screen,
  workbench,
  largeFleet,
  activation,
];
for (const part of parts) {
  const begun = performance.now();
  lines.push(...(await part()));
  console.error(`${part.name}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}
lines.push(...sizes(), ...later);

mkdirSync(join(ROOT, 'test/results'), { recursive: true });
writeFileSync(join(ROOT, 'test/results/bench.json'), JSON.stringify(lines, null, 2));
console.log(JSON.stringify(lines));
const width = Math.max(...lines.map(({ what }) => what.length));
for (const { what, value, unit, budget, within, note } of lines) {
  const verdict = budget === '' ? '' : within ? `(budget ${budget})` : `MISSES ${budget}`;
  console.log(
    `${what.padEnd(width)}  ${String(value ?? '').padStart(9)} ${unit} ${verdict} ${note}`.trimEnd(),
  );
}
const impossible = lines.filter((each) => each.impossible !== undefined);
for (const { what, value, unit, impossible: why } of impossible)
  console.error(`IMPOSSIBLE: ${what} is ${value} ${unit}: ${why}`);
process.exit(impossible.length > 0 ? 1 : 0);
