import { randomBytes } from 'node:crypto';
import { env, l10n, Uri, type Webview } from 'vscode';

/** The page of the inspector: one script with a nonce, styles and font from the extension, nothing else. */
export function inspectorHtml(webview: Webview, extension: Uri, home: 'panel' | 'tab'): string {
  const folder = Uri.joinPath(extension, 'dist', 'webview');
  const uri = (name: string): string => webview.asWebviewUri(Uri.joinPath(folder, name)).toString();
  const nonce = randomBytes(16).toString('base64');
  const source = webview.cspSource;
  const policy = [
    `default-src 'none'`,
    `img-src ${source}`,
    `font-src ${source}`,
    `style-src ${source}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri('codicon.css')}" id="vscode-codicon-stylesheet">
<link rel="stylesheet" href="${uri('inspector.css')}">
<title>${l10n.t('Event Inspector')}</title>
</head>
<body data-home="${home}">
<gso-inspector></gso-inspector>
<script type="module" nonce="${nonce}" src="${uri('inspector.js')}"></script>
</body>
</html>`;
}

export function inspectorOptions(extension: Uri): { enableScripts: true; localResourceRoots: Uri[] } {
  return { enableScripts: true, localResourceRoots: [Uri.joinPath(extension, 'dist', 'webview')] };
}
