import type { Locator } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { setConnections, useWorkbench } from '../harness/e2e.ts';
import { keepPicture } from '../harness/pictures.ts';
import type { Clip } from '../harness/workbench.ts';
import { KgsmRoot } from './kgsm.ts';

const kgsm = new KgsmRoot();
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});

/** Parts of the window that show what a step is about. */
const sidebar: Clip = { x: 48, y: 36, width: 304, height: 420 };
const top: Clip = { x: 48, y: 0, width: 945, height: 330 };
const panel: Clip = { x: 352, y: 500, width: 926, height: 266 };

describe('a new user on the tour', () => {
  const workbench = useWorkbench({ mode: 'installed', viewport: { width: 1280, height: 800 } });

  /** Calls a command by its title, typed into the palette. */
  async function call(title: string): Promise<void> {
    const wb = workbench();
    const { page } = wb;
    await page.keyboard.press('F1');
    const input = page.getByRole('textbox', { name: /type the name of a command/i });
    await input.waitFor();
    await page.keyboard.type(`Game Servers: ${title}`);
    await wb.activeQuickItem(`Game Servers: ${title}`).waitFor();
    await page.keyboard.press('Enter');
  }

  /** Goes on by Tab to what has a name. */
  async function tabTo(wanted: Locator): Promise<void> {
    const { page } = workbench();
    await wanted.waitFor();
    for (let press = 0; press < 40; press++) {
      if ((await wanted.and(page.locator(':focus')).count()) > 0) return;
      await page.keyboard.press('Tab');
    }
    throw new Error('Tab does not lead there.');
  }

  /** Types what is looked for into the list that asks, and takes it. */
  async function choose(question: string, name: string): Promise<void> {
    const wb = workbench();
    await wb.page.getByPlaceholder(question).waitFor();
    await wb.page.keyboard.type(name);
    await wb.activeQuickItem(name).waitFor();
    await wb.page.keyboard.press('Enter');
  }

  /** A picture of a step, for the tour itself. */
  async function picture(step: string, clip: Clip): Promise<void> {
    keepPicture(await workbench().screenshot(`tour-${step}`, clip), `media/walkthrough/${step}.png`);
  }

  const step = (title: string): Locator => workbench().page.getByRole('button', { name: title });
  const isDone = (title: string): Promise<number> => step(title).locator('.complete').count();

  it('finds the first step done once servers are simulated, not before, and no other, by keys alone', async () => {
    const wb = workbench();
    const { page } = wb;
    await page.getByRole('tab', { name: /^Game Servers/ }).waitFor();
    await call('Focus on Instances View');
    await tabTo(page.getByRole('button', { name: 'Take the Tour' }));
    await page.keyboard.press('Enter');
    await step('Look round with simulated servers').waitFor();
    expect(await isDone('Look round with simulated servers')).toBe(0);
    await wb.screenshots('tour');

    await call('Try with Simulated Servers');
    await wb.treeItem(/^survival, running and ready.*on KGSM/).waitFor();
    await expect.poll(() => isDone('Look round with simulated servers')).toBe(1);
    expect(await isDone('Operate a server')).toBe(0);
    expect(await isDone('Inspect an event')).toBe(0);
  });

  it('restarts one of them and reads its log, by keys and names alone', async () => {
    const wb = workbench();
    const { page } = wb;
    // A step of a tour that has the focus takes the release of Enter for a press, and the focus from what the palette opened.
    await page.keyboard.press('Control+0');
    await page.locator('.part.sidebar :focus').waitFor();
    await call('Restart');
    await choose('Which instance?', 'survival');
    // A question comes where somebody plays, and somebody may.
    await expect
      .poll(async () => {
        if (await wb.dialog.isVisible()) await page.keyboard.press('Enter');
        return isDone('Operate a server');
      })
      .toBe(1);
    // KGSM restarts without its watcher, so nobody says that the server is ready again.
    await wb.treeItem(/^survival, running, .*on KGSM/).waitFor();

    await call('Show Server Log');
    await choose('The log of which instance?', 'survival');
    await page.locator('.terminal-wrapper textarea:focus').waitFor();
    await wb.screenshots('tour-log');
  });

  it('finds each other step done by its deed', async () => {
    const wb = workbench();
    const { page } = wb;
    await wb.treeItem(/^palworld, running.*on KGSM/).waitFor();
    await picture('demo', sidebar);
    expect(await isDone('Find your way in the tree')).toBe(0);
    await wb.command('Game Servers: Filter Servers…');
    await wb.quickInput.fill('mine');
    await wb
      .treeItem(/^palworld,/)
      .first()
      .waitFor({ state: 'detached' });
    await picture('arrange', top);
    await page.keyboard.press('Enter');
    await expect.poll(() => isDone('Find your way in the tree')).toBe(1);
    await wb.command('Game Servers: Clear Filter');
    await wb.command('Game Servers: Show Tasks');
    await wb
      .treeItem(/, Succeeded, \d+ s, ended /)
      .first()
      .waitFor();
    await picture('operate', { ...sidebar, y: 400, height: 366 });

    await wb.command('Game Servers: Open Event Inspector');
    const inspector = wb.viewFrame();
    await inspector
      .getByRole('combobox', { name: 'Filter events' })
      .fill('instance:survival type:instance_*');
    expect(await isDone('Inspect an event')).toBe(0);
    await inspector
      .getByRole('row', { name: /instance_started/ })
      .last()
      .click();
    await inspector.getByRole('region', { name: 'Event detail' }).waitFor();
    await expect.poll(() => isDone('Inspect an event')).toBe(1);
    await picture('inspect', panel);
    await wb.command('View: Toggle Panel Visibility');

    await wb.command('Game Servers: Stop Simulated Servers');
    await wb.command('Game Servers: Add Connection…');
    await wb.quickItem('Bedrock Server Manager').waitFor();
    await picture('connect', top);
    await page.keyboard.press('Escape');
    expect(await isDone('Connect your own game servers')).toBe(0);
    setConnections(wb, [kgsm.connection()]);
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    await expect.poll(() => isDone('Connect your own game servers')).toBe(1);

    await kgsm.send('instance_started', 'survival');
    expect(await isDone('Record and replay')).toBe(0);
    await wb.contextMenu(wb.treeItem(/Connection Home/), 'Record');
    await expect.poll(() => isDone('Record and replay')).toBe(1);
    await kgsm.send('instance_stopped', 'survival');
    await page.getByRole('button', { name: 'Recordings Section' }).click();
    await wb.treeItem(/^Recording Home, .*under way/).waitFor();
    await picture('replay', { ...sidebar, y: 612, height: 90 });
    await wb.screenshots('tour-done');
  });

  it('has the same servers in a window whose folder is on no disk', async () => {
    const wb = workbench();
    const url = new URL(wb.page.url());
    url.searchParams.set('folder', 'memfs:/project');
    await wb.page.goto(url.href);
    await wb.ready();
    await wb.openView('Game Servers');
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    await kgsm.send('instance_started', 'survival');
    await wb.treeItem(/^survival, running/).waitFor();
  });
});
