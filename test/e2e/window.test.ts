import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { useWorkbench, withWorkbench } from '../harness/e2e.ts';
import { KgsmRoot } from './kgsm.ts';

describe('a new user', () => {
  const kgsm = new KgsmRoot();
  // Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
  afterAll(() => {
    kgsm.dispose();
  });
  const workbench = useWorkbench({ mode: 'installed' });

  it('is told what to do first, and adds a connection step by step, with mistakes', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.page.getByText('No game server manager is connected yet.').waitFor();
    await wb.screenshot('welcome-dark');
    await wb.page.getByRole('button', { name: 'Add Connection…' }).last().click();
    await wb.quickItem('KGSM').waitFor();
    await wb.screenshot('add-connection-kind-dark');
    await wb.pick('KGSM');
    await wb.quickItem('On this machine, by its event socket').waitFor();
    await wb.screenshot('add-connection-kgsm-dark');
    await wb.pick('On this machine, by its event socket');
    await wb.asked('(2/4)');
    await wb.quickInput.fill('kgsm');
    await wb.page.getByText('An absolute path is needed, such as /opt/kgsm.').waitFor();
    await wb.quickInput.fill('/nowhere');
    await wb.page.getByText('There is no folder /nowhere on this machine.').waitFor();
    await wb.screenshot('add-connection-mistake-dark');
    await wb.quickInput.fill(kgsm.path);
    await wb.page.getByText(`There is no kgsm.sh in ${kgsm.path}`).waitFor();
    kgsm.installProgram();
    await wb.enter(kgsm.path);
    await wb.pick('This user');
    await wb.enter('My Servers', 'How the connection is shown');
    await wb.quickItem('Waiting for the first event or answer').waitFor();
    await wb.screenshot('add-connection-test-dark');
    await wb.pick('Save');
    await wb.treeItem(/Connection My Servers, Connected/).waitFor();
    await kgsm.send('instance_started', 'valheim-1');
    await wb.treeItem(/valheim-1, running/).waitFor();
  });

  it('is asked before players are disconnected, may say no, and is told once why something failed', async () => {
    const wb = workbench();
    await wb.treeItem(/valheim-1, running/).hover();
    await wb
      .treeItem(/valheim-1, running/)
      .getByRole('button', { name: 'Stop' })
      .click();
    await wb.dialog.getByText('Stop valheim-1 on My Servers?').waitFor();
    await wb.dialog.getByText(`The world is saved first. Host: ${hostname()}`).waitFor();
    await wb.screenshot('confirm-stop-dark');
    await wb.dialog.getByRole('button', { name: 'Cancel' }).click();
    await wb.treeItem(/valheim-1, running/).hover();
    await wb
      .treeItem(/valheim-1, running/)
      .getByRole('button', { name: 'Stop' })
      .click();
    await wb.dialog.getByRole('button', { name: 'Stop' }).click();
    await wb.toasts(/Stopping valheim-1 on My Servers failed. KGSM does not know it/).waitFor();
    await wb.screenshot('operation-failed-dark');
    // The progress goes away by itself; what stays is the one message.
    await expect.poll(() => wb.toasts().count()).toBe(1);
    await wb.pressToast(/failed/, 'Show Log');
    await wb.page.getByRole('tab', { name: /^Stopping valheim-1\.log/, selected: true }).waitFor();
  });

  it('sees an installation as progress in the status bar, and its end', async () => {
    const wb = workbench();
    await kgsm.send('instance_created', 'new-1', { Blueprint: 'factorio' });
    await kgsm.send('instance_download_started', 'new-1');
    await wb.page.getByText(/Install new-1: Downloading · 15 %/).waitFor();
    await wb.treeItem(/new-1, being installed/).waitFor();
    await wb.screenshot('install-progress-dark');
    await kgsm.send('instance_installed', 'new-1', { Blueprint: 'factorio' });
    await wb.treeItem(/new-1, stopped/).waitFor();
    await wb.page.getByText(/Install new-1/).waitFor({ state: 'hidden' });
  });

  it('sees a server change while the events of others pour in', async () => {
    const wb = workbench();
    // Back to back, so that there is no pause in which a tree could catch up.
    const enough = new AbortController();
    const stream = (async () => {
      for (let i = 0; !enough.signal.aborted; i++)
        await kgsm.send('instance_version_updated', 'new-1', versions(i));
    })();
    try {
      await kgsm.send('instance_stopped', 'valheim-1');
      await wb.treeItem(/valheim-1, stopped/).waitFor();
      await kgsm.send('instance_started', 'valheim-1');
      await wb.treeItem(/valheim-1, running/).waitFor();
    } finally {
      enough.abort();
      await stream;
    }
  });

  it('has to type the name before anything is deleted', async () => {
    const wb = workbench();
    await wb.contextMenu(wb.treeItem(/new-1, stopped/), 'Uninstall…');
    await wb.quickInput.fill('new-2');
    await wb.page.getByText(/This is not the name\. Its files, worlds and backups are deleted/).waitFor();
    await wb.screenshot('uninstall-dark');
    await wb.enter('new-1');
    await wb.toasts(/Uninstalling new-1 on My Servers failed/).waitFor();
    await wb.pressToast(/Uninstalling new-1/, 'Show Log');
  });

  it('sees after a reload what was last known, and it is current again once connected', async () => {
    const wb = workbench();
    await wb.reload();
    await wb.openView('Game Servers');
    await wb.treeItem(/valheim-1, running, on My Servers$/).waitFor();
  });

  it('sees what was last known as not up to date while the connection is closed', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Disconnect');
    await wb.treeItem(/valheim-1, running, on My Servers, not up to date/).waitFor();
    await wb.screenshot('stale-dark');
    await wb.command('Game Servers: Connect');
    await wb.treeItem(/valheim-1, running, on My Servers$/).waitFor();
  });

  it('reads in a second window that the connection is elsewhere, which takes over when the first one closes', async () => {
    const wb = workbench();
    const second = await wb.context.newPage();
    await second.goto(wb.page.url());
    await second.getByRole('tab', { name: 'Game Servers' }).click();
    await second
      .getByRole('treeitem', { name: /Connection My Servers, Connected in another window/ })
      .waitFor();
    await second.screenshot({ path: 'test/results/screenshots/elsewhere-dark.png' });
    // A tab that is closed by the browser may take its goodbye with it, and the server then waits for it to come back.
    await wb.page.goto('about:blank');
    await second.getByRole('treeitem', { name: /Connection My Servers, Connected,/ }).waitFor();
    await kgsm.send('instance_started', 'after-takeover');
    await second.getByRole('treeitem', { name: /after-takeover, running/ }).waitFor();
    await second.close();
  });
});

