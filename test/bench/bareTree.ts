import { packExtension } from '../harness/packExtension.ts';

/** Label of the one row of the view. */
export const bareRow = 'a row of the bare tree';

const manifest = {
  contributes: { views: { gameServerOps: [{ id: 'bareTree', name: 'Bare Tree' }] } },
};
const code = `const { TreeItem, window } = require('vscode');
exports.activate = () => {
  const getChildren = () => [${JSON.stringify(bareRow)}];
  window.registerTreeDataProvider('bareTree', { getChildren, getTreeItem: (label) => new TreeItem(label) });
};
`;

/** Packs an extension with the least that a tree can be: a view with one row beside ours. Answers the path of its VSIX. */
export function packBareTree(folder: string): Promise<string> {
  return packExtension(folder, 'bare-tree', manifest, code);
}
