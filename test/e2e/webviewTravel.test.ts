import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TravelStatus } from '../../src/rpc/inspectorTravel.ts';
import { barriers, expectNoComplaints, fake, open, page, start, stop } from './webview.page.ts';

beforeAll(start);
afterAll(stop);
afterEach(expectNoComplaints);

const bar = (): Locator => page.getByRole('group', { name: 'Time travel' });
const place = (): Locator => bar().getByRole('slider', { name: 'Place in the history' });
const noon = new Date(2026, 10, 20, 12, 0, 0).getTime();
const travel: TravelStatus = {
  ...{ at: noon + 184_000, firstAt: noon, lastAt: noon + 3_600_000 },
  ...{ change: 112, first: 101, last: 130, isPlaying: false, speed: 10 },
};
const set = (part: Partial<TravelStatus>): Promise<unknown> =>
  fake(`set({ travel: ${JSON.stringify({ ...travel, ...part })} })`);
const wished = (): Promise<unknown[]> => fake(`called('travel')`);

describe('the bar of time travel', () => {
  it('is there while the tree shows the past, says when, and sends what is wanted of it', async () => {
    await open({ events: 100 });
    expect(await bar().count()).toBe(0);
    await set({});
    await bar().getByText('As of 2026-11-20 12:03:04.000, not now').waitFor();
    expect(await place().getAttribute('aria-valuetext')).toBe(
      '2026-11-20 12:03:04.000, change 12 of 30 between 2026-11-20 12:00:00.000 and 2026-11-20 13:00:00.000',
    );
    await bar().getByRole('button', { name: 'Previous Change' }).click();
    await bar().getByRole('button', { name: 'Play the History' }).click();
    await set({ isPlaying: true });
    await bar().getByRole('button', { name: 'Pause the History' }).click();
    await bar().getByRole('button', { name: 'Next Change' }).click();
    await bar().getByRole('combobox', { name: 'Speed' }).selectOption('100×');
    await bar().getByRole('button', { name: 'Back to Now' }).click();
    expect(await wished()).toEqual([
      { wish: 'previous' },
      { wish: 'play' },
      { wish: 'pause' },
      { wish: 'next' },
      { wish: 'speed', speed: 100 },
      { wish: 'back' },
    ]);
    await fake('set({ travel: null })');
    await bar().waitFor({ state: 'detached' });
  });

  it('is moved by keys: arrows go to what can be seen, Home and End to the ends', async () => {
    await open({ events: 100 });
    await set({});
    await place().press('ArrowRight');
    await place().press('ArrowLeft');
    await place().press('End');
    await place().press('Home');
    expect(await wished()).toEqual([
      { wish: 'next' },
      { wish: 'previous' },
      { wish: 'change', change: 130 },
      { wish: 'change', change: 101 },
    ]);
  });

  it('keeps the thumb under the pointer until the moment there is on screen', async () => {
    await open({ events: 100 });
    await set({});
    await fake('delay = 100');
    const box = await place().boundingBox();
    if (!box) throw new Error('no slider');
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, { steps: 3 });
    const under = await place().inputValue();
    // An older moment arrives meanwhile.
    await set({ change: 105 });
    await bar().getByText('As of 2026-11-20 12:03:04.000, not now').waitFor();
    expect(await place().inputValue()).toBe(under);
    await page.mouse.up();
    await expect.poll(() => place().inputValue()).toBe('105');
    await fake('delay = 0');
    expect((await wished()).at(-1)).toEqual({ wish: 'change', change: Number(under) });
  });

  it.each([
    ['dark', 300],
    ['light', 760],
  ] as const)('has room and no barrier in the %s theme at %i pixels', async (theme, width) => {
    await open({ events: 100, theme, width });
    await set({});
    await bar().waitFor();
    const overflow = await bar().evaluate((element: unknown) => {
      const { scrollWidth, clientWidth } = element as { scrollWidth: number; clientWidth: number };
      return scrollWidth - clientWidth;
    });
    expect(overflow).toBeLessThanOrEqual(0);
    expect((await barriers()).filter((barrier) => barrier.includes('gso-travel-bar'))).toEqual([]);
  });
});
