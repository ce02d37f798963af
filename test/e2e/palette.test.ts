import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import type { Workbench } from '../harness/workbench.ts';
import { KgsmRoot } from './kgsm.ts';

/** High enough for the palette to draw all that it lists. */
const viewport = { width: 1400, height: 2400 };

/** Titles that the palette offers of ours. */
async function offered(wb: Workbench): Promise<string[]> {
  await wb.openPalette();
  await wb.quickInput.fill('>Game Servers: ');
  await wb.quickItem('Game Servers: Add Connection…').waitFor();
  const titles = await wb.page.locator('.quick-input-list .label-name').allTextContents();
  await wb.page.keyboard.press('Escape');
  return titles
    .filter((title) => title.startsWith('Game Servers: ') && !title.includes('Focus on'))
    .map((title) => title.replace('Game Servers: ', ''))
    .sort();
}

/** A key for a command that the palette may hide. */
async function bindKey(wb: Workbench, command: string): Promise<string> {
  const bindings = [{ key: 'ctrl+alt+9', command: `gameServerOps.${command}` }];
  writeFileSync(join(wb.server.userDataDir, 'User', 'keybindings.json'), JSON.stringify(bindings));
  await wb.reload();
  await wb.openView('Game Servers');
  return 'Control+Alt+9';
}

describe('the palette of an empty window', () => {
  const workbench = useWorkbench({ mode: 'installed', viewport });

  it('offers nothing that needs a connection, and a press of its key says what is missing', async () => {
    const wb = workbench();
    const key = await bindKey(wb, 'start');
    await wb.page.getByText('No game server manager is connected yet.').waitFor();
    expect(await offered(wb)).toEqual([
      'Add Connection…',
      'Collect Support Information',
      'Edit Connections in Settings',
      'Emit Event…',
      'History…',
      'Open Event Inspector',
      'Open Event Inspector in Editor Tab',
      'Replay Events…',
      'Show Events',
      'Show Log',
      'Show Tasks',
    ]);
    await wb.page.keyboard.press(key);
    const told = /Start: no game server manager is connected yet/;
    await wb.toasts(told).waitFor();
    await wb.screenshots('palette-no-connection');
    await wb.pressToast(told, 'Add Connection…');
    await wb.quickItem('KGSM').waitFor();
    await wb.page.keyboard.press('Escape');
  });
});

describe('the palette of a connected window', () => {
  const kgsm = new KgsmRoot();
  kgsm.installProgram();
  // Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
  afterAll(() => {
    kgsm.dispose();
  });
  const workbench = useWorkbench(() => ({
    mode: 'installed',
    viewport,
    machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
  }));

  it('offers what something can do now, and says why nothing can', async () => {
    const wb = workbench();
    const key = await bindKey(wb, 'start');
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    await expect.poll(() => offered(wb)).toContain('Disconnect');
    await wb.page.keyboard.press(key);
    await wb.toasts(/Start: there is no game server on Home yet/).waitFor();
    await kgsm.send('instance_stopped', 'b1');
    await expect.poll(() => offered(wb)).toContain('Start');
    const stopped = await offered(wb);
    for (const title of ['Stop', 'Connect', 'Abort Job', 'Export World', 'Show Metrics'])
      expect(stopped).not.toContain(title);
    for (const name of ['b1', 'b2']) await kgsm.send('instance_started', name);
    await expect.poll(() => offered(wb)).toContain('Stop');
    expect(await offered(wb)).not.toContain('Start');
    await wb.page.keyboard.press(key);
    await wb.toasts(/Start: no game server can do this now: 2 running/).waitFor();
    await wb.screenshots('palette-not-now');
    await wb.command('Game Servers: Disconnect');
    await expect.poll(() => offered(wb)).toContain('Connect');
  });
});
