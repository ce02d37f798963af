import { SOON_MS, succeeds } from './patience.ts';
import type { Workbench } from './workbench.ts';

/** Runs in the page (a string, because this project's Node side has no DOM types). */
const PALETTE_LEFT = `(typed) => {
  const widget = document.querySelector('.quick-input-widget');
  return widget === null || widget.style.display === 'none' || widget.querySelector('input')?.value !== typed;
}`;

/** Runs a command through the palette by its whole title, with its category: `View: Toggle Panel`. */
export async function runCommand(wb: Workbench, title: string): Promise<void> {
  const { page, quickInput } = wb;
  const label = page.locator('.label-name', { hasText: new RegExp(`^${escapeRegExp(title)}$`) });
  const row = page.locator('.quick-input-list .monaco-list-row').filter({ has: label }).first();
  // A list that is open does not hear of what became possible meanwhile.
  for (let tries = 0; tries < 5; tries++) {
    await openPalette(wb);
    // A page that takes the focus closes the palette.
    if (!(await succeeds(quickInput.fill(`>${title}`, { timeout: SOON_MS })))) continue;
    if (await succeeds(row.waitFor({ timeout: SOON_MS }))) break;
    await page.keyboard.press('Escape');
  }
  await row.click();
  // The command may open a quick input of its own at once, so what is waited for is the end of the palette.
  await page.waitForFunction(PALETTE_LEFT, `>${title}`);
}

/** Opens the command palette; keys go to it then. */
export async function openPalette({ page, quickInput }: Workbench): Promise<void> {
  const typed = quickInput.and(page.locator(':focus'));
  // The palette closes where something takes the focus as it opens.
  for (let tries = 0; tries < 5; tries++) {
    await page.keyboard.press('F1');
    if (await succeeds(typed.waitFor({ timeout: SOON_MS }))) return;
  }
  await typed.waitFor();
}

export function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
