import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  expectNoComplaints,
  fake,
  filter,
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

describe('the filter', () => {
  it('waits for a pause in typing, says how many match, and keeps the focused event', async () => {
    await open({ events: 5000 });
    await rowAt(4990).click();
    const seq = 4991;
    expect(await rowAt(4990).locator('.type').textContent()).toBe('broadcast_message');
    await filter().pressSequentially('broadcast', { delay: 5 });
    await page.getByText(/^625 of 5,000 · [\d.]+ ms$/).waitFor();
    expect(await fake(`called('setFilter')`)).toEqual([{ text: 'broadcast' }]);
    await settled(() => page.locator('.layer .row[aria-selected=true]').count(), 1);
    expect(await fake(`called('select').at(-1)`)).toEqual({ spans: [[seq, seq]] });

    await page.getByRole('button', { name: 'Clear Filter' }).click();
    await settled(() => grid().getAttribute('aria-rowcount'), '5001');
    await settled(() => rowAt(4990).getAttribute('aria-selected'), 'true');
  });

  it('says so when nothing matches, and offers the way back', async () => {
    await open({ events: 5000 });
    await filter().fill('no-such-thing');
    await page.getByText('No event matches the filter').waitFor();
    await page.getByRole('button', { name: 'Clear Filter' }).last().click();
    await rows().first().waitFor();
    expect(await filter().inputValue()).toBe('');
  });

  it('takes a filter from the host', async () => {
    await open({ events: 5000 });
    await fake(`tell('focusFilter', { text: 'crashed' })`);
    await settled(() => filter().inputValue(), 'crashed');
    await page.getByText(/ of 5,000 · [\d.]+ ms$/).waitFor();
  });

  it('says what is wrong with a filter, and mends it', async () => {
    await open();
    await filter().fill('tpye:crashed');
    await settled(() => fake(`called('setFilter')`).then((calls) => (calls as unknown[]).length), 1);
    const problem = {
      message: 'There is no field tpye: did you mean type?',
      from: 0,
      to: 4,
      replacement: 'type',
    };
    await fake(`set({ problem: ${JSON.stringify(problem)} })`);
    await page.getByRole('alert').getByText('did you mean type?').waitFor();
    await page.getByRole('button', { name: 'Use type' }).click();
    await settled(() => filter().inputValue(), 'type:crashed');
    expect(await fake(`called('setFilter')`)).toEqual([{ text: 'tpye:crashed' }, { text: 'type:crashed' }]);
    await fake(`set({ problem: null, searching: true })`);
    await page.getByText('searching…').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
