import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import { setSidebarWidth } from '../harness/looks.ts';
import { KgsmRoot } from './kgsm.ts';

const kgsm = new KgsmRoot();
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});
/** A start of `slow-…` ends when it is killed; one of `broken-…` fails until the file `mended` is there. */
const program = `#!/bin/sh
[ "$1" != --paths ] || exit 8
[ "$1" != --version ] || { echo 'KGSM, version 2.2.0'; exit 0; }
case "$2 $3" in
  'slow-'*' --start') exec sleep 600 ;;
  *' --start') [ -e "${kgsm.path}/mended" ] || { echo '[ERROR] its port is in use'; exit 5; } ;;
esac
`;
writeFileSync(join(kgsm.path, 'kgsm.sh'), program, { mode: 0o755 });

describe('the view of tasks', () => {
  const workbench = useWorkbench({
    mode: 'installed',
    machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
  });
  const task = (name: RegExp): Locator => workbench().treeItem(name);
  const press = async (row: Locator, button: string): Promise<void> => {
    await row.hover();
    await row.getByRole('button', { name: button, exact: true }).click();
  };
  const start = async (...names: readonly string[]): Promise<void> => {
    const wb = workbench();
    const rows = names.map((name) => wb.treeItem(new RegExp(`^${name}, `)));
    const [first, ...others] = rows;
    await first?.click();
    for (const other of others) await other.click({ modifiers: ['Control'] });
    const last = rows.at(-1);
    if (last) await wb.contextMenu(last, 'Start');
  };
  const tasksPane = (): Locator => {
    const { page } = workbench();
    return page.locator('.pane', { has: page.locator('.pane-header', { hasText: 'Tasks' }) });
  };
  /** A row of an operation that ended; rows below a server tell of it too. */
  const ended = /^Starting \S+, (Succeeded|Failed|Aborted)/;
  /** Counts rows when the last one is on screen. */
  const atEnd = async (row: RegExp): Promise<number> => {
    await workbench().page.keyboard.press('End');
    return task(row).count();
  };
  /** Presses a button in the title of the view. */
  const pressTitle = async (button: string): Promise<void> => {
    const pane = tasksPane();
    await pane.hover();
    await pane.getByRole('button', { name: button }).click();
  };
  const filter = async (name: string): Promise<void> => {
    await pressTitle(name === 'All' ? 'Change Task Filter…' : 'Filter Tasks…');
    await workbench().pick(name);
  };

  it('lists a task of others with its percent and its steps', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    for (const name of ['broken-1', 'broken-2', 'slow-1', 'slow-2', 'slow-3'])
      await kgsm.send('instance_stopped', name);
    await wb.treeItem(/^slow-3, stopped/).waitFor();
    await wb.command('Game Servers: Show Tasks');
    await wb.page.getByText('No tasks. Operations, installations').waitFor();
    await kgsm.send('instance_installation_started', 'zomboid', { Blueprint: 'projectzomboid' });
    await kgsm.send('instance_download_started', 'zomboid');
    await task(/^Install zomboid, Running, \d+ %, \d+ s, Home, 2 steps/).waitFor();
    await task(/^Step 2: Downloading/).waitFor();
  });

  it('lists each of an operation on several servers, which are cancelled one by one or together', async () => {
    const wb = workbench();
    await start('slow-1', 'slow-2', 'slow-3');
    const together = wb.toasts(/Start 3 servers/);
    await together.filter({ hasText: '0 of 3' }).waitFor();
    await task(/^Starting slow-2, Running, .*started by this window/).waitFor();
    await wb.screenshots('tasks-running');
    await press(task(/^Starting slow-2, Running/), 'Cancel Task');
    await task(/^Starting slow-2, Aborted, \d+ s, ended /).waitFor();
    await together.filter({ hasText: '1 of 3' }).hover();
    await together.getByRole('button', { name: 'Cancel' }).click();
    await task(/^Starting slow-3, Aborted/).waitFor();
    await task(/^Starting slow-1, Aborted/).waitFor();
    await together.waitFor({ state: 'detached' });
  });

  it('tells a failure once, with the way to its log and to its instance', async () => {
    const wb = workbench();
    const told = /Starting broken-1 on Home failed\. .*its port is in use/;
    await start('broken-1');
    await wb.toasts(told).waitFor();
    await wb.screenshot('tasks-failed');
    await wb.pressToast(told, 'Reveal');
    await wb.page
      .locator('.monaco-list-row[role=treeitem].focused.selected', { hasText: 'broken-1' })
      .waitFor();
    await press(task(/^Starting broken-1, Failed/), 'Show Log');
    await wb.page
      .locator('.view-lines', { hasText: 'State: Failed' })
      .getByText('its port is in use')
      .first()
      .waitFor();
    await wb.command('View: Close All Editors');
  });

  it('tells failures that come together in one message, and does both again', async () => {
    const wb = workbench();
    await start('broken-1', 'broken-2');
    const told = /Start: 2 of 2 servers failed\..*its port is in use/;
    await wb.toasts(told).waitFor();
    writeFileSync(join(kgsm.path, 'mended'), '');
    await wb.pressToast(told, 'Retry Failed');
    await task(/^Starting broken-1, Succeeded/).waitFor();
    await task(/^Starting broken-2, Succeeded/).waitFor();
  });

  it('lists those that failed alone, with a filled funnel', async () => {
    const wb = workbench();
    await filter('Failed');
    await expect.poll(() => task(/^Starting broken-\d, Failed/).count()).toBe(3);
    await expect.poll(() => task(/^Starting .*, (Succeeded|Aborted)/).count()).toBe(0);
    await wb.screenshot('tasks-filter');
    await filter('All');
    await task(/^Starting broken-2, Succeeded/).waitFor();
    await setSidebarWidth(wb.page, 260);
    await wb.screenshot('tasks-260-dark');
  });

  it('hides what ended, and shows it again', async () => {
    const wb = workbench();
    await pressTitle('Clear Ended Tasks');
    await expect.poll(() => task(ended).count()).toBe(0);
    await pressTitle('Show Cleared Tasks');
    await task(/^Starting broken-2, Succeeded/).waitFor();
    await wb.setHighContrast();
    await wb.screenshot('tasks-contrast');
  });

  it('keeps its filter over a reload, and has what the fleet forgot when earlier ones are loaded', async () => {
    const wb = workbench();
    await filter('Failed');
    // The fleet keeps two hundred that ended.
    for (let n = 0; n < 205; n++) await kgsm.send('instance_backup_started', 'slow-1');
    await kgsm.send('instance_started', 'slow-3');
    await wb.treeItem(/^slow-3, running/).waitFor();
    await wb.reloadInOrder();
    await task(/^Back up slow-1, Failed/)
      .first()
      .waitFor();
    expect(await task(/^Back up slow-1, Running/).count()).toBe(0);
    await filter('All');
    await task(/^Back up slow-1, Running/).click();
    await expect.poll(() => atEnd(/^Load Earlier…/)).toBe(1);
    expect(await task(ended).count()).toBe(0);
    await task(/^Load Earlier…/).click();
    await expect.poll(() => atEnd(/^Starting slow-2, Aborted/)).toBe(1);
    expect(await task(/^Load Earlier…/).count()).toBe(0);
    // A retry needs the input, which went with the reload.
    const failed = task(/^Starting broken-1, Failed/).last();
    await failed.hover();
    await failed.getByRole('button', { name: 'Show Log' }).waitFor();
    expect(await failed.getByRole('button', { name: 'Retry' }).count()).toBe(0);
  });

  it('has nothing that was deleted from the history', async () => {
    const wb = workbench();
    await wb.command('Game Servers: History…');
    await wb.pick('Delete Everything That Names…');
    await wb.enter('slow-2', /Name of a player/);
    await wb.dialog.getByRole('button', { name: 'Delete' }).click();
    await wb.toasts('Deleted from the history').waitFor();
    await expect.poll(() => task(ended).count()).toBe(0);
    await task(/^Load Earlier…/).click();
    await expect.poll(() => atEnd(/^Starting slow-3, Aborted/)).toBe(1);
    expect(await task(/^Starting slow-2, Aborted/).count()).toBe(0);
  });
});
