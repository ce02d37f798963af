import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Locator } from 'playwright-core';
import {
  barriers,
  detail,
  expectNoComplaints,
  fake,
  filter,
  focusedRole,
  grid,
  isFollowing,
  open,
  page,
  rowAt,
  rows,
  settled,
  start,
  stop,
  visible,
  web,
} from './webview.page.ts';

beforeAll(start);
afterAll(stop);
afterEach(expectNoComplaints);

/** Parts of an element of the page that the tests read: the types of the browser are not those of Node. */
interface PageElement {
  readonly dataset: Readonly<Record<string, string | undefined>>;
  readonly ariaColIndex: string | null;
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly scrollLeft: number;
  matches(selector: string): boolean;
}

const head = (name: string): Locator => page.getByRole('columnheader', { name, exact: true });
const button = (name: string): Locator => head(name).getByRole('button');
const heads = (): Promise<readonly (string | null)[]> =>
  page
    .getByRole('columnheader')
    .evaluateAll((cells: readonly PageElement[]) => cells.map(({ dataset }) => dataset['column'] ?? null));
const widthOf = async (locator: Locator): Promise<number> =>
  Math.round((await locator.boundingBox())?.width ?? 0);
const dialog = (): Locator => page.getByRole('dialog', { name: 'Columns' });
const active = (): Promise<string | null> =>
  page.evaluate<string | null>(`(() => {
    const inner = document.querySelector('gso-inspector').shadowRoot.querySelector('gso-grid').shadowRoot;
    const id = inner.querySelector('.grid').getAttribute('aria-activedescendant');
    const element = id && inner.getElementById(id);
    return element && (element.role === 'row' ? 'row ' + element.ariaRowIndex : element.className);
  })()`);

