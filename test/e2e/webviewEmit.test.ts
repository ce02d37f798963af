import { mkdirSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  barriers,
  detail,
  expectNoComplaints,
  fake,
  open,
  openForm,
  page,
  rowAt,
  settled,
  start,
  stop,
} from './webview.page.ts';

beforeAll(start);
afterAll(stop);
/** Whatever a test does: nothing may break the policy, throw or write to the console. */
afterEach(expectNoComplaints);

const form = (): Locator => page.getByRole('region', { name: 'Emit an event' });
const message = (): Locator => page.getByRole('textbox', { name: 'Message' });
const text = (): Promise<string> => message().inputValue();
const field = (name: string): Locator => form().getByLabel(new RegExp(`^${name}\\b`));
const send = (): Locator => form().getByRole('button', { name: 'Send', exact: true });
const sent = (): Promise<unknown> => fake(`called('emit')`);

const screenshot = async (name: string): Promise<void> => {
  mkdirSync('test/results/screenshots', { recursive: true });
  await page.screenshot({ path: `test/results/screenshots/${name}.png` });
};

async function choose(type: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Event type' }).fill(type);
  await page.getByRole('option', { name: type }).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(text).toContain(`"EventType": "${type}"`);
}

const target = (label: string): Locator => form().getByText(label, { exact: true }).last();

describe('emitting', () => {
  it('finds a type by keyboard, fills in its example, and sends to the chosen targets', async () => {
    await open();
    await openForm();
    await choose('instance_crashed');
    const written = await text();
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0);

    await target('home').click();
    await message().press('Control+Enter');
    await page.getByRole('status').getByText('home sent').waitFor();
    expect(await sent()).toEqual([
      { system: 'kgsm', type: 'instance_crashed', text: written, targets: ['listener:home'] },
    ]);
  });

  it('warns about broken JSON and sends it all the same', async () => {
    await open();
    await fake(`tell('openEmit', { draft: { system: 'kgsm', type: '', text: '{"a": 1' } })`);
    await page.getByText('Not JSON: line 1, column 8: “,” or “}” was expected').waitFor();
    await target('home').click();
    await target('other.sock').click();
    await page.getByRole('button', { name: 'Send Anyway' }).click();
    await page.getByText('ENOENT: nobody listens at').waitFor();
    await page.keyboard.press('Escape');
    await settled(() => form().count(), 0);
  });

  it('emits an event again as it stands, with the fields of its type', async () => {
    await open();
    await rowAt(45).click();
    await detail().getByRole('button', { name: 'Emit Again…' }).click();
    await expect.poll(text).toContain('12345678901234567890');
    await fake(
      `tell('openEmit', { draft: { system: 'kgsm', type: 'instance_ports_opened', text: '{"EventType":"instance_ports_opened","odd":1}' } })`,
    );
    await form().getByRole('list', { name: 'Problems' }).getByText('is missing').waitFor();
    expect(await text()).toBe('{"EventType":"instance_ports_opened","odd":1}');
    await form().getByRole('button', { name: 'Insert Example' }).click();
    await expect.poll(text).toContain('"InstanceName": "mc-01"');
  });
});

