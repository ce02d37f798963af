import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrueNasServer } from '../../src/simulator/truenas/server.ts';
import { useWorkbench } from '../harness/e2e.ts';
import { answerForm } from './truenas.ts';

const otp = '314159';

/** A user whose NAS wants a second factor, and who is asked before anything there changes. */
describe('a NAS with a second factor', () => {
  let server: TrueNasServer;
  beforeAll(async () => {
    server = await TrueNasServer.listen({
      profile: '25.10',
      users: [{ name: 'root', password: 'swordfish', otp }],
      apps: [{ name: 'minecraft' }],
      timing: { refusalMs: 5, rateLimitMs: 5 },
    });
  });
  // Hooks at the end run in reverse: the server goes when nobody is connected to it any more.
  afterAll(async () => {
    await server.stop();
  });
  const workbench = useWorkbench({
    mode: 'installed',
    machineSettings: { 'gameServerOps.taskProgress': 'all' },
  });

  it('is added: the test asks for the one-time password, and what follows asks for none', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.page.getByRole('button', { name: 'Add Connection…' }).last().click();
    await answerForm(wb, { url: server.url, password: 'swordfish', name: 'NAS' });
    await wb.page.getByPlaceholder('The connection does not work yet.').waitFor();
    await wb.screenshots('truenas-one-time-test');
    await wb.pick('Enter One-Time Password…');
    await wb.asked('It is used once and kept nowhere.');
    await wb.screenshot('truenas-one-time-password-dark');
    await wb.enter('000000', 'One-Time Password');
    await wb.quickItem(/does not accept this one-time password/).waitFor();
    await wb.pick('Enter One-Time Password…');
    await wb.enter(otp, 'One-Time Password');
    await wb.page.getByPlaceholder('The connection works.').waitFor();
    await wb.pick('Save');
    await wb.treeItem(/Connection NAS, Connected/).waitFor();
    await wb.treeItem(/minecraft, running/).waitFor();
  });

  it('comes back without one after an interruption, and asks for one when the NAS has forgotten it', async () => {
    const wb = workbench();
    const before = server.calls.get('auth.login_ex') ?? 0;
    server.dropSockets('abrupt');
    await expect.poll(() => server.calls.get('auth.login_ex') ?? 0).toBeGreaterThan(before);
    await wb.treeItem(/Connection NAS, Connected/).waitFor();
    expect(await wb.toasts(/cannot be connected/).count()).toBe(0);
    await server.restart();
    await wb.toasts(/NAS cannot be connected: root signs in with a one-time password/).waitFor();
    await wb.screenshots('truenas-one-time-again');
    await wb.pressToast(/NAS cannot be connected/, 'Enter One-Time Password…');
    await wb.enter(otp, 'NAS: One-Time Password');
    await wb.treeItem(/Connection NAS, Connected/).waitFor();
  });

  it('aborts a job of somebody else from its progress, after a question that promises no more than it can', async () => {
    const wb = workbench();
    server.runJob('pool.scrub', ['tank'], {
      description: 'Scrub of tank',
      abortable: true,
      async run(job) {
        job.progress(30, 'Scanning');
        await job.rest(3_600_000);
      },
    });
    const progress = wb.toasts(/Scrub of tank on NAS/);
    await progress.waitFor();
    await progress.getByText(/Scanning/).waitFor();
    await wb.screenshots('truenas-job');
    await wb.command('Game Servers: Show Tasks');
    const task = wb.treeItem(/^Scrub of tank, Running, 30 %, .*NAS, started by root/);
    await wb.contextMenu(task, 'Show Log');
    const details = wb.page.locator('.monaco-editor .view-lines').first();
    await details.getByText('Started by: root').waitFor();
    await details.getByText('State: Running, 30 %').waitFor();
    await progress.hover();
    await progress.getByRole('button', { name: 'Cancel' }).click();
    await wb.dialog.getByText('Abort Scrub of tank on NAS?').waitFor();
    await wb.dialog.getByText(/may go on and is not undone/).waitFor();
    await wb.screenshot('truenas-abort-dark');
    await wb.dialog.getByRole('button', { name: 'Abort' }).click();
    await expect.poll(() => server.jobs.at(-1)?.['state']).toBe('ABORTED');
    await progress.waitFor({ state: 'hidden' });
    // The document follows the task to its end.
    await details.getByText('State: Aborted').waitFor();
    await wb.screenshots('task-details');
    await wb.command('View: Close All Editors');
  });

  it('asks once before messages from the inspector, and before each that changes something', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Emit Event…');
    const form = wb.viewFrame().getByRole('region', { name: 'Emit an event' });
    const send = async (method: string, params: unknown): Promise<void> => {
      const message = { jsonrpc: '2.0', id: method, method, params };
      await form.getByRole('textbox', { name: 'Message' }).fill(JSON.stringify(message));
      await form.getByRole('button', { name: 'Send', exact: true }).click();
    };
    const calls = (method: string): number => server.calls.get(method) ?? 0;
    const before = calls('app.query');
    await send('app.query', []);
    await wb.dialog.getByText('Send events to NAS?').waitFor();
    await wb.dialog.getByRole('button', { name: 'Send' }).click();
    await form
      .getByRole('status')
      .getByText(/NAS.*sent/s)
      .waitFor();
    await expect.poll(() => calls('app.query')).toBe(before + 1);

    await send('app.stop', ['minecraft']);
    await wb.dialog.getByText('Call app.stop on NAS?').waitFor();
    await wb.screenshots('truenas-emit-question');
    await wb.dialog.getByRole('button', { name: 'Cancel' }).click();
    await form
      .getByRole('status')
      .getByText(/not sent/)
      .waitFor();
    expect(calls('app.stop')).toBe(0);

    await send('app.stop', ['minecraft']);
    await wb.dialog.getByRole('button', { name: 'Call' }).click();
    await wb.treeItem(/minecraft, stopped/).waitFor();
    expect(calls('app.stop')).toBe(1);
    const grid = wb.viewFrame().getByRole('grid', { name: 'Events' });
    await grid
      .getByRole('row', { name: /app\.stop answered after \d+ ms/ })
      .first()
      .waitFor();
    await form.getByRole('button', { name: 'Close' }).click();
  });

  it('writes down what a bug report needs, without any secret', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Collect Support Information');
    const editor = wb.page.locator('.monaco-editor .view-lines').first();
    await editor.getByText('Look through it before you pass it on.').waitFor();
    await wb.screenshots('support-information');
    await wb.page.locator('.monaco-editor .view-line').first().click();
    await wb.page.keyboard.press('Control+A');
    await wb.page.keyboard.press('Control+C');
    await wb.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const document = await wb.page.evaluate('navigator.clipboard.readText()');
    expect(document).toMatch(/## NAS \(truenas\)/);
    for (const secret of ['swordfish', otp]) expect(document).not.toContain(secret);
    await wb.command('View: Revert and Close Editor');
  });
});
