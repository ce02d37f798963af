import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { extensions } from 'vscode';
import type { Inside } from '../../../src/extension.ts';

/** Measured where it counts, in a real extension host: the first load of a fresh copy of the bundle, and what `activate` took. */
it('measures load and activation', async () => {
  const extension = extensions.getExtension<Inside>('game-server-ops.game-server-ops');
  if (!extension) throw new Error('the extension is not there');
  const { activationMs } = await extension.activate();
  // Below the extension, where it finds what VS Code gives to extensions.
  const copy = mkdtempSync(join(extension.extensionPath, 'dist', 'measured-'));
  cpSync(join(extension.extensionPath, 'dist', 'lazy'), join(copy, 'lazy'), { recursive: true });
  copyFileSync(join(extension.extensionPath, 'dist', 'extension.js'), join(copy, 'extension.js'));
  const begun = performance.now();
  await import(pathToFileURL(join(copy, 'extension.js')).href);
  const loadMs = performance.now() - begun;
  rmSync(copy, { recursive: true });
  writeFileSync(process.env['GSOPS_BENCH'] ?? '', JSON.stringify({ loadMs, activationMs }));
});
