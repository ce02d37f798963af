import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../harness/run.ts';
import { runSuitesInVscode } from '../harness/vscodeRun.ts';
import { filter, inProcess, jitter, scale } from './core.ts';
import { line, type Line } from './measure.ts';
import { socatTime, socketThroughput } from './socket.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

async function activation(): Promise<Line[]> {
  const out = join(mkdtempSync(join(tmpdir(), 'gsb-')), 'activation.json');
  const load: number[] = [];
  const activate: number[] = [];
  for (let n = 0; n < 3; n++) {
    await runSuitesInVscode({
      version: 'current',
      suitesFolder: join(root, 'test/bench/vscode'),
      env: { GSOPS_BENCH: out },
      print: () => undefined,
    });
    const { loadMs, activationMs } = JSON.parse(readFileSync(out, 'utf8')) as {
      loadMs: number;
      activationMs: number;
    };
    load.push(loadMs);
    activate.push(activationMs);
  }
  return [
    line('load of the bundle in VS Code', Math.min(...load), 'ms', '≤ 50', 'best of 3 cold starts'),
    line('activate()', Math.min(...activate), 'ms', '≤ 20', 'best of 3 cold starts, no connection'),
  ];
}

function sizes(): Line[] {
  const kilobytes = JSON.parse(readFileSync(join(root, 'dist/sizes.json'), 'utf8')) as Record<string, number>;
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const vsix = join(root, `${name}-${version}.vsix`);
  return [
    line('host bundle at the start', (kilobytes['start'] ?? NaN) / 1000, 'kB', '≤ 220'),
    line('host bundle with what is loaded later', (kilobytes['host'] ?? NaN) / 1000, 'kB', ''),
    line('webview bundle', (kilobytes['webview'] ?? NaN) / 1000, 'kB', '≤ 300'),
    ...(existsSync(vsix) ? [line('VSIX', statSync(vsix).size / 1000, 'kB', '≤ 1000')] : []),
  ];
}

await run('npm', ['run', '--silent', 'build'], { cwd: root });
await run('npm', ['run', '--silent', 'package'], { cwd: root });
const lines: Line[] = [];
// The socket right after the pipeline is warm, and before anything fills the heap.
for (const part of [inProcess, socketThroughput, socatTime, jitter, scale, filter, activation])
  lines.push(...(await part()));
lines.push(...sizes());

console.log(JSON.stringify(lines));
const width = Math.max(...lines.map(({ what }) => what.length));
for (const { what, value, unit, budget, within, note } of lines) {
  const verdict = budget === '' ? '' : within ? `(budget ${budget})` : `MISSES ${budget}`;
  console.log(`${what.padEnd(width)}  ${String(value).padStart(9)} ${unit} ${verdict} ${note}`.trimEnd());
}
writeFileSync(join(root, 'test/results/bench.json'), JSON.stringify(lines, null, 2));
