import { randomBytes } from 'node:crypto';
import { env, l10n, Uri, type Webview } from 'vscode';

/** The page of a metrics panel: one script with a nonce and one style sheet of the extension, nothing else. */
export function metricsHtml(webview: Webview, extension: Uri): string {
  const folder = Uri.joinPath(extension, 'dist', 'webview');
  const uri = (name: string): string => webview.asWebviewUri(Uri.joinPath(folder, name)).toString();
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri('metrics.css')}">
<title>${l10n.t('Metrics')}</title>
</head>
<body>
<gso-metrics></gso-metrics>
<script type="module" nonce="${nonce}" src="${uri('metrics.js')}"></script>
</body>
</html>`;
}

export function metricsOptions(extension: Uri): { enableScripts: true; localResourceRoots: Uri[] } {
  return { enableScripts: true, localResourceRoots: [Uri.joinPath(extension, 'dist', 'webview')] };
}
