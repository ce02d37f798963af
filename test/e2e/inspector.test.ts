import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { FrameLocator, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barriersIn } from '../harness/axe.ts';
import { saveInto, useWorkbench } from '../harness/e2e.ts';
import { emitFromForm } from './emitForm.ts';
import { KgsmRoot, SocatListener } from './kgsm.ts';

const kgsm = new KgsmRoot();
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});
const workbench = useWorkbench({
  mode: 'installed',
  machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
});

const filterOf = (frame: FrameLocator): Locator => frame.getByRole('combobox', { name: 'Filter events' });

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
    // KGSM tells whole seconds, so its events may stand before the connection that brought them: the place of a row is not known.
    await filterOf(view).fill('type:instance_update_available');
    await grid.getByRole('row', { name: /instance_update_available/ }).waitFor();

    await view.getByRole('combobox', { name: 'Filter events' }).fill('type:*failed ark');
    await expect.poll(() => grid.getByRole('row').count()).toBe(2);
    await grid.getByRole('row', { name: /instance_failed/ }).click();
    const detail = view.getByRole('region', { name: 'Event detail' });
    await detail.getByText('The server crashed too often and is not started again.').waitFor();
    await expect.poll(() => detail.getByRole('tree', { name: 'Payload' }).textContent()).toContain('139');
    await wb.screenshot('inspector-detail-dark');

    await detail.getByRole('button', { name: /Emit Again/ }).click();
    const form = view.getByRole('region', { name: 'Emit an event' });
    await expect.poll(() => form.getByLabel('Restarts').inputValue()).toBe('3');
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
    await wb.dialog.getByText('Send events to bot.sock?').waitFor();
    await wb.screenshot('inspector-emit-question');
    await wb.dialog.getByRole('button', { name: 'Send' }).click();
    await form
      .getByRole('status')
      .getByText(/bot\.sock.*sent/s)
      .waitFor();
    await expect.poll(() => bot.received).toContain('"EventType": "instance_failed"');
    expect(JSON.parse(bot.received)).toMatchObject({ Data: { InstanceName: 'ark', ExitCode: '139' } });
    await form.getByRole('button', { name: 'Close' }).click();

    await view.getByRole('combobox', { name: 'Filter events' }).fill('origin:emitted');
    await expect.poll(() => grid.getByRole('row').count()).toBe(2);
  });

  it('names what does not match the schema, and keeps the event', async () => {
    const wb = workbench();
    const view = wb.viewFrame();
    await view.getByRole('combobox', { name: 'Filter events' }).fill('type:*version*');
    await expect.poll(() => view.getByRole('grid').getByRole('row').count()).toBe(2);
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

  it('says what an event changed, compares it, and opens it and its values elsewhere', async () => {
    const wb = workbench();
    const view = wb.viewFrame();
    const detail = view.getByRole('region', { name: 'Event detail' });
    await kgsm.send('instance_crashed', 'ark', { ExitCode: '137', Restarts: '1' });
    await kgsm.send('instance_crashed', 'ark', { ExitCode: '139', Restarts: '2' });
    await filterOf(view).fill('type:instance_crashed $.Data.Restarts:2');
    // Elements of rows are used again: one that was seen before the filter was applied may stand for nothing behind it.
    await view.getByText(/^1 of/).waitFor();
    await view.getByRole('row', { name: /Crashed with exit code 139, restart 2/ }).click();
    const exitCode = detail.getByRole('treeitem', { name: /^ExitCode: "139"was "137"/ });
    await exitCode.waitFor();
    expect(await exitCode.getAttribute('title')).toMatch(/^Exit code of the server process/);
    await wb.contextMenu(exitCode, 'Copy Path');
    await detail.getByRole('tab', { name: 'What It Did' }).click();
    await detail.getByRole('row', { name: /^Reason .*137.*139/ }).waitFor();
    await wb.screenshots('inspector-effects');
    await detail.getByRole('tab', { name: 'Changes' }).click();
    await detail.getByText('"137" → "139"').waitFor();
    await detail.getByRole('button', { name: 'Open in the Diff Editor' }).click();
    await wb.page.getByRole('tab', { name: /instance_crashed: event \d+ ↔ \d+/ }).waitFor();
    await wb.page.locator('.monaco-diff-editor').getByText('"137"').first().waitFor();
    await wb.screenshot('inspector-diff-dark');
    await detail.getByRole('button', { name: 'Open as Document' }).click();
    await wb.page.getByRole('tab', { name: /instance_crashed \d+\.json/ }).waitFor();
    await wb.page.locator('.editor-instance > .monaco-editor').getByText('"139"').first().waitFor();
    await wb.page.getByRole('tab', { name: /instance_crashed/ }).click({ button: 'middle' });
    await wb.page.getByRole('tab', { name: /instance_crashed/ }).waitFor({ state: 'detached' });
    await detail.getByRole('tab', { name: 'Payload' }).click();
    await view.getByRole('button', { name: 'Clear Filter' }).click();
  });

  it('opens in an editor tab as well', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Open Event Inspector in Editor Tab');
    const tab = wb.editorFrame();
    await filterOf(tab).fill('type:*failed origin:live');
    await expect.poll(() => tab.getByRole('row').count()).toBe(2);
    await tab.getByRole('row', { name: /instance_failed/ }).click();
    await wb.screenshot('inspector-tab-dark');
    await wb.command('View: Close All Editors');
  });

  it('exports what matches, and opens the file with the same events and bytes; broken files say what is wrong', async () => {
    const wb = workbench();
    const view = wb.viewFrame();
    const rowsOf = (frame: FrameLocator): Locator =>
      frame.getByRole('grid', { name: 'Events' }).getByRole('row');
    await filterOf(view).fill('instance:ark origin:live type:instance_failed');
    await view.getByText(/^1 of/).waitFor();
    await view.getByRole('row', { name: /instance_failed/ }).waitFor();
    const exportMatching = async (how: string, to: string, proposed: string): Promise<void> => {
      await view.getByRole('button', { name: 'Export…' }).click();
      await wb.pick('Matching');
      await wb.pick(how);
      await saveInto(wb, to, proposed);
      await wb.toasts(`1 event was exported into ${basename(to)}.`).waitFor();
    };
    const file = join(wb.workspace, 'ark.gsops.ndjson.gz');
    await exportMatching('As They Are', file, 'matching-events.gsops.ndjson');
    const [header, event, end] = gunzipSync(readFileSync(file)).toString().split('\n');
    expect(JSON.parse(header ?? '')).toMatchObject({ gameServerOpsRecording: 1, counts: { lifecycle: 1 } });
    expect(end).toBe('');
    const raw = (JSON.parse(event ?? '') as { raw: string }).raw;
    expect(JSON.parse(raw)).toMatchObject({ EventType: 'instance_failed', Data: { InstanceName: 'ark' } });

    await wb.openView('Explorer');
    await wb.treeItem('ark.gsops.ndjson.gz').dblclick();
    const editor = wb.editorFrame();
    await editor.getByText(/Recording ‘ark.gsops.ndjson.gz’, not live/).waitFor();
    expect(await filterOf(editor).inputValue()).toBe('-is:noise');
    await filterOf(editor).fill('instance:ark');
    await rowsOf(editor).nth(1).click();
    await editor.getByRole('tab', { name: 'Raw' }).click();
    await expect.poll(() => editor.locator('pre').textContent()).toBe(raw);
    await wb.screenshots('inspector-recording');
    await wb.command('View: Close All Editors');

    // Not at once after the other export: VS Code shows no more than three messages in 800 ms.
    const anonymous = join(wb.workspace, 'anonymous.gsops.ndjson');
    await exportMatching('Anonymous', anonymous, 'matching-anonymous-events.gsops.ndjson');
    const hidden = readFileSync(anonymous, 'utf8');
    rmSync(anonymous);
    expect(hidden).toContain('instance_failed');
    expect(hidden).not.toMatch(/\bark\b/i);

    const hostile = {
      'cut.gsops.ndjson.gz': [readFileSync(file).subarray(0, 200), /could not be read to its end/],
      'other.gsops.ndjson': ['[1]\n{"gameServerOpsRecording":1}\n{"raw":', /2 lines hold no event/],
      'newer.gsops.ndjson': ['{"gameServerOpsRecording":9}', /newer version of Game Server Ops/],
    } as const;
    for (const [name, [content, message]] of Object.entries(hostile)) {
      writeFileSync(join(wb.workspace, name), content);
      // A tooltip of the row above would stand in the way.
      await wb.page.mouse.move(800, 500);
      await wb.treeItem(name).dblclick();
      await wb.editorFrame().getByText(message).first().waitFor();
    }
    await wb.command('View: Close All Editors');
    await wb.openView('Game Servers');
  });

  it('follows a link to a query, and says so where it knows nothing of it', async () => {
    const wb = workbench();
    const follow = async (link: string): Promise<void> => {
      await wb.command('Developer: Open URL');
      await wb.enter(`vscode://game-server-ops.game-server-ops${link}`, 'URL to open');
      await wb.dialog.getByRole('button', { name: 'Open', exact: true }).click();
    };
    await follow('/inspector?query=instance%3Aark%20is%3Afailed&connection=elsewhere');
    await expect.poll(() => filterOf(wb.viewFrame()).inputValue()).toBe('instance:ark is:failed');
    await wb.toasts(/This window has no connection “elsewhere”/).waitFor();
    await follow('/instance?connection=home&key=rust');
    await wb.page.locator('.monaco-list-row[role=treeitem].focused.selected', { hasText: 'rust' }).waitFor();
    await follow('/instance?connection=nowhere&key=ark');
    await wb.toasts('This window knows no game server “ark” on the connection “nowhere”.').waitFor();
    await follow('/recording?id=none');
    await wb.toasts('This machine has no recording “none”.').waitFor();
    for (const link of ['/inspector?query=a&run=b', '/start?instance=ark', '/instance?key=a', '/__proto__']) {
      await follow(link);
      await wb.toasts(`The link “${link}`).waitFor();
    }
    expect(await filterOf(wb.viewFrame()).inputValue()).toBe('instance:ark is:failed');
  });

  it('offers what can be done with an event, by right click and by key, in each inspector for itself', async () => {
    const wb = workbench();
    const panel = wb.viewFrame();
    await wb.command('Game Servers: Open Event Inspector in Editor Tab');
    const tab = wb.editorFrame();
    const failed = (frame: FrameLocator): Locator => frame.getByRole('row', { name: /instance_failed/ });
    const items = [
      'Emit Again…',
      'Replay Events…',
      'Only This',
      'And This',
      'Not This',
      'Open as Document',
      'Show the Fleet at This Event',
      'Copy Event',
      'Copy As',
      'Export Events…',
    ];
    const instance = (frame: FrameLocator): Locator => failed(frame).locator('.instance');
    const findIt = async (frame: FrameLocator): Promise<void> => {
      await filterOf(frame).fill('ark origin:live -is:noise -type:*crashed');
      await expect.poll(() => failed(frame).count()).toBe(1);
    };
    // A menu that closes gives the focus back, mostly; that would close the next one.
    const focusBack = async (frame: FrameLocator): Promise<void> => {
      await expect.poll(() => wb.menuItems()).toEqual([]);
      const hasFocus = (): Promise<boolean> => frame.locator('body').evaluate('document.hasFocus()');
      await expect
        .poll(async () => {
          if (!(await hasFocus())) await failed(frame).click();
          return hasFocus();
        })
        .toBe(true);
    };
    // The page of the tab before is there a moment longer, and shows none.
    await failed(tab).first().waitFor();
    for (const frame of [tab, panel]) {
      await findIt(frame);
      await failed(frame).click({ button: 'right' });
      await expect.poll(() => wb.menuItems()).toEqual(items);
      if (frame === panel) await wb.screenshots('inspector-menu');
      await wb.page.keyboard.press('Escape');
      await focusBack(frame);
      await wb.contextMenu(instance(frame), 'And This');
      await expect
        .poll(() => filterOf(frame).inputValue())
        .toBe('ark origin:live -is:noise -type:*crashed instance:ark');
      await focusBack(frame);
      await frame.getByRole('grid', { name: 'Events' }).press('Shift+F10');
      await expect.poll(() => wb.menuItems()).toEqual(items);
      // A key opens the menu at the cell that was used last.
      await wb.choose('Only This');
      await expect.poll(() => filterOf(frame).inputValue()).toBe('-is:noise instance:ark');
    }
    // The panel was used last: a menu of the tab acts on the tab all the same.
    for (const frame of [tab, panel]) await findIt(frame);
    await wb.contextMenu(instance(tab), 'Not This');
    await expect
      .poll(() => filterOf(tab).inputValue())
      .toBe('ark origin:live -is:noise -type:*crashed -instance:ark');
    expect(await filterOf(panel).inputValue()).toBe('ark origin:live -is:noise -type:*crashed');
    await findIt(tab);
    await failed(tab).first().click();
    await wb.contextMenu(tab.getByText('The server crashed too often'), 'Only This');
    await expect.poll(() => filterOf(tab).inputValue()).toBe('-is:noise type:instance_failed');
    await wb.command('View: Close All Editors');
  });

  it('saves a query with a name, and offers it in every inspector', async () => {
    const wb = workbench();
    const view = wb.viewFrame();
    const query = view.getByRole('combobox', { name: 'Filter events' });
    await query.fill('type:*failed');
    await view.getByRole('button', { name: 'Save Query…' }).click();
    await wb.enter('Failures');
    await wb.pick('In all windows');
    const chip = view.getByRole('button', { name: 'Failures', exact: true });
    await expect.poll(() => chip.getAttribute('aria-pressed')).toBe('true');
    await chip.click();
    await expect.poll(() => query.inputValue()).toBe('-is:noise');
    await wb.screenshots('inspector-query');
    await wb.contextMenu(chip, 'Delete Saved Query…');
    await chip.waitFor({ state: 'detached' });
  });

  it('copies an event in another form, and comes back to it with its columns after a reload', async () => {
    const wb = workbench();
    await wb.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const view = wb.viewFrame();
    const failed = view.getByRole('row', { name: /instance_failed/ }).first();
    const heads = view.getByRole('columnheader');
    await filterOf(view).fill('ark origin:live -type:(*crashed,alert.*)');
    await view.getByText(/^1 of/).waitFor();
    await failed.click({ button: 'right' });
    await wb.page.getByRole('menuitem', { name: 'Copy As', exact: true }).hover();
    await wb.choose('JSON');
    await expect
      .poll(() => wb.page.evaluate<string>('navigator.clipboard.readText()'))
      .toContain('"type":"instance_failed"');

    await failed.click();
    await wb.contextMenu(heads.filter({ hasText: 'Instance' }), 'Hide Column');
    await heads.filter({ hasText: 'Instance' }).waitFor({ state: 'hidden' });
    // The page keeps its place when the reader rests.
    const selected = view.locator('[role=row][aria-selected=true]');
    await expect.poll(() => selected.count()).toBe(1);
    await wb.page.mouse.move(700, 300);
    await wb.screenshot('inspector-columns-dark');
    await wb.reloadInOrder();
    await selected.filter({ hasText: 'instance_failed' }).waitFor();
    await view.getByRole('region', { name: 'Event detail' }).waitFor();
    expect(await heads.filter({ hasText: 'Instance' }).count()).toBe(0);
    await view.getByRole('button', { name: 'Export…' }).click();
    await wb.pick('Matching');
    await wb.pick('As They Are');
    const table = join(wb.workspace, 'ark.csv');
    await saveInto(wb, table, 'matching-events.gsops.ndjson');
    await wb.toasts('1 event was exported into ark.csv.').waitFor();
    const [head, line] = readFileSync(table, 'utf8').split('\r\n');
    expect(head).toBe('severity,time,type,summary');
    expect(line).toMatch(/^error,\d{4}-.*Z,instance_failed,/);
    await wb.contextMenu(heads.filter({ hasText: 'Type' }), 'Reset Columns');
    await heads.filter({ hasText: 'Instance' }).waitFor();
  });

  it('breaks no rule of its content security policy and none of accessibility that axe knows', async () => {
    const wb = workbench();
    expect(wb.cspViolations).toEqual([]);
    expect(await barriersIn(wb, wb.viewFrame())).toEqual([]);
    const size = wb.page.viewportSize();
    const sideBar = 'View: Toggle Primary Side Bar Visibility';
    await wb.command(sideBar);
    // The activity bar and the borders take 58 of them.
    await wb.page.setViewportSize({ width: 358, height: 800 });
    await wb.screenshots('inspector-panel-300-pixels');
    expect(await barriersIn(wb, wb.viewFrame())).toEqual([]);
    if (size) await wb.page.setViewportSize(size);
    await wb.command(sideBar);
  });

  it('stands beside the tree in both themes', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb
      .viewFrame()
      .getByRole('combobox', { name: 'Filter events' })
      .fill('-origin:replayed -channel:control');
    await wb
      .viewFrame()
      .getByRole('row', { name: /instance_failed/ })
      .first()
      .click();
    await wb.screenshot('inspector-and-tree-dark');
    await wb.setTheme('light');
    await wb.screenshot('inspector-and-tree-light');
    expect(
      readFileSync(join('test/results/screenshots', 'inspector-and-tree-light.png')).length,
    ).toBeGreaterThan(10_000);
  });

  it('fills the emit form for its target, asks once about it, finds the echo, repeats, keeps templates without secrets', async () => {
    await emitFromForm(workbench(), bot);
  });
});