describe('the columns', () => {
  it('are resized, moved and hidden by keys, and hold the focus', async () => {
    await open();
    await button('Type').focus();
    const before = await widthOf(head('Type'));
    await page.keyboard.press('Shift+ArrowRight');
    await settled(() => widthOf(head('Type')), before + 16);
    // Cells stand where the head was laid out.
    await settled(() => widthOf(rowAt(45).locator('.type')), before + 16);
    await page.keyboard.press('Control+Shift+ArrowLeft');
    await settled(heads, ['icon', 'time', 'delta', 'connection', 'type', 'instance', 'summary', 'size']);
    expect(await button('Type').evaluate((element: PageElement) => element.matches(':focus'))).toBe(true);
    await page.keyboard.press('Control+Shift+ArrowRight');
    await settled(async () => (await heads()).indexOf('type'), 5);
    expect(await button('Type').evaluate((element: PageElement) => element.matches(':focus'))).toBe(true);
    await page.keyboard.press('Control+Shift+ArrowLeft');
    await settled(async () => (await heads()).indexOf('type'), 4);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await settled(heads, ['icon', 'time', 'delta', 'connection', 'type', 'summary', 'size']);
    expect(await button('Summary').evaluate((element: PageElement) => element.matches(':focus'))).toBe(true);
    await page.keyboard.press('ArrowDown');
    expect(await grid().evaluate((element: PageElement) => element.matches(':focus'))).toBe(true);
    const kept = (await fake<{ settings: object; shown: string[] }[]>(`called('keepGrid')`)).at(-1);
    expect(kept?.shown).toEqual(['icon', 'time', 'delta', 'connection', 'type', 'summary', 'size']);
  });

  it('are resized and moved by dragging, and fitted by a double click on the edge', async () => {
    await open();
    const edge = head('Type').locator('.edge');
    const before = await widthOf(head('Type'));
    await edge.hover();
    await page.mouse.down();
    const at = await edge.boundingBox();
    await page.mouse.move((at?.x ?? 0) + 63, (at?.y ?? 0) + 5, { steps: 4 });
    await page.mouse.up();
    const resized = await widthOf(head('Type'));
    expect(resized).toBeGreaterThan(before + 40);
    await edge.dblclick();
    await expect.poll(() => widthOf(head('Type'))).toBeLessThan(resized);
    const fits = await rowAt(45)
      .locator('.type')
      .evaluate((cell: PageElement) => cell.scrollWidth <= cell.clientWidth);
    expect(fits).toBe(true);

    await button('Size').hover();
    await page.mouse.down();
    const target = await button('Time').boundingBox();
    await page.mouse.move((target?.x ?? 0) + 3, (target?.y ?? 0) + 5, { steps: 5 });
    await page.mouse.up();
    await settled(async () => (await heads()).slice(0, 3), ['icon', 'size', 'time']);
    await settled(() => dialog().isVisible(), false);
  });

  it('are chosen in a dialog, with paths of the payload, order, zone and density; and reset', async () => {
    await open();
    await page.getByRole('button', { name: 'Columns…' }).click();
    await dialog().getByRole('checkbox', { name: 'Connection' }).uncheck();
    await dialog().getByRole('checkbox', { name: 'Host' }).check();
    await dialog().getByRole('textbox', { name: 'Path of the payload' }).fill('Data.Players.online');
    await page.keyboard.press('Enter');
    await settled(heads, [
      'icon',
      'time',
      'delta',
      'instance',
      'type',
      '$.Data.Players.online',
      'summary',
      'size',
      'host',
    ]);
    await dialog().getByRole('radio', { name: 'Compact' }).check();
    await dialog().getByRole('radio', { name: 'UTC' }).check();
    await dialog().getByRole('radio', { name: 'Arrival' }).check();
    expect(await barriers()).toEqual([]);
    await page.keyboard.press('Escape');
    await settled(() => rowAt(45).locator('.path').textContent(), '3');
    await head('Arrived (UTC)').waitFor();
    await settled(async () => (await rowAt(45).boundingBox())?.height, 18);
    expect(await fake(`called('setOrder')`)).toEqual([{ order: 'arrival' }]);
    await fake(`tell('grid', { wish: 'resetColumns' })`);
    await settled(heads, ['icon', 'time', 'delta', 'connection', 'instance', 'type', 'summary', 'size']);
  });

  it('tell how long ago an event was, by the clock of the host, and its time in words for a screen reader', async () => {
    await open();
    await page.getByRole('button', { name: 'Columns…' }).click();
    await dialog().getByRole('radio', { name: 'Relative' }).check();
    await page.keyboard.press('Escape');
    const time = rowAt(49).locator('.time');
    // The host is 5 s, then 185 s behind the last event; the page's own clock is far from both.
    await settled(async () => /^[56] sec\. ago$/.test((await time.textContent()) ?? ''), true);
    await fake('set({ now: fake.status.now + 180_000 })');
    await settled(() => time.textContent(), '3 min. ago');
    expect(await time.getAttribute('aria-label')).toMatch(/^3 min\. ago, 2026-11-20 \d\d:\d\d:\d\d\.\d{3}$/);
    await time.hover();
    await settled(
      async () => /^2026-11-20 .* · 3 min\. ago$/.test((await time.getAttribute('title')) ?? ''),
      true,
    );
    expect(await fake(`called('keepGrid').at(-1).settings.zone`)).toBe('relative');
    expect(await barriers()).toEqual([]);
    await page.getByRole('button', { name: 'Columns…' }).click();
    await dialog().getByRole('radio', { name: 'Local' }).check();
    await settled(() => time.getAttribute('aria-label'), null);
  });

  it('are added, hidden and fitted by commands', async () => {
    await open();
    await fake(`tell('grid', { wish: 'addColumn', path: 'EventType' })`);
    await settled(() => rowAt(45).locator('.path').textContent(), 'instance_crashed');
    await fake(`tell('grid', { wish: 'hideColumn', column: 'type' })`);
    await settled(async () => (await heads()).includes('type'), false);
    await fake(`tell('grid', { wish: 'configureColumns' })`);
    await dialog().waitFor();
  });

  it('are wider than a narrow grid where somebody wants them, which scrolls sideways then', async () => {
    const shown = ['connection', 'instance', 'size', 'host', 'origin'].map((id) => ({ id, shown: true }));
    await open({ width: 420, query: `grid=${JSON.stringify({ columns: shown })}` });
    await settled(async () => (await heads()).length, 9);
    const [content, view] = await grid().evaluate((element: PageElement) => [
      element.scrollWidth,
      element.clientWidth,
    ]);
    expect(content).toBeGreaterThan(view);
    await grid().focus();
    for (let n = 0; n < 9; n++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => grid().evaluate((element: PageElement) => element.scrollLeft)).toBeGreaterThan(0);
  });

  it('begin as they were left here, or else as the last grid in this place', async () => {
    await open({ query: `kept=columns&grid=${JSON.stringify({ zone: 'utc', density: 'compact' })}` });
    await head('Time (UTC)').waitFor();
    await fake(`tell('grid', { wish: 'hideColumn', column: 'size' })`);
    await settled(async () => (await heads()).includes('size'), false);
    await page.reload();
    await head('Time (UTC)').waitFor();
    await settled(async () => (await heads()).includes('size'), false);
    expect(await fake(`called('gridSettings')`)).toEqual([]);
  });
});

