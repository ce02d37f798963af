import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { barriersIn } from '../harness/axe.ts';
import { changeSettings, setConnections, useWorkbench } from '../harness/e2e.ts';
import type { Workbench } from '../harness/workbench.ts';
import { openTestStore } from '../unit/core/journal/store/helpers.ts';
import { KgsmRoot } from './kgsm.ts';
import { recordedWeek, troubled } from './night/week.ts';

const kgsm = new KgsmRoot();
kgsm.installProgram();
afterAll(() => {
  kgsm.dispose();
});
const workbench = useWorkbench({ mode: 'installed', viewport: { width: 1400, height: 1000 } });

/** The journal gets the recorded week, and then the window its connection. */
async function liveThrough(wb: Workbench): Promise<void> {
  const { userDataDir } = wb.server;
  const storage = join(userDataDir, 'User', 'globalStorage', 'game-server-ops.game-server-ops');
  const journal = await openTestStore(join(storage, 'journal', 'journal.db'));
  for (const batch of await recordedWeek(Date.now() - 60_000)) await journal.append(batch);
  setConnections(wb, [kgsm.connection()]);
  await wb.reload();
  await wb.openView('Game Servers');
}

it('the page of a server shows a recorded week, leads to an event, asks before an operation, and outlives a reload', async () => {
  const wb = workbench();
  await wb.openView('Game Servers');
  await liveThrough(wb);
  const row = wb.treeItem(/^ark-island, running and ready/);
  await row.waitFor();
  await wb.treeItem(/Connection Home, Connected/).waitFor();
  await wb.contextMenu(row, 'Open Server Page');
  const editor = wb.editorFrame();
  await editor.getByRole('heading', { level: 1, name: troubled.key }).waitFor();
  const band = editor.getByRole('listbox', {
    name: /^States in the last 7 days: up [\d.]+ % of \d d \d+ h that are known, 6 crashes$/,
  });
  await band.waitFor();
  await editor.getByRole('img', { name: /^Processor, last 7 days/ }).waitFor();
  await editor.getByRole('img', { name: /^Players, last 7 days: .+ \d to 2$/ }).waitFor();
  await editor.getByText('by another window').first().waitFor();
  await wb.page.keyboard.press('Control+b');
  await wb.screenshots('server-page');

  const told = editor.getByRole('option', { selected: true });
  await band.focus();
  await wb.page.keyboard.press('End');
  await expect.poll(() => told.getAttribute('aria-label')).toMatch(/^Ready: since .+, \d+ s so far$/);
  await wb.page.keyboard.press('ArrowLeft');
  await expect.poll(() => told.getAttribute('aria-label')).toMatch(/^Not known: /);
  await wb.page.keyboard.press('Home');
  await wb.page.keyboard.press('ArrowLeft');
  await expect.poll(() => told.getAttribute('aria-label')).toMatch(/ to .+, \d/);
  expect(wb.cspViolations).toEqual([]);

  await editor.getByRole('button', { name: '24 h' }).click();
  await editor.getByRole('listbox', { name: /^States in the last 24 hours: up .+, 2 crashes$/ }).waitFor();
  await editor.getByRole('button', { name: 'Restarting ark-island: Succeeded' }).waitFor();
  const events = editor.getByRole('region', { name: 'Last events' });
  await events
    .getByRole('button', { name: /exit code 137/ })
    .first()
    .click();
  const inspector = wb.viewFrame();
  await inspector.getByRole('region', { name: 'Event detail' }).waitFor();
  const stop = editor.getByRole('button', { name: 'Stop', exact: true });
  await stop.waitFor();
  const failed = inspector.getByRole('row', { name: /instance_failed/ }).last();
  await wb.contextMenu(failed, 'Show the Fleet at This Event');
  await editor.getByText(/^As of .*, not now. Operations are off until you go back to now.$/).waitFor();
  await editor.getByRole('region', { name: 'Now' }).getByText('Failed', { exact: true }).waitFor();
  await stop.waitFor({ state: 'detached' });
  await wb.command('Game Servers: Back to Now');
  await wb.command('View: Toggle Panel Visibility');

  await stop.click();
  await wb.dialog
    .getByText(/ark-island/)
    .first()
    .waitFor();
  await wb.page.keyboard.press('Escape');
  await wb.dialog.waitFor({ state: 'detached' });
  await kgsm.send('instance_crashed', troubled.key, { ExitCode: '9', Restarts: '1' });
  await editor.getByRole('region', { name: 'Now' }).getByText('Crashed', { exact: true }).waitFor();
  await editor.getByRole('listbox', { name: /3 crashes$/ }).waitFor();

  await wb.reloadInOrder();
  await editor.getByRole('listbox', { name: /^States in the last 24 hours: up .+, 3 crashes$/ }).waitFor();
  await editor.getByText(/^There is no connection/).waitFor({ state: 'detached' });
  await wb.page.setViewportSize({ width: 360, height: 1000 });
  await wb.screenshots('server-page-narrow');
  await wb.page.setViewportSize({ width: 1400, height: 1000 });
  await wb.setHighContrast();
  await wb.screenshot('server-page-contrast');
  expect(await barriersIn(wb, editor)).toEqual([]);

  changeSettings(wb, { 'gameServerOps.history.off': ['home'] });
  await editor.getByText('The history is off for this connection: its events are not kept.').waitFor();
  setConnections(wb, []);
  await editor.getByText('The connection was removed. This is what its history tells.').waitFor();
  await stop.waitFor({ state: 'detached' });
});
