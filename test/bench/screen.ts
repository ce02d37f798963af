import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import { KgsmRoot } from '../e2e/kgsm.ts';
import { startServer } from '../harness/server.ts';
import { packagedVsix } from '../harness/vsix.ts';
import { openWorkbenchOn, type Workbench } from '../harness/workbench.ts';
import { line, median, percentile, type Line } from './measure.ts';

const CHANGES = 30;
const FLOOD_MS = 5000;
const RELOADS = 5;
/** Counts in the page the notices of its host; what it is answered to a request is no update. */
const COUNT = `self.told ??= (addEventListener('message', ({ data }) => void (self.told += data?.rpc === 'notice')), 0)`;

/** A user's window with the packed extension: how late the screen is, and how often it is drawn. */
export async function screen(): Promise<Line[]> {
  const root = new KgsmRoot();
  try {
    const server = await startServer({
      mode: 'installed',
      vsix: packagedVsix(),
      machineSettings: { 'gameServerOps.connections': [root.connection({ events: 'socket' })] },
    });
    await using workbench = await openWorkbenchOn(server);
    await workbench.openView('Game Servers');
    await workbench.treeItem(/^Connection Home, Connected/).waitFor();
    const changes = await changesOfTree(workbench, root);
    const updates = await updatesOfInspector(workbench, root);
    return [...changes, ...updates, ...(await treeOfYesterday(workbench))];
  } finally {
    root.dispose();
  }
}

async function changesOfTree(workbench: Workbench, root: KgsmRoot): Promise<Line[]> {
  const times: number[] = [];
  await root.send('instance_started', 'mc-1');
  await workbench.treeItem(/^mc-1, running/).waitFor();
  for (let n = 0; n < CHANGES; n++) {
    const [type, shown] = n % 2 === 0 ? ['instance_stopped', 'stopped'] : ['instance_started', 'running'];
    // Looked for in the page, in every frame.
    const drawn = workbench.page.waitForFunction(
      `document.querySelector('[role=treeitem][aria-label^="mc-1, ${shown}"]') !== null`,
    );
    const begun = performance.now();
    await root.send(type, 'mc-1');
    await drawn;
    times.push(performance.now() - begun);
  }
  const note = `p95 ${percentile(times, 0.95).toFixed(0)} ms, ${CHANGES} changes; VS Code itself debounces 200 ms`;
  return [line('event → tree on screen', median(times), 'ms', '≤ 300', note)];
}

async function updatesOfInspector(workbench: Workbench, root: KgsmRoot): Promise<Line[]> {
  await workbench.command('Game Servers: Open Event Inspector in Editor Tab');
  const inner = workbench.editorFrame();
  await inner.locator('gso-inspector').waitFor();
  const frame = await workbench.frameOf(inner);
  await frame.evaluate(COUNT);
  const sent = { count: 0 };
  const flood = async (during: () => Promise<void>): Promise<void> => {
    const state = { over: false };
    const sending = (async () => {
      for (; !state.over; sent.count++)
        await root.send('instance_version_updated', 'mc-1', { NewVersion: `1.${sent.count}` });
    })();
    await during();
    state.over = true;
    await sending;
  };
  let visible = NaN;
  let hidden = NaN;
  await flood(async () => {
    visible = await toldASecond(frame);
  });
  const rate = Math.round(sent.count / (FLOOD_MS / 1000));
  await workbench.command('File: New Untitled Text File');
  await flood(async () => {
    hidden = await toldASecond(frame);
  });
  const note = `${rate} events/s came in`;
  return [
    line('updates of the visible inspector', visible, 'a second', '≤ 20', note),
    line('updates of the hidden inspector', hidden, 'a second', '≤ 0', note, { mayBeZero: true }),
  ];
}

async function toldASecond(frame: Frame): Promise<number> {
  // VS Code throws the page of a hidden tab away, unless it is asked to keep it.
  const told = (): Promise<number> => frame.evaluate<number>('self.told').catch(() => 0);
  // The first answers to what the page asks for are no updates.
  await sleep(500);
  const before = await told();
  await sleep(FLOOD_MS);
  return Math.max(0, (await told()) - before) / (FLOOD_MS / 1000);
}

/** From the view with its title to the first instance in it, in a window that comes back. */
async function treeOfYesterday(workbench: Workbench): Promise<Line[]> {
  const times: number[] = [];
  for (let n = 0; n < RELOADS; n++) {
    await workbench.page.reload();
    const view = await workbench.page.waitForFunction(
      `document.querySelector('.pane-header[aria-label^="Instances"]') !== null && performance.now()`,
    );
    const row = await workbench.page.waitForFunction(
      `document.querySelector('[role=treeitem][aria-label^="mc-1, "]') !== null && performance.now()`,
    );
    times.push(Number(await row.jsonValue()) - Number(await view.jsonValue()));
    await workbench.ready();
  }
  const note = `median of ${RELOADS} reloads, with the start of the extension host`;
  return [line("yesterday's tree after the view is shown", median(times), 'ms', '≤ 500', note)];
}
