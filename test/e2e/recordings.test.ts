import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { saveInto, useWorkbench } from '../harness/e2e.ts';
import { KgsmRoot } from './kgsm.ts';

const kgsm = new KgsmRoot();
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});
const workbench = useWorkbench({
  mode: 'installed',
  machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
});

const filterOf = (view: FrameLocator): Locator => view.getByRole('combobox', { name: 'Filter events' });

/** Events that the row of a recording tells. */
async function eventsOf(row: Locator): Promise<number> {
  return Number(/ (\d+) events?/.exec((await row.getAttribute('aria-label')) ?? '')?.[1]);
}

it('a recording is begun, goes on over a reload, is stopped, opened, played, exported, renamed and deleted', async () => {
  const wb = workbench();
  const status = wb.page.locator('.statusbar-item', { has: wb.page.locator('.codicon-record') });
  await wb.openView('Game Servers');
  const home = wb.treeItem(/Connection Home, Connected/);
  await home.waitFor();
  await wb.page.getByRole('button', { name: 'Recordings Section' }).click();
  await wb.page.getByRole('button', { name: 'Record the Last Minutes…' }).first().waitFor();
  await wb.screenshots('recordings-none');
  await wb.contextMenu(home, 'Record');
  await wb.toasts(/Recording “Home, /).waitFor();
  for (const name of ['ark', 'valheim-1']) await kgsm.send('instance_started', name);
  await wb.treeItem(/^Recording Home, .*under way, 2 events/).waitFor();

  await wb.reload();
  await wb.openView('Game Servers');
  await home.waitFor();
  await kgsm.send('instance_crashed', 'ark', { ExitCode: '139' });
  // The window that comes back writes of its connection too.
  await wb.treeItem(/^Recording Home, .*under way, ([3-9]|\d\d) events/).waitFor();
  await wb.screenshots('recordings-running');

  await status.getByRole('button').click();
  await wb.enter('Evening crash', 'Name');
  await wb.enter('look at <b>ark</b>', 'Note, may be empty');
  const ended = wb.treeItem(/^Recording Evening crash, \d+ events/);
  await ended.waitFor();
  await status.waitFor({ state: 'detached' });
  await kgsm.send('instance_started', 'not-recorded');

  await ended.click();
  const view = wb.viewFrame();
  await expect
    .poll(() => filterOf(view).inputValue())
    .toMatch(/^seq:\d+\.\.\d+ connection:\(home\) -is:noise$/);
  await view.getByText(new RegExp(`^${await eventsOf(ended)} of \\d+ · `)).waitFor();
  await wb.screenshots('recordings-open');

  await wb.contextMenu(ended, 'Rename Recording…');
  await wb.enter('Evening <i>crash</i>', 'Name');
  const renamed = wb.treeItem(/^Recording Evening <i>crash<\/i>, /);
  const file = join(wb.workspace, 'evening.gsops.ndjson');
  await filterOf(view).fill('');
  await wb.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await wb.contextMenu(renamed, 'Copy Link');
  const copied = (): Promise<string> => wb.page.evaluate<string>('navigator.clipboard.readText()');
  await expect.poll(copied).toMatch(/\/recording\?id=[\w-]+$/);
  await wb.command('Developer: Open URL');
  await wb.enter((await copied()).replace(/^[\w-]+:/, 'vscode:'), 'URL to open');
  await wb.dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await expect.poll(() => filterOf(wb.viewFrame()).inputValue()).toContain('seq:');

  await wb.contextMenu(renamed, 'Export Recording…');
  await wb.pick('As They Are');
  await saveInto(wb, file, 'Evening -i-crash-i-events.gsops.ndjson');
  await wb.pressToast(/events were exported into evening\.gsops\.ndjson/, 'Open');
  const raw = readFileSync(file, 'utf8');
  expect(raw).toContain('instance_crashed');
  expect(raw).not.toContain('not-recorded');
  const opened = wb.treeItem(/^Recording file evening\.gsops\.ndjson, \d+ events/);
  await opened.waitFor();
  await wb.screenshots('recordings-file');

  await wb.contextMenu(renamed, 'Play Recording…');
  await wb.pick('Local only');
  await wb.pick('Speed');
  await wb.pick('1000×');
  await wb.pick(/Replay\s*3 events/);
  await wb.toasts(/3 of 3 events were replayed into a local timeline/).waitFor();
  await wb.command('Game Servers: Back to Live');

  await wb.contextMenu(opened, 'Delete Recording…');
  await wb.dialog.getByText('Remove “evening.gsops.ndjson” from the list of recordings?').waitFor();
  await wb.dialog.getByRole('button', { name: 'Remove' }).click();
  await opened.waitFor({ state: 'detached' });
  await wb.page.getByRole('tab', { name: 'evening.gsops.ndjson' }).dragTo(renamed);
  await opened.waitFor();

  await renamed.click();
  await opened.click({ modifiers: ['Control'] });
  await wb.contextMenu(renamed, 'Delete Recording…');
  await wb.dialog.getByText('Delete 2 recordings?').waitFor();
  await wb.screenshots('recordings-delete');
  await wb.dialog.getByRole('button', { name: 'Delete' }).click();
  await renamed.waitFor({ state: 'detached' });
  await opened.waitFor({ state: 'detached' });
  expect(readFileSync(file, 'utf8')).toBe(raw);
}, 120_000);

it('one that begins in the past is stopped in the inspector, and trimmed', async () => {
  const wb = workbench();
  await wb.command('Game Servers: Record the Last Minutes…');
  await wb.pick('The last 15 minutes');
  await wb.pick('Without measurements and logs');
  await wb.toasts(/Recording “.*”, which holds \d+ events/).waitFor();
  await wb.viewFrame().getByRole('button', { name: 'Stop', exact: true }).click();
  await wb.asked(/Recording Stopped: \d+ events/);
  await wb.page.keyboard.press('Escape');
  const item = wb.treeItem(/^Recording .*, \d+ events?, /);
  await item.waitFor();
  const count = (): Promise<number> => eventsOf(item);
  const before = await count();
  await wb.contextMenu(item, 'Trim Recording…');
  await wb.asked('Leave out what came before');
  const first = await wb.quickInput.inputValue();
  await wb.screenshots('recordings-trim');
  await wb.page.keyboard.press('Enter');
  await wb.enter(first, 'Leave out what came after');
  await expect.poll(count).toBeLessThan(before);
  expect(await count()).toBeGreaterThan(0);
});
