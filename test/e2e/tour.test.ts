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
});
