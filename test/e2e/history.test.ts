import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useWorkbench, withWorkbench } from '../harness/e2e.ts';
import type { Workbench } from '../harness/workbench.ts';
import { KgsmRoot } from './kgsm.ts';
import * as inspectorPage from './webview.page.ts';

const kgsm = new KgsmRoot();
const base = mkdtempSync(join(tmpdir(), 'gso-'));
// Hooks at the end run in reverse: the folders go when nobody writes in them any more.
afterAll(() => {
  kgsm.dispose();
  chmodSync(base, 0o700);
  rmSync(base, { recursive: true, force: true });
});

const page = (wb: Workbench) => wb.page.locator('.quick-input-widget');

/** A history that another version of the extension wrote, two numbers ahead of ours. */
function newerHistory(): string {
  const folder = join(base, 'newer');
  mkdirSync(folder, { recursive: true });
  using db = new DatabaseSync(join(folder, 'journal.db'));
  db.exec('CREATE TABLE future (id INTEGER) STRICT; PRAGMA user_version = 99');
  return folder;
}

describe('the history', () => {
  const workbench = useWorkbench({
    mode: 'installed',
    firstRun: true,
    machineSettings: {
      'gameServerOps.connections': [kgsm.connection()],
      'gameServerOps.history.folder': join(base, 'kept'),
    },
  });

  it('is told of once, and shows what it holds on a page', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    await wb.toasts(/keeps the events that it receives in a file on this machine/).waitFor();
    await wb.screenshots('history-first-run');
    for (const name of ['minecraft-survival', 'valheim-1', 'ark']) await kgsm.send('instance_started', name);
    await kgsm.send('player_joined', 'ark', { Player: 'Steve' });
    await wb.treeItem(/ark, running/).waitFor();
    await wb.pressToast(/keeps the events/, 'History…');
    await wb
      .quickItem('Home')
      .getByText(/\d+ events, /)
      .first()
      .waitFor();
    await wb.quickItem('journal.db').getByText(join(base, 'kept')).waitFor();
    await wb.quickItem('Logs').getByText('kept for 7 days').waitFor();
    await wb.screenshots('history-page');
    expect(existsSync(join(base, 'kept', 'journal.db'))).toBe(true);
    await wb.page.keyboard.press('Escape');
    await wb.reload();
    await wb.openView('Game Servers');
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    await wb.command('Game Servers: History…');
    await wb.quickItem('Home').waitFor();
    expect(await wb.toasts().count()).toBe(0);
    await wb.page.keyboard.press('Escape');
  });

  it('deletes what names a player, after it said how much', async () => {
    const wb = workbench();
    await wb.command('Game Servers: History…');
    await wb.pick('Delete Everything That Names…');
    await wb.enter('steve', /Name of a player/);
    await wb.dialog.getByText('Delete everything that names "steve"?').waitFor();
    await wb.dialog.getByText(/This deletes 1 event, .* cannot be undone/s).waitFor();
    await wb.screenshots('history-delete');
    await wb.dialog.getByRole('button', { name: 'Delete' }).click();
    await wb.toasts('Deleted from the history: 1 event.').waitFor();
    await expect.poll(() => wb.toasts().count()).toBe(1);
  });
});

it('a history that a newer version wrote is left alone: one message says so, and the inspector that events are in memory', async () => {
  const machineSettings = {
    'gameServerOps.connections': [kgsm.connection()],
    'gameServerOps.history.folder': newerHistory(),
  };
  await withWorkbench({ mode: 'installed', machineSettings }, async (wb) => {
    await wb.toasts(/Events are kept in memory only.*A newer version of Game Server Ops wrote/).waitFor();
    await wb.openView('Game Servers');
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    await kgsm.send('instance_started', 'valheim-1');
    await wb.command('Game Servers: Open Event Inspector');
    const view = wb.viewFrame();
    await view.getByRole('row', { name: /instance_started/ }).waitFor();
    await view.getByRole('button', { name: /^in memory: A newer version/ }).waitFor();
    expect(await wb.toasts().count()).toBe(1);
    await wb.screenshots('history-newer');
    await view.getByRole('button', { name: /^in memory/ }).click();
    await wb.quickItem('In memory only').waitFor();
    await expect(
      page(wb)
        .getByText(/Update the extension here too/)
        .count(),
    ).resolves.toBeGreaterThan(0);
    await wb.screenshots('history-in-memory');
  });
});

it('a wrong setting is named, and the history is kept all the same', async () => {
  const machineSettings = {
    'gameServerOps.connections': [kgsm.connection()],
    'gameServerOps.history.retention': { log: 'a week' },
    'gameServerOps.history.maxSize': 2,
  };
  await withWorkbench({ mode: 'installed', machineSettings }, async (wb) => {
    await wb
      .toasts(/The setting gameServerOps\.history\.retention is wrong: "log" must be a number of days/)
      .waitFor();
    await wb.screenshots('history-wrong-setting');
    await wb.command('Game Servers: History…');
    await wb.quickItem('Logs').getByText('kept for 7 days').waitFor();
  });
});

describe('an inspector without a journal', () => {
  beforeAll(inspectorPage.start);
  afterAll(inspectorPage.stop);

  it('says in the place of the events why there are none', async () => {
    await inspectorPage.open({ events: 0 });
    await inspectorPage.fake(
      "set({ kept: 'none', keptWhy: 'This program comes without SQLite. VS Code has it from version 1.103 on.' })",
    );
    const { page: shown } = inspectorPage;
    await shown.getByText('No events can be shown: there is no history').waitFor();
    await shown
      .getByRole('alert')
      .getByText(/from version 1\.103 on/)
      .waitFor();
    await shown.getByRole('button', { name: /^no history/ }).waitFor();
    await shown.screenshot({ path: 'test/results/screenshots/history-none.png' });
    await shown.getByRole('button', { name: 'Show Log' }).click();
    await inspectorPage.settled(() => inspectorPage.fake("called('run').at(-1).command"), 'showLog');
  });
});
