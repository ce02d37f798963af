import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packExtension } from '../harness/packExtension.ts';
import { useWorkbench } from '../harness/e2e.ts';
import { kgsmEvent, KgsmRoot } from './kgsm.ts';

const kgsm = new KgsmRoot();
kgsm.installProgram();
const folder = mkdtempSync(join(tmpdir(), 'ga-'));
let agent = '';

/** Calls a tool with what is typed, as an agent does, and shows the answer. */
const code = `const { commands, lm, window } = require('vscode');
exports.activate = () => commands.registerCommand('agent.use', async () => {
  const [, name, input] = /^(\\w+) (.*)$/.exec(await window.showInputBox({ title: 'Use which tool?' }));
  try {
    const answer = await lm.invokeTool('gameServerOps_' + name, { input: JSON.parse(input) });
    window.showInformationMessage('Answer: ' + answer.content[0].value);
  } catch (error) {
    window.showInformationMessage('Refused: ' + error.message);
  }
});`;

beforeAll(async () => {
  agent = await packExtension(
    folder,
    'agent',
    { contributes: { commands: [{ command: 'agent.use', title: 'Use Tool' }] } },
    code,
  );
});
// Hooks at the end run in reverse: the folder goes when nobody listens in it any more.
afterAll(() => {
  kgsm.dispose();
  rmSync(folder, { recursive: true, force: true });
});
const workbench = useWorkbench(() => ({
  mode: 'installed',
  otherVsixes: [agent],
  machineSettings: {
    'gameServerOps.connections': [kgsm.connection()],
    'gameServerOps.agents.operations': true,
  },
}));

it('an agent operates a server only after a dialog that names the server, its host and the effect', async () => {
  const wb = workbench();
  await wb.openView('Game Servers');
  await wb.treeItem(/Connection Home, Connected/).waitFor();
  await kgsm.send('instance_started', 'mc-1');
  await wb.treeItem(/^mc-1, running/).waitFor();
  const use = async (call: string): Promise<void> => {
    await wb.command('Use Tool');
    await wb.asked('Use which tool?');
    await wb.quickInput.fill(call);
    await wb.quickInput.press('Enter');
  };
  const restart = 'runOperation {"operation":"restart","instance":"mc-1"}';
  await use(restart);
  await wb.dialog.getByText('An agent asks for this: Restart, mc-1 · Home.').waitFor();
  await wb.dialog.getByText('It interrupts players, or work that runs.').waitFor();
  await wb.dialog.getByText(/Host: \S+/).waitFor();
  await wb.screenshots('agent-asks');
  await wb.dialog.getByRole('button', { name: 'Cancel' }).click();
  await wb.toasts('Refused: The person said no.').waitFor();
  expect(await wb.treeItem(/^mc-1, running/).count()).toBe(1);
  await use(restart);
  await wb.dialog.getByRole('button', { name: 'Restart' }).click();
  // The program of this KGSM does nothing but fail.
  await wb.toasts(/Answer: What stands between .*"outcome":"failed"/).waitFor();

  const message = kgsmEvent('instance_crashed', 'mc-1').replaceAll(/\n\s*/g, '');
  await use(`emitEvent ${JSON.stringify({ connection: 'Home', message })}`);
  await wb.dialog.getByText('An agent asks to send an event to Home, as if KGSM had sent it.').waitFor();
  await wb.dialog.getByText(/"EventType": ?"instance_crashed"/).waitFor();
  await wb.dialog.getByRole('button', { name: 'Send' }).click();
  await wb.toasts(/Answer: What stands between .*"outcome":"sent"/).waitFor();
  await wb.treeItem(/^mc-1, crashed/).waitFor();
});
