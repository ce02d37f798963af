import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  Browser,
  BrowserContext,
  ConsoleMessage,
  Frame,
  FrameLocator,
  Locator,
  Page,
} from 'playwright-core';
import { ACTION_LIMIT_MS, launchChromium } from './chromium.ts';
import { screenshotOtherLooks } from './looks.ts';
import { escapeRegExp, openPalette, runCommand } from './palette.ts';
import { SOON_MS, succeeds } from './patience.ts';
import { rounds } from './proof.ts';
import type { VscodeServer } from './server.ts';

export type ColorScheme = 'dark' | 'light';

export interface WorkbenchOptions {
  readonly colorScheme?: ColorScheme;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** `false`: a browser window to look at. */
  readonly headless?: boolean;
  /** Leaves the message about the history that a new user gets; otherwise it is closed as it comes. */
  readonly firstRun?: boolean;
  /** Called with the page before it goes to VS Code, e.g. to expose functions. */
  readonly prepare?: (page: Page, context: BrowserContext) => Promise<void>;
}

/** Part of the window. */
export interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const SCREENSHOTS = fileURLToPath(new URL('../results/screenshots/', import.meta.url));
const VIEW_FRAME = 'iframe.webview.ready[src*="purpose=webviewView"]';
const EDITOR_FRAME = 'iframe.webview.ready:not([src*="purpose=webviewView"])';
/** The first start of a fresh server compiles its code caches, which takes seconds on a slow machine. */
const WORKBENCH_LIMIT_MS = 60_000;
/** VS Code's own mark for the end of its start. */
const RESTORED = `performance.getEntriesByName('code/didStartWorkbench').length > 0`;
/** Words of the message that comes with the first connection of a new user. */
const FIRST_RUN = /keeps the events that it receives in a file/;
const FRAMES_DRAWN =
  'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn))))';

