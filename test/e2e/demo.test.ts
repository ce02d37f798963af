import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { makeDemoRoot } from '../../src/simulator/kgsm/demo.ts';
import { play } from '../../src/simulator/kgsm/play.ts';
import { useWorkbench } from '../harness/e2e.ts';
import { keepPicture } from '../harness/pictures.ts';

const entry = fileURLToPath(new URL('../../src/simulator/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gd-'));
const root = join(folder, 'kgsm');
makeDemoRoot(root, { node: process.execPath, entry });

describe('the demo', () => {
  // Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const workbench = useWorkbench({
    mode: 'installed',
    viewport: { width: 1280, height: 800 },
    machineSettings: { 'gameServerOps.connections': [{ kind: 'kgsm', id: 'demo', name: 'Demo', root }] },
  });
  const end = new AbortController();
  let playing: Promise<void> | undefined;
  beforeAll(() => {
    // Three times as fast: all that a round shows comes within twenty seconds.
    playing = play({ root, signal: end.signal, speed: 3 });
  });
  afterAll(async () => {
    end.abort();
    await playing;
  });

  it('plays, and the tree follows: running, ready, stopped, failed, unknown, updating', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    for (const row of [
      /valheim, running/,
      /survival, running and ready/,
      /terraria, /,
      /ark-island, failed/,
      /rust-eu, state unknown/,
    ])
      await wb.treeItem(row).waitFor();
    await wb.command('Game Servers: Open Event Inspector');
    await wb.viewFrame().getByRole('row').nth(3).waitFor();
    await wb
      .treeItem(/being updated/)
      .first()
      .waitFor();
    await wb.screenshot('demo-dark');
    await wb.setTheme('light');
    await wb.screenshot('demo-light');
    await wb.setTheme('dark');
  });

  it('shows an installation as progress until its end', async () => {
    const wb = workbench();
    await wb.page.getByText(/Install zomboid-weekend: .* %/).waitFor();
    await wb.treeItem(/zomboid-weekend, being installed/).waitFor();
    await wb.screenshot('demo-install-dark');
    await wb.treeItem(/zomboid-weekend, (stopped|running|starting)/).waitFor();
    await wb.page.getByText(/Install zomboid-weekend/).waitFor({ state: 'hidden' });
  });

  it('backs a stopped server up, which no event tells of, and offers the backup for restoring', async () => {
    const wb = workbench();
    // From here on things happen only when they are asked for, however long it takes.
    end.abort();
    await playing;
    await promisify(execFile)(join(root, 'kgsm.sh'), ['-i', 'terraria', '--stop']);
    await wb.treeItem(/terraria, stopped/).waitFor();
    await wb.contextMenu(wb.treeItem(/terraria, stopped/), 'Back Up');
    await wb.toasts(/Backing up terraria on Demo/).waitFor();
    await wb.toasts(/Backing up terraria on Demo/).waitFor({ state: 'hidden' });
    await wb.contextMenu(wb.treeItem(/terraria, stopped/), 'Restore Backup…');
    await wb.quickItem(/^terraria-.*backup/).waitFor();
    await wb.screenshot('restore-dark');
    await wb.page.keyboard.press('Escape');
  });

  it('starts a server with a click, as KGSM would, and shows what comes of it', async () => {
    const wb = workbench();
    const stopped = wb.treeItem(/terraria, stopped/);
    await stopped.waitFor();
    await stopped.hover();
    await stopped.getByRole('button', { name: 'Start' }).click();
    await wb.treeItem(/terraria, running/).waitFor();
  });

  it('takes the picture of the README', async () => {
    const wb = workbench();
    await wb.command('View: Hide Panel');
    await wb.command('Game Servers: Open Event Inspector in Editor Tab');
    const editor = wb.editorFrame();
    await editor.getByRole('row').nth(3).waitFor();
    await editor.getByRole('grid', { name: 'Events' }).press('Shift+F8');
    await editor.locator('.row.focused[aria-selected=true]').press('Enter');
    await editor.getByRole('region', { name: 'Event detail' }).getByRole('treeitem').first().waitFor();
    keepPicture(await wb.screenshot('overview-dark'), 'media/overview.png');
  });
});
