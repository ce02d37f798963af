import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { ACTION_LIMIT_MS, launchChromium } from '../harness/chromium.ts';
import { ROW_HEIGHTS } from '../../src/webview/grid/scroll-space.ts';
import { serveWebview, type WebviewPage } from './webview.server.ts';

/** Height of a row. */
export const ROW = ROW_HEIGHTS.comfortable;

export let web: WebviewPage;
let browser: Browser;
export let page: Page;
const complaints: string[] = [];

/** Starts the browser with one page, which all tests share: a new one for each would take twice as long. */
export async function start(): Promise<void> {
  [web, browser] = await Promise.all([
    serveWebview(),
    launchChromium({ ignoreDefaultArgs: ['--hide-scrollbars'] }),
  ]);
  page = await browser.newPage();
  page.setDefaultTimeout(ACTION_LIMIT_MS);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
}

export async function stop(): Promise<void> {
  await page.close();
  await browser.close();
  await web.close();
}

/** Whatever a test does: nothing may break the policy, throw or write to the console. */
export async function expectNoComplaints(): Promise<void> {
  complaints.push(...(await fake<string[]>('violations')));
  expect(complaints.splice(0)).toEqual([]);
}

export async function open(
  options: Parameters<WebviewPage['url']>[0] & {
    readonly width?: number;
    readonly height?: number;
    readonly isWhole?: boolean;
  } = {},
): Promise<void> {
  const { width = 1360, height = 760, isWhole = true } = options;
  await page.setViewportSize({ width, height });
  await page.mouse.move(0, 0);
  await page.goto(web.url(options));
  if (options.events !== 0) await rows().first().waitFor();
  // The parts around the rows come after them.
  if (isWhole) await page.locator('.shell:not(.early)').waitFor();
}

export const rows = (): Locator => page.locator('.layer .row');
export const grid = (): Locator => page.getByRole('grid', { name: 'Events' });
export const filter = (): Locator => page.getByRole('combobox', { name: 'Filter events' });
const follow = (): Locator => page.getByRole('switch', { name: 'Follow' });
export const jump = (): Locator => page.getByRole('button', { name: /↓ .* new/ });
export const detail = (): Locator => page.getByRole('region', { name: 'Event detail' });
export const fake = <T = unknown>(script: string): Promise<T> => page.evaluate<T>(`fake.${script}`);
export const rowAt = (position: number): Locator =>
  page.locator(`.layer .row[aria-rowindex="${position + 2}"]`);
export const isFollowing = async (): Promise<boolean> =>
  (await follow().getAttribute('aria-checked')) === 'true';

/** Role of the element that has the focus, in whatever part of the page it is. */
export const focusedRole = (): Promise<string | null> =>
  page.evaluate(`(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.getAttribute('role') ?? null;
  })()`);

/** Positions of the rows that are wholly in the viewport. */
export const visible = (): Promise<{ first: number; last: number; loaded: boolean }> =>
  page.evaluate(`(() => {
    const inner = document.querySelector('gso-inspector').shadowRoot.querySelector('gso-grid').shadowRoot;
    const box = inner.querySelector('.layer').getBoundingClientRect();
    const inside = [...inner.querySelectorAll('.layer .row')].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top >= box.top - 1 && bottom <= box.bottom + 1;
    });
    const at = inside.map((row) => Number(row.ariaRowIndex) - 2).sort((a, b) => a - b);
    return { first: at[0], last: at.at(-1),
      loaded: inside.every((row) => !row.classList.contains('loading')) };
  })()`);

export const settled = async (check: () => Promise<unknown>, expected: unknown): Promise<void> => {
  await expect.poll(check, { interval: 20 }).toEqual(expected);
};

/** Opens the emit form, which is loaded when it is used, until it takes keys. */
export async function openForm(): Promise<void> {
  await page.getByRole('button', { name: 'Emit…' }).click();
  await page.getByRole('region', { name: 'Emit an event' }).locator('input:focus').waitFor();
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
  // The colour of numbers is the theme's own; Light Modern's is a little too light on a panel.
  return found.filter((barrier) => !/^color-contrast .*\.number$/.test(barrier));
};
