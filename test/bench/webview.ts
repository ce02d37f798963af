import { launchChromium } from '../harness/chromium.ts';
import { serveWebview } from '../e2e/webview.server.ts';
import { line, median, percentile, type Line } from './measure.ts';

const FRAMES = 200;
const NEXT_FRAME = 'new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))';
const ROWS = `document.querySelector('gso-inspector').shadowRoot.querySelector('gso-grid').shadowRoot.querySelectorAll('.layer .row').length`;

/** The webview as it ships, with a million events behind it, scrolled by a wheel. */
export async function scrolling(): Promise<Line[]> {
  await using web = Object.assign(await serveWebview(), {
    [Symbol.asyncDispose]: () => web.close(),
  });
  await using browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1360, height: 760 } });
  await page.goto(web.url({ events: 1_000_000 }));
  await page.locator('.layer .row').first().waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  /** Milliseconds that script and layout have taken since the page began. */
  const spent = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? NaN;
    return 1000 * (of('ScriptDuration') + of('LayoutDuration') + of('RecalcStyleDuration'));
  };
  await page.mouse.move(600, 400);
  const frames: number[] = [];
  let rows = 0;
  for (let n = 0; n < FRAMES; n++) {
    const before = await spent();
    await page.mouse.wheel(0, n % 2 === 0 ? -700 : -300);
    await page.evaluate(NEXT_FRAME);
    frames.push((await spent()) - before);
    rows = Math.max(rows, await page.evaluate<number>(ROWS));
  }
  // The first frames compile the code.
  const warm = frames.slice(20);
  await page.close();
  return [
    line('DOM rows of 1,000,000', rows, 'rows', '≤ 60', 'most at a time while scrolling'),
    line(
      'scrolling 1,000,000 rows: script + layout a frame, p95',
      percentile(warm, 0.95),
      'ms',
      '≤ 8',
      `median ${median(warm).toFixed(1)} ms, ${warm.length} frames of a wheel`,
    ),
  ];
}
