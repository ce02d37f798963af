import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { Workbench } from '../harness/workbench.ts';
import type { SocatListener } from './kgsm.ts';

/** Emits from the form of the inspector to the connection Home and to a bot, in a window that has not sent anything yet. */
export async function emitFromForm(wb: Workbench, bot: SocatListener): Promise<void> {
  const before = bot.received;
  const view = wb.viewFrame();
  // The command goes to the inspector that was used last: that of the panel, when no other is open.
  await wb.command('View: Close All Editors');
  await view.getByRole('combobox', { name: 'Filter events' }).fill('-is:noise');
  await wb.command('Game Servers: Emit Event…');
  const form = view.getByRole('region', { name: 'Emit an event' });
  const message = form.getByRole('textbox', { name: 'Message' });
  await chooseTarget(form, 'Home');
  await form.getByRole('combobox', { name: 'Event type' }).fill('instance_failed');
  await form.getByRole('option', { name: 'instance_failed', exact: true }).click();
  // An instance of the target stands in the example.
  await expect.poll(() => message.inputValue()).toMatch(/"InstanceName": "(?!minecraft-1")/);
  await form.getByLabel('InstanceName').fill('ghost');
  await form.getByLabel('Restarts').fill('4');
  await expect.poll(() => message.inputValue()).toContain('"Restarts": "4"');
  await chooseTarget(form, 'bot.sock');
  await wb.screenshots('emit-form');

  const send = form.getByRole('button', { name: 'Send', exact: true });
  await send.click();
  // A window that was loaded anew asks about every target.
  await wb.dialog.getByText('Send events to 2 targets?').waitFor();
  await wb.screenshot('emit-question-dark');
  await wb.dialog.getByRole('button', { name: 'Cancel' }).click();
  await form.getByText(/Home not sent/).waitFor();
  await form.getByText(/bot\.sock not sent/).waitFor();
  await send.click();
  await wb.dialog.getByRole('button', { name: 'Send' }).click();
  await form.getByText(/Home sent/).waitFor();
  const text = await message.inputValue();
  const sent = (): string => bot.received.slice(before.length);
  await expect.poll(sent).toBe(`${text}\n`);
  // From here on it asks about none of them.
  await send.click();
  await expect.poll(sent).toBe(`${text}\n`.repeat(2));
  await form.getByRole('button', { name: 'Show its echo' }).click();
  const grid = view.getByRole('grid', { name: 'Events' });
  await grid.getByRole('row', { selected: true, name: /instance_failed/ }).waitFor();

  await form.getByText('Send repeatedly').click();
  await form.getByRole('spinbutton', { name: 'How often' }).fill('20');
  await form.getByRole('spinbutton', { name: 'Messages a second' }).fill('100');
  await form.getByRole('button', { name: 'Start Sending' }).click();
  await expect.poll(() => form.getByText('20 sent', { exact: true }).count()).toBe(2);
  await expect.poll(sent).toBe(`${text}\n`.repeat(22));
  await wb.screenshots('emit-series');
  await view.getByRole('combobox', { name: 'Filter events' }).fill('origin:emitted $.Data.Restarts:4');
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('45');

  await message.fill(
    '{"EventType":"instance_input_sent","Data":{"InstanceName":"a","Command":"login hunter2"}}',
  );
  await form.getByRole('button', { name: 'Save as Template…' }).click();
  await wb.enter('Sign in', 'Save as Template');
  await wb.pick('In all windows');
  const template = form.getByRole('button', { name: 'Sign in', exact: true });
  await template.click();
  await expect.poll(() => message.inputValue()).toContain('login ‹redacted›');
  await form.getByRole('combobox', { name: 'Sent before' }).selectOption({ index: 1 });
  await expect.poll(() => message.inputValue()).toBe(text);
  await wb.screenshots('emit-template');
  await form.getByRole('button', { name: 'Delete the template Sign in' }).click();
  await template.waitFor({ state: 'detached' });
}

/** Checks a target in the form, where it is not. */
export async function chooseTarget(form: Locator, label: string): Promise<void> {
  const box = form.locator(`vscode-checkbox[label="${label}"]`);
  const isChecked = (): Promise<unknown> =>
    box.evaluate((element: unknown) => (element as { readonly checked?: boolean }).checked);
  // The workbench gives the page its focus back after a command; a click in that moment is lost.
  await expect
    .poll(async () => {
      if ((await isChecked()) !== true) await form.getByText(label, { exact: true }).click();
      return isChecked();
    })
    .toBe(true);
}
