import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  barriers,
  expectNoComplaints,
  fake,
  filter,
  grid,
  open,
  page,
  rowAt,
  settled,
  start,
  stop,
} from './webview.page.ts';

beforeAll(start);
afterAll(stop);
afterEach(expectNoComplaints);

const timeline = (): Locator => page.getByRole('slider', { name: 'Timeline' });
const statistics = (): Locator => page.getByRole('region', { name: 'Statistics' });
const words = (): Promise<string | null> => timeline().getAttribute('aria-valuetext');
const query = (): Promise<string> => filter().inputValue();

describe('the timeline', () => {
  it('sets the time of the query with a brush, and shows the whole time again', async () => {
    await open({ events: 2000 });
    await settled(async () => (await words())?.startsWith('2026-11-20'), true);
    const box = await timeline().boundingBox();
    if (!box) throw new Error('no timeline');
    await page.mouse.move(box.x + box.width * 0.25, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 30, { steps: 4 });
    await page.mouse.up();
    await expect.poll(query).toMatch(/^time:2026-11-20T\S+Z\.\.2026-11-20T\S+Z$/);
    const asked = await fake<{ range: { from: number; to: number } | null }[]>(`called('timeline')`);
    expect(asked[0]?.range).toBeNull();
    expect(asked.at(-1)?.range).not.toBeNull();
    await page.getByRole('button', { name: 'Whole time' }).click();
    await expect.poll(query).toBe('');
  });

  it('is read and brushed by keys alone', async () => {
    await open({ events: 2000 });
    await settled(async () => (await words()) !== 'No event', true);
    await timeline().focus();
    await page.keyboard.press('Home');
    await expect.poll(words).toMatch(/ · \d+ events/);
    const first = await words();
    await page.keyboard.press('ArrowRight');
    await expect.poll(words).not.toBe(first);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(query).toMatch(/^time:/);
    await page.keyboard.press('Escape');
    await expect.poll(query).toBe('');
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await rowAt(0).waitFor();
  });

  it('zooms with the wheel without a change of the query, and goes to an event by a press', async () => {
    await open({ events: 2000 });
    await settled(async () => (await words()) !== 'No event', true);
    const box = await timeline().boundingBox();
    if (!box) throw new Error('no timeline');
    await page.mouse.move(box.x + box.width / 2, box.y + 30);
    await page.mouse.wheel(0, -120);
    await page.getByRole('button', { name: 'Whole time' }).waitFor();
    expect(await query()).toBe('');
    await page.mouse.click(box.x + 40, box.y + 30);
    await expect.poll(() => fake<unknown[]>(`called('eventAt')`)).toHaveLength(1);
  });

  it('leaves its room to the rows where there is little', async () => {
    await open({ events: 100, height: 220 });
    expect(await timeline().count()).toBe(0);
    await open({ events: 100, width: 400, height: 430 });
    expect(await timeline().count()).toBe(1);
    await grid().press('End');
    await grid().press('Enter');
    await settled(() => timeline().count(), 0);
    await grid().press('Escape');
    await settled(() => timeline().count(), 1);
  });
});

describe('the statistics', () => {
  it('count what is shown; a value is a filter, an event is opened', async () => {
    await open({ events: 300 });
    await page.getByRole('button', { name: 'Statistics' }).click();
    await statistics().getByText('300', { exact: true }).waitFor();
    await statistics()
      .getByRole('list', { name: 'Types' })
      .getByRole('button', { name: /reporting/ })
      .click();
    await expect.poll(query).toBe('type:reporting.realtime');
    await statistics().getByRole('list', { name: 'Slowest calls' }).getByRole('button').first().click();
    await page.getByRole('region', { name: 'Event detail' }).waitFor();
    await page.getByRole('button', { name: 'Statistics' }).click();
    await page.keyboard.press('Escape');
    await statistics().waitFor({ state: 'detached' });
  });
});

it.each([
  ['dark', 1360, 760],
  ['light', 300, 400],
] as const)('both have no barrier in the %s theme at %d pixels', async (theme, width, height) => {
  await open({ events: 3000, theme, width, height });
  await settled(async () => (await words()) !== 'No event', true);
  await page.getByRole('button', { name: 'Statistics' }).click();
  await statistics().getByRole('list', { name: 'Types' }).waitFor();
  expect(await barriers()).toEqual([]);
});

