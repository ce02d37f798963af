import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { ACTION_LIMIT_MS, launchChromium } from '../harness/chromium.ts';
import { type Theme, themeCss } from './page/themes.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const NONCE = 'bm90LXNlY3JldA';
const policy = `default-src 'none'; style-src 'self'; script-src 'nonce-${NONCE}'`;
const screenshots = fromRoot('test/results/screenshots');

let server: Server;
let browser: Browser;
export let page: Page;
const complaints: string[] = [];

/** Serves the page of the charts as it was built, under VS Code's strict policy, with a fake host. */
export async function start(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [fromRoot('test/e2e/page/metrics.harness.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  const files = new Map<string, string>([
    ['metrics.js', readFileSync(fromRoot('dist/webview/metrics.js'), 'utf8')],
    ...lazyFiles(),
    ['metrics.css', readFileSync(fromRoot('dist/webview/metrics.css'), 'utf8')],
    ['harness.js', outputFiles[0]?.text ?? ''],
    ...(['dark', 'light', 'contrast'] as const).map((theme) => [`${theme}.css`, themeCss(theme)] as const),
  ]);
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const file = files.get(pathname.slice(1));
    if (pathname === '/')
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
        .end(documentOf(searchParams.get('theme') ?? 'dark'));
    else if (file === undefined) response.writeHead(204).end();
    else
      response
        .writeHead(200, { 'content-type': pathname.endsWith('.js') ? 'text/javascript' : 'text/css' })
        .end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launchChromium();
  page = await browser.newPage();
  page.setDefaultTimeout(ACTION_LIMIT_MS);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  mkdirSync(screenshots, { recursive: true });
}

/** Parts that several pages share. */
function lazyFiles(): readonly (readonly [string, string])[] {
  return readdirSync(fromRoot('dist/webview/lazy')).map((name) => [
    `lazy/${name}`,
    readFileSync(fromRoot(`dist/webview/lazy/${name}`), 'utf8'),
  ]);
}

export async function stop(): Promise<void> {
  await page.close();
  await browser.close();
  server.closeAllConnections();
  server.close();
}

const documentOf = (theme: string): string => `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Metrics</title>
    <link rel="stylesheet" id="theme" href="/${theme}.css">
    <link rel="stylesheet" href="/metrics.css">
  </head>
  <body>
    <gso-metrics></gso-metrics>
    <script type="module" nonce="${NONCE}" src="/harness.js"></script>
    <script type="module" nonce="${NONCE}" src="/metrics.js"></script>
  </body>
</html>`;

export interface Opening {
  readonly theme?: Theme;
  readonly minutes?: number;
  readonly width?: number;
  readonly height?: number;
  readonly query?: string;
}

export async function open({
  theme = 'dark',
  minutes = 12,
  width = 1000,
  height = 720,
  query = '',
}: Opening = {}): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.mouse.move(0, 0);
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/?theme=${theme}&minutes=${minutes}&${query}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

export const fake = <T = unknown>(script: string): Promise<T> => page.evaluate<T>(`fake.${script}`);
export const charts = (): Locator => page.locator('gso-chart');
export const headings = (): Promise<string[]> => page.getByRole('heading', { level: 2 }).allTextContents();
export const head = (name: string): Locator =>
  page.locator('section', { has: page.getByRole('heading', { name, exact: true }) }).locator('.head');
export const picture = (name: string | RegExp): Locator => page.getByRole('img', { name });
export const screenshot = async (name: string): Promise<void> => {
  await page.screenshot({ path: `${screenshots}/metrics-${name}.png`, fullPage: true });
};

/** The opaque colours of a chart, without those of single pixels. */
export const painted = (index: number): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const chart = document.querySelector('gso-metrics').shadowRoot.querySelectorAll('gso-chart')[${index}];
    const canvas = chart.shadowRoot.querySelector('canvas');
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const counts = new Map();
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] < 250) continue;
      const color = [data[i], data[i + 1], data[i + 2]].map((c) => c.toString(16).padStart(2, '0')).join('');
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    return [...counts].filter(([, count]) => count > 20).map(([color]) => color);
  })()`);

/** Whatever a test does: nothing may break the policy, throw or write to the console. */
export async function expectNoComplaints(): Promise<void> {
  complaints.push(...(await fake<string[]>('violations')));
  expect(complaints.splice(0)).toEqual([]);
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Barriers that axe finds. The probing of axe breaks the policy, so what is complained about meanwhile is forgotten. */
export const barriers = async (): Promise<string[]> => {
  const before = [...complaints, ...(await fake<string[]>('violations'))];
  await page.evaluate(axe);
  const found = await page.evaluate<
    string[]
  >(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target.join(' '))))`);
  await fake('violations.splice(0)');
  complaints.splice(0, complaints.length, ...before);
  return found;
};
