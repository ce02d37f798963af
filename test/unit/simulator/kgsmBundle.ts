import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Launch } from '../../../src/simulator/kgsm/root.ts';

/** The simulator in one file below a folder, for tests that start it hundreds of times: it starts several times as fast. */
export function bundleInto(folder: string): Launch {
  const outfile = join(folder, 'simulator.cjs');
  buildSync({
    entryPoints: [fileURLToPath(new URL('../../../src/simulator/main.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    outfile,
    logLevel: 'error',
  });
  return { node: process.execPath, entry: outfile };
}
