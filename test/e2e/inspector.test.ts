import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { source as axeSource } from 'axe-core';
import type { FrameLocator, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import { KgsmRoot, recorded, SocatListener } from './kgsm.ts';

const kgsm = new KgsmRoot();
const lifecycle = recorded('kgsm-2.2-lifecycle.jsonl');
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});
const workbench = useWorkbench({
  mode: 'installed',
  machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
  files: { 'lifecycle.ndjson': lifecycle.map((text) => JSON.stringify(JSON.parse(text))).join('\n') },
});

describe('the inspector', () => {
  let bot: SocatListener;
  beforeAll(async () => {
    bot = await SocatListener.start(kgsm.path);
    await workbench().openView('Game Servers');
    await workbench()
      .treeItem(/Connection Home, Connected/)
      .waitFor();
  }, 300_000);
  afterAll(async () => {
    await bot.dispose();
  });

  it('finds an event by the filter, opens it, and emits it again to a listener of somebody else', async () => {
    const wb = workbench();
    await kgsm.send('instance_started', 'minecraft-survival');
    await kgsm.send('instance_ready', 'minecraft-survival');
    await kgsm.send('instance_started', 'valheim-1');
    await kgsm.send('instance_stopped', 'terraria');
    await kgsm.send('instance_failed', 'ark', { ExitCode: '139', Restarts: '3' });
    await kgsm.send('instance_update_started', 'factorio');
    await kgsm.send('instance_update_available', 'rust', { CurrentVersion: '1.0', LatestVersion: '1.1' });
    await kgsm.send('instance_version_updated', 'valheim-1', { OldVersion: '1', NewVersion: 7 });
    await wb.treeItem(/rust, state unknown/).waitFor();
    await wb.command('Game Servers: Open Event Inspector');
    const view = wb.viewFrame();
    const grid = view.getByRole('grid', { name: 'Events' });
    await grid.getByRole('row', { name: /instance_update_available/ }).waitFor();

    await view.getByRole('textbox').first().fill('type:*failed ark');
    await expect.poll(() => grid.getByRole('row').count()).toBe(2);
    await grid.getByRole('row', { name: /instance_failed/ }).click();
    const detail = view.getByRole('region', { name: 'Event detail' });
    await detail.getByText('The server crashed too often and is not started again.').waitFor();
    await expect.poll(() => detail.getByRole('tree', { name: 'Payload' }).textContent()).toContain('139');
    await wb.screenshot('inspector-detail-dark');

    await detail.getByRole('button', { name: /Emit Again/ }).click();
    const form = view.getByRole('region', { name: 'Emit an event' });
    await form.getByRole('button', { name: /Add target/ }).click();
    await wb.enter(bot.socket);
    // The workbench gives the page its focus back after the question; a click in that moment is lost.
    const target = form.locator('vscode-checkbox[label="bot.sock"]');
    const isChecked = (): Promise<unknown> =>
      target.evaluate((box: unknown) => (box as { readonly checked?: boolean }).checked);
    await expect
      .poll(async () => {
        if ((await isChecked()) !== true) await form.getByText('bot.sock', { exact: true }).click();
        return isChecked();
      })
      .toBe(true);
    await form.getByText('Home', { exact: true }).click();
    await wb.screenshot('inspector-emit-dark');
    await form.getByRole('button', { name: 'Send', exact: true }).click();
    await form.getByText(/bot\.sock.*sent/s).waitFor();
    await expect.poll(() => bot.received).toContain('"EventType": "instance_failed"');
    expect(JSON.parse(bot.received)).toMatchObject({ Data: { InstanceName: 'ark', ExitCode: '139' } });
    await form.getByRole('button', { name: 'Close' }).click();

    await view.getByRole('textbox').first().fill('origin:emitted');
    await expect.poll(() => grid.getByRole('row').count()).toBe(2);
  });

  it('names what does not match the schema, and keeps the event', async () => {
    const wb = workbench();
    const view = wb.viewFrame();
    await view.getByRole('textbox').first().fill('type:*version*');
    await view
      .getByRole('grid')
      .getByRole('row', { name: /instance_version_updated/ })
      .click();
    await view.getByRole('list', { name: 'Problems' }).getByText('Data.NewVersion').waitFor();
    await wb.setTheme('light');
    await wb.screenshot('inspector-problem-light');
    await wb.setTheme('dark');
    await view.getByRole('button', { name: 'Clear Filter' }).click();
  });

  it('replays a recorded lifecycle into a second real listener, which receives it whole and in order', async () => {
    const wb = workbench();
    const before = bot.received.length;
    await wb.openView('Explorer');
    await wb.contextMenu(wb.treeItem('lifecycle.ndjson'), 'Replay Events…');
    await wb.pick('bot.sock');
    await wb.pick('As fast as the target takes it');
    await wb.toasts(/30 of 30 events were replayed into bot.sock/).waitFor();
    const arrived = bot.received
      .slice(before)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(arrived).toEqual(lifecycle.map((text) => JSON.parse(text) as unknown));
  });

  it('replays locally beside what is live, says so, and goes back', async () => {
    const wb = workbench();
    await wb.openView('Explorer');
    await wb.contextMenu(wb.treeItem('lifecycle.ndjson'), 'Replay Events…');
    await wb.pick('Local only');
    await wb.pick('1000×');
    await wb.openView('Game Servers');
    await wb.page.getByText('Showing the replay "lifecycle.ndjson", not what is live.').waitFor();
    await wb.toasts(/30 of 30 events were replayed into a local timeline/).waitFor();
    const view = wb.viewFrame();
    await view.getByText(/Showing replay/).waitFor();
    await view.getByRole('row', { name: /instance_uninstalled/ }).waitFor();
    await wb.screenshot('inspector-replay-dark');
    await view.getByRole('button', { name: /Back to Live/ }).click();
    await wb.treeItem(/minecraft-survival, running and ready/).waitFor();
    await view.getByText(/Showing replay/).waitFor({ state: 'hidden' });
  });

  it('opens in an editor tab as well', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Open Event Inspector in Editor Tab');
    const tab = wb.editorFrame();
    await tab.getByRole('textbox').first().fill('type:*failed origin:live');
    await tab.getByRole('row', { name: /instance_failed/ }).click();
    await wb.screenshot('inspector-tab-dark');
    await wb.page.keyboard.press('Control+F4');
  });

  it('offers what can be done with an event, by right click and by key, in each inspector for itself', async () => {
    const wb = workbench();
    const panel = wb.viewFrame();
    await wb.command('Game Servers: Open Event Inspector in Editor Tab');
    const tab = wb.editorFrame();
    const filterOf = (frame: FrameLocator): Locator => frame.getByRole('textbox').first();
    const failed = (frame: FrameLocator): Locator => frame.getByRole('row', { name: /instance_failed/ });
    const items = [
      'Emit Again…',
      'Replay Events…',
      'Show Only Events of This Type',
      'Show Only Events of This Instance',
      'Copy Event',
    ];
    const findIt = async (frame: FrameLocator): Promise<void> => {
      await filterOf(frame).fill('ark origin:live');
      await expect.poll(() => failed(frame).count()).toBe(1);
    };
    for (const frame of [tab, panel]) {
      await findIt(frame);
      await failed(frame).click({ button: 'right' });
      await expect.poll(() => wb.menuItems()).toEqual(items);
      if (frame === panel) await wb.screenshots('inspector-menu');
      await wb.page.keyboard.press('Escape');
      await frame.getByRole('grid', { name: 'Events' }).press('Shift+F10');
      await expect.poll(() => wb.menuItems()).toEqual(items);
      await wb.choose('Show Only Events of This Type');
      await expect.poll(() => filterOf(frame).inputValue()).toBe('type:instance_failed');
    }
    // The panel was used last: a menu of the tab acts on the tab all the same.
    for (const frame of [tab, panel]) await findIt(frame);
    await wb.contextMenu(failed(tab), 'Show Only Events of This Instance');
    await expect.poll(() => filterOf(tab).inputValue()).toBe('instance:ark');
    expect(await filterOf(panel).inputValue()).toBe('ark origin:live');
    await failed(tab).first().click();
    await wb.contextMenu(tab.getByText('The server crashed too often'), 'Show Only Events of This Type');
    await expect.poll(() => filterOf(tab).inputValue()).toBe('type:instance_failed');
    await wb.page.keyboard.press('Control+F4');
  });

  it('breaks no rule of its content security policy and none of accessibility that axe knows', async () => {
    const wb = workbench();
    // Before axe runs: it tries inline styles of its own.
    expect(wb.cspViolations).toEqual([]);
    const frame = await wb.frameOf(wb.viewFrame());
    await frame.evaluate(axeSource);
    const violations = await frame.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`,
      );
    });
    expect(violations).toEqual([]);
  });

  it('takes the README picture', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.viewFrame().getByRole('textbox').first().fill('-origin:replayed -channel:control');
    await wb
      .viewFrame()
      .getByRole('row', { name: /instance_failed/ })
      .first()
      .click();
    await wb.screenshot('overview-dark');
    await wb.setTheme('light');
    await wb.screenshot('overview-light');
    expect(readFileSync(join('test/results/screenshots', 'overview-light.png')).length).toBeGreaterThan(
      10_000,
    );
  });
});
