import { afterAll, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import { KgsmRoot } from './kgsm.ts';

const kgsm = new KgsmRoot();
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});
const workbench = useWorkbench({
  mode: 'installed',
  machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
});

it('the tree keeps its selection and its focus when a selected server changes its state', async () => {
  const wb = workbench();
  await wb.openView('Game Servers');
  await wb.treeItem(/Connection Home, Connected/).waitFor();
  for (const name of ['b1', 'b2', 'b3', 'b4', 'b5']) await kgsm.send('instance_stopped', name);
  await wb.treeItem(/^b5, stopped/).waitFor();
  await wb.treeItem(/^b1,/).click();
  await wb.treeItem(/^b5,/).click({ modifiers: ['Control'] });
  await wb.treeItem(/^b3,/).click({ modifiers: ['Control'] });
  const names = async (rows: string): Promise<string[]> =>
    (
      await wb.page
        .locator(`.monaco-list-row[role="treeitem"]${rows}`)
        .evaluateAll((all) =>
          (all as { getAttribute(name: string): string | null }[]).map(
            (each) => each.getAttribute('aria-label') ?? '',
          ),
        )
    ).map((name) => name.split(', ').slice(0, 2).join(', '));
  const selected = (): Promise<string[]> => names('[aria-selected="true"]');
  await expect.poll(selected).toEqual(['b1, stopped', 'b3, stopped', 'b5, stopped']);
  // A tooltip comes from the extension, which has heard of the selection before it is asked for one.
  const tooltip = wb.page.locator('.workbench-hover', { hasText: 'b4' });
  await expect
    .poll(async () => {
      // Rows that unfold under the pointer take its tooltip away.
      await wb.page.mouse.move(800, 500);
      await wb.treeItem(/^b4,/).hover();
      return tooltip.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
    })
    .toBe(true);
  await kgsm.send('instance_started', 'b3');
  await wb.treeItem(/^b3, running/).waitFor();
  await wb.screenshots('tree-selection');
  await expect.poll(selected).toEqual(['b1, stopped', 'b3, running', 'b5, stopped']);
  await expect.poll(() => names('.focused')).toEqual(['b3, running']);
  // The first press unfolded it: its own rows are read later than it.
  await kgsm.send('instance_started', 'b1');
  await wb.treeItem(/^b1, running/).waitFor();
  await wb.page
    .locator('.monaco-list-row', { hasText: /^Started/ })
    .first()
    .waitFor();
  await expect.poll(selected).toEqual(['b1, running', 'b3, running', 'b5, stopped']);
  // Others come and go around them.
  await kgsm.send('instance_stopped', 'b0');
  await kgsm.send('instance_uninstalled', 'b2');
  await wb.treeItem(/^b0, stopped/).waitFor();
  await expect.poll(() => wb.treeItem(/^b2,/).count()).toBe(0);
  await expect.poll(selected).toEqual(['b1, running', 'b3, running', 'b5, stopped']);
  await expect.poll(() => names('.focused')).toEqual(['b3, running']);
});

it('the status bar says how many servers are up and failed, and leads to one that failed', async () => {
  const wb = workbench();
  await kgsm.send('instance_crashed', 'b4');
  await wb.treeItem(/^b4, crashed/).waitFor();
  const item = wb.page.locator('.statusbar-item', { hasText: '2 up · 1 failed' });
  await item.click();
  await wb.quickItem('b4').getByText('Crashed · Home').waitFor();
  await wb.quickItem('Open Event Inspector').waitFor();
  await wb.screenshots('overview');
  await wb.pick('b4');
  await wb.page.locator('.monaco-list-row[role=treeitem].focused.selected', { hasText: 'b4' }).waitFor();
});
