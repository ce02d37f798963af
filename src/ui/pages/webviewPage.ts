import { randomBytes } from 'node:crypto';
import { env, Uri, type Webview } from 'vscode';
import type { Scope } from '../../core/connections/scope.ts';
import { RpcChannel, type Handlers, type Side } from '../../rpc/channel.ts';

export interface WebviewPage {
  /** Names its script and style sheet in dist/webview, its element `gso-<name>`, and its icon in media. */
  readonly name: 'inspector' | 'metrics' | 'server';
  readonly title: string;
  /** Adds the style sheet, font and images of the codicons. */
  readonly codicons?: boolean;
  /** `data-home` of the body. */
  readonly home?: string;
  /** Files that the script imports: named here, they are loaded together with it. */
  readonly parts?: readonly string[];
}

/** Shows a page: one script with a nonce and style sheets of the extension, nothing else from anywhere. */
export function showPage(webview: Webview, extension: Uri, page: WebviewPage): void {
  const { name, title, codicons = false, home, parts = [] } = page;
  const folder = Uri.joinPath(extension, 'dist', 'webview');
  const uri = (file: string): string => webview.asWebviewUri(Uri.joinPath(folder, file)).toString();
  const nonce = randomBytes(16).toString('base64');
  const source = webview.cspSource;
  const policy = [
    `default-src 'none'`,
    ...(codicons ? [`img-src ${source}`, `font-src ${source}`] : []),
    `style-src ${source}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  const icons = `<link rel="stylesheet" href="${uri('codicon.css')}" id="vscode-codicon-stylesheet">\n`;
  const preloads = parts.map((part) => `<link rel="modulepreload" nonce="${nonce}" href="${uri(part)}">\n`);
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  webview.html = `<!DOCTYPE html>
<html lang="${env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${codicons ? icons : ''}<link rel="stylesheet" href="${uri(`${name}.css`)}">
${preloads.join('')}<title>${title}</title>
</head>
<body${home === undefined ? '' : ` data-home="${home}"`}>
<gso-${name}></gso-${name}>
<script type="module" nonce="${nonce}" src="${uri(`${name}.js`)}"></script>
</body>
</html>`;
}

/** The icon of a page in an editor tab. */
export function pageIcon(
  extension: Uri,
  name: WebviewPage['name'],
): { readonly light: Uri; readonly dark: Uri } {
  const icon = (theme: string): Uri => Uri.joinPath(extension, 'media', `${name}-${theme}.svg`);
  return { light: icon('light'), dark: icon('dark') };
}

/** The conversation with the page of a webview; it ends with the scope. */
export function pageChannel<Host extends Side, View extends Side>(
  webview: Webview,
  scope: Scope,
  handlers: Handlers<Host>,
): RpcChannel<Host, View> {
  const channel = scope.add(
    new RpcChannel<Host, View>((message) => void webview.postMessage(message), handlers),
  );
  scope.add(webview.onDidReceiveMessage((message: unknown) => channel.receive(message)));
  return channel;
}