describe('the fields of a message', () => {
  it('and its JSON follow each other, and what the fields do not know stays', async () => {
    await open();
    await openForm();
    await choose('instance_ports_opened');
    await field('InstanceName').fill('say "hi"');
    await expect.poll(text).toContain('"InstanceName": "say \\"hi\\""');
    await field('protocol').selectOption('udp');
    await expect.poll(text).toContain('"protocol": "udp"');
    await field('LifecycleManager').selectOption({ label: '(not set)' });
    await expect.poll(text).not.toContain('LifecycleManager');
    await field('OverridesSystem').selectOption('true');
    await expect.poll(text).toContain('"OverridesSystem": true');
    await form().getByRole('button', { name: 'Add to Ports' }).click();
    await expect
      .poll(async () => (JSON.parse(await text()) as { Data: { Ports: unknown[] } }).Data.Ports)
      .toEqual([
        { start: 25_565, end: 25_565, protocol: 'udp' },
        { start: 25_565, end: 25_565, protocol: 'tcp' },
      ]);
    await form().getByRole('button', { name: 'Remove Ports 1' }).click();
    await expect
      .poll(async () => (JSON.parse(await text()) as { Data: { Ports: unknown[] } }).Data.Ports)
      .toEqual([{ start: 25_565, end: 25_565, protocol: 'tcp' }]);

    await message().fill(
      '{"EventType":"instance_ports_opened", "x":[1e400], "Data":{"InstanceName":"a","Restarts":7.0}}',
    );
    await settled(() => field('InstanceName').inputValue(), 'a');
    await settled(() => field('Restarts').inputValue(), '7.0');
    await field('Hostname').fill('vm-2');
    await settled(
      text,
      '{"EventType":"instance_ports_opened", "x":[1e400], "Data":{"InstanceName":"a","Restarts":7.0}, "Hostname":"vm-2"}',
    );
  });

  it('say beside them and in a list what is wrong, while it is typed', async () => {
    await open();
    await openForm();
    await choose('instance_crashed');
    await field('Restarts').fill('many');
    const problems = form().getByRole('list', { name: 'Problems' });
    await problems.getByText('Data.Restarts').waitFor();
    expect(await problems.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringContaining('must be a number'),
    ]);
    expect(await field('Restarts').getAttribute('aria-invalid')).toBe('true');
    await field('InstanceName').fill('');
    await problems.getByText('must not be empty').waitFor();
    await problems.getByRole('button', { name: 'Data.Restarts' }).click();
    await page.keyboard.type('4');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('4');
    await settled(() => problems.getByRole('listitem').count(), 1);

    await message().fill('{');
    await form().getByText('The fields rest until the message is JSON again.').waitFor();
    await message().fill('{}');
    await problems.getByText('EventType').waitFor();
  });

  it('take hostile and long messages', async () => {
    await open();
    await openForm();
    await choose('instance_crashed');
    await message().fill('{"__proto__": {"x": 1}, "Data": {"InstanceName": "<img src=x onerror=alert(1)>"}}');
    await settled(() => field('InstanceName').inputValue(), '<img src=x onerror=alert(1)>');
    await field('Hostname').fill('h');
    await expect.poll(text).toContain('{"__proto__": {"x": 1}, ');
    const long = JSON.stringify({
      EventType: 'instance_crashed',
      Data: { InstanceName: 'y'.repeat(1_000_000) },
    });
    await message().fill(long);
    await form().getByText('The message is too long for fields. It is edited as JSON.').waitFor();
    await target('home').click();
    await send().click();
    await page.getByRole('status').getByText('home sent').waitFor();
    expect(await fake(`called('emit').at(-1).text.length`)).toBe(long.length);
  });
});