/** A VS Code window in Chromium, with the hands and eyes of a user. */
export class Workbench implements AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly server: VscodeServer;
  /** Every complaint about the content security policy since the start, from all frames. */
  readonly cspViolations: string[] = [];
  /** Every error on the browser's console since the start, for messages of failed tests. */
  readonly consoleErrors: string[] = [];
  readonly #browser: Browser;
  #isFirstRunAway = false;

  constructor(browser: Browser, context: BrowserContext, page: Page, server: VscodeServer) {
    this.#browser = browser;
    this.context = context;
    this.page = page;
    this.server = server;
    page.on('console', (message) => {
      this.#noteConsole(message);
    });
  }

  /** The path of the workspace folder on disk. */
  get workspace(): string {
    return this.server.workspace;
  }

  /** From now on the message about the history goes before the next press or picture. */
  async keepFirstRunAway(): Promise<void> {
    this.#isFirstRunAway = true;
    await this.page.addLocatorHandler(this.toasts(FIRST_RUN), () => this.#dismissFirstRun());
  }

  /** Waits until the workbench is there, its parts are drawn and the views of last time are restored. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: WORKBENCH_LIMIT_MS });
    await this.page
      .locator('.part.statusbar .statusbar-item')
      .first()
      .waitFor({ timeout: WORKBENCH_LIMIT_MS });
    await this.page.waitForFunction(RESTORED, undefined, { timeout: WORKBENCH_LIMIT_MS });
  }

  /** Runs a command through the palette by its whole title, with its category: `View: Toggle Panel`. */
  async command(title: string): Promise<void> {
    await runCommand(this, title);
  }

  /** Opens the command palette; keys go to it then. */
  async openPalette(): Promise<void> {
    await openPalette(this);
  }

  /** Shows a view container by the name of its tab in the activity bar or the panel. */
  async openView(name: string): Promise<void> {
    const tab = this.page.getByRole('tab', { name: new RegExp(`^${escapeRegExp(name)}`) }).first();
    await tab.waitFor({ timeout: WORKBENCH_LIMIT_MS });
    // A press on what is shown hides it, and a tab of a restored window says late that it is the one that is shown.
    for (let press = 0; press < 5 && !(await this.#selected(tab)); press++) {
      await tab.click();
      await tab
        .and(this.page.getByRole('tab', { selected: true }))
        .waitFor({ timeout: 2000 })
        .catch(() => undefined);
    }
  }

  /** An item of any tree (views, explorer) by its accessible name. */
  treeItem(name: string | RegExp): Locator {
    return this.page.getByRole('treeitem', { name });
  }

  /** Inside of the webview of a view; `extensionId` only when webview views of several extensions are shown. */
  viewFrame(extensionId = ''): FrameLocator {
    const id = extensionId === '' ? '' : `[src*="extensionId=${extensionId}"]`;
    return this.page.frameLocator(VIEW_FRAME + id).frameLocator('#active-frame');
  }

  /** Inside of the webview of an editor (tab or custom editor). */
  editorFrame(): FrameLocator {
    return this.page.frameLocator(EDITOR_FRAME).frameLocator('#active-frame');
  }

  /** The frame behind a locator, for `evaluate` (axe, measurements). */
  async frameOf(locator: FrameLocator): Promise<Frame> {
    const body = await locator.locator('body').elementHandle({ timeout: WORKBENCH_LIMIT_MS });
    const frame = await body.ownerFrame();
    if (!frame) throw new Error('The webview is gone.');
    return frame;
  }

  /** Chooses from the context menu of something. VS Code takes a press that comes with the opening for a slip, so it dwells. */
  async contextMenu(target: Locator, item: string): Promise<void> {
    const entry = this.page.getByRole('menuitem', { name: item, exact: true });
    // A menu closes in a window behind another one, and where a page gets the focus back.
    await this.page.bringToFront();
    for (let tries = 1; tries <= 5; tries++) {
      await target.click({ button: 'right' });
      if (await succeeds(entry.hover({ timeout: (SOON_MS * tries) / 5 }))) break;
      // Without a menu, a tree would take it and forget what is selected.
      if (await this.page.locator('.monaco-menu').isVisible()) await this.page.keyboard.press('Escape');
    }
    await this.choose(item);
  }

  /** Names of the items of the context menu that is open. */
  async menuItems(): Promise<string[]> {
    return await this.page.locator('.monaco-menu').getByRole('menuitem').allInnerTexts();
  }

  /** Chooses from the context menu that is open. */
  async choose(item: string): Promise<void> {
    const entry = this.page.getByRole('menuitem', { name: item, exact: true });
    await entry.hover();
    await entry.click({ delay: 200 });
    await entry.waitFor({ state: 'hidden' });
  }

  /** The input box of the quick input. */
  get quickInput(): Locator {
    return this.page
      .locator('.quick-input-widget input[type="text"], .quick-input-widget input[type="password"]')
      .first();
  }

  /** A line of the quick pick that is open. */
  quickItem(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  }

  /** The same, once Enter would take it. */
  activeQuickItem(text: string | RegExp): Locator {
    return this.quickItem(text).and(this.page.locator('.focused'));
  }

  /** Picks a line of the quick pick that is open or about to open. */
  async pick(text: string | RegExp): Promise<void> {
    await this.quickItem(text).click();
  }

  /** Types a value into the input box that is open or about to open, and accepts it. The prompt tells it from the one before. */
  async enter(value: string, prompt?: string | RegExp): Promise<void> {
    if (prompt !== undefined) await this.asked(prompt);
    await this.quickInput.fill(value);
    await this.page.keyboard.press('Enter');
  }

  /** Waits until the quick input asks this: a prompt, or the step in its title. The lines of a pick are no question. */
  async asked(prompt: string | RegExp): Promise<void> {
    const question = this.page.locator('.quick-input-titlebar, .quick-input-header', { hasText: prompt });
    await question.filter({ visible: true }).first().waitFor();
  }

  /** All toasts, or those with this text. Toasts exist in `installed` mode only. */
  toasts(text?: string | RegExp): Locator {
    const all = this.page.locator('.notifications-toasts .notification-list-item');
    return text === undefined ? all : all.filter({ hasText: text });
  }

  /** Waits for a toast with this text and presses one of its buttons. */
  async pressToast(text: string | RegExp, button: string): Promise<void> {
    const toasts = this.toasts(text);
    const toast = toasts.first();
    await toast.waitFor();
    const last = toasts.nth((await toasts.count()) - 1);
    // A toast moves where another one goes, from under the press: one that was pressed closes.
    for (let tries = 0; tries < 5; tries++) {
      // Buttons of a collapsed toast become clickable under the mouse.
      await toast.hover();
      await toast.getByRole('button', { name: button }).click();
      if (await succeeds(last.waitFor({ state: 'detached', timeout: SOON_MS }))) break;
    }
  }

  /** Closes the message about the history, which comes with the first connection of a new user and would cover what tests look at. */
  async #dismissFirstRun(): Promise<void> {
    const close = this.toasts(FIRST_RUN).getByRole('button', {
      name: /^Clear Notification/,
      includeHidden: true,
    });
    // Not by the mouse: a question may lie over it.
    if ((await close.count()) > 0) await close.first().dispatchEvent('click');
  }

  /** The modal question that is open. */
  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Trusts the workspace folder, where the window began in Restricted Mode (`trust: false`). */
  async trustWorkspace(): Promise<void> {
    await this.command('Workspaces: Manage Workspace Trust');
    await this.page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: 'Trust', exact: true })
      .click();
    await this.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor({ state: 'detached' });
    await this.closeModalEditor();
  }

  /** Newer versions show settings and trust in an editor that covers the window; older ones in a tab, which stays. */
  async closeModalEditor(): Promise<void> {
    const close = this.page.getByRole('button', { name: /^Close Modal Editor/ });
    if (!(await close.isVisible())) return;
    await close.click();
    await close.waitFor({ state: 'detached' });
  }

  /** Switches between the dark and the light theme as the operating system would. */
  async setTheme(scheme: ColorScheme): Promise<void> {
    await this.page.emulateMedia({ colorScheme: scheme });
    const wanted = scheme === 'dark' ? '.monaco-workbench.vs-dark' : '.monaco-workbench.vs';
    await this.page.locator(wanted).waitFor();
  }

  /** Chooses the dark theme of high contrast, as a user does. */
  async setHighContrast(): Promise<void> {
    await this.command('Preferences: Color Theme');
    await this.quickInput.fill('Dark High Contrast');
    await this.quickItem('Dark High Contrast').waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.monaco-workbench.hc-black').waitFor();
  }

  /** Writes `test/results/screenshots/<name>.png` and gives its path. The mouse leaves first, so that no hover is in the picture. */
  async screenshot(name: string, clip?: Clip | null): Promise<string> {
    const path = join(SCREENSHOTS, `${name.replaceAll(/[^\w.-]+/g, '-')}.png`);
    mkdirSync(SCREENSHOTS, { recursive: true });
    const size = this.page.viewportSize() ?? { width: 1400, height: 900 };
    await this.page.mouse.move(size.width / 2, size.height / 2);
    if (this.#isFirstRunAway) await this.#dismissFirstRun();
    await this.page.screenshot({ path, animations: 'disabled', ...(clip ? { clip } : {}) });
    return path;
  }

  /** The same in the dark theme, which stays, and in all other looks where proofs are full. */
  async screenshots(name: string): Promise<void> {
    if (rounds(1, 2) > 1) await screenshotOtherLooks(this, name);
    await this.screenshot(`${name}-dark`);
  }

  /** A picture of what went wrong; never throws, so that the test's own error stays the one that is seen. */
  async screenshotOfFailure(testName: string): Promise<string | undefined> {
    return await this.screenshot(`failed-${testName}`).catch(() => undefined);
  }

  /** Loads the window anew, as "Developer: Reload Window" does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Loads the window anew by its command: whatever its storage has not written yet is written before. */
  async reloadInOrder(): Promise<void> {
    const title = 'Developer: Reload Window';
    await this.openPalette();
    await this.quickInput.fill(`>${title}`);
    const loaded = this.page.waitForEvent('load', { timeout: WORKBENCH_LIMIT_MS });
    await this.page
      .locator('.quick-input-list .monaco-list-row', { hasText: title })
      .first()
      .click({ noWaitAfter: true });
    await loaded;
    await this.ready();
  }

  /** Closes the window, the browser and the server. */
  async dispose(): Promise<void> {
    try {
      // The page first: only then does the server end the extension host at once instead of keeping it for a reconnect.
      await this.page.close();
      await this.#browser.close();
    } finally {
      await this.server.dispose();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** Whether a tab is selected, once what a press began is drawn. */
  async #selected(tab: Locator): Promise<boolean> {
    await this.page.evaluate(FRAMES_DRAWN);
    return (await tab.getAttribute('aria-selected')) === 'true';
  }

  #noteConsole(message: ConsoleMessage): void {
    if (message.type() !== 'error') return;
    const text = message.text();
    this.consoleErrors.push(text);
    if (/content security policy/i.test(text)) this.cspViolations.push(text);
  }
}

/** Opens a window on a server. The workbench owns the server from here on, also when this fails. */
export async function openWorkbenchOn(
  server: VscodeServer,
  options: WorkbenchOptions = {},
): Promise<Workbench> {
  let browser: Browser | undefined;
  try {
    browser = await launchChromium({ headless: options.headless ?? true });
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1400, height: 900 },
      colorScheme: options.colorScheme ?? 'dark',
    });
    // The page fetches half of the key of its secret storage here; without an answer secrets would not survive a reload.
    await context.route('**/mint-key', (route) =>
      route.fulfill({ status: 200, contentType: 'application/octet-stream', body: Buffer.alloc(32, 7) }),
    );
    context.setDefaultTimeout(ACTION_LIMIT_MS);
    const page = await context.newPage();
    const workbench = new Workbench(browser, context, page, server);
    await options.prepare?.(page, context);
    await page.goto(server.url);
    await workbench.ready();
    if (options.firstRun !== true) await workbench.keepFirstRunAway();
    return workbench;
  } catch (error) {
    await browser?.close();
    await server.dispose();
    throw error;
  }
}
