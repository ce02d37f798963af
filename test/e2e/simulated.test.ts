import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import type { Workbench } from '../harness/workbench.ts';
import { chooseTarget } from './emitForm.ts';

const survival = /^survival, .*on KGSM \(simulated\)/;
const restarting = /Restarting survival on KGSM \(simulated\)/;

/** Restarts the server of a row by its button, until that is under way. */
async function restart(wb: Workbench, row: Locator): Promise<void> {
  const press = async (): Promise<boolean> => {
    // Rows come one after another: the mouse follows the one that is meant.
    await row.hover();
    const button = row.getByRole('button', { name: 'Restart' });
    if (!(await succeeds(button.click({ timeout: 500 })))) return false;
    if (await succeeds(wb.toasts(restarting).waitFor({ timeout: 2000 }))) return true;
    // VS Code forgets the row of a press that comes while it reads the list anew: then it is asked for.
    await wb.page.keyboard.press('Escape');
    return false;
  };
  await expect.poll(press).toBe(true);
}

function succeeds(action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}

function foldersOf({ server }: Workbench): string[] {
  return readdirSync(server.temp).filter((name) => name.startsWith('gsops-demo-'));
}

/** Processes whose command line names a folder: pid and command line. */
function processesOf(folder: string): string[] {
  const all = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(folder));
}

describe('somebody who has no game server', () => {
  // High enough for all rows: VS Code makes no row that is out of sight.
  const workbench = useWorkbench({ mode: 'installed', viewport: { width: 1280, height: 1000 } });

  it('restarts a simulated one with three clicks', async () => {
    const wb = workbench();
    const begun = performance.now();
    await wb.openView('Game Servers');
    await wb.page.getByRole('button', { name: 'Try with Simulated Servers' }).click();
    const row = wb.treeItem(survival);
    await restart(wb, row.and(wb.treeItem(/running and ready/)));
    const pressed = performance.now();
    await wb.toasts(restarting).waitFor({ state: 'hidden' });
    // KGSM 2 looks after a start for players that can join, but not after a restart.
    await row.and(wb.treeItem(/, running,/)).waitFor();
    const seconds = (until: number): string => `${((until - begun) / 1000).toFixed(1)} s`;
    console.log(`third click after ${seconds(pressed)}, restarted after ${seconds(performance.now())}`);
  });

  it('sees all four systems, and reads at each place that they are simulated', async () => {
    const wb = workbench();
    for (const name of ['KGSM', 'Minecraft', 'NAS', 'Bell']) {
      await wb.treeItem(new RegExp(`^Connection ${name} \\(simulated\\), Connected`)).waitFor();
      const instances = wb.treeItem(new RegExp(`, on ${name} \\(simulated\\)`));
      await instances.first().waitFor();
    }
    await wb.page.getByText('Simulated servers, to try everything on: none of them is real.').waitFor();
    await wb.page.getByRole('button', { name: /simulated servers are up/ }).waitFor();
    await wb
      .treeItem(/, on NAS/)
      .filter({ hasText: /\d %/ })
      .first()
      .waitFor();
  });

  it('finds their events in the inspector, and sends them one that comes back', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Open Event Inspector');
    const view = wb.viewFrame();
    const filter = view.getByRole('combobox', { name: 'Filter events' });
    await filter.fill('type:instance_stopped instance:survival');
    await view
      .getByRole('row', { name: /survival/ })
      .first()
      .waitFor();
    await filter.fill('');
    await wb.screenshots('simulated-inspector');
    await wb.command('Game Servers: Emit Event…');
    const form = view.getByRole('region', { name: 'Emit an event' });
    await chooseTarget(form, 'KGSM (simulated)');
    await form.getByRole('combobox', { name: 'Event type' }).fill('instance_failed');
    await form.getByRole('option', { name: 'instance_failed', exact: true }).click();
    await form.getByRole('button', { name: 'Send', exact: true }).click();
    await wb.dialog.getByRole('button', { name: 'Send' }).click();
    await form.getByRole('button', { name: 'Show its echo' }).waitFor();
    await wb.screenshot('simulated-emit-dark');
  });

  it('travels back to the beginning of what they did, and to now', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Travel in Time…');
    await wb.pick('The beginning of the history');
    await wb.page.getByText(/^As of .*, not now\. Operations are off until you go back to now\.$/).waitFor();
    await wb.command('Game Servers: Back to Now');
    await wb.page.getByText('Simulated servers, to try everything on: none of them is real.').waitFor();
  });

  it('ends them with one command, which leaves nothing', async () => {
    const wb = workbench();
    const [folder = '–'] = foldersOf(wb);
    expect(processesOf(folder).length).toBeGreaterThan(0);
    await wb.command('Game Servers: Stop Simulated Servers');
    await wb.page.getByText('No game server manager is connected yet.').waitFor();
    await wb
      .viewFrame()
      .getByText(/^0 events/)
      .waitFor();
    await expect.poll(() => processesOf(folder)).toEqual([]);
    expect(foldersOf(wb)).toEqual([]);
    const storage = join(wb.server.userDataDir, 'User/globalStorage/game-server-ops.game-server-ops');
    expect(readdirSync(storage)).not.toContain('simulated');
    const temporary = join(storage, 'journal/temp');
    expect(existsSync(temporary) ? readdirSync(temporary) : []).toEqual([]);
  });

  it('tries them again, step by step in both themes, and leaves nothing by loading the window anew', async () => {
    const wb = workbench();
    await wb.command('View: Hide Panel');
    await wb.screenshots('simulated-1-welcome');
    await wb.page.getByRole('button', { name: 'Try with Simulated Servers' }).click();
    const row = wb.treeItem(survival);
    await row.and(wb.treeItem(/running and ready/)).waitFor();
    await wb
      .treeItem(/, on NAS/)
      .first()
      .waitFor();
    await wb.screenshots('simulated-2-tree');
    for (const theme of ['light', 'dark'] as const) {
      await wb.setTheme(theme);
      await restart(wb, row.and(wb.treeItem(/, running/)));
      await wb.screenshot(`simulated-3-restart-${theme}`);
      await wb.toasts(restarting).waitFor({ state: 'hidden' });
    }
    const [folder = '–'] = foldersOf(wb);
    await wb.reload();
    await expect.poll(() => processesOf(folder)).toEqual([]);
    expect(foldersOf(wb)).toEqual([]);
  });

  it('is told when the simulators end by themselves, and can begin anew', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.page.getByRole('button', { name: 'Try with Simulated Servers' }).click();
    await wb.treeItem(survival).waitFor();
    const [folder = '–'] = foldersOf(wb);
    const simulators = processesOf(folder).find((line) => line.includes('simulators.js fleet'));
    process.kill(Number.parseInt(simulators ?? '', 10), 'SIGKILL');
    await wb.toasts('The simulated servers ended by themselves.').waitFor();
    await wb.page.getByRole('button', { name: 'Try with Simulated Servers' }).waitFor();
    expect(foldersOf(wb)).toEqual([]);
    expect(wb.cspViolations).toEqual([]);
  });
});
