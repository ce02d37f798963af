import { mkdirSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  barriers,
  detail,
  expectNoComplaints,
  fake,
  filter,
  focusedRole,
  grid,
  open,
  page,
  rowAt,
  rows,
  settled,
  start,
  stop,
} from './webview.page.ts';

beforeAll(start);
afterAll(stop);
/** Whatever a test does: nothing may break the policy, throw or write to the console. */
afterEach(expectNoComplaints);

const asked = (): Promise<unknown> => fake(`called('setFilter')`);
const text = (): Promise<string> => filter().inputValue();
const options = (): Locator => page.getByRole('option');
const labels = (): Promise<string[]> => options().locator('.label').allTextContents();
const active = async (): Promise<string | null> => {
  const marked = page.getByRole('option', { selected: true });
  return (await marked.count()) === 0 ? null : marked.locator('.label').textContent();
};
const list = (): Locator => page.getByRole('listbox');
const chip = (name: string): Locator => page.getByRole('button', { name, exact: true });

/** Types in one turn of the page: the debounce cannot run out meanwhile, however slow the machine is. */
const typeAtOnce = (...texts: string[]): Promise<void> =>
  page.evaluate(`(() => {
    const find = (root) => root.querySelector('[role=combobox]') ??
      [...root.querySelectorAll('*')].filter((e) => e.shadowRoot).map((e) => find(e.shadowRoot)).find(Boolean);
    const input = find(document);
    input.focus();
    for (const text of ${JSON.stringify(texts)}) {
      input.value = text;
      input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    }
  })()`);

const isFocused = async (): Promise<boolean> => (await focusedRole()) === 'combobox';

const screenshot = async (name: string): Promise<void> => {
  mkdirSync('test/results/screenshots', { recursive: true });
  await page.screenshot({ path: `test/results/screenshots/${name}.png` });
};