describe('settings and trust', () => {
  it('names the field of a wrong setting and why a connection failed, once each, and recovers when told to', async () => {
    const kgsm = new KgsmRoot();
    writeFileSync(kgsm.socket, 'not a socket');
    const connections = [
      kgsm.connection({ id: 'wrong', name: 'Wrong', socketMode: 'rw' }),
      kgsm.connection(),
    ];
    await withWorkbench(
      { mode: 'installed', machineSettings: { 'gameServerOps.connections': connections } },
      async (wb) => {
        await wb
          .toasts(
            /connection "Wrong": "socketMode" must be an octal file mode such as 0600, 0660 or 0666, not "rw"/,
          )
          .waitFor();
        await wb.toasts(/Home cannot be connected/).waitFor();
        expect(await wb.toasts().count()).toBe(2);
        await wb.openView('Game Servers');
        await wb.treeItem(/Connection Home, Failed/).waitFor();
        await wb.screenshot('connection-failed-dark');
        expect(readFileSync(kgsm.socket, 'utf8')).toBe('not a socket');
        rmSync(kgsm.socket);
        await wb.pressToast(/Home cannot be connected/, 'Retry');
        await wb.treeItem(/Connection Home, Connected/).waitFor();
      },
    );
    kgsm.dispose();
  });

  it('opens nothing in an untrusted workspace, and connects when it is trusted', async () => {
    const kgsm = new KgsmRoot();
    const machineSettings = { 'gameServerOps.connections': [kgsm.connection()] };
    await withWorkbench({ mode: 'installed', trust: false, machineSettings }, async (wb) => {
      await wb.openView('Game Servers');
      await wb.page.getByText('This workspace is not trusted: nothing is connected or operated.').waitFor();
      await wb.screenshot('untrusted-dark');
      await wb.command('Game Servers: Try with Simulated Servers');
      const refused = 'Simulated servers run only in a trusted workspace';
      await wb.toasts(refused).getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
      await wb.command('Game Servers: Serve as Virtual Server…');
      await wb.toasts('Virtual servers run only in a trusted workspace, as everything here does.').waitFor();
      expect(readdirSync(wb.server.temp).filter((name) => /^gs(?:ops|o)-/.test(name))).toEqual([]);
      await expect(kgsm.send('instance_started', 'a')).rejects.toMatchObject({ reason: 'missing' });
      await wb.trustWorkspace();
      await wb.closeModalEditor();
      await wb.openView('Game Servers');
      await wb.treeItem(/Connection Home, Connected/).waitFor();
    });
    kgsm.dispose();
  });
});

function versions(n: number): Readonly<Record<string, string>> {
  return { OldVersion: `1.${String(n)}`, NewVersion: `1.${String(n + 1)}` };
}
