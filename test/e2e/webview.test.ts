import type { RowPlace } from '../../src/rpc/inspectorGrid.ts';
import { rowOf } from './page/events.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  barriers,
  detail,
  expectNoComplaints,
  fake,
  filter,
  grid,
  isFollowing,
  jump,
  open,
  openForm,
  page,
  ROW,
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
/** Whatever a test does: nothing may break the policy, throw or write to the console. */
afterEach(expectNoComplaints);

describe('the list of events', () => {
  it('shows a million rows with at most sixty elements and reaches each of them', async () => {
    await open({ events: 1_000_000 });
    await settled(async () => (await visible()).last, 999_999);
    expect(await grid().getAttribute('aria-rowcount')).toBe('1000001');
    expect(await rows().count()).toBeLessThanOrEqual(60);
    await grid().press('Home');
    await settled(async () => (await visible()).first, 0);
    await settled(async () => (await visible()).loaded, true);
    await grid().press('ArrowDown');
    await settled(() => rowAt(1).getAttribute('aria-selected'), 'true');

    await grid().press('End');
    await settled(async () => (await visible()).last, 999_999);
    await settled(async () => (await visible()).loaded, true);
    expect(await isFollowing()).toBe(true);
    expect(await rows().count()).toBeLessThanOrEqual(60);
  });

  it('moves by rows with the wheel where the scroll bar is compressed', async () => {
    await open({ events: 1_000_000 });
    const { last } = await visible();
    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, -10 * ROW);
    await settled(async () => (await visible()).last, last - 10);
    await page.mouse.wheel(0, 3 * ROW);
    await settled(async () => (await visible()).last, last - 7);
    await settled(async () => (await visible()).loaded, true);
  });

  it('is followed to the middle by its scroll bar', async () => {
    await open({ events: 1_000_000 });
    await page.evaluate(`(() => {
      const inner = document.querySelector('gso-inspector').shadowRoot.querySelector('gso-grid').shadowRoot;
      const scroller = inner.querySelector('.grid');
      scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) / 2;
    })()`);
    await settled(async () => Math.abs((await visible()).first - 500_000) < 50, true);
    await settled(async () => (await visible()).loaded, true);
    expect(await isFollowing()).toBe(false);
  });

  it('asks for what is in the viewport only, one request at a time', async () => {
    await open({ events: 5000 });
    await fake('delay = 30');
    await page.mouse.move(500, 400);
    for (let turn = 0; turn < 10; turn++) await page.mouse.wheel(0, -20 * ROW);
    await settled(async () => (await visible()).loaded, true);
    const asked = await fake<{ start: number; count: number }[]>(`called('rows')`);
    expect(Math.max(...asked.map(({ count }) => count))).toBeLessThan(100);
  });

  it('shows names with markup, line ends and direction marks as plain text', async () => {
    await open({ events: 5000 });
    expect(await page.locator('.layer .row img').count()).toBe(0);
    await filter().fill('onerror');
    await expect
      .poll(() => rows().locator('.instance').first().textContent())
      .toBe('<img src=x onerror=alert(1)>');
  });

  it('hides lesser columns one by one as it gets narrow', async () => {
    await open({ width: 420 });
    const shown = async (): Promise<string[]> => {
      const names = ['time', 'delta', 'connection', 'instance', 'type', 'summary', 'size'];
      const flags = await Promise.all(
        names.map((name) => rows().last().locator(`.cell.${name}`).isVisible()),
      );
      return names.filter((_, index) => flags[index]);
    };
    expect(await shown()).toEqual(['time', 'type', 'summary']);
    await page.setViewportSize({ width: 560, height: 760 });
    await settled(shown, ['time', 'instance', 'type', 'summary']);
    await page.setViewportSize({ width: 1200, height: 760 });
    await settled(shown, ['time', 'delta', 'connection', 'instance', 'type', 'summary', 'size']);
  });
});

