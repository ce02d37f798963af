import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Files of the programs that tests start again and again. */
    readonly programs: {
      readonly simulator: string;
      readonly gsops: string;
      /** Folder below which `gsops` keeps its own journal. */
      readonly data: string;
    };
  }
}

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
const common = { bundle: true, platform: 'node', target: 'node22', logLevel: 'error' } as const;

/** Bundles the simulator and `gsops` before the tests: from their sources each takes a multiple of the time to start. */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'gsops-programs-'));
  // Beside the command line, which starts it, as in the package.
  const simulator = join(folder, 'simulators.js');
  await Promise.all([
    build({ ...common, entryPoints: [source('simulator/main.ts')], format: 'cjs', outfile: simulator }),
    build({
      ...common,
      entryPoints: { gsops: source('cli/main.ts') },
      format: 'esm',
      splitting: true,
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      define: { gsopsVersion: '"0.0.0-test"' },
      // Libraries of the old kind ask for Node's own modules by `require`.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    }),
  ]);
  project.provide('programs', { simulator, gsops: join(folder, 'gsops.mjs'), data: join(folder, 'data') });
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