describe('the query bar', () => {
  it('waits for a pause in typing, says how many match, and keeps the focused event', async () => {
    await open({ events: 5000 });
    await rowAt(4990).click();
    const seq = 4991;
    expect(await rowAt(4990).locator('.type').textContent()).toBe('broadcast_message');
    await typeAtOnce('b', 'broad', 'broadcast');
    await page.getByText(/^625 of 5,000 · [\d.]+ ms$/).waitFor();
    expect(await asked()).toEqual([{ text: 'broadcast' }]);
    await settled(() => page.locator('.layer .row[aria-selected=true]').count(), 1);
    expect(await fake(`called('select').at(-1)`)).toMatchObject({ spans: [[{ seq }, { seq }]] });

    await page.getByRole('button', { name: 'Clear Filter' }).click();
    await settled(() => grid().getAttribute('aria-rowcount'), '5001');
    await settled(() => rowAt(4990).getAttribute('aria-selected'), 'true');
  });

  it('goes back to the query of a new inspector, and from there to all events', async () => {
    await open({ events: 5000 });
    await filter().fill('no-such-thing');
    await page.getByText('No event matches the filter').waitFor();
    await page.getByRole('button', { name: 'Clear Filter' }).last().click();
    await rows().first().waitFor();
    expect(await text()).toBe('-is:noise');
    await filter().fill('crashed');
    await filter().press('Escape');
    await settled(text, '-is:noise');
    await page.getByRole('button', { name: 'Clear Filter' }).click();
    await settled(text, '');
    await settled(() => fake(`called('setFilter').at(-1)`), { text: '' });
  });

  it('takes a query from the host', async () => {
    await open({ events: 5000 });
    await fake(`tell('focusFilter', { text: 'crashed' })`);
    await settled(text, 'crashed');
    await page.getByText(/ of 5,000 · [\d.]+ ms$/).waitFor();
    await fake(`set({ filter: 'type:instance_ready' })`);
    await settled(text, 'type:instance_ready');
  });

  it('colours the language, whatever is written, and scrolls the colours with the text', async () => {
    await open();
    await filter().fill('type:event:after_* OR -$.a>7 "two  words"');
    const coloured = (kind: string): Promise<string[]> => page.locator(`.colours .${kind}`).allTextContents();
    expect(await coloured('field')).toEqual(['type']);
    expect(await coloured('value')).toEqual(['event:after_*']);
    expect(await coloured('keyword')).toEqual(['OR', '-']);
    expect(await coloured('path')).toEqual(['$.a']);
    expect(await coloured('string')).toEqual(['"two  words"']);
    const widths = await page.evaluate<number[]>(`(() => {
      const bar = document.querySelector('gso-inspector').shadowRoot.querySelector('gso-toolbar').shadowRoot
        .querySelector('gso-query-bar').shadowRoot;
      const input = bar.querySelector('input');
      const canvas = document.createElement('canvas').getContext('2d');
      canvas.font = getComputedStyle(input).font;
      return [bar.querySelector('.colours').getBoundingClientRect().width, canvas.measureText(input.value).width + 8];
    })()`);
    expect(Math.abs((widths[0] ?? 0) - (widths[1] ?? 0))).toBeLessThan(1);
    await filter().fill('x'.repeat(400));
    await filter().press('End');
    const offsets = (): Promise<[number, number]> =>
      page.evaluate(`(() => {
        const bar = document.querySelector('gso-inspector').shadowRoot.querySelector('gso-toolbar').shadowRoot
          .querySelector('gso-query-bar').shadowRoot;
        const { transform } = bar.querySelector('.colours').style;
        return [parseFloat(transform.slice('translateX('.length)), bar.querySelector('input').scrollLeft];
      })()`);
    await settled(async () => {
      const [shift, scroll] = await offsets();
      return scroll > 500 && Math.abs(shift + scroll) < 1;
    }, true);
    await filter().fill('<img src=x onerror=alert(1)>');
    expect(await page.locator('.colours img').count()).toBe(0);
  });

  it('says at its place what is wrong, keeps it from the host, and mends it', async () => {
    await open();
    await filter().fill('tpye:crashed');
    await page.getByRole('alert').getByText('Unknown field tpye: did you mean type?').waitFor();
    expect(await page.locator('.colours .wrong').allTextContents()).toEqual(['tpye']);
    expect(await filter().getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'Use type' }).click();
    await settled(text, 'type:crashed');
    await settled(asked, [{ text: 'type:crashed' }]);
    expect(await page.getByRole('alert').count()).toBe(0);
    await fake(`set({ searching: true })`);
    await page.getByText('searching…').waitFor();
    await fake(`set({ searching: false, problem: { message: 'That took too long.', from: 0, to: 4 } })`);
    await page.getByRole('alert').getByText('That took too long.').waitFor();
  });

  it('does not call wrong what is not finished yet', async () => {
    await open();
    await filter().fill('(crashed');
    await settled(() => page.locator('.colours .word').allTextContents(), ['crashed']);
    expect(await page.getByRole('alert').count()).toBe(0);
    await filter().press('Enter');
    await page.getByRole('alert').getByText('This parenthesis is never closed.').waitFor();
    expect(await asked()).toEqual([]);
  });
});