describe('the cells', () => {
  it('are reached with the arrows, told to a screen reader, and copied', async () => {
    await open();
    await rows().first().waitFor();
    await grid().press('ArrowUp');
    await settled(active, 'row 51');
    await grid().press('ArrowLeft');
    await settled(active, 'row 51');
    await grid().press('ArrowRight');
    await settled(active, 'cell icon-cell icon active');
    for (let n = 0; n < 5; n++) await grid().press('ArrowRight');
    await settled(active, 'cell type active');
    await grid().press('Control+Shift+C');
    await settled(() => fake(`called('copy').at(-1)`), { text: 'instance_installation_finished' });
    await grid().press('ArrowUp');
    await fake(`tell('grid', { wish: 'copyValue' })`);
    await settled(() => fake(`called('copy').at(-1)`), { text: 'instance_ready' });
    const columns = await rowAt(48)
      .locator('.cell')
      .evaluateAll((cells: readonly PageElement[]) => cells.map(({ ariaColIndex }) => ariaColIndex));
    expect(columns).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(await grid().getAttribute('aria-colcount')).toBe('8');
  });

  it('name the severity for a screen reader and show the duration of a call', async () => {
    await open();
    expect(await rowAt(45).getByRole('gridcell').first().getAttribute('aria-label')).toBe('Error');
    await fake(`tell('reveal', { seq: 32 })`);
    await settled(() => rowAt(31).locator('.took').textContent(), '0.2 s');
  });

  it('show the time since the event that has the focus', async () => {
    await open({ query: `grid=${JSON.stringify({ columns: [{ id: 'sinceSelected', shown: true }] })}` });
    await rowAt(45).locator('.type').click();
    await settled(() => rowAt(45).locator('.sinceSelected').textContent(), '+0 ms');
    await settled(() => rowAt(44).locator('.sinceSelected').textContent(), '−1.3 s');
    await grid().press('ArrowUp');
    await settled(() => rowAt(45).locator('.sinceSelected').textContent(), '+1.3 s');
  });

  it('move the focus alone, and toggle and extend from there', async () => {
    await open();
    await grid().press('ArrowUp');
    await grid().press('Control+ArrowUp');
    await grid().press('Control+ArrowUp');
    await settled(() => rowAt(47).getAttribute('aria-selected'), 'false');
    await grid().press('Control+ ');
    await page.getByText('2 selected').waitFor();
    await grid().press('Shift+ArrowUp');
    await page.getByText('3 selected').waitFor();
    await grid().press('Control+c');
    await settled(() => fake(`called('copyAs')`), [{ form: 'raw' }]);
  });
});

describe('the focus of the page', () => {
  it('is on the rows at first, and comes back to them from anywhere', async () => {
    await open();
    await settled(focusedRole, 'grid');
    await page.keyboard.press('/');
    await settled(focusedRole, 'combobox');
    await page.keyboard.press('Control+ArrowDown');
    await settled(focusedRole, 'grid');
  });

  it('stays where it is when the window is left and comes back', async () => {
    await open();
    await filter().focus();
    await page.evaluate(`dispatchEvent(new FocusEvent('focus'))`);
    expect(await focusedRole()).toBe('combobox');
    await page.evaluate(`document.activeElement.blur(); dispatchEvent(new FocusEvent('focus'))`);
    await settled(focusedRole, 'grid');
  });
});

