import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import type { Workbench } from '../harness/workbench.ts';
import { KgsmRoot } from './kgsm.ts';

/** High enough for the palette to draw all that it lists. */
const viewport = { width: 1400, height: 4000 };

/** A recording of one failure, with the state that it begins with. */
const recording = [
  {
    gameServerOpsRecording: 1,
    base: {
      changes: [
        {
          seq: 1,
          address: { source: 'home', host: '', connection: 'home', system: 'kgsm' },
          what: 'instance',
          key: '["home","instance","ark"]',
          state: JSON.stringify({
            ...{ connection: 'home', kind: 'instance', key: 'ark', name: 'ark', state: 'running' },
            ...{ since: 1, lastEventAt: 1 },
          }),
        },
      ],
    },
  },
  {
    receivedAt: '2026-11-20T10:00:00Z',
    system: 'kgsm',
    connection: 'home',
    raw: JSON.stringify({ EventType: 'instance_failed', Data: { InstanceName: 'ark' } }),
  },
]
  .map((line) => JSON.stringify(line))
  .join('\n');

const filterOf = (frame: FrameLocator): Locator => frame.getByRole('combobox', { name: 'Filter events' });

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
      'Copy Link to This Query',
      'Edit Connections in Settings',
      'Emit Event…',
      'Export Events…',
      'Focus Filter of Event Inspector',
      'Go to Next Failure',
      'Go to Previous Failure',
      'History…',
      'Open Event Inspector',
      'Open Event Inspector in Editor Tab',
      'Open Recording…',
      'Record',
      'Record the Last Minutes…',
      'Replay Events…',
      'Save Query…',
      'Serve as Virtual Server…',
      'Show Events',
      'Show Log',
      'Show Tasks',
      'Show What Needs Attention…',
      'Travel in Time…',
      'Try with Simulated Servers',
      'What Changed Between…',
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
    files: { 'night.gsops.ndjson': recording },
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
    // The palette is opened eight times and more: seen to take 57 s on a busy machine.
  });

  it('leads from failure to failure, as keys do, in panel, tab and recording', async () => {
    const wb = workbench();
    const focused = (frame: FrameLocator, name: RegExp): Locator =>
      frame.locator('[role=row][aria-selected=true]').filter({ hasText: name });
    // VS Code hears of the focus a little later; where one event failed, more presses do no harm.
    const pressToOnly = (frame: FrameLocator, name: RegExp): Promise<void> =>
      expect
        .poll(async () => {
          await wb.page.keyboard.press('F8');
          return focused(frame, name).count();
        })
        .toBe(1);
    await wb.command('Game Servers: Connect');
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    for (const [exit, name] of ['ark', 'rust', 'ark'].entries())
      await kgsm.send('instance_crashed', name, { ExitCode: String(exit), Restarts: '1' });
    await kgsm.send('instance_started', 'ark');
    await wb.page.keyboard.press('Control+k');
    await wb.page.keyboard.press('Control+g');
    const view = wb.viewFrame();
    await filterOf(view).fill('instance:rust');
    await view.getByText(/^1 of/).waitFor();
    await pressToOnly(view, /exit code 1/);
    await filterOf(view).fill('instance:ark');
    await view.getByText(/^3 of/).waitFor();
    await view.getByRole('row', { name: /instance_started/ }).click();
    await wb.page.keyboard.press('F8');
    await focused(view, /exit code 0/).waitFor();
    await wb.page.keyboard.press('F8');
    await focused(view, /exit code 2/).waitFor();
    await wb.command('Game Servers: Go to Previous Failure');
    await focused(view, /exit code 0/).waitFor();

    await wb.command('Game Servers: Open Event Inspector in Editor Tab');
    const editor = wb.editorFrame();
    await filterOf(editor).fill('type:instance_crashed');
    await editor.getByText(/^3 of/).waitFor();
    await wb.command('Game Servers: Go to Next Failure');
    await focused(editor, /exit code 0/).waitFor();
    await filterOf(editor).fill('instance:rust');
    await editor.getByText(/^1 of/).waitFor();
    await pressToOnly(editor, /exit code 1/);
    await wb.page.keyboard.press('Control+F4');

    await wb.openView('Explorer');
    await wb.treeItem('night.gsops.ndjson').dblclick();
    await editor.getByRole('row', { name: /instance_failed/ }).waitFor();
    await editor.getByRole('grid', { name: 'Events' }).focus();
    await pressToOnly(editor, /instance_failed/);
    await editor.getByRole('row', { name: /instance_failed/ }).click();
    await editor.getByRole('tab', { name: 'What It Did' }).click();
    await editor.getByRole('row', { name: /^State .*Running.*Failed/ }).waitFor();
    await editor.getByText(/Reckoned from the events of this recording/).waitFor();
    await wb.screenshots('recording-effects');
    await filterOf(editor).fill('-is:failed');
    await editor.getByText('No event matches the filter').waitFor();
    await wb.page.keyboard.press('F8');
    await wb.toasts('No event that is shown here failed.').waitFor();

    // From beside the inspector that was used last, the chord leads to its filter.
    await wb.openView('Game Servers');
    await wb.page.keyboard.press('Control+k');
    await wb.page.keyboard.press('Control+Shift+g');
    await expect.poll(() => filterOf(editor).and(editor.locator(':focus')).count()).toBe(1);
    await expect.poll(() => editor.locator('body').evaluate('document.hasFocus()')).toBe(true);
    await wb.page.keyboard.type('ark');
    await expect.poll(() => filterOf(editor).inputValue()).toBe('ark');
  });
});
