import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import { startBedrock, type Rig } from '../unit/simulator/bedrockServer.ts';

/** Usage that is another one each time that it is measured. */
function busier(): () => { cpuPercent: number; memoryMb: number } {
  let looks = 0;
  return () => ({ cpuPercent: 1 + (looks++ % 97), memoryMb: 800 });
}

/** A user of Bedrock Server Manager, from signing in to the console of a server. */
describe('Bedrock Server Manager', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startBedrock({
      protocolVersion: '3.10',
      servers: [
        {
          name: 'survival',
          running: true,
          players: [{ name: 'Steve', uuid: '2535400000000001' }],
          log: '[INFO] Server started.\n',
          usage: busier(),
        },
        { name: 'creative' },
        { name: 'lobby', running: true, usage: busier() },
        { name: 'broken', status: 'ERROR' },
      ],
      timing: { monitorMs: 200, logMs: 50 },
    });
  });
  // Hooks at the end run in reverse: the server goes when nobody is connected to it any more.
  afterAll(async () => {
    await rig[Symbol.asyncDispose]();
  });
  const workbench = useWorkbench({ mode: 'installed' });

  it('is added with address and password; a wrong one is told at the step where it was', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.page.getByRole('button', { name: 'Add Connection…' }).last().click();
    await wb.pick('Bedrock Server Manager');
    await wb.asked('(1/');
    await wb.quickInput.fill('nonsense');
    await wb.page
      .getByText(/web address/i)
      .first()
      .waitFor();
    await wb.enter(rig.server.url, '(1/');
    await wb.enter('admin', '(2/');
    await wb.enter('wrong', '(3/');
    await wb.enter('Minecraft', '(4/');
    await wb.page.getByPlaceholder('The connection does not work yet.').waitFor();
    await wb.screenshots('bedrock-test-failed');
    await wb.pick('Change…');
    for (const step of ['(1/', '(2/']) {
      await wb.asked(step);
      await wb.page.keyboard.press('Enter');
    }
    await wb.enter('secret', '(3/');
    await wb.enter('Minecraft', '(4/');
    await wb.page.getByPlaceholder('The connection works.').waitFor();
    await wb.screenshots('bedrock-test');
    await wb.pick('Save');
    await wb.treeItem(/Connection Minecraft, Connected/).waitFor();
    await wb.treeItem(/survival, running, 1 player, on Minecraft/).waitFor();
    await wb.treeItem(/creative, stopped, on Minecraft/).waitFor();
    await wb.treeItem(/broken, failed, on Minecraft/).waitFor();
  });

  it('measures what is looked at, and nothing while nobody looks', async () => {
    const wb = workbench();
    const { subscriptions } = rig.server;
    await expect.poll(() => rig.server.subscriptions.get('resource-monitor:survival')).toBe(1);
    await wb.page.getByText(/\d %/).first().waitFor();
    await wb.screenshot('bedrock-tree-dark');
    await wb.openView('Explorer');
    await expect.poll(() => rig.server.subscriptions.get('resource-monitor:survival') ?? 0).toBe(0);
    await wb.openView('Game Servers');
    await expect.poll(() => rig.server.subscriptions.get('resource-monitor:survival')).toBe(1);
    expect(subscriptions).toBeDefined();
  });

  it('leaves the tooltip of a row open while the servers are measured again and again', async () => {
    const wb = workbench();
    const other = wb.treeItem(/lobby, running/);
    await expect.poll(() => other.textContent()).toMatch(/\d %/);
    await wb.treeItem(/survival, running/).hover();
    const tooltip = wb.page.locator('.workbench-hover', { hasText: 'Processor' });
    await tooltip.waitFor();
    const shown = await tooltip.elementHandle();
    await wb.page.screenshot({ path: 'test/results/screenshots/bedrock-tooltip-dark.png' });
    // Each change of the other row is one that this row had to show as well.
    for (let change = 0; change < 2; change++) {
      const before = await other.textContent();
      await expect.poll(() => other.textContent()).not.toBe(before);
    }
    expect(await shown.isVisible()).toBe(true);
    await wb.treeItem(/broken, failed/).hover();
    await tooltip.waitFor({ state: 'detached' });
  });

  it('charts what is measured, also while the tree is out of sight', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/survival, running/), 'Show Metrics');
    const charts = wb.editorFrame();
    await charts
      .getByRole('img', { name: /Processor|CPU/i })
      .first()
      .waitFor();
    await wb.openView('Explorer');
    await expect.poll(() => rig.server.subscriptions.get('resource-monitor:creative') ?? 0).toBe(0);
    expect(rig.server.subscriptions.get('resource-monitor:survival')).toBe(1);
    await wb.screenshot('bedrock-metrics-dark');
    await wb.setTheme('light');
    await wb.screenshot('bedrock-metrics-light');
    await wb.setTheme('dark');
    await wb.page.keyboard.press('Control+F4');
    await wb.openView('Game Servers');
  });

  it('starts, backs up and stops a server, each as a task, and asks before players are disconnected', async () => {
    const wb = workbench();
    const row = wb.treeItem(/creative, stopped/);
    await row.hover();
    await row.getByRole('button', { name: 'Start' }).click();
    await wb.treeItem(/creative, running/).waitFor();
    await wb.contextMenu(wb.treeItem(/survival, running/), 'Back Up');
    await wb.quickItem('World').waitFor();
    await wb.screenshot('bedrock-backup-dark');
    await wb.pick('World');
    await wb.dialog.getByText('Back up survival on Minecraft?').waitFor();
    await wb.dialog.getByRole('button', { name: 'Back Up' }).click();
    await wb.treeItem(/survival, running/).waitFor();
    const up = wb.treeItem(/survival, running/);
    await up.hover();
    await up.getByRole('button', { name: 'Stop' }).click();
    await wb.dialog.getByText('Stop survival on Minecraft?').waitFor();
    await wb.dialog.getByText(/Host: 127\.0\.0\.1/).waitFor();
    await wb.dialog.getByRole('button', { name: 'Stop' }).click();
    await wb.treeItem(/survival, stopped/).waitFor();
    await wb.command('Game Servers: Open Event Inspector');
    const view = wb.viewFrame();
    await view.getByRole('combobox', { name: 'Filter events' }).fill('task');
    await view.getByRole('row', { name: /task/ }).first().waitFor();
    await wb.screenshot('bedrock-tasks-dark');
    await wb.setTheme('light');
    await wb.screenshot('bedrock-tasks-light');
    await wb.setTheme('dark');
    await view.getByRole('button', { name: 'Clear Filter' }).click();
  });

  it('says subscribe and unsubscribe for any topic, and nothing that would break the connection', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Emit Event…');
    const form = wb.viewFrame().getByRole('region', { name: 'Emit an event' });
    await form
      .getByRole('textbox', { name: 'Message' })
      .fill('{"action":"subscribe","topic":"event:after_world_reset"}');
    await form.getByRole('button', { name: 'Send', exact: true }).click();
    // The window asks once about each target.
    await wb.dialog.getByRole('button', { name: 'Send' }).click();
    await form.getByText(/Minecraft sent/).waitFor();
    await expect.poll(() => rig.server.subscriptions.get('event:after_world_reset')).toBe(1);
    await form.getByRole('textbox', { name: 'Message' }).fill('{"action":"subscribe","topic":5}');
    await form.getByRole('button', { name: 'Send', exact: true }).click();
    await form
      .getByText(/a topic that is no text/)
      .first()
      .waitFor();
    await form.getByRole('textbox', { name: 'Message' }).fill('{"method":"GET","path":"/api/info"}');
    await form.getByRole('button', { name: 'Send', exact: true }).click();
    const filter = wb.viewFrame().getByRole('combobox', { name: 'Filter events' });
    await filter.fill('type:"GET /api/info"');
    await wb
      .viewFrame()
      .getByRole('row', { name: /GET \/api\/info/ })
      .first()
      .waitFor();
    await filter.fill('-is:noise');
    await form.getByRole('button', { name: 'Close' }).click();
    await wb.contextMenu(wb.treeItem(/Connection Minecraft/), 'Subscribe to Topic…');
    await wb.asked('Subscribe to Topic…');
    await wb.quickInput.fill('world_exp');
    await wb.quickItem('event:after_world_export').waitFor();
    await wb.screenshots('bedrock-subscribe');
    await wb.pick('event:after_world_export');
    await expect.poll(() => rig.server.subscriptions.get('event:after_world_export')).toBe(1);
  });

  it('shows the console of a server, takes a command, and lets nothing of the server harm the terminal', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/creative, running/), 'Show Server Log');
    const terminal = wb.page.locator('.terminal-wrapper').first();
    await terminal.waitFor();
    await expect.poll(() => rig.server.subscriptions.get('server_log:creative') ?? 0).toBe(1);
    rig.server.writeLog('creative', '[INFO] \u001b]0;pwned\u0007\u001b[2JHello from the server\n');
    await wb.page.locator('.terminal-wrapper textarea').first().focus();
    await wb.page.keyboard.type('say hi');
    await wb.page.keyboard.press('Enter');
    await expect
      .poll(() =>
        rig.server.requests.map(({ target, body }) => `${target} ${JSON.stringify(body)}`).join('\n'),
      )
      .toMatch(/creative\/send_command .*say hi/);
    rig.server.writeLog('creative', '[INFO] [Server] hi\n');
    // The terminal is a canvas: what stands in it is for the picture.
    await wb.screenshot('bedrock-console-dark');
  });

  it('comes back by itself after the server was restarted, and asks once where the password is no good any more', async () => {
    const wb = workbench();
    rig.server.killSockets(1012);
    await wb.treeItem(/Connection Minecraft, Connected/).waitFor();
    await wb.treeItem(/creative, running/).waitFor();
    rig.server.setEnabled('admin', false);
    rig.server.killSockets();
    await wb.toasts(/Minecraft cannot be connected/).waitFor();
    await wb.treeItem(/Connection Minecraft, Failed/).waitFor();
    expect(await wb.toasts(/Minecraft cannot be connected/).count()).toBe(1);
    await wb.screenshots('bedrock-signed-out');
    rig.server.setEnabled('admin', true);
    await wb.pressToast(/Minecraft cannot be connected/, 'Enter Password…');
    await wb.enter('secret', 'Minecraft');
    await wb.treeItem(/Connection Minecraft, Connected/).waitFor();
  });
});
