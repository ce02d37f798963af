import type { Page } from 'playwright-core';
import { launchChromium } from '../harness/chromium.ts';
import { serveWebview } from '../e2e/webview.server.ts';
import { ROW_HEIGHTS } from '../../src/webview/grid/scroll-space.ts';
import { line, median, percentile, type Line } from './measure.ts';

const FRAMES = 200;
export const EVENTS_A_SECOND = 2000;
export const NEXT_FRAME = 'new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))';
export const GRID = `document.querySelector('gso-inspector').shadowRoot.querySelector('gso-grid').shadowRoot`;
export const ROWS = `${GRID}.querySelectorAll('.layer .row').length`;
/** Place of the view, and how many events it has. */
export const PLACE = `({
  row: Math.min(...[...${GRID}.querySelectorAll('.layer .row')].map((row) => Number(row.ariaRowIndex))),
  events: Number(${GRID}.querySelector('.grid').ariaRowCount),
  at: performance.now(),
})`;
/** Appends what is due by the clock, however late a timer fires. */
const APPENDING = `{
  const begun = performance.now();
  let sent = 0;
  setInterval(() => {
    const due = Math.floor(((performance.now() - begun) * ${EVENTS_A_SECOND}) / 1000);
    fake.append(due - sent);
    sent = due;
  }, 50);
}`;
/** Pixels that the wheel turns in every other frame: all rows are new, or half of them. */
export const TURNS = [700, 300] as const;

export interface Place {
  readonly row: number;
  readonly events: number;
  readonly at: number;
}

const OPENINGS = 9;
/** An event of 5 MB in the pages of the tests. */
const LARGE = 93;
/** Resolves when the tree of an event is painted: a timer runs behind the frame that has it. */
const drawn = (seq: number): string => `new Promise((drawn) => {
  const look = () => {
    const pane = document.querySelector('gso-inspector').shadowRoot.querySelector('gso-detail');
    const tree = pane?.shadowRoot.querySelector('gso-tree')?.shadowRoot.querySelector('.line:nth-child(3)');
    if (pane?.detail?.seq === ${seq} && tree) requestAnimationFrame(() => setTimeout(() => drawn(performance.now())));
    else requestAnimationFrame(look);
  };
  look();
})`;

/** From the wish to see an event of 5 MB to its payload on the screen, all that the page does in between. */
async function opening(page: Page): Promise<Line> {
  const times: number[] = [];
  for (let n = 0; n < OPENINGS; n++) {
    const other = LARGE + 100 + n;
    await page.evaluate(`fake.tell('reveal', { seq: ${other} })`);
    await page.evaluate(drawn(other));
    times.push(
      await page.evaluate<number>(`(async () => {
        const from = performance.now();
        fake.tell('reveal', { seq: ${LARGE} });
        return (await ${drawn(LARGE)}) - from;
      })()`),
    );
  }
  return line(
    '5 MB payload opens',
    median(times),
    'ms',
    '≤ 200',
    `slowest of ${OPENINGS}: ${Math.max(...times).toFixed(0)} ms`,
  );
}

/** The webview as it ships, with a million events behind it, scrolled by a wheel: while nothing comes, and while much does. */
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
  let rows = 0;
  const place = (): Promise<Place> => page.evaluate<Place>(PLACE);
  const scrolled = async (eventsASecond: number): Promise<readonly number[]> => {
    const frames: number[] = [];
    const from = await place();
    for (let n = 0; n < FRAMES; n++) {
      const before = await spent();
      await page.mouse.wheel(0, -(TURNS[n % TURNS.length] ?? NaN));
      await page.evaluate(NEXT_FRAME);
      frames.push((await spent()) - before);
      rows = Math.max(rows, await page.evaluate<number>(ROWS));
    }
    expectMoved(from, await place(), FRAMES, eventsASecond);
    // The first frames compile the code.
    return frames.slice(20);
  };
  const quiet = await scrolled(0);
  await page.evaluate(APPENDING);
  const live = await scrolled(EVENTS_A_SECOND);
  const opened = await opening(page);
  await page.close();
  const frameLine = (what: string, frames: readonly number[]): Line =>
    line(
      `${what}: script + layout a frame, p95`,
      percentile(frames, 0.95),
      'ms',
      '≤ 8',
      `median ${median(frames).toFixed(1)} ms, ${frames.length} frames of a wheel`,
    );
  return [
    line('DOM rows of 1,000,000', rows, 'rows', '≤ 60', 'most at a time while scrolling'),
    frameLine('scrolling 1,000,000 rows', quiet),
    frameLine('the same while 2,000 events/s come, made by the page itself', live),
    opened,
  ];
}

/** A view that stands still, or hears of nothing, would be drawn in no time. */
export function expectMoved(from: Place, to: Place, frames: number, eventsASecond: number): void {
  const wanted = (frames / TURNS.length) * (TURNS[0] + TURNS[1]);
  const moved = (from.row - to.row) * ROW_HEIGHTS.comfortable;
  if (!(moved > 0.9 * wanted)) throw new Error(`The rows were scrolled by ${moved} px, not by ${wanted}.`);
  const rate = (1000 * (to.events - from.events)) / (to.at - from.at);
  if (!(rate >= 0.9 * eventsASecond))
    throw new Error(`${rate.toFixed(0)} events/s arrived, not ${eventsASecond}.`);
}
