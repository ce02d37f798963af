import type { Page } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/** Pictures in light, in high contrast and beside a narrow sidebar; the dark theme is back then. */
export async function screenshotOtherLooks(wb: Workbench, name: string): Promise<void> {
  const { page } = wb;
  await wb.setTheme('light');
  await wb.screenshot(`${name}-light`);
  await wb.setTheme('dark');
  await page.emulateMedia({ forcedColors: 'active' });
  await page.locator('.monaco-workbench.hc-black').waitFor();
  await wb.screenshot(`${name}-contrast`);
  await page.emulateMedia({ forcedColors: 'none' });
  await wb.setTheme('dark');
  // A question in front of the sidebar would be closed by the mouse.
  const front = page.locator('.quick-input-widget, .monaco-dialog-box, .monaco-menu');
  if ((await front.filter({ visible: true }).count()) > 0) return;
  const width = await setSidebarWidth(page, 260);
  if (width === undefined) return;
  await wb.screenshot(`${name}-260`);
  await setSidebarWidth(page, width);
}

/** Draws the border of the sidebar, and gives its width before; nothing where it is not shown. */
export async function setSidebarWidth(page: Page, pixels: number): Promise<number | undefined> {
  const box = await page.locator('.part.sidebar').boundingBox();
  if (!box || box.width === 0) return undefined;
  await page.mouse.move(box.x + box.width, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x + pixels, box.y + 300, { steps: 5 });
  await page.mouse.up();
  return box.width;
}
