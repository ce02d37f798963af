import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  expectNoComplaints,
  isFollowing,
  open,
  page,
  rowAt,
  settled,
  start,
  stop,
  visible,
} from './webview.page.ts';

/** So many that their scroll bar is compressed. */
const EVENTS = 1_000_000;
const LATE = '**/lazy/lateParts-*.js';

beforeAll(start);
afterEach(expectNoComplaints);
afterAll(stop);

/** Holds back all that is loaded after the first rows. Answers what lets it through. */
async function holdLateParts(): Promise<() => Promise<void>> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(LATE, async (route) => {
    await released;
    await route.continue();
  });
  return async () => {
    release();
    await page.locator('.shell:not(.early)').waitFor();
    await page.unroute(LATE);
  };
}

const boxOf = (selector: string): Promise<unknown> => page.locator(selector).boundingBox();

it.each([
  ['wide', 1360, 760],
  ['narrow', 640, 760],
  ['low', 1360, 200],
])(
  'the first rows do not wait for the parts around them, which move nothing when they come: %s',
  async (_, width, height) => {
    const letThrough = await holdLateParts();
    await open({ width, height, events: EVENTS, isWhole: false });
    await settled(async () => (await visible()).last, EVENTS - 1);
    const before = await boxOf('gso-grid');
    expect(await page.locator('gso-query-bar').count()).toBe(0);
    expect(await rowAt(EVENTS - 1).textContent()).toContain('instance_');
    await letThrough();
    expect(await boxOf('gso-grid')).toEqual(before);
    expect([(await visible()).last, await isFollowing()]).toEqual([EVENTS - 1, true]);
  },
);
