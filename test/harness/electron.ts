/**
 * `npm run test:electron [floor|current|both]`: the suites of test/vscode in a desktop VS Code that @vscode/test-electron downloads.
 * For machines that reach its download server and have a display (or xvfb-run); `npm test` needs neither.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { addCounts, NO_COUNTS, RESULTS_VARIABLE, SUITES_VARIABLE, summaryLine } from './results.ts';
import type { Counts } from './results.ts';
import { BASE_SETTINGS } from './server.ts';
import { bundleSuites, ROOT } from './suites.ts';
import { reportResults } from './vscodeRun.ts';
import { VERSIONS } from './versions.ts';
import type { VersionName } from './versions.ts';

const which = process.argv[2] ?? 'current';
const versions: VersionName[] =
  which === 'both' ? ['current', 'floor'] : [which === 'floor' ? 'floor' : 'current'];
let counts = NO_COUNTS;
for (const version of versions) counts = addCounts(counts, await runDesktop(version));
console.log(summaryLine(counts));
process.exit(counts.failed > 0 ? 1 : 0);

async function runDesktop(version: VersionName): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'gsops-desktop-'));
  const testsPath = join(folder, 'suites.cjs');
  const resultsPath = join(folder, 'results.ndjson');
  const workspace = join(folder, 'workspace');
  const user = join(folder, 'user', 'User');
  for (const path of [workspace, user]) mkdirSync(path, { recursive: true });
  writeFileSync(join(user, 'settings.json'), JSON.stringify(BASE_SETTINGS));
  try {
    await bundleSuites(join(ROOT, 'test', 'vscode'), testsPath);
    const code = await runTests({
      version: VERSIONS[version].vscode,
      extensionDevelopmentPath: ROOT,
      extensionTestsPath: testsPath,
      extensionTestsEnv: {
        [RESULTS_VARIABLE]: resultsPath,
        [SUITES_VARIABLE]: version === 'floor' ? 'smoke' : 'all',
      },
      launchArgs: [
        workspace,
        `--user-data-dir=${join(folder, 'user')}`,
        `--extensions-dir=${join(folder, 'ext')}`,
        '--disable-workspace-trust',
      ],
    }).catch((error: unknown) => {
      console.error(String(error));
      return 1;
    });
    return reportResults(resultsPath, testsPath, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