describe('the place', () => {
  it('is that of before after a reload: the event, its place on screen, and the detail', async () => {
    await open({ events: 5000, query: 'kept=place' });
    await fake(`tell('reveal', { seq: 2001 })`);
    await detail().getByRole('tree').waitFor();
    await page.mouse.move(300, 400);
    const revealed = await rowAt(2000).boundingBox();
    await page.mouse.wheel(0, -100);
    await expect.poll(async () => (await rowAt(2000).boundingBox())?.y).not.toBe(revealed?.y);
    const before = await rowAt(2000).boundingBox();
    // The place is kept when the reader rests.
    await settled(
      () =>
        page.evaluate<number>(
          `Math.round(JSON.parse(sessionStorage.getItem('place') ?? '{}').place?.offset ?? -1)`,
        ),
      Math.round((before?.y ?? 0) - ((await page.locator('.layer').boundingBox())?.y ?? 0)),
    );
    await page.reload();
    await settled(() => rowAt(2000).getAttribute('aria-selected'), 'true');
    await detail().getByRole('tree').waitFor();
    expect((await rowAt(2000).boundingBox())?.y).toBe(before?.y);
    expect(await isFollowing()).toBe(false);
  });

  it('is none in another timeline: its detail is not that of the event of before', async () => {
    await open();
    await rowAt(45).click();
    await detail().waitFor();
    await fake(`set({ timeline: 'night', timelineId: 'replay-1', matched: 10, total: 10, revision: 9 })`);
    await settled(() => detail().count(), 0);
    await settled(() => rows().count(), 10);
    expect(await page.locator('.layer .row[aria-selected="true"]').count()).toBe(0);
    await settled(async () => (await fake<unknown[]>(`called('select')`)).at(-1), { spans: [] });
  });

  it('stays on screen in another order', async () => {
    await open({ events: 5000 });
    await page.mouse.move(300, 400);
    await page.mouse.wheel(0, -2000);
    await settled(isFollowing, false);
    await settled(async () => (await visible()).loaded, true);
    const { first } = await visible();
    await rowAt(first + 3).click();
    // The detail takes a column from the grid, which tells its columns and its order anew.
    await settled(async () => (await fake<unknown[]>(`called('keepGrid')`)).length, 2);
    await fake(`set({ order: 'arrival', revision: 7 })`);
    await settled(() => rowAt(first + 3).getAttribute('aria-selected'), 'true');
    await settled(async () => (await visible()).first, first);
    const spans = async (): Promise<unknown> =>
      (await fake<{ spans: { time: number; seq: number }[][] }[]>(`called('select')`)).at(-1)?.spans;
    const place = { time: 0, seq: first + 4 };
    await settled(spans, [[place, place]]);
  });
});

it('goes from failure to failure as the host says; an open detail follows', async () => {
  await open();
  const goTo = (direction: string): Promise<unknown> =>
    fake(`tell('goToFailure', { direction: '${direction}' })`);
  const selected = page.locator('.layer .row[aria-selected=true]');
  const shows = (seq: number): Promise<void> =>
    settled(() => selected.getAttribute('aria-rowindex'), String(seq + 1));
  await rowAt(40).click();
  await goTo('next');
  await shows(43);
  await goTo('next');
  await shows(46);
  await goTo('next');
  await shows(3);
  await detail().getByText('event:after_server_start').first().waitFor();
  await goTo('previous');
  await shows(46);
  await grid().press('Escape');
  await goTo('previous');
  await shows(43);
  expect(await detail().isVisible()).toBe(false);
});

it('has no barriers with all columns, cells and the filter', async () => {
  await open({ theme: 'light' });
  await fake(`tell('grid', { wish: 'addColumn', path: 'Data.id' })`);
  await rowAt(45).locator('.type').click();
  await filter().fill('instance');
  await detail().getByRole('tree').waitFor();
  expect(await barriers()).toEqual([]);
  expect(web.size).toBeLessThan(300_000);
});
