import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extensions } from 'vscode';
import type { Inside } from '../../../src/extension.ts';

/** Measured where it counts, in a real extension host: the first load of a fresh copy of the bundle, and what `activate` took. */
it('measures load and activation', async () => {
  const extension = extensions.getExtension<Inside>('game-server-ops.game-server-ops');
  if (!extension) throw new Error('the extension is not there');
  const { activationMs } = await extension.activate();
  const copy = join(mkdtempSync(join(tmpdir(), 'gsb-')), 'extension.cjs');
  copyFileSync(join(extension.extensionPath, 'dist/extension.cjs'), copy);
  const load = createRequire(copy);
  const begun = performance.now();
  load(copy);
  const loadMs = performance.now() - begun;
  writeFileSync(process.env['GSOPS_BENCH'] ?? '', JSON.stringify({ loadMs, activationMs }));
});