describe('the live tail', () => {
  it('follows new events until the reader scrolls up, and never moves under the reader', async () => {
    await open({ events: 5000 });
    await fake('append(7)');
    await settled(async () => (await visible()).last, 5006);

    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, -5 * ROW);
    await settled(isFollowing, false);
    const before = await visible();
    await fake('append(14)');
    await settled(
      () =>
        jump()
          .textContent()
          .then((text) => text?.trim()),
      '↓ 14 new',
    );
    expect(await visible()).toEqual(before);

    await jump().click();
    await settled(async () => (await visible()).last, 5020);
    expect(await isFollowing()).toBe(true);
    await settled(() => jump().count(), 0);
  });

  it('keeps the row under the reader while old events go', async () => {
    await open({ events: 5000 });
    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, -500 * ROW);
    await settled(isFollowing, false);
    await settled(async () => (await visible()).loaded, true);
    const { first } = await visible();
    const time = await rowAt(first).locator('.time').textContent();
    for (let turn = 0; turn < 5; turn++) await fake('discard(200)');
    await settled(async () => (await visible()).first, first - 1000);
    expect(
      await rowAt(first - 1000)
        .locator('.time')
        .textContent(),
    ).toBe(time);
  });

  it('holds still while paused and counts what it misses', async () => {
    await open();
    await page.getByRole('button', { name: 'Pause' }).click();
    const resume = page.getByRole('button', { name: /Resume/ });
    await resume.waitFor();
    await fake('append(1234)');
    await page.getByRole('button', { name: 'Resume (1,234 new)' }).waitFor();
    expect(await grid().getAttribute('aria-rowcount')).toBe('51');
    await resume.click();
    await settled(() => grid().getAttribute('aria-rowcount'), '1285');
  });
});

describe('selection and keys', () => {
  const placeOf = (seq: number): RowPlace => ({ time: rowOf(seq, null)[1], seq });
  /** The context of the cell with the type of row 45. */
  const cell = {
    webviewSection: 'event',
    preventDefaultContextMenuItems: true,
    ofSelection: true,
    event: 46,
    isCall: false,
    field: 'type',
    value: 'instance_crashed',
  };
  /** The context of the last menu as VS Code reads it: from outside the shadow roots. */
  const menuContext = async (): Promise<unknown> =>
    JSON.parse(
      await page.evaluate<string>(`document.querySelector('gso-inspector').dataset.vscodeContext ?? 'null'`),
    );

  it('selects by click, toggle and range, and tells the host which events', async () => {
    await open();
    await rowAt(40).click();
    await rowAt(43).click({ modifiers: ['Control'] });
    await rowAt(46).click({ modifiers: ['Shift'] });
    await settled(async () => (await fake<unknown[]>(`called('select')`)).at(-1), {
      spans: [
        [placeOf(41), placeOf(41)],
        [placeOf(44), placeOf(47)],
      ],
    });
    await page.getByText('5 selected').waitFor();
    await grid().press('Shift+ArrowUp');
    await page.getByText('4 selected').waitFor();
    await grid().press('Control+a');
    await page.getByText('50 selected').waitFor();
  });

  it('selects the row that a context menu opens on, and marks rows for the menu', async () => {
    await open();
    await rowAt(45).click({ button: 'right' });
    await settled(() => rowAt(45).getAttribute('aria-selected'), 'true');
    expect(await menuContext()).toEqual(cell);
    await filter().click({ button: 'right' });
    expect(await menuContext(), 'a field has the menu of VS Code').toBeNull();
    await rowAt(45).click();
    await detail().getByText('summary').click({ button: 'right' });
    expect(await menuContext()).toEqual({ webviewSection: 'event', event: 46 });
  });

  it('opens the context menu of a key at the focused row', async () => {
    await open();
    await rowAt(45).click();
    await page.evaluate(`window.addEventListener('contextmenu', (event) => {
      window.menuAt = [event.clientX, event.clientY];
      event.preventDefault();
    })`);
    await page.keyboard.press('Shift+F10');
    const at = await page.evaluate<[number, number]>('window.menuAt');
    const row = await rowAt(45).boundingBox();
    expect(at[1]).toBe((row?.y ?? 0) + ROW);
    expect(await menuContext()).toEqual(cell);
  });

  it('opens the detail with Enter, follows the focus, and closes with Escape', async () => {
    await open();
    await grid().press('ArrowUp');
    await grid().press('Enter');
    await detail().getByText('instance_installation_finished').first().waitFor();
    await grid().press('ArrowUp');
    await detail().getByText('instance_ready').first().waitFor();
    await page.keyboard.press('Escape');
    await settled(() => detail().count(), 0);
    await grid().press('/');
    expect(await page.evaluate<string>('document.activeElement.localName')).toBe('gso-inspector');
    await page.keyboard.type('ready');
    await settled(() => filter().inputValue(), 'ready');
  });

  it('lists every key in the help', async () => {
    await open();
    await grid().press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    for (const key of ['PgDn', 'Home', 'Enter', 'Esc', 'Ctrl+F', 'Ctrl+Enter', 'F8', 'Ctrl+Space', 'Tab']) {
      await help
        .locator('kbd', { hasText: new RegExp(`^${key.replace('+', '\\+')}$`) })
        .first()
        .waitFor();
    }
    await page.keyboard.press('Escape');
    await settled(() => help.isVisible(), false);
  });
});

