/** `npm run soak`: the long proofs of the unit tests in their full length, with the time of each. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SOAK_VARIABLE } from './proof.ts';
import { ROOT } from './suites.ts';

const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
const args = [
  'run',
  '--project',
  'unit',
  '--tags-filter',
  'proof',
  '--reporter',
  'verbose',
  '--hide-skipped-tests',
];
const { status } = spawnSync(vitest, [...args, ...process.argv.slice(2)], {
  cwd: ROOT,
  env: { ...process.env, [SOAK_VARIABLE]: '1' },
  stdio: 'inherit',
});
process.exit(status ?? 1);
