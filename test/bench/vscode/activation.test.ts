import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { extensions } from 'vscode';
import type { Inside } from '../../../src/extension.ts';
import type { Start } from '../starts.ts';

/** Measured in a real extension host: the first load of a fresh copy of the bundle, and the time that `activate` took. */
it('measures load and activation', async () => {
  const extension = extensions.getExtension<Inside>('game-server-ops.game-server-ops');
  if (!extension) throw new Error('the extension is not there');
  const { activationMs } = await extension.activate();
  // Below the extension, where it finds what VS Code gives to extensions.
  const copy = mkdtempSync(join(extension.extensionPath, 'dist', 'measured-'));
  try {
    cpSync(join(extension.extensionPath, 'dist', 'lazy'), join(copy, 'lazy'), { recursive: true });
    for (const file of ['extension.js', 'start.js'])
      copyFileSync(join(extension.extensionPath, 'dist', file), join(copy, file));
    writeFileSync(join(copy, 'empty.js'), "import 'vscode';\nexport function activate() {}\n");
    const [emptyLoadMs, empty] = await load(join(copy, 'empty.js'));
    const [loadMs] = await load(join(copy, 'extension.js'));
    const begun = performance.now();
    empty.activate();
    const emptyActivationMs = performance.now() - begun;
    const start: Start = { loadMs, activationMs, emptyLoadMs, emptyActivationMs };
    writeFileSync(process.env['GSOPS_BENCH'] ?? '', JSON.stringify(start));
  } finally {
    rmSync(copy, { recursive: true });
  }
});

async function load(file: string): Promise<[ms: number, module: { activate(): void }]> {
  const begun = performance.now();
  const module = (await import(pathToFileURL(file).href)) as { activate(): void };
  return [performance.now() - begun, module];
}
