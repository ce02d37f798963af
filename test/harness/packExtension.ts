import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';
import { ROOT } from './suites.ts';

/** Packs an extension of one file, or with more beside it. Answers the path of its VSIX. */
export async function packExtension(
  folder: string,
  name: string,
  manifest: Readonly<Record<string, unknown>>,
  code: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const whole = {
    name,
    publisher: 'bench',
    version: '1.0.0',
    engines: { vscode: '^1.103.0' },
    main: './extension.js',
    ...manifest,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(whole));
  for (const [file, content] of Object.entries({ ...files, 'extension.js': code }))
    writeFileSync(join(folder, file), content);
  const vsix = join(folder, `${name}.vsix`);
  const vsce = join(ROOT, 'node_modules/@vscode/vsce/vsce');
  const args = [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--skip-license'];
  const packed = await run(process.execPath, [...args, '--out', vsix], { cwd: folder });
  if (packed.code !== 0) throw new Error(`The extension ${name} was not packed:\n${packed.output}`);
  return vsix;
}