describe('suggestions', () => {
  it('lead by keys through field and value to the query', async () => {
    await open();
    await filter().press('t');
    await settled(labels, ['type:', 'time:', 'task:', 'is:task', 'is:truncated']);
    expect(await filter().getAttribute('aria-expanded')).toBe('true');
    expect(await active()).toBeNull();
    await filter().press('ArrowDown');
    expect(await active()).toBe('type:');
    expect(await filter().getAttribute('aria-activedescendant')).toBe(
      await page.getByRole('option', { selected: true }).getAttribute('id'),
    );
    await filter().press('Enter');
    await settled(text, 'type:');
    await settled(async () => (await labels()).slice(0, 2), ['reporting.realtime', 'instance_started']);
    expect(await options().first().locator('.times').textContent()).toBe('41,230');
    await filter().pressSequentially('crash');
    await settled(labels, ['instance_crashed']);
    expect(await active()).toBe('instance_crashed');
    await filter().press('Enter');
    await settled(text, 'type:instance_crashed');
    expect(await list().isVisible()).toBe(false);
    await settled(() => fake(`called('setFilter').at(-1)`), { text: 'type:instance_crashed' });
    await page.keyboard.press('Control+z');
    expect(await text()).not.toBe('type:instance_crashed');
  });

  it('never take Enter from a word, nor Tab from who goes on', async () => {
    await open();
    await filter().press('t');
    await options().first().waitFor();
    await filter().press('Enter');
    await settled(asked, [{ text: 't' }]);
    expect(await list().isVisible()).toBe(false);
    await filter().press('Tab');
    expect(await isFocused()).toBe(false);
  });

  it('know a kind of event by its name alone', async () => {
    await open();
    await filter().fill('f');
    await settled(labels, ['is:failed']);
    await filter().press('Tab');
    await settled(text, 'is:failed');
  });

  it('find a value by any part of it or of its name, and write it as it must be', async () => {
    await open();
    await filter().fill('connection:cellar');
    await settled(labels, ['nas']);
    expect(await options().locator('.detail').allTextContents()).toEqual(['TrueNAS in the cellar']);
    await filter().fill('instance:WORDS');
    await settled(labels, ['two words']);
    await filter().press('Tab');
    await settled(text, 'instance:"two words"');
    await filter().fill('severity:err');
    await settled(() => options().locator('.times').allTextContents(), ['26']);
    await filter().fill('instance:img');
    await settled(labels, ['<img src=x onerror=alert(1)>']);
    expect(await list().locator('img').count()).toBe(0);
  });

  it('open and close by key, and go by the mouse without losing the focus', async () => {
    await open();
    await filter().fill('type:');
    await options().first().waitFor();
    await filter().press('Escape');
    expect(await list().isVisible()).toBe(false);
    expect(await text()).toBe('type:');
    await filter().press('Control+Space');
    await options().nth(2).click();
    await settled(text, 'type:instance_ready');
    expect(await isFocused()).toBe(true);
    await filter().fill('');
    await filter().press('ArrowDown');
    await settled(async () => (await labels())[0], 'type:');
    await filter().press('ArrowUp');
    const last = (await labels()).at(-1);
    expect(await active()).toBe(last);
    expect(await page.getByRole('option', { selected: true }).isVisible()).toBe(true);
    await page.mouse.click(600, 500);
    expect(await list().isVisible()).toBe(false);
  });
});

describe('queries of before', () => {
  const shelf = (contents: object): Promise<unknown> => fake(`tell('shelf', ${JSON.stringify(contents)})`);

  it('come back with the arrow up, the newest first, and new ones are remembered', async () => {
    await open();
    await shelf({ saved: [], history: ['is:failed', 'type:chat', 'size:>1MB'] });
    await filter().fill('joined');
    await filter().press('Enter');
    await settled(() => fake(`called('remember')`), [{ text: 'joined' }]);
    await filter().press('ArrowUp');
    await settled(labels, ['is:failed', 'type:chat', 'size:>1MB']);
    expect(await active()).toBe('is:failed');
    await filter().press('ArrowDown');
    await filter().press('Enter');
    await settled(text, 'type:chat');
    await settled(() => fake(`called('setFilter').at(-1)`), { text: 'type:chat' });
  });

  it('are chips where they are saved: a press filters, another goes back', async () => {
    await open();
    await shelf({
      saved: [
        { name: 'Crashes', query: 'type:*crashed', scope: 'user' },
        { name: 'Big', query: 'size:>1MB', scope: 'workspace' },
      ],
      history: [],
    });
    await chip('Crashes').click();
    await settled(text, 'type:*crashed');
    await settled(() => chip('Crashes').getAttribute('aria-pressed'), 'true');
    expect(await chip('Big').getAttribute('aria-pressed')).toBe('false');
    await page.getByRole('button', { name: 'Saved as “Crashes”. Save again…' }).click();
    expect(await fake(`called('saveQuery')`)).toEqual([{ text: 'type:*crashed' }]);
    await chip('Crashes').click();
    await settled(text, '-is:noise');
    await chip('Big').click({ button: 'right' });
    const context = await page.locator('gso-inspector').getAttribute('data-vscode-context');
    expect(JSON.parse(context ?? '{}')).toMatchObject({
      webviewSection: 'savedQuery',
      name: 'Big',
      scope: 'workspace',
    });
  });

  it('are those of this inspector after a reload of its page', async () => {
    await open({ events: 5000, query: 'kept=query' });
    await filter().fill('crashed');
    await settled(() => fake(`called('setFilter').length`), 1);
    await open({ events: 5000, query: 'kept=query' });
    await settled(text, 'crashed');
    await page.getByText(/^\d+ of 5,000 ·/).waitFor();
    expect(await fake(`called('hello')`)).toEqual([{ query: 'crashed' }]);
  });
});

