import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRoot } from '../../src/simulator/kgsm/root.ts';
import { InstanceStore } from '../../src/simulator/kgsm/state.ts';
import { useWorkbench } from '../harness/e2e.ts';
import { KgsmRoot } from './kgsm.ts';

const entry = fileURLToPath(new URL('../../src/simulator/main.ts', import.meta.url));
const kgsm = new KgsmRoot();
const running = { blueprint: 'minecraft', active: true, port: '25565/tcp|19132:19133/udp' };
makeRoot(kgsm.path, {
  launch: { node: process.execPath, entry },
  saveSeconds: 0,
  behaviour: { stepMs: 5, readyMs: 20 },
  instances: [
    ...['alpha', 'bravo', 'charlie', 'delta'].map((name) => ({ name, ...running })),
    { name: 'echo', blueprint: 'minecraft' },
  ],
});
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
});

describe('the servers of the tree', () => {
  const workbench = useWorkbench({
    mode: 'installed',
    viewport: { width: 1200, height: 800 },
    machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
  });
  const address = `${hostname()}:25565`;

  beforeAll(async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    for (const name of ['alpha', 'bravo', 'charlie', 'delta'])
      await wb.treeItem(new RegExp(`^${name}, running`)).waitFor();
    await wb.treeItem(/^echo, stopped/).waitFor();
    for (const PlayerName of ['Alex', 'Steve'])
      await kgsm.send('instance_player_joined', 'alpha', { PlayerName });
    await wb.treeItem(/^alpha, running.*2 players/).waitFor();
  });

  it('unfold into what is known of them, which follows what happens', async () => {
    const wb = workbench();
    const alpha = wb.treeItem(/^alpha, running/);
    expect(await alpha.getAttribute('aria-expanded')).toBe('false');
    await alpha.click();
    for (const row of [
      /^Version, 1\.21\.5, detail of alpha/,
      new RegExp(`^Address, ${address}, detail of alpha`),
      /^2 players, Alex, Steve, detail of alpha/,
      /^Ports, 25565\/tcp, 19132-19133\/udp, detail of alpha/,
      /^Steve joined, .*, detail of alpha/,
    ])
      await wb.treeItem(row).waitFor();
    await kgsm.send('instance_player_left', 'alpha', { PlayerName: 'Steve' });
    await wb.treeItem(/^1 player, Alex, detail of alpha/).waitFor();
    await wb.treeItem(/^Steve left, .*, detail of alpha/).waitFor();
    await wb.screenshots('details');
  });

  it('give the address to the clipboard at a press, and show an event in the inspector', async () => {
    const wb = workbench();
    await wb.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await wb.treeItem(/^Address, /).click();
    await expect.poll(() => wb.page.evaluate<string>('navigator.clipboard.readText()')).toBe(address);
    await wb.treeItem(/^Steve joined, /).click();
    const frame = wb.viewFrame();
    await frame.locator('.row.focused', { hasText: 'Steve joined' }).waitFor();
    await frame
      .getByRole('region', { name: 'Event detail' })
      .getByRole('treeitem', { name: /PlayerName: "Steve"/ })
      .waitFor();
    await wb.screenshots('details-event');
    await wb.command('View: Hide Panel');
    await wb.treeItem(/^alpha, running/).click();
    await wb.treeItem(/^Address, /).waitFor({ state: 'detached' });
  });

  it('are restarted together: one question, one message of what failed, and those once more', async () => {
    const wb = workbench();
    await wb.treeItem(/^alpha, running/).click();
    await wb.treeItem(/^Address, /).waitFor();
    await wb.treeItem(/^echo, stopped/).click({ modifiers: ['Control'] });
    for (const name of ['bravo', 'charlie', 'delta'])
      await wb.treeItem(new RegExp(`^${name}, running`)).click({ modifiers: ['Control'] });
    // KGSM does not know it any more, which nobody has told.
    const store = new InstanceStore(kgsm.path);
    const delta = store.get('delta');
    store.remove('delta');
    // A menu has only what all of the selection offer; a button is for all that do.
    const bravo = wb.treeItem(/^bravo, running/);
    await bravo.hover();
    await bravo.getByRole('button', { name: 'Restart' }).click();
    await wb.dialog.getByText('Restart 4 servers: alpha, bravo, charlie, delta?').waitFor();
    await wb.dialog.getByText('Somebody plays on alpha (1 player).').waitFor();
    await wb.dialog.getByText('Left out, because it is not on offer there now: echo (stopped).').waitFor();
    await wb.screenshots('several-question');
    await wb.dialog.getByRole('button', { name: 'Restart', exact: true }).click();
    await wb.toasts(/Restart: 1 of 4 servers failed\. delta: /).waitFor();
    expect(await wb.toasts(/failed/).count()).toBe(1);
    await wb.treeItem(/^delta, /).waitFor({ state: 'detached' });
    await wb.screenshots('several-failed');
    if (delta) store.put(delta);
    const home = wb.treeItem(/^Connection Home/);
    await home.hover();
    await home.getByRole('button', { name: 'Refresh Instances' }).click();
    await wb.treeItem(/^delta, running/).waitFor();
    await wb.pressToast(/1 of 4 servers failed/, 'Retry Failed');
    await wb.dialog.getByText(/^Restart delta on Home\?/).waitFor();
    await wb.dialog.getByRole('button', { name: 'Restart', exact: true }).click();
    await wb.toasts(/Restarting delta on Home/).waitFor();
    await wb.toasts(/Restarting delta on Home/).waitFor({ state: 'hidden' });
    expect(await wb.toasts(/failed/).count()).toBe(0);
    await wb.treeItem(/^delta, running/).waitFor();
  });

  it('can be read in a narrow sidebar and in high contrast', async () => {
    const wb = workbench();
    await wb.page.setViewportSize({ width: 560, height: 700 });
    await wb.treeItem(/^Address, /).waitFor();
    await wb.screenshots('details-narrow');
    await wb.setHighContrast();
    await wb.screenshot('details-contrast');
  });
});
