import { packExtension } from '../harness/packExtension.ts';

/** Title of the command that opens the page in an editor tab. */
export const openBareWebview = 'Bare Webview: Open';

const manifest = {
  contributes: { commands: [{ command: 'bareWebview.open', title: openBareWebview }] },
};
const code = `const { commands, Uri, ViewColumn, window } = require('vscode');
exports.activate = (context) => {
  commands.registerCommand('bareWebview.open', () => {
    const { webview } = window.createWebviewPanel('bareWebview', 'Bare Webview', ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [context.extensionUri],
    });
    webview.onDidReceiveMessage(() => webview.postMessage({ rows: 31 }));
    const uri = (file) => webview.asWebviewUri(Uri.joinPath(context.extensionUri, file));
    webview.html = \`<!DOCTYPE html><link rel="stylesheet" href="\${uri('bare.css')}">
<body><script type="module" src="\${uri('bare.js')}"></script></body>\`;
  });
};
`;
const page = `const host = acquireVsCodeApi();
let first = 0;
const texts = (n) => [
  new Date(1.8e12 + n * 977).toISOString().slice(11, 23),
  'Home',
  'instance-' + (n % 40),
  'instance_version_updated',
  'Updated to version 1.' + n,
  220 + (n % 30) + ' B',
];
const write = () => {
  for (const [at, row] of [...document.querySelectorAll('.row')].entries())
    for (const [index, text] of texts(first + at).entries()) row.children[index].firstChild.data = text;
};
addEventListener('message', ({ data: { rows } }) => {
  if (!rows) return;
  for (let at = 0; at < rows; at++) {
    const row = document.body.appendChild(document.createElement('div'));
    row.className = 'row';
    row.style.transform = 'translateY(' + at * 22 + 'px)';
    for (const text of texts(at)) row.appendChild(document.createElement('span')).textContent = text;
  }
});
let isAsked = false;
addEventListener('wheel', ({ deltaY }) => {
  first += Math.round(-deltaY / 22);
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    write();
  });
});
host.postMessage('hello');
`;
const style = `.row { position: absolute; inset: 0 0 auto; height: 22px; display: flex; contain: strict }
.row span { flex: 0 0 16%; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; contain: strict }
`;

/** Packs an extension with the least that a list in a page can be: rows of text at fixed places. Answers the path of its VSIX. */
export function packBareWebview(folder: string): Promise<string> {
  return packExtension(folder, 'bare-webview', manifest, code, { 'bare.js': page, 'bare.css': style });
}
