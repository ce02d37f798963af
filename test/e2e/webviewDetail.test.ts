import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  barriers,
  detail,
  expectNoComplaints,
  fake,
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

interface Queried {
  matches(selector: string): boolean;
}

const show = (seq: number): Promise<unknown> => fake(`tell('reveal', { seq: ${seq} })`);
const tab = (name: string | RegExp) => detail().getByRole('tab', { name });
const tree = () => detail().getByRole('tree', { name: 'Payload' });
const line = (name: string | RegExp) => tree().getByRole('treeitem', { name });

describe('the payload in the detail', () => {
  it('marks problems and old values at their place, and says what a field means', async () => {
    await open({ events: 5000 });
    await show(4003);
    await line(/^status: "error"was "success"/).waitFor();
    await line(/message: "Server 'alpha' is already running."new/).waitFor();
    await line(/status: .*was expected to be one of/).waitFor();
    await line(/Data: .*attempt is not in the catalog/).waitFor();
    expect(await line(/^LifecycleManager/).getAttribute('title')).toContain('What keeps the server running');
    await detail()
      .getByText(/\+3\.001 s after its cause/)
      .waitFor();
    await detail()
      .getByText(/318 ms before its arrival/)
      .waitFor();
    await detail().getByRole('button', { name: 'Data.result.status', exact: true }).click();
    await settled(() => line(/^status/).getAttribute('aria-selected'), 'true');
    expect(await barriers()).toEqual([]);
  });

  it('is searched from the keyboard, and unfolds to what was found', async () => {
    await open({ events: 5000 });
    await show(93);
    await tree().waitFor();
    await tree().focus();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('PLAYER 70123');
    await detail().getByText('1 of 1', { exact: true }).waitFor();
    await settled(() => line(/^name: "player 70123"/).getAttribute('aria-selected'), 'true');
    expect(await tree().getByRole('treeitem').count()).toBeLessThan(400);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('player 1');
    await detail().getByText('1 of 1,000+').waitFor();
    await page.keyboard.press('Shift+Enter');
    await detail().getByText('1,000 of 1,000+').waitFor();
    await page.keyboard.press('Escape');
    await settled(() => detail().getByRole('search').count(), 0);
    await page.keyboard.press('Escape');
    await settled(() => detail().count(), 0);
  });

  it('clips a long string, finds something in it, and shows it whole on request', async () => {
    await open({ events: 5000 });
    await show(94);
    await line(/300,008 characters, Show All/).waitFor();
    expect((await line(/^log/).textContent())?.length).toBeLessThan(700);
    await tree().focus();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('needle');
    await line(/line of a log, needle/).waitFor();
    await page.keyboard.press('Escape');
    await detail().getByText('Show All').click();
    await settled(async () => ((await line(/^log/).textContent())?.length ?? 0) > 300_000, true);
  });

  it('gives menus the path and the value of a line', async () => {
    await open({ events: 5000 });
    await show(4003);
    await line(/^status/).click({ button: 'right' });
    const context = await page.evaluate<string>(
      `document.querySelector('gso-inspector').dataset.vscodeContext`,
    );
    expect(JSON.parse(context)).toEqual({
      webviewSection: 'value',
      event: 4003,
      path: '$.Data.result.status',
      value: 'error',
    });
  });
});

describe('the tabs of the detail', () => {
  it('are walked by keys and remembered', async () => {
    await open({ events: 5000 });
    await show(4003);
    await tab('Related (5)').waitFor();
    await tab('Payload').press('ArrowRight');
    await settled(() => tab('Raw').getAttribute('aria-selected'), 'true');
    await page.keyboard.press('End');
    await settled(() => tab('What It Did').getAttribute('aria-selected'), 'true');
    await page.keyboard.press(']');
    await settled(() => tab('Payload').getAttribute('aria-selected'), 'true');
    for (const key of [']', ']', ']']) await page.keyboard.press(key);
    await settled(() => tab('Related (5)').and(page.locator(':focus')).count(), 1);
    await page.keyboard.press(']');
    await page.keyboard.press(']');
    await page.keyboard.press('[');
    await detail().getByRole('row', { name: 'State Starting Failed' }).waitFor();
    await detail().getByText('Together with 2 other events').waitFor();
    expect(await barriers()).toEqual([]);
    await show(4005);
    await detail().getByText('This event changed no instance, task or connection.').waitFor();
    expect(await page.evaluate('fakeState().detailTab')).toBe('effects');
  });

  it('show the exact text in colours, wrapped or not, and open it as a document', async () => {
    await open({ events: 5000 });
    await show(4003);
    await tab('Raw').click();
    const raw = detail().getByLabel(/^Raw text/);
    expect((await raw.textContent())?.trim()).toMatch(/^\{"EventType":.*"id":12345678901234567890.*\}$/);
    expect(await raw.locator('.number').first().textContent()).toBe('3');
    await detail().getByRole('switch', { name: 'Wrap Long Lines' }).click();
    await settled(() => raw.getAttribute('class'), 'mono unwrapped');
    await detail().getByRole('button', { name: 'Open as Document' }).click();
    await settled(() => fake(`called('openDocument').at(-1)`), { seq: 4003 });
    expect(await barriers()).toEqual([]);
  });

  it('compare with the event before, or two selected ones', async () => {
    await open({ events: 40 });
    await rowAt(18).click();
    await tab('Changes').click();
    await detail().getByText('Changed (1)').waitFor();
    await detail().getByText('"success" → "error"').waitFor();
    await detail().getByRole('button', { name: 'Open in the Diff Editor' }).click();
    await settled(() => fake(`called('openDifference').at(-1)`), { from: 11, to: 19 });
    await rowAt(17).click({ modifiers: ['Control'] });
    await detail().getByText('The two selected events, 2 ms apart.').waitFor();
    await detail().getByRole('button', { name: 'Open in the Diff Editor' }).click();
    await settled(() => fake(`called('openDifference').at(-1)`), { from: 18, to: 19 });
    expect(await barriers()).toEqual([]);
  });

  it('lead from cause to effect without the focus leaving the list', async () => {
    await open({ events: 5000 });
    await show(4003);
    await tab(/^Related/).click();
    const row = (name: RegExp) => detail().getByRole('listitem').getByRole('button', { name });
    await row(/event:after_server_start/).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await settled(() => fake(`called('detail').at(-1)`), { seq: 4004 });
    expect(await barriers()).toEqual([]);
    await page.keyboard.press('Escape');
    await settled(() => detail().count(), 0);
    expect(await grid().evaluate((each: unknown) => (each as Queried).matches(':focus'))).toBe(true);
  });

  it('stay reachable where there is room for few', async () => {
    await open({ events: 5000, width: 300 });
    await show(4003);
    await tab('Payload').press('End');
    await settled(() => tab('What It Did').getAttribute('aria-selected'), 'true');
    const box = await tab('What It Did').boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(300);
    expect(await barriers()).toEqual([]);
  });

  it('keep the selected one in sight when the room becomes narrow', async () => {
    await open({ events: 5000, width: 900 });
    await show(4003);
    await tab('Payload').press('End');
    await settled(() => tab('What It Did').getAttribute('aria-selected'), 'true');
    await page.setViewportSize({ width: 300, height: 800 });
    await settled(async () => {
      const box = await tab('What It Did').boundingBox();
      return box !== null && box.x >= 0 && box.x + box.width <= 300;
    }, true);
  });
});
