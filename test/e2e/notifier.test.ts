import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import { eventText } from '../../src/simulator/kgsm/envelope.ts';
import { startServer, type Rig } from '../unit/simulator/notifierServer.ts';
import { passphrase } from '../unit/simulator/pem.ts';

/** A user with a notification server, from the files of his certificate to a message to the others. */
describe('a notification server', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startServer({ revision: 'lax', capacity: 10 });
  });
  // Hooks at the end run in reverse: the server goes when nobody is connected to it any more.
  afterAll(async () => {
    await rig[Symbol.asyncDispose]();
  });
  const workbench = useWorkbench({ mode: 'installed' });

  it('is added with the files of a certificate and a locked key; each step of the test is seen', async () => {
    const wb = workbench();
    const { server, files } = rig;
    await wb.openView('Game Servers');
    await wb.page.getByRole('button', { name: 'Add Connection…' }).last().click();
    await wb.pick('TLS notification server');
    await wb.enter('127.0.0.1', '(1/');
    await wb.enter(String(server.port), '(2/');
    await wb.enter('localhost', '(3/');
    await wb.asked('(4/');
    await wb.quickInput.fill('ca.crt');
    await wb.page.getByText('The absolute path of a PEM file').waitFor();
    await wb.enter(files.path('server.crt'), '(4/');
    await wb.enter(files.path('client.crt'), '(5/');
    await wb.asked('(6/');
    await wb.quickInput.fill(files.path('locked.key'));
    await wb.page.getByText('The key is locked; its passphrase is asked for next.').waitFor();
    await wb.screenshot('notifier-key-dark');
    await wb.enter(files.path('locked.key'), '(6/');
    await wb.enter('wrong', '(7/');
    await wb.enter('', '(8/');
    await wb.pick('Any later server');
    await wb.enter('Bell', '(10/');
    await wb.page.getByPlaceholder('The connection does not work yet.').waitFor();
    await wb.screenshot('notifier-test-failed-dark');
    await wb.pick('Change…');
    for (const step of ['(1/', '(2/', '(3/', '(4/', '(5/', '(6/']) {
      await wb.asked(step);
      await wb.page.keyboard.press('Enter');
    }
    await wb.enter(passphrase, '(7/');
    await wb.enter('', '(8/');
    await wb.pick('Any later server');
    await wb.enter('Bell', '(10/');
    await wb.page.getByPlaceholder('The connection works.').waitFor();
    await wb.screenshot('notifier-test-dark');
    await wb.pick('Save');
    await wb.treeItem(/Connection Bell, Connected/).waitFor();
    await wb.treeItem(/^client-.*, running, on Bell/).waitFor();
  });

  it('keeps the passphrase in the secret storage alone', async () => {
    const wb = workbench();
    const { userDataDir } = wb.server;
    const settings = readFileSync(join(userDataDir, 'Machine', 'settings.json'), 'utf8');
    expect(settings).toContain('"Bell"');
    const files = readdirSync(userDataDir, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.length).toBeGreaterThan(3);
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name)).includes(passphrase), name).toBe(false);
    await wb.reload();
    await wb.openView('Game Servers');
    await wb.treeItem(/Connection Bell, Connected/).waitFor();
  });

  it('shows the clients, and the instances of a KGSM that is relayed through it', async () => {
    const wb = workbench();
    const { server } = rig;
    const far = server.admit();
    const type = 'instance_started';
    const data = { InstanceName: 'valheim-far', LifecycleManager: 'systemd' };
    server.say(far, eventText('3.6', { type, data }, { now: Date.now(), host: 'gamehost-2' }));
    await wb.treeItem(/valheim-far · gamehost-2, running, on Bell/).waitFor();
    await wb.treeItem(new RegExp(`${far.slice(0, 15)}, running, on Bell`)).waitFor();
    await wb.command('Game Servers: Open Event Inspector');
    const view = wb.viewFrame();
    // Whole seconds of KGSM may stand before the connection that brought them: a filter brings the row into view.
    await view.getByRole('combobox', { name: 'Filter events' }).fill('type:instance_started');
    // Rows are used again: the one of before the filter is not the one of after it.
    const grid = view.getByRole('grid', { name: 'Events' });
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('2');
    await grid.getByRole('row', { name: /instance_started/ }).click();
    await view.getByRole('button', { name: 'Clear Filter' }).click();
    await wb.screenshot('notifier-dark');
    await wb.setTheme('light');
    await wb.screenshot('notifier-light');
    await wb.setTheme('dark');
    server.leave(far);
    await wb.treeItem(new RegExp(far.slice(0, 15))).waitFor({ state: 'hidden' });
  });

  it('takes a message, and any other event from the inspector; what is too long is refused with its size', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/Connection Bell/), 'Send Message…');
    await wb.enter('hello <b>all</b>');
    await expect.poll(() => rig.records.some((text) => text.includes('hello <b>all</b>'))).toBe(true);
    await wb.command('Game Servers: Emit Event…');
    const form = wb.viewFrame().getByRole('region', { name: 'Emit an event' });
    await form.getByRole('combobox', { name: 'Event type' }).fill('send_message');
    await form.getByRole('option', { name: 'send_message' }).click();
    await form.getByRole('button', { name: 'Send', exact: true }).click();
    await wb.dialog.getByText('Send events to Bell?').waitFor();
    await wb.dialog.getByRole('button', { name: 'Send' }).click();
    await form
      .getByRole('status')
      .getByText(/Bell.*sent/s)
      .waitFor();
    await wb.screenshot('notifier-emit-dark');
    await form
      .getByRole('textbox', { name: 'Message', exact: true })
      .fill(JSON.stringify({ event: 'x'.repeat(2000) }));
    await form.getByRole('button', { name: 'Send', exact: true }).click();
    await form.getByRole('status').getByText(/1024/).waitFor();
    await form.getByRole('button', { name: 'Close' }).click();
  });

  it('is asked for its passphrase again after signing out', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/Connection Bell/), 'Sign Out…');
    await wb.dialog.getByText('Sign out of Bell?').waitFor();
    await wb.dialog.getByRole('button', { name: 'Sign Out' }).click();
    await wb.treeItem(/Connection Bell, Disconnected/).waitFor();
    await wb.treeItem(/Connection Bell/).click();
    await wb.command('Game Servers: Connect');
    await wb.toasts(/Bell cannot be connected/).waitFor();
    await wb.screenshot('notifier-signed-out-dark');
    await wb.pressToast(/Bell cannot be connected/, 'Enter Passphrase of the key…');
    await wb.enter(passphrase);
    await wb.treeItem(/Connection Bell, Connected/).waitFor();
  });
});
