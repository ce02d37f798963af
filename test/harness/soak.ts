/** `npm run soak`: the long proofs of the unit tests in their full length, with the time of each, and new cases for properties. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SOAK_VARIABLE } from './proof.ts';
import { ROOT } from './suites.ts';

/** How often properties look for cases that they have not seen. */
const searches = 20;

const given = process.argv.slice(2);
const properties = globSync('test/**/*.test.ts', { cwd: ROOT }).filter((file) =>
  readFileSync(join(ROOT, file), 'utf8').includes('fc.assert('),
);

let status = vitest(['--tags-filter', 'proof', '--reporter', 'verbose', '--hide-skipped-tests', ...given]);
if (given.length === 0) {
  for (let round = 0; round < searches; round++)
    status ||= vitest(['--tags-filter', '!proof', ...properties]);
}
process.exit(status);

function vitest(args: readonly string[]): number {
  const run = spawnSync(join(ROOT, 'node_modules', '.bin', 'vitest'), ['run', '--project', 'unit', ...args], {
    cwd: ROOT,
    env: { ...process.env, [SOAK_VARIABLE]: '1' },
    stdio: 'inherit',
  });
  return run.status ?? 1;
}