describe('the replay bar', () => {
  const bar = (): Locator => page.getByRole('group', { name: 'Replay' });
  const replay = {
    ...{ name: 'night.ndjson', where: 'bot.sock', state: 'playing', speed: 10, position: 12, length: 30 },
    ...{ failed: 0, problem: '', elapsedMs: 60_000, totalMs: 600_000 },
  };
  const wished = (): Promise<unknown[]> => fake(`called('replay')`);
  const set = (part: object): Promise<unknown> =>
    fake(`set({ replay: ${JSON.stringify({ ...replay, ...part })} })`);

  it('is there while there is a replay, and sends what is wanted of it', async () => {
    await open({ events: 100 });
    expect(await bar().count()).toBe(0);
    await set({});
    await bar().getByText('12 of 30 · 0:54 left').waitFor();
    await bar().getByText('night.ndjson into bot.sock').waitFor();
    await bar().getByRole('button', { name: 'Pause Replay' }).click();
    await set({ state: 'paused', position: 0 });
    await bar().getByRole('button', { name: 'Start Replay' }).click();
    await set({ state: 'paused' });
    await bar().getByRole('button', { name: 'Continue Replay' }).click();
    await bar().getByRole('button', { name: 'Replay the Next Event' }).click();
    const place = bar().getByRole('slider', { name: 'Place in the replay' });
    expect(await place.getAttribute('aria-valuetext')).toBe('Event 12 of 30, 1:00 of 10:00');
    await place.press('End');
    await bar().getByRole('combobox', { name: 'Speed' }).selectOption('as fast as possible');
    await bar().getByRole('combobox', { name: 'Speed' }).selectOption('0.1×');
    await bar().getByRole('button', { name: 'End Replay' }).click();
    expect(await wished()).toEqual([
      { wish: 'pause' },
      { wish: 'play' },
      { wish: 'play' },
      { wish: 'step' },
      { wish: 'seek', position: 30 },
      { wish: 'speed', speed: 'max' },
      { wish: 'speed', speed: 0.1 },
      { wish: 'end' },
    ]);
    await fake('set({ replay: null })');
    await bar().waitFor({ state: 'detached' });
  });

  it('follows the replay, offers a speed of its own, and says what did not arrive', async () => {
    await open({ events: 100 });
    await set({ speed: 2.5, failed: 3, problem: 'nobody listens at <b>bot.sock</b>' });
    const failed = bar().getByText('3 did not arrive');
    expect(await failed.getAttribute('title')).toBe('nobody listens at <b>bot.sock</b>');
    expect(await bar().getByRole('combobox', { name: 'Speed' }).inputValue()).toBe('2.5');
    await set({ speed: 'max', state: 'done', position: 30 });
    await bar().getByRole('button', { name: 'Replay Again' }).waitFor();
    expect(await bar().getByRole('slider').inputValue()).toBe('30');
    await bar().getByText('30 of 30', { exact: true }).waitFor();
    expect(await bar().getByRole('button', { name: 'Replay the Next Event' }).isDisabled()).toBe(true);
  });

  it.each([300, 760])('has room and no barrier at %i pixels', async (width) => {
    await open({ events: 100, width });
    await set({ failed: 3, name: 'a-recording-with-a-long-name-of-one-night.gsops.ndjson' });
    await bar().waitFor();
    const overflow = await bar().evaluate((element: unknown) => {
      const { scrollWidth, clientWidth } = element as { scrollWidth: number; clientWidth: number };
      return scrollWidth - clientWidth;
    });
    expect(overflow).toBeLessThanOrEqual(0);
    expect((await barriers()).filter((barrier) => barrier.includes('gso-replay-bar'))).toEqual([]);
  });
});

describe('the button of recordings', () => {
  it('begins one and stops it, and is not there where a file or a replay is shown', async () => {
    const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
    await open();
    await button('Record').click();
    await fake('set({ records: true })');
    await button('Stop').click();
    expect(await fake(`called('run')`)).toEqual([{ command: 'record' }, { command: 'stopRecording' }]);
    await page.screenshot({ path: 'test/results/screenshots/inspector-recording.png' });
    await fake(`set({ recording: { name: 'night.ndjson', text: '', problem: '' } })`);
    await button('Stop').waitFor({ state: 'detached' });
    await fake(`set({ recording: null, timeline: 'night shift' })`);
    await page.getByText('Showing replay ‘night shift’, not live').waitFor();
    expect(await button('Stop').count()).toBe(0);
  });
});
