import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';

describe('somebody who has the keyboard alone, and finds things by their names', () => {
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

  const step = (title: string): Locator => workbench().page.getByRole('button', { name: title });
  const isDone = (title: string): Promise<number> => step(title).locator('.complete').count();

  it('finds the first step of the tour done once servers are simulated, not before, and no other', async () => {
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

  it('restarts one of them, and reads its log', async () => {
    const wb = workbench();
    const { page } = wb;
    // A step of a tour that has the focus takes the release of Enter for a press, and the focus from what the palette opened.
    await page.keyboard.press('Control+0');
    await page.locator('.part.sidebar :focus').waitFor();
    await call('Restart');
    await choose('Which instance?', 'survival');
    // Who plays is asked about, and somebody may.
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
});
