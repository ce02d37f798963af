import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeRoot } from '../../src/simulator/kgsm/root.ts';
import { useWorkbench } from '../harness/e2e.ts';
import { launch } from '../unit/simulator/kgsmRoot.ts';
import { KgsmRoot } from './kgsm.ts';

/** A user with a KGSM of his own, from its wrong configuration to a new server and its log. */
describe('a connection to KGSM', () => {
  const kgsm = new KgsmRoot();
  makeRoot(kgsm.path, {
    launch,
    saveSeconds: 0,
    behaviour: { stepMs: 5, readyMs: 20 },
    instances: [{ name: 'survival', blueprint: 'minecraft' }],
  });
  const config = join(kgsm.path, 'config.ini');
  afterAll(() => {
    kgsm.dispose();
  });
  const workbench = useWorkbench(() => ({
    mode: 'installed',
    machineSettings: { 'gameServerOps.connections': [kgsm.connection({ socket: 'mine.sock' })] },
  }));

  it('is told that KGSM does not send to its socket, why, and has it mended with consent', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.treeItem(/survival, stopped/).waitFor();
    await wb.toasts(/Home will get no events: .*only kgsm\.sock/).waitFor();
    await wb.screenshots('advice');
    await wb.pressToast(/will get no events/, 'Why?');
    await wb.quickItem('Look Again').waitFor();
    await wb.screenshots('diagnosis');
    await wb.quickItem(/mine\.sock/).waitFor();
    expect(readFileSync(config, 'utf8')).toContain('event_socket_filenames=kgsm.sock\n');
    await wb.pick('Add This Socket');
    await wb.dialog.getByText(/event_socket_filenames/).waitFor();
    await wb.screenshots('diagnosis-question');
    await wb.dialog.getByRole('button', { name: 'Change' }).click();
    // The dialog looks again by itself, and finds nothing wrong now.
    await wb.quickItem('Look Again').waitFor();
    await wb.page.getByPlaceholder('Nothing is wrong: events come when something happens.').waitFor();
    await wb.screenshot('diagnosis-fine-dark');
    expect(readFileSync(config, 'utf8')).toMatch(/event_socket_filenames=kgsm\.sock, ?mine\.sock\n/);
    await wb.page.keyboard.press('Escape');
  });

  it('installs a game from a blueprint, and sees it in the tree', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/Connection Home/), 'Install Game Server…');
    await wb.quickItem('terraria').waitFor();
    await wb.screenshots('install-blueprint');
    await wb.pick('terraria');
    await wb.asked('Name of the new instance');
    await wb.quickInput.fill('two words');
    await wb.page.getByText('KGSM cuts a name off at a space.').waitFor();
    await wb.enter('terra-1');
    await wb.enter(join(kgsm.path, 'servers'), 'gets its own folder in');
    await wb.treeItem(/terra-1, stopped/).waitFor();
  });

  it('reads the log of a server in a terminal, and types into it', async () => {
    const wb = workbench();
    await wb.treeItem(/survival, stopped/).hover();
    await wb
      .treeItem(/survival, stopped/)
      .getByRole('button', { name: 'Start' })
      .click();
    await wb.treeItem(/survival, (running|ready)/).waitFor();
    await wb.contextMenu(wb.treeItem(/survival/), 'Show Server Log');
    const rows = wb.page.locator('.terminal-wrapper .xterm-rows, .terminal-wrapper');
    await rows.first().waitFor();
    await wb.page.locator('.terminal-wrapper textarea').first().focus();
    await wb.page.keyboard.type('say hello');
    await wb.page.keyboard.press('Enter');
    const log = join(kgsm.path, 'calls.log');
    await expect.poll(() => readFileSync(log, 'utf8')).toContain('"--input","say hello"');
    await wb.screenshots('server-log');
  });

  it('reads the end of the log on the page of the server, which follows it until it is folded', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/survival/), 'Open Server Page');
    const page = wb.editorFrame();
    const fold = page.getByRole('button', { name: 'Server log' });
    await fold.and(page.locator('[aria-expanded=false]')).click();
    const log = page.getByRole('log', { name: 'Last lines of the log of survival' });
    await log.getByText('<Server> hello').waitFor();
    await wb.page.locator('.terminal-wrapper textarea').first().focus();
    await wb.page.keyboard.type('say <b>once more</b>');
    await wb.page.keyboard.press('Enter');
    await log.getByText('<b>once more</b>').waitFor();
    await log.scrollIntoViewIfNeeded();
    await wb.screenshots('server-page-log');
    await fold.click();
    await log.waitFor({ state: 'detached' });
    await wb.command('View: Close All Editors');
  });

  it('is edited: the questions hold what is set, the test is seen, and a copy gets its own name', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/Connection Home/), 'Edit Connection…');
    await wb.pick('On this machine, by its event socket');
    await wb.asked('(2/4)');
    await expect.poll(() => wb.quickInput.inputValue()).toBe(kgsm.path);
    await wb.page.keyboard.press('Enter');
    await wb.pick('This user');
    await wb.asked('(4/4)');
    await expect.poll(() => wb.quickInput.inputValue()).toBe('Home');
    await wb.enter('Basement');
    await wb.quickItem('Save').waitFor();
    await wb.screenshots('edit-test');
    await wb.pick('Save');
    await wb.treeItem(/Connection Basement, Connected/).waitFor();
    await wb.contextMenu(wb.treeItem(/Connection Basement/), 'Duplicate Connection…');
    await wb.pick('by webhook');
    await wb.enter('', 'empty where KGSM is on another one');
    await wb.enter('127.0.0.1', '(3/6)');
    await wb.enter('0', '(4/6)');
    await wb.page.getByText('A port is a number from 1 to 65535.').waitFor();
    await wb.page.keyboard.press('Escape');
    await wb.treeItem(/Connection Basement, Connected/).waitFor();
  });
});
