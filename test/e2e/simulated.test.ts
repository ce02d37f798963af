import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';

const survival = /^survival, .*on KGSM \(simulated\)/;

describe('somebody who has no game server', () => {
  const workbench = useWorkbench({ mode: 'installed', viewport: { width: 1280, height: 800 } });

  it('restarts a simulated one with three clicks', async () => {
    const wb = workbench();
    const begun = performance.now();
    await wb.openView('Game Servers');
    await wb.page.getByRole('button', { name: 'Try with Simulated Servers' }).click();
    const row = wb.treeItem(survival).and(wb.treeItem(/running and ready/));
    // Rows come one after another: the mouse follows the one that is meant.
    await expect
      .poll(async () => {
        await row.hover();
        return row
          .getByRole('button', { name: 'Restart' })
          .click({ timeout: 500 })
          .then(
            () => true,
            () => false,
          );
      })
      .toBe(true);
    const seen = performance.now();
    await wb.toasts(/Restarting survival on KGSM \(simulated\)/).waitFor();
    await wb.toasts(/Restarting survival/).waitFor({ state: 'hidden' });
    // KGSM 2 looks after a start for players that can join, but not after a restart.
    await wb
      .treeItem(survival)
      .and(wb.treeItem(/, running,/))
      .waitFor();
    const seconds = (until: number): string => `${((until - begun) / 1000).toFixed(1)} s`;
    console.log(`third click after ${seconds(seen)}, restarted after ${seconds(performance.now())}`);
  });

  it('sees all four systems, and reads at each place that they are simulated', async () => {
    const wb = workbench();
    for (const name of ['KGSM', 'Minecraft', 'NAS', 'Bell'])
      await wb.treeItem(new RegExp(`^Connection ${name} \\(simulated\\), Connected`)).waitFor();
    await wb.page.getByText('Simulated servers, to try everything on: none of them is real.').waitFor();
    await wb.page.getByRole('button', { name: /simulated servers are up/ }).waitFor();
    await wb
      .treeItem(/on Minecraft \(simulated\)/)
      .first()
      .waitFor();
    await wb
      .treeItem(/on NAS \(simulated\)/)
      .first()
      .waitFor();
    await wb
      .treeItem(/on Bell \(simulated\)/)
      .first()
      .waitFor();
    await wb.screenshots('simulated-tree');
  });

  it('finds the events of the servers in the inspector, and measurements in their rows', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Open Event Inspector');
    const frame = wb.viewFrame();
    await frame
      .getByRole('combobox', { name: 'Filter events' })
      .fill('type:instance_stopped instance:survival');
    await frame
      .getByRole('row', { name: /survival/ })
      .first()
      .waitFor();
    await frame.getByRole('combobox', { name: 'Filter events' }).fill('');
    await frame.getByRole('row').nth(3).waitFor();
    await wb
      .treeItem(/on NAS/)
      .filter({ hasText: '% CPU' })
      .first()
      .waitFor();
    await wb.screenshots('simulated-inspector');
  });

  it('ends them with one command, which leaves nothing', async () => {
    const wb = workbench();
    const { temp, userDataDir } = wb.server;
    const folders = (): string[] => readdirSync(temp).filter((name) => name.startsWith('gsops-demo-'));
    const [folder = '–'] = folders();
    expect(processesWith(folder).length).toBeGreaterThan(0);
    await wb.command('Game Servers: Stop Simulated Servers');
    await wb.page.getByText('No game server manager is connected yet.').waitFor();
    await wb
      .viewFrame()
      .getByText(/^0 events/)
      .waitFor();
    await wb.screenshots('simulated-stopped');
    await expect.poll(() => processesWith(folder)).toEqual([]);
    expect(folders()).toEqual([]);
    const storage = join(userDataDir, 'User', 'globalStorage', 'game-server-ops.game-server-ops');
    expect(existsSync(join(storage, 'simulated'))).toBe(false);
    expect(namesIn(join(storage, 'journal', 'temp'))).toEqual([]);
    expect(wb.cspViolations).toEqual([]);
  });
});

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Command lines of processes that name a folder. */
function processesWith(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return line.includes(folder) ? [line.replaceAll('\0', ' ')] : [];
      } catch {
        return [];
      }
    });
}
