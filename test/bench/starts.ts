import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../harness/suites.ts';
import { runSuitesInVscode } from '../harness/vscodeRun.ts';
import { line, median, type Line } from './measure.ts';

const STARTS = 5;

/** Milliseconds of one cold start, ours and an empty extension's. */
export interface Start {
  readonly loadMs: number;
  readonly activationMs: number;
  readonly emptyLoadMs: number;
  readonly emptyActivationMs: number;
}

export async function activation(): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gsb-'));
  const out = join(folder, 'start.json');
  const starts: Start[] = [];
  for (let n = 0; n < STARTS; n++) {
    const { failed } = await runSuitesInVscode({
      version: 'current',
      suitesFolder: join(ROOT, 'test/bench/vscode'),
      env: { GSOPS_BENCH: out },
      print: () => undefined,
    });
    if (failed > 0) throw new Error('The start could not be measured: its suite failed.');
    starts.push(JSON.parse(readFileSync(out, 'utf8')) as Start);
    rmSync(out);
  }
  rmSync(folder, { recursive: true });
  const of = (key: keyof Start): number => median(starts.map((start) => start[key]));
  const beside = (ms: number): string =>
    `median of ${STARTS} cold starts; an empty extension ${ms.toFixed(2)} ms`;
  return [
    line('load of the bundle in VS Code', of('loadMs'), 'ms', '≤ 50', beside(of('emptyLoadMs'))),
    line('activate(), no connection', of('activationMs'), 'ms', '≤ 20', beside(of('emptyActivationMs'))),
  ];
}