describe('the detail', () => {
  const show = (seq: number): Promise<unknown> => fake(`tell('reveal', { seq: ${seq} })`);

  it('shows meaning, problems, what was removed, and exact numbers and strings', async () => {
    await open({ events: 5000 });
    await show(4003);
    await detail().getByText('A start ended. result.status is “error”: it did not start.').waitFor();
    await detail().getByRole('listitem').getByText('is not in the catalog (kept)').waitFor();
    await detail().getByText('Removed before it was stored: Data.password, Data.token').waitFor();
    await detail().getByText('12345678901234567890').waitFor();
    await detail()
      .getByText(String.raw`"cy \"the\tcat\""`)
      .waitFor();
    await detail()
      .getByRole('treeitem', { name: /LifecycleManager/ })
      .hover();
    await detail().getByRole('button', { name: 'Copy Path $.Data.LifecycleManager' }).click();
    await settled(() => fake(`called('copy').at(-1)`), { text: '$.Data.LifecycleManager' });
    await detail().getByRole('tab', { name: 'Raw' }).click();
    await detail().getByText('"EventType"').waitFor();
  });

  it('folds a document of 500 levels and a list of 5,000 without hanging', async () => {
    await open({ events: 5000 });
    await show(90);
    const tree = detail().getByRole('tree');
    await tree.press('End');
    for (let turn = 0; turn < 30; turn++) {
      await tree.press('ArrowRight');
      await tree.press('ArrowDown');
    }
    expect(await tree.getByRole('treeitem').count()).toBeGreaterThan(20);
    await show(91);
    await tree.getByText('players').click();
    await tree.getByText('Show 200 more of 4,800').click();
    await tree.getByText('Show 200 more of 4,600').waitFor();
    await tree.getByText('"player 399"').waitFor();
  });

  it('says that a text is not JSON and shows it as it came', async () => {
    await open({ events: 5000 });
    await show(92);
    await detail().getByText('Not JSON (line 1, column 1: a value was expected)').waitFor();
    await detail().getByText('<b>at all</b>').waitFor();
  });

  it('lies below the grid where it is narrow, over it where it is also short, and can be resized', async () => {
    await open({ width: 420 });
    await rowAt(45).click();
    const splitter = page.getByRole('separator');
    await settled(() => splitter.getAttribute('aria-orientation'), 'horizontal');
    await settled(async () => (await visible()).last >= 45, true);
    const before = Number(await splitter.getAttribute('aria-valuenow'));
    await splitter.press('ArrowUp');
    await settled(() => splitter.getAttribute('aria-valuenow'), String(before + 24));
    await page.setViewportSize({ width: 420, height: 260 });
    await settled(() => grid().isVisible(), false);
    await detail().getByRole('button', { name: 'Close' }).click();
    await settled(() => grid().isVisible(), true);
  });
});

describe('what surrounds the list', () => {
  it.each(['dark', 'light'] as const)('has no barriers that axe knows, in %s', async (theme) => {
    await open({ events: 5000, theme });
    await rowAt(4995).click();
    await detail().getByRole('tree').waitFor();
    expect(await barriers()).toEqual([]);
    await openForm();
    await page.keyboard.type('crash');
    await page.getByRole('option').first().waitFor();
    expect(await barriers()).toEqual([]);
  });

  it('fits its budget', async () => {
    await open();
    expect(web.size).toBeLessThan(300_000);
    expect(await page.evaluate("customElements.get('gso-emit')")).toBe(undefined);
  });

  it('tells how to begin while there are no events', async () => {
    await open({ events: 0 });
    await page.getByText('Waiting for events').waitFor();
    await page.getByRole('button', { name: 'Emit a Test Event…' }).click();
    await page.getByRole('region', { name: 'Emit an event' }).waitFor();
    await fake('append(3)');
    await settled(() => rows().count(), 3);
  });

  it('never hides that a replay is shown', async () => {
    await open();
    await page.getByText('50 events · 12.2 kB').waitFor();
    await fake(`set({ timeline: 'night shift' })`);
    await page.getByText('Showing replay ‘night shift’, not live').waitFor();
    await page.getByRole('button', { name: 'Back to Live' }).click();
    expect(await fake(`called('run')`)).toEqual([{ command: 'showLive' }]);
  });

  it('offers the editor tab in the panel only, and speaks the user’s language', async () => {
    await open({ home: 'tab', query: 'german' });
    await page.getByRole('switch', { name: 'Folgen' }).waitFor();
    expect(await page.getByRole('button', { name: 'Open in Editor Tab' }).count()).toBe(0);
  });
});
