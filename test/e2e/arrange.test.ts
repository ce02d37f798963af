import type { Locator } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import type { Workbench } from '../harness/workbench.ts';
import { KgsmRoot } from './kgsm.ts';

const kgsm = new KgsmRoot();
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});
const workbench = useWorkbench({
  mode: 'installed',
  viewport: { width: 1280, height: 800 },
  machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
});

/** Rows of the tree from top to bottom: name and state, or name and count of a group. */
async function rows(wb: Workbench): Promise<readonly string[]> {
  const names = await wb.page
    .locator('.pane-body .monaco-list-row[role="treeitem"]')
    .evaluateAll((all) =>
      (all as { getAttribute(name: string): string | null }[]).map(
        (each) => each.getAttribute('aria-label') ?? '',
      ),
    );
  return names.map((name) => name.split(', ').slice(0, 2).join(', '));
}

/** Runs a command that asks for a choice, and makes it. */
async function choose(wb: Workbench, title: string, choice: string): Promise<void> {
  await wb.command(`Game Servers: ${title}…`);
  await wb.asked(title);
  await wb.pick(choice);
}

it('somebody with many servers groups, sorts and filters them, and finds it all again after a reload', async () => {
  const wb = workbench();
  await wb.openView('Game Servers');
  await wb.treeItem(/Connection Home, Connected/).waitFor();
  for (const [name, game] of [
    ['ark-1', 'ark'],
    ['mc-1', 'minecraft'],
    ['mc-2', 'minecraft'],
    ['mc-10', 'minecraft'],
  ] as const) {
    await kgsm.send('instance_installed', name, { Blueprint: game });
    await kgsm.send('instance_started', name);
  }
  await kgsm.send('instance_failed', 'mc-2');
  await wb.treeItem(/^mc-2, failed/).waitFor();
  const home = 'Connection Home, Connected';
  const shown = (): Promise<readonly string[]> => rows(wb);
  await expect
    .poll(shown)
    .toEqual([home, 'ark-1, running', 'mc-1, running', 'mc-2, failed', 'mc-10, running']);

  await choose(wb, 'Group Servers By', 'Game');
  const grouped = [
    ...[home, 'Group ark, 1 of 1 up', 'ark-1, running', 'Group minecraft, 2 of 3 up'],
    ...['mc-1, running', 'mc-2, failed', 'mc-10, running'],
  ];
  await expect.poll(shown).toEqual(grouped);

  await choose(wb, 'Sort Servers By', 'State, Problems First');
  await expect
    .poll(shown)
    .toEqual([...grouped.slice(0, 4), 'mc-2, failed', 'mc-1, running', 'mc-10, running']);

  await wb.contextMenu(wb.treeItem(/^mc-10,/), 'Add to Favourites');
  const favourite = [...grouped.slice(0, 4), 'mc-10, running', 'mc-2, failed', 'mc-1, running'];
  await expect.poll(shown).toEqual(favourite);
  await wb
    .treeItem(/^mc-10, running, .*favourite/)
    .filter({ hasText: '★' })
    .waitFor();
  await wb.screenshots('arrange-groups');

  // A folded group stays folded whatever comes to its list, and its count goes on.
  await wb.treeItem(/^Group minecraft/).click();
  const folded = [...grouped.slice(0, 3), 'Group minecraft, 2 of 3 up'];
  await expect.poll(shown).toEqual(folded);
  await kgsm.send('instance_installed', 'mc-3', { Blueprint: 'minecraft' });
  await expect.poll(shown).toEqual([...folded.slice(0, 3), 'Group minecraft, 2 of 4 up']);
  await kgsm.send('instance_started', 'mc-3');
  await expect.poll(shown).toEqual([...folded.slice(0, 3), 'Group minecraft, 3 of 4 up']);
  await wb.treeItem(/^Group minecraft/).click();
  await wb.treeItem(/^mc-3, running/).waitFor();

  await wb.contextMenu(wb.treeItem(/^ark-1,/), 'Set Tags…');
  await wb.enter('prod, eu', 'Words between commas');
  await wb.quickInput.waitFor({ state: 'hidden' });
  await choose(wb, 'Group Servers By', 'Tag');
  const tagged = [
    ...[home, 'Group prod, 1 of 1 up', 'ark-1, running', 'Group Without Tags, 3 of 4 up'],
    ...['mc-10, running', 'mc-2, failed', 'mc-1, running', 'mc-3, running'],
  ];
  await expect.poll(shown).toEqual(tagged);

  // Words narrow while they are typed; turning back brings the rows back.
  const inView = (name: string): Locator => wb.page.locator('.pane').getByRole('button', { name });
  const message = wb.page.locator('.tree-explorer-viewlet-tree-view .message');
  await wb.command('Game Servers: Filter Servers…');
  await wb.quickInput.fill('mc-1');
  const narrow = [home, 'mc-10, running', 'mc-1, running'];
  await expect.poll(shown).toEqual(narrow);
  await wb.screenshot('arrange-filter-typed');
  await wb.page.keyboard.press('Escape');
  await expect.poll(shown).toEqual(tagged);
  await choose(wb, 'Filter Servers', 'Only Problems');
  const problems = [home, 'mc-2, failed'];
  await expect.poll(shown).toEqual(problems);
  await message.filter({ hasText: '1 of 5 servers: Failed or Crashed. Clear Filter shows all.' }).waitFor();
  await wb.treeItem(/^mc-2,/).hover();
  await inView('Change Filter…').waitFor();
  await wb.screenshots('arrange-filter');

  await wb.reloadInOrder();
  await wb.openView('Game Servers');
  await expect.poll(shown).toEqual(problems);
  await kgsm.send('instance_started', 'mc-2');
  await wb.page.getByText('No server matches the filter.').waitFor();
  await wb.screenshots('arrange-no-match');
  await wb.page.getByRole('button', { name: 'Clear Filter' }).last().click();
  await expect
    .poll(shown)
    .toEqual([
      ...tagged.slice(0, 3),
      'Group Without Tags, 4 of 4 up',
      'mc-10, running',
      ...['mc-1', 'mc-2', 'mc-3'].map((name) => `${name}, running`),
    ]);
  expect(await message.filter({ visible: true }).count()).toBe(0);

  await kgsm.send('instance_failed', 'mc-2');
  // The colour of a failure is there in high contrast too.
  await wb.setHighContrast();
  const icon = wb.treeItem(/^mc-2, failed/).locator('.codicon-error');
  const color = (): Promise<string> =>
    icon.evaluate((each) =>
      String(
        (each as unknown as { computedStyleMap(): Map<string, unknown> }).computedStyleMap().get('color'),
      ),
    );
  await expect.poll(color).toBe('rgb(244, 135, 113)');
  await wb.screenshot('arrange-high-contrast');

  // A server that one goes to is seen, whatever the filter hides.
  await wb.command('Game Servers: Filter Servers…');
  await wb.enter('ark', 'Filter Servers');
  await expect.poll(shown).toEqual([home, 'Group prod, 1 of 1 up', 'ark-1, running']);
  await wb.command('Game Servers: Show What Needs Attention…');
  await wb.pick('mc-2');
  await wb
    .treeItem(/^mc-2, failed/)
    .and(wb.page.locator('[aria-selected="true"]'))
    .waitFor();
});