describe('before and after the sending', () => {
  it('makes the example anew for another target, until it is changed', async () => {
    await open();
    await openForm();
    await choose('instance_crashed');
    await target('other.sock').click();
    await expect.poll(text).toContain('"InstanceName": "valheim-2"');
    await field('Hostname').fill('mine');
    await target('other.sock').click();
    await target('home').click();
    await form().getByRole('button', { name: 'Insert Example' }).waitFor();
    expect(await text()).toContain('"InstanceName": "valheim-2"');
  });

  it('shows the exact bytes, and why they cannot be sent', async () => {
    await open();
    await fake(`tell('openEmit', { draft: { system: 'kgsm', type: '', text: '{"a":\\t1}' } })`);
    await target('home').click();
    await form().getByText('Bytes on the wire').click();
    await settled(() => form().getByLabel('Bytes to home').textContent(), '{"a":→1}↵\n');
    await form().getByText('9 bytes', { exact: true }).waitFor();
    await target('Local only').click();
    await form().getByText('Local only A line of a journal has to be one JSON document').waitFor();
  });

  it('leads to the echo of what was sent', async () => {
    await open({ events: 5000 });
    await openForm();
    await choose('instance_crashed');
    await target('home').click();
    await send().click();
    await page.getByRole('status').getByText('home sent').waitFor();
    await fake(`tell('emitEcho', { correlation: 'somebody-else', seq: 4000 })`);
    await fake(`tell('emitEcho', { correlation: 'emission-1', seq: 40 })`);
    await form().getByRole('button', { name: 'Show its echo' }).click();
    await settled(() => rowAt(39).getAttribute('aria-selected'), 'true');
    expect(await form().count()).toBe(1);
    expect(await text()).toContain('instance_crashed');
  });

  it('offers templates and what was sent before', async () => {
    await open();
    await fake(`emitter.templates = [
      { name: 'Crash', scope: 'user', system: '', type: 'instance_crashed', text: '{"EventType":"instance_crashed"}' },
      { name: '<b>bold</b>', scope: 'workspace', system: 'kgsm', type: '', text: 'hello' }]`);
    await fake(
      `emitter.history = [{ at: 0, system: 'kgsm', type: 'instance_stopped', text: '{"old":1}', targets: ['home'] }]`,
    );
    await openForm();
    await form().getByRole('button', { name: '<b>bold</b>', exact: true }).click();
    await settled(text, 'hello');
    await form().getByRole('button', { name: 'Crash', exact: true }).click();
    await settled(text, '{"EventType":"instance_crashed"}');
    await form().getByRole('list', { name: 'Problems' }).getByText('Data').waitFor();
    await form().getByRole('combobox', { name: 'Sent before' }).selectOption({ index: 1 });
    await settled(text, '{"old":1}');
    await form().getByRole('button', { name: 'Save as Template…' }).click();
    await settled(
      () => fake(`called('saveTemplate')`),
      [{ system: 'kgsm', type: 'instance_stopped', text: '{"old":1}' }],
    );
    await form().getByRole('button', { name: 'Delete the template Crash' }).click();
    await settled(() => fake(`called('deleteTemplate')`), [{ name: 'Crash', scope: 'user' }]);
    await fake(`tell('emitShelf', { templates: [], history: [] })`);
    await settled(() => form().getByRole('button', { name: 'Crash', exact: true }).count(), 0);
    expect(await text()).toBe('{"old":1}');
  });

  it('sends many times within limits, tells how far it is, and stops', async () => {
    await open();
    await openForm();
    await choose('instance_crashed');
    await target('home').click();
    await form().getByText('Send repeatedly').click();
    const begin = form().getByRole('button', { name: 'Start Sending' });
    await form().getByRole('spinbutton', { name: 'How often' }).fill('100001');
    await form().getByText('A message is sent from 1 to 100,000 times.').waitFor();
    await begin.click({ force: true });
    await form().getByRole('spinbutton', { name: 'How often' }).fill('500');
    await form().getByRole('spinbutton', { name: 'Messages a second' }).fill('2000');
    await form().getByText('From 0.01 to 1,000 messages a second are sent.').waitFor();
    await form().getByRole('spinbutton', { name: 'Messages a second' }).fill('50');
    await begin.click();
    await form().getByText('0 of 500').waitFor();
    expect(await fake(`called('startSeries')`)).toMatchObject([
      { count: 500, perSecond: 50, targets: ['listener:home'], type: 'instance_crashed' },
    ]);
    await fake(`tell('emitSeries', { ...fake.emitter.series, targets: [
      { id: 'listener:home', label: 'home', state: 'sending', sent: 320, problem: '' }] })`);
    await form().getByText('320 of 500').waitFor();
    await form().getByRole('button', { name: 'Stop Sending' }).click();
    await settled(() => fake(`called('stopSeries').length`), 1);
    await fake(`tell('emitSeries', { ...fake.emitter.series, running: false, targets: [
      { id: 'listener:home', label: 'home', state: 'failed', sent: 321, problem: 'EPIPE: it went away' }] })`);
    await form().getByText('failed after 321').waitFor();
    await form().getByText('EPIPE: it went away').waitFor();
    await begin.waitFor();
  });
});

describe('the looks of the form', () => {
  const isInSight = async (): Promise<boolean> => {
    const box = await send().boundingBox();
    const size = page.viewportSize();
    return box !== null && size !== null && box.y >= 0 && box.y + box.height <= size.height;
  };

  it.each([
    ['wide', 'dark', 1500, 800],
    ['wide', 'light', 1500, 800],
    ['narrow', 'dark', 300, 640],
    ['narrow', 'light', 300, 640],
    ['low', 'dark', 1100, 330],
  ] as const)('has Send in sight and no barriers, %s and %s', async (size, theme, width, height) => {
    await open({ theme, width: Math.max(width, 1000), height: 760 });
    await fake(`emitter.templates = [
      { name: 'Crash with a long name that does not fit', scope: 'user', system: '', type: 'instance_crashed', text: '{}' },
      { name: 'Stop', scope: 'workspace', system: 'kgsm', type: '', text: 'hello' }]`);
    await openForm();
    await choose('instance_ports_opened');
    await target('home').click();
    await target('other.sock').click();
    await field('Restarts').fill('many');
    await page.setViewportSize({ width, height });
    await send().click();
    await page.getByRole('status').getByText('home sent').waitFor();
    expect(await isInSight()).toBe(true);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    await page.getByRole('combobox', { name: 'Event type' }).scrollIntoViewIfNeeded();
    await screenshot(`emit-${size}-${theme}`);
    await form().getByText('Bytes on the wire').click();
    await form().getByText('Send repeatedly').click();
    await form().getByRole('button', { name: 'Start Sending' }).scrollIntoViewIfNeeded();
    await screenshot(`emit-${size}-${theme}-below`);
    if (size !== 'low') expect(await barriers()).toEqual([]);
  });
});