describe('what is hidden', () => {
  it('as noise is counted, and shown with a press', async () => {
    await open();
    await fake(`set({ filter: 'joined -is:noise', noise: 1204 })`);
    await page.getByRole('button', { name: '1,204 hidden as noise' }).click();
    await settled(text, 'joined');
    await fake(`set({ noise: 'shown' })`);
    await page.getByRole('button', { name: 'Hide noise' }).click();
    await settled(text, 'joined -is:noise');
  });

  it('by Clear comes back with Undo, and no detail of a hidden event stays', async () => {
    await open({ events: 5000 });
    await grid().press('End');
    await grid().press('Enter');
    await detail().waitFor();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByText('Cleared: 5,000 events hidden here, none deleted.').waitFor();
    await detail().waitFor({ state: 'detached' });
    await settled(() => rows().count(), 0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await settled(() => grid().getAttribute('aria-rowcount'), '5001');
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByRole('button', { name: 'Delete History…' }).click();
    expect(await fake(`called('run').at(-1)`)).toEqual({ command: 'history' });
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  });
});

describe('in every theme and width', () => {
  const saved = ['Crashes', 'Only mc-01', 'What discord bots did', 'Slow replies', 'Big messages', 'Updates'];
  /** Those of other parts are theirs. */
  const ownBarriers = async (): Promise<string[]> =>
    (await barriers()).filter((barrier) => /gso-(?:query-bar|saved-chips|cleared-bar)/.test(barrier));
  it.each([
    ['dark', 900],
    ['light', 1360],
    ['contrast', 300],
  ] as const)('%s at %i pixels has no barriers that axe knows', async (theme, width) => {
    await open({ theme, width, height: 320 });
    await fake(
      `tell('shelf', ${JSON.stringify({ saved: saved.map((name) => ({ name, query: name === 'Crashes' ? 'type:crashed' : name, scope: 'user' })), history: [] })})`,
    );
    await chip('Crashes').click();
    await fake(`set({ noise: 1204, cleared: 12345 })`);
    await settled(() => chip('Crashes').getAttribute('aria-pressed'), 'true');
    await page.mouse.move(0, 0);
    await screenshot(`query-${theme}-${width}`);
    await filter().fill('type:instance_crashed -is:noise severity>=warning $.Data.n>7 "two words" instance:');
    await options().first().waitFor();
    await filter().press('ArrowDown');
    expect(await ownBarriers()).toEqual([]);
    await screenshot(`query-list-${theme}-${width}`);
    await filter().fill('type:instance_crashed colour:red OR (foo');
    await filter().press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await ownBarriers()).toEqual([]);
    await screenshot(`query-problem-${theme}-${width}`);
  });

  it('keeps the text readable where colours are forced', async () => {
    await open({ width: 900, height: 400, events: 50 });
    await page.emulateMedia({ forcedColors: 'active' });
    await filter().fill('type:instance_crashed colour:red');
    await page.getByRole('alert').waitFor();
    await screenshot('query-forced');
    await page.emulateMedia({ forcedColors: null });
  });
});
