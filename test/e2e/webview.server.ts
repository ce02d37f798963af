import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { cssAsText } from '../../cssAsText.ts';
import { type Theme, themeCss } from './page/themes.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const NONCE = 'bm90LXNlY3JldA';
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', ttf: 'font/ttf' };

export interface WebviewPage {
  /** Minified size of what every page loads, in bytes. */
  readonly size: number;
  url(options?: {
    readonly events?: number;
    readonly theme?: Theme;
    readonly home?: 'panel' | 'tab';
    readonly query?: string;
  }): string;
  close(): Promise<void>;
}

/** Bundles the webview as it ships and serves it in a plain page with VS Code's strict policy and a fake host. */
export async function serveWebview(): Promise<WebviewPage> {
  const [inspector, harness] = await Promise.all([
    bundle('inspector', 'src/webview/main.ts'),
    bundle('harness', 'test/e2e/page/harness.ts'),
  ]);
  const files = new Map<string, string | Buffer>([
    ...inspector.files,
    ...harness.files,
    ['inspector.css', readFileSync(fromRoot('src/webview/inspector.css'))],
    ['codicon.css', readFileSync(fromRoot('node_modules/@vscode/codicons/dist/codicon.css'))],
    ['codicon.ttf', readFileSync(fromRoot('node_modules/@vscode/codicons/dist/codicon.ttf'))],
    ['dark.css', themeCss('dark')],
    ['light.css', themeCss('light')],
    ['contrast.css', themeCss('contrast')],
  ]);
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const name = pathname.slice(1);
    const file = files.get(name);
    if (name === '') {
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy(),
      });
      response.end(page(searchParams.get('theme') ?? 'dark', searchParams.get('home') ?? 'panel'));
    } else if (file === undefined) response.writeHead(204).end();
    else
      response
        .writeHead(200, { 'content-type': TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain' })
        .end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    size: inspector.size,
    url: ({ events = 50, theme = 'dark', home = 'panel', query = '' } = {}) =>
      `${origin}/?events=${events}&theme=${theme}&home=${home}&${query}`,
    close: () => closed(server),
  };
}

interface Bundle {
  /** Contents by path. */
  readonly files: readonly (readonly [path: string, text: string])[];
  /** Size of the entry with all that every page loads. */
  readonly size: number;
}

async function bundle(name: string, entry: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    plugins: [cssAsText],
    entryPoints: { [name]: fromRoot(entry) },
    bundle: true,
    splitting: true,
    outdir: fromRoot('dist/webview'),
    chunkNames: 'lazy/[name]-[hash]',
    absWorkingDir: fromRoot('dist/webview'),
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    metafile: true,
    write: false,
  });
  const loaded = new Set([`${name}.js`]);
  // A set grows while it is walked.
  for (const path of loaded)
    for (const { path: imported, kind } of metafile.outputs[path]?.imports ?? [])
      if (kind === 'import-statement' || imported.includes('/lateParts-')) loaded.add(imported);
  return {
    files: outputFiles.map(({ path, text }) => [relative(fromRoot('dist/webview'), path), text] as const),
    size: [...loaded].reduce((sum, path) => sum + (metafile.outputs[path]?.bytes ?? 0), 0),
  };
}

const policy = (): string =>
  `default-src 'none'; img-src 'self'; font-src 'self'; style-src 'self'; script-src 'nonce-${NONCE}'`;

const page = (theme: string, home: string): string => `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Event inspector</title>
    <link rel="stylesheet" href="/${theme === 'light' || theme === 'contrast' ? theme : 'dark'}.css">
    <link rel="stylesheet" href="/codicon.css" id="vscode-codicon-stylesheet">
    <link rel="stylesheet" href="/inspector.css">
  </head>
  <body data-home="${home === 'tab' ? 'tab' : 'panel'}">
    <gso-inspector></gso-inspector>
    <script type="module" nonce="${NONCE}" src="/harness.js"></script>
    <script type="module" nonce="${NONCE}" src="/inspector.js"></script>
  </body>
</html>`;

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
}
