import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import { KgsmRoot } from './kgsm.ts';

const kgsm = new KgsmRoot();
kgsm.installProgram();
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});
const workbench = useWorkbench({
  mode: 'installed',
  machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
});

it('the tree shows the fleet at an event, step by step, without operations, while the journal goes on', async () => {
  const wb = workbench();
  // The palette hides what is not on offer; a key calls it all the same.
  const bindings = [{ key: 'ctrl+alt+9', command: 'gameServerOps.stop' }];
  writeFileSync(join(wb.server.userDataDir, 'User', 'keybindings.json'), JSON.stringify(bindings));
  await wb.reload();
  await wb.openView('Game Servers');
  await wb.treeItem(/Connection Home, Connected/).waitFor();
  // Each is a commit of its own.
  await kgsm.send('instance_ready', 'minecraft-survival');
  await wb.treeItem(/^minecraft-survival, running and ready/).waitFor();
  await kgsm.send('instance_stopped', 'minecraft-survival');
  await wb.treeItem(/^minecraft-survival, stopped/).waitFor();
  await kgsm.send('instance_ready', 'factorio');
  await wb.treeItem(/^factorio, running and ready/).waitFor();

  await wb.page.keyboard.press('Control+k');
  await wb.page.keyboard.press('Control+g');
  const view = wb.viewFrame();
  const ready = view.getByRole('row', { name: /minecraft-survival.*instance_ready/ });
  // The panel is too low for all rows.
  await view.getByRole('combobox', { name: 'Filter events' }).fill('type:instance_* -type:instance_stopped');
  await view.getByText(/^2 of \d+/).waitFor();
  await wb.contextMenu(ready, 'Show the Fleet at This Event');
  const servers = async (): Promise<string[]> =>
    (
      await wb.page
        .locator('.monaco-list-row[role="treeitem"][aria-level="2"]')
        .evaluateAll((all) =>
          (all as { getAttribute(name: string): string | null }[]).map(
            (each) => each.getAttribute('aria-label') ?? '',
          ),
        )
    ).sort();
  await expect
    .poll(servers)
    .toEqual(['minecraft-survival, running and ready for players, on Home, in the past']);
  await wb.page.getByText(/^As of .*, not now\. Operations are off until you go back to now\.$/).waitFor();
  const item = wb.page.locator('.statusbar-item', { hasText: /\d+:\d\d:\d\d/ });
  await item.waitFor();
  const bar = view.getByRole('group', { name: 'Time travel' });
  await bar.getByText(/As of .*, not now/).waitFor();

  // Operations are off: no menu offers one, and a call says why.
  await wb.treeItem(/^minecraft-survival/).click({ button: 'right' });
  await wb.page.getByRole('menuitem', { name: 'Show Events' }).waitFor();
  const offered = (await wb.menuItems()).join('\n');
  expect(offered).toContain('Go to Next Change of This Instance');
  expect(offered).not.toMatch(/^(Start|Stop|Restart|Back Up)/m);
  await wb.page.keyboard.press('Escape');
  await wb.page.keyboard.press('Control+Alt+9');
  const refused =
    /Nothing is operated in the past: the tree shows the fleet as of .*\. Go back to now first\./;
  await wb.toasts(refused).waitFor();

  // The journal goes on, and the tree stays where it is.
  await kgsm.send('instance_failed', 'factorio');
  await view.getByRole('row', { name: /factorio.*instance_failed/ }).waitFor();
  expect(await servers()).toEqual([
    'minecraft-survival, running and ready for players, on Home, in the past',
  ]);
  await wb.screenshots('time-travel');

  await wb.treeItem(/^minecraft-survival/).click();
  await wb.page.keyboard.press('F7');
  await expect.poll(servers).toEqual(['minecraft-survival, stopped, on Home, in the past']);
  await bar.getByRole('button', { name: 'Next Change' }).click();
  await expect.poll(servers).toContain('factorio, running and ready for players, on Home, in the past');
  await bar.getByRole('slider').press('End');
  const failed = (words: string): unknown => [
    expect.stringMatching(new RegExp(`^factorio, failed.*${words}$`)),
    expect.stringMatching(new RegExp(`^minecraft-survival, stopped, ${words}$`)),
  ];
  await expect.poll(servers).toEqual(failed('on Home, in the past'));

  await item.click();
  await expect.poll(servers).toEqual(failed('on Home'));
  await item.waitFor({ state: 'detached' });
  await bar.waitFor({ state: 'detached' });

  await wb.command('Game Servers: What Changed Between…');
  await wb.pick('The beginning of the history');
  await wb.pick('Now');
  await wb.page.getByText('minecraft-survival (Home): new: Stopped').waitFor();
  await wb.screenshots('time-travel-what-changed');
});
