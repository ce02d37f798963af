import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../harness/run.ts';
import { ROOT } from '../harness/suites.ts';

/** Label of the one row of the view. */
export const bareRow = 'a row of the bare tree';

const manifest = {
  name: 'bare-tree',
  publisher: 'bench',
  version: '1.0.0',
  engines: { vscode: '^1.103.0' },
  main: './extension.js',
  contributes: { views: { gameServerOps: [{ id: 'bareTree', name: 'Bare Tree' }] } },
};
const code = `const { TreeItem, window } = require('vscode');
exports.activate = () => {
  const getChildren = () => [${JSON.stringify(bareRow)}];
  window.registerTreeDataProvider('bareTree', { getChildren, getTreeItem: (label) => new TreeItem(label) });
};
`;

/** Packs an extension with the least that a tree can be: a view with one row beside ours. Answers the path of its VSIX. */
export async function packBareTree(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'extension.js'), code);
  const vsix = join(folder, 'bare-tree.vsix');
  const vsce = join(ROOT, 'node_modules/@vscode/vsce/vsce');
  const args = [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--skip-license'];
  const packed = await run(process.execPath, [...args, '--out', vsix], { cwd: folder });
  if (packed.code !== 0) throw new Error(`The bare tree was not packed:\n${packed.output}`);
  return vsix;
}
