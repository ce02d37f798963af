import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrueNasServer } from '../../src/simulator/truenas/server.ts';
import { useWorkbench } from '../harness/e2e.ts';
import { answerForm } from './truenas.ts';

const gib = 2 ** 30;
const usage = { cpuPercent: 37, memory: 3 * gib, received: 40_000, sent: 90_000 };

/** Runs in the page: notes what the tab says of running tasks, whenever it says it anew, from now on. */
const NOTE_BADGES = `{
  globalThis.badges = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const said = target.getAttribute('aria-label');
      if (/^Game Servers( - |$)/.test(said) && badges.at(-1) !== said) badges.push(said);
    }
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['aria-label'] });
}`;

/** A user of TrueNAS, from the first connection to a NAS that goes away and comes back. */
describe('TrueNAS', () => {
  let nas: TrueNasServer;
  let core: TrueNasServer;
  beforeAll(async () => {
    nas = await TrueNasServer.listen({
      profile: '25.10',
      apps: [
        { name: 'minecraft', version: '1.0.2', latestVersion: '1.0.3', usage: () => usage },
        { name: 'valheim', state: 'STOPPED' },
        { name: 'terraria', state: 'CRASHED' },
      ],
      vms: [{ name: 'windows', state: 'SUSPENDED' }],
      virtInstances: [{ name: 'rust', status: 'RUNNING' }],
      timing: { refusalMs: 5, jobStepMs: 300, sourceSecondMs: 250 },
    });
    core = await TrueNasServer.listen({
      profile: 'core-13',
      jails: [{ name: 'factorio', plugin: 'factorio', state: 'up' }, { name: 'ark' }],
      timing: { refusalMs: 5, jobStepMs: 100 },
    });
  });
  // Hooks at the end run in reverse: the servers go when nobody is connected to them any more.
  afterAll(async () => {
    await nas.stop();
    await core.stop();
  });
  const workbench = useWorkbench({ mode: 'installed' });

  it('is added step by step; what is wrong is told while it is typed, and at the step where it was', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.page.getByRole('button', { name: 'Add Connection…' }).last().click();
    await wb.quickItem('TrueNAS').waitFor();
    await wb.screenshot('truenas-choose-dark');
    await wb.pick('TrueNAS');
    await wb.asked('(1/');
    await wb.quickInput.fill('nas.local');
    await wb.page.getByText('An address begins with wss:// or ws://').first().waitFor();
    await wb.quickInput.fill('ws://nas.local');
    await wb.page.getByText('Not encrypted: the password can be read on the way.').first().waitFor();
    await wb.screenshots('truenas-address');
    await wb.enter(nas.url, '(1/');
    await wb.quickItem('JSON-RPC 2.0').waitFor();
    await wb.pick('Automatic');
    await wb.enter('root', '(3/');
    await wb.enter('', 'API key of this user');
    await wb.enter('wrong', 'Password of this user');
    await wb.enter('NAS', '(6/6)');
    await wb.page.getByPlaceholder('The connection does not work yet.').waitFor();
    await wb.quickItem('The NAS does not accept this password of root.').waitFor();
    await wb.screenshots('truenas-test-failed');
    await wb.pick('Change…');
    await wb.asked('(1/');
    await wb.page.keyboard.press('Enter');
    await wb.pick('Automatic');
    for (const step of ['(3/', '(4/']) {
      await wb.asked(step);
      await wb.page.keyboard.press('Enter');
    }
    await wb.enter('secret', 'Password of this user');
    await wb.enter('NAS', '(6/6)');
    await wb.page.getByPlaceholder('The connection works.').waitFor();
    await wb.screenshots('truenas-test');
    await wb.pick('Save');
    await wb.treeItem(/Connection NAS, Connected/).waitFor();
    for (const name of [/minecraft, running/, /valheim, stopped/, /terraria, crashed/, /windows, paused/])
      await wb.treeItem(name).waitFor();
    await wb.treeItem(/rust, running/).waitFor();
    await wb.treeItem(/truenas, running/).waitFor();
  });

  it('starts and stops from the row, with a question before players are disconnected', async () => {
    const wb = workbench();
    await wb.page.evaluate(NOTE_BADGES);
    const row = wb.treeItem(/valheim, stopped/);
    await row.hover();
    await row.getByRole('button', { name: 'Start' }).click();
    await wb.toasts(/Starting valheim on NAS/).waitFor();
    await wb.screenshots('truenas-tree');
    await wb.treeItem(/valheim, running/).waitFor();
    // The request and the job that does it are one task to a reader.
    await expect
      .poll(() => wb.page.evaluate(`badges.join(', ')`))
      .toMatch(/^(?:Game Servers, )?Game Servers - 1 task running, Game Servers$/);
    await wb.contextMenu(wb.treeItem(/windows, paused/), 'Start');
    await wb.treeItem(/windows, running/).waitFor();
    await wb.contextMenu(wb.treeItem(/valheim, running/), 'Stop');
    await wb.dialog.getByText('Stop valheim on NAS?').waitFor();
    await wb.dialog.getByRole('button', { name: 'Stop' }).click();
    await wb.treeItem(/valheim, stopped/).waitFor();
    expect(nas.calls.get('app.stop')).toBe(1);
    expect(nas.calls.get('vm.resume')).toBe(1);
  });

  it('upgrades, and rolls back to a version of the list', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/minecraft, running/), 'Update');
    await wb.dialog.getByText(/Upgrade minecraft on NAS to .*1\.0\.3\?/).waitFor();
    await wb.screenshot('truenas-upgrade-dark');
    await wb.dialog.getByRole('button', { name: 'Upgrade' }).click();
    const job = (name: string) => nas.jobs.find(({ method }) => method === name);
    await expect.poll(() => job('app.upgrade')?.['state']).toBe('SUCCESS');
    await wb.contextMenu(wb.treeItem(/minecraft, running/), 'Roll Back…');
    await wb.quickItem('1.0.2').waitFor();
    await wb.screenshot('truenas-rollback-dark');
    await wb.pick('1.0.2');
    await wb.dialog.getByRole('button', { name: 'Roll Back' }).click();
    await expect.poll(() => job('app.rollback')?.['state']).toBe('SUCCESS');
    await wb.toasts('Rolling minecraft back').waitFor({ state: 'hidden' });
    await wb.treeItem(/minecraft, running/).waitFor();
  });

  it('tells once why a job failed, and shows where it broke', async () => {
    const wb = workbench();
    nas.failNext('app.start');
    await wb.contextMenu(wb.treeItem(/terraria, crashed/), 'Start');
    await wb
      .toasts(/Starting terraria on NAS failed/)
      .first()
      .waitFor();
    await wb.toasts('Starting terraria on NAS').filter({ hasNotText: 'failed' }).waitFor({ state: 'hidden' });
    expect(await wb.toasts(/terraria.* failed/).count()).toBe(1);
    await wb.screenshot('truenas-failed-dark');
    await wb.pressToast(/Starting terraria on NAS failed/, 'Show Log');
    const details = wb.page.locator('.monaco-editor .view-lines').first();
    await details
      .getByText(/Traceback/)
      .first()
      .waitFor();
    await wb.screenshot('truenas-task-failed-dark');
    await wb.command('View: Close All Editors');
  });

  it('calls any method, with what is mostly called to choose from', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/Connection NAS/), 'Call the API…');
    await wb.quickItem('core.get_jobs').waitFor();
    await wb.screenshots('truenas-call');
    await wb.pick('system.info');
    await wb.enter('', 'Its parameters as a JSON list');
    await wb.toasts(/Answered: .*hostname/).waitFor();
    await wb.command('Notifications: Clear All Notifications');
    await wb.contextMenu(wb.treeItem(/Connection NAS/), 'Subscribe to Topic…');
    await wb.quickInput.fill('pool');
    await wb.quickItem(/pool\.query.*In \* as well/s).waitFor();
    await wb.screenshots('truenas-subscribe');
    await wb.pick('pool.query');
    await expect.poll(() => nas.subscriptions.get('pool.query') ?? 0).toBe(1);
    await wb.contextMenu(wb.treeItem(/Connection NAS/), 'Unsubscribe from Topic…');
    await wb.asked('Unsubscribe from Topic…');
    await wb.pick('pool.query');
    await expect.poll(() => nas.subscriptions.get('pool.query') ?? 0).toBe(0);
    await wb.command('Notifications: Clear All Notifications');
  });

  it('charts what the NAS measures of itself', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/truenas, running/), 'Show Metrics');
    const charts = wb.editorFrame();
    for (const name of ['Processor', 'Memory', 'Received', 'Sent', 'Storage used'])
      await charts
        .getByRole('img', { name: new RegExp(`^${name}`) })
        .first()
        .waitFor();
    await wb.screenshots('truenas-metrics');
    await wb.page.setViewportSize({ width: 760, height: 900 });
    await wb.screenshot('truenas-metrics-narrow-dark');
    await wb.page.setViewportSize({ width: 1400, height: 900 });
    await wb.command('View: Close All Editors');
  });

  it('shows call and answer as a pair in the inspector', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Open Event Inspector');
    const view = wb.viewFrame();
    await view.getByRole('combobox', { name: 'Filter events' }).fill('type:system.info');
    const rows = view.getByRole('grid', { name: 'Events' }).getByRole('row', { name: /system\.info/ });
    await rows
      .filter({ hasText: /answered after \d+ ms/ })
      .last()
      .click();
    await view.getByRole('region', { name: 'Event detail' }).getByText('hostname').first().waitFor();
    await wb.screenshots('truenas-inspector');
    await view.getByRole('button', { name: 'Clear Filter' }).click();
  });

  it('says what it waits for when the NAS is gone, and is all there again when it is back', async () => {
    const wb = workbench();
    await nas.stop();
    await wb.treeItem(/Connection NAS, (?!Connected)/).waitFor();
    await wb.screenshots('truenas-gone');
    await nas.start();
    await wb.treeItem(/Connection NAS, Connected/).waitFor();
    await wb.treeItem(/minecraft, running/).waitFor();
  });

  it('has the jails of CORE beside it', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Add Connection…');
    await answerForm(wb, { url: core.url, password: 'secret', name: 'Old' });
    await wb.page.getByPlaceholder('The connection works.').waitFor();
    await wb.pick('Save');
    await wb.treeItem(/factorio, running, on Old/).waitFor();
    await wb.contextMenu(wb.treeItem(/ark, stopped, on Old/), 'Start');
    await wb.treeItem(/ark, running, on Old/).waitFor();
    await wb.screenshots('truenas-core');
    expect(core.requests).toContain('/websocket');
  });
});
