import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  barriers,
  charts,
  expectNoComplaints,
  fake,
  head,
  headings,
  open,
  page,
  painted,
  picture,
  screenshot,
  start,
  stop,
} from './metrics.page.ts';

beforeAll(start);
afterAll(stop);
/** Whatever a test does: nothing may break the policy, throw or write to the console. */
afterEach(expectNoComplaints);

const span = (name: string): ReturnType<typeof page.getByRole> =>
  page.getByRole('button', { name, exact: true });

describe('the charts of an instance', () => {
  it('show what is measured, one below the other, and the uptime as words', async () => {
    await open();
    expect(await headings()).toEqual(['Processor', 'Memory', 'Players']);
    expect(await page.locator('header').textContent()).toContain('Bedrock · up for 2 h 05 m');
    await expect.poll(() => head('Memory').textContent()).toMatch(/[\d.]+ MiB\s+[\d.]+ MiB to [\d.]+ MiB/);
    await picture('Processor, last 5 minutes: now').waitFor();
    await expect.poll(() => painted(0)).toContain('59a4f9');
  });

  it('show a new value at once, and its extremes', async () => {
    await open();
    await fake('push({ cpu: 250, memory: 3 * 1024 ** 3, players: 40 }, 10)');
    await expect.poll(() => head('Processor').locator('.now').textContent()).toBe('250 %');
    expect(await head('Memory').textContent()).toMatch(/3 GiB\s+.* to 3 GiB/);
    await picture('Players, last 5 minutes: now 40').waitFor();
  });

  it('chart names nobody has heard of after those one knows', async () => {
    await open();
    await fake(`push({ '<b>ticks</b>': 19.98 }, 10)`);
    await expect.poll(headings).toEqual(['Processor', 'Memory', 'Players', '<b>ticks</b>']);
  });

  it('change their span by mouse and keyboard, and keep it', async () => {
    await open({ minutes: 70 });
    expect(await span('5 min').getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await span('15 min').getAttribute('aria-pressed')).toBe('true');
    await span('1 h').click();
    await picture('Processor, last hour').waitFor();
    await page.reload();
    await picture('Processor, last hour').waitFor();
    await span('5 min').click();
  });

  it('reach back over days by what the journal keeps, with the extremes of each point', async () => {
    await open();
    await span('7 d').click();
    await picture(/^Processor, last 7 days: now .*, .* to 68 %$/).waitFor();
    expect(await headings()).toEqual(['Processor', 'Players']);
    await screenshot('7-days');
    await span('1 d').click();
    await picture('Processor, last day').waitFor();
    await span('5 min').click();
    await picture('Memory, last 5 minutes').waitFor();
  });

  it('end with the moment of the past that the tree shows, and go on with what is now', async () => {
    await open();
    await fake(`set({ until: { at: Date.UTC(2026, 10, 20, 9), words: '9:00:00' } })`);
    await page.getByRole('status').getByText('As of 9:00:00, the moment that the tree shows.').waitFor();
    // The journal of this page keeps no values of the memory.
    await expect.poll(headings).toEqual(['Processor', 'Players']);
    await picture(/^Processor, last 5 minutes: at the end [\d.]+ %, .* to [\d.]+ %$/).waitFor();
    await screenshot('past');
    await span('1 h').click();
    await picture(/^Processor, last hour: at the end/).waitFor();
    await fake('push({ cpu: 250 }, 10)');
    await span('5 min').click();
    await fake('set({ until: null })');
    await expect.poll(() => head('Processor').locator('.now').textContent()).toBe('250 %');
    expect(await headings()).toEqual(['Processor', 'Memory', 'Players']);
  });

  it('say what is under the crosshair, in all of them at one time', async () => {
    await open();
    const box = await charts().nth(1).boundingBox();
    if (!box) throw new Error('no chart');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const times = (): Promise<(string | undefined)[]> =>
      Promise.all(
        ['Processor', 'Memory', 'Players'].map(
          async (name) => / at (\d\d:\d\d:\d\d)/.exec((await head(name).textContent()) ?? '')?.[1],
        ),
      );
    await expect.poll(async () => new Set(await times()).size).toBe(1);
    expect((await times())[0]).toMatch(/\d/);
    await screenshot('crosshair');
    await page.mouse.move(2, 2);
    await expect.poll(times).toEqual([undefined, undefined, undefined]);
  });

  it('take their colours from the theme, also when it changes', async () => {
    await open();
    await page.evaluate(`new Promise((done) => {
      const link = document.getElementById('theme');
      link.onload = done;
      link.href = '/light.css';
    }).then(() => { document.body.className = 'vscode-light'; })`);
    await expect.poll(() => painted(0)).toContain('1a85ff');
    expect(await painted(0)).not.toContain('59a4f9');
  });

  it('are in the language of the user', async () => {
    await open({ query: 'german' });
    expect(await headings()).toContain('Speicher');
  });
});

describe('where there is nothing new', () => {
  it('says that nothing is measured yet, and starts with the first value', async () => {
    await open({ minutes: 0 });
    await page.getByText('Nothing is measured yet.').waitFor();
    expect(await charts().count()).toBe(0);
    expect(await barriers()).toEqual([]);
    await screenshot('empty');
    await fake('push({ cpu: 3 })');
    await expect.poll(headings).toEqual(['Processor']);
  });

  it('keeps the last values and says why', async () => {
    await open();
    const before = await head('Processor').locator('.now').textContent();
    await fake(
      `set({ current: false, note: 'The connection is not ready (retrying). These are the last values.' })`,
    );
    await page.getByRole('status').getByText('The connection is not ready').waitFor();
    expect(await head('Processor').locator('.now').textContent()).toBe(before);
    expect(await barriers()).toEqual([]);
    await screenshot('stale');
    await fake(`set({ current: true, note: '' })`);
    await expect.poll(() => page.getByRole('status').textContent()).toBe('');
  });
});

describe('the page', () => {
  it.each(['dark', 'light', 'contrast'] as const)('has no barrier that axe finds (%s)', async (theme) => {
    await open({ theme, query: 'hole' });
    await expect.poll(() => painted(0).then(({ length }) => length)).toBeGreaterThan(0);
    expect(await barriers()).toEqual([]);
    await screenshot(theme);
  });

  it('fits a narrow editor and a wide one', async () => {
    await open({ width: 340, height: 620 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(340);
    await screenshot('narrow');
    await page.setViewportSize({ width: 1600, height: 900 });
    await expect
      .poll(async () => (await charts().first().locator('canvas').boundingBox())?.width)
      .toBeGreaterThan(1400);
    await screenshot('wide');
  });
});
