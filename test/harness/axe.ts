import { source } from 'axe-core';
import type { FrameLocator } from 'playwright-core';
import type { Workbench } from './workbench.ts';

interface PageWithAxe {
  readonly axe: {
    run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
  };
}

/** Barriers of a webview that axe knows, by WCAG 2.1 A and AA. Before it runs, the page has to be free of violations of its policy: axe tries inline styles. */
export async function barriersIn(wb: Workbench, webview: FrameLocator): Promise<readonly string[]> {
  const size = wb.page.viewportSize();
  // A row under the mouse is paler than the others.
  await wb.page.mouse.move((size?.width ?? 0) / 2, 5);
  const frame = await wb.frameOf(webview);
  await frame.evaluate(source);
  return await frame.evaluate(async () => {
    const { axe } = globalThis as unknown as PageWithAxe;
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });
}
