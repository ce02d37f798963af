import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import { KgsmRoot } from '../e2e/kgsm.ts';
import { startServer } from '../harness/server.ts';
import { packagedVsix } from '../harness/vsix.ts';
import { openWorkbenchOn, type Workbench } from '../harness/workbench.ts';
import { bareRow, packBareTree } from './bareTree.ts';
import { line, median, percentile, type Line } from './measure.ts';

const CHANGES = 30;
const FLOOD_MS = 5000;
const RELOADS = 5;
/** Counts in the page the notices of its host; what it is answered to a request is no update. */
const COUNT = `self.told ??= (addEventListener('message', ({ data }) => void (self.told += data?.rpc === 'notice')), 0)`;

/** A user's window with the packed extension: how late the screen is, and how often it is drawn. */
export async function screen(): Promise<Line[]> {
  const root = new KgsmRoot();
  const folder = mkdtempSync(join(tmpdir(), 'gsb-'));
  try {
    const server = await startServer({
      mode: 'installed',
      vsix: packagedVsix(),
      otherVsixes: [await packBareTree(join(folder, 'bare-tree'))],
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
    rmSync(folder, { recursive: true });
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

/**
 * From the view with its title to the first instance in it, in a window that comes back, beside the least that a tree
 * takes there: the start of the extension host, and the 200 ms after which VS Code draws a tree.
 */
async function treeOfYesterday(workbench: Workbench): Promise<Line[]> {
  const { page } = workbench;
  const seen = async (selector: string): Promise<number> => {
    const time = await page.waitForFunction(
      `document.querySelector(${JSON.stringify(selector)}) !== null && performance.now()`,
    );
    return Number(await time.jsonValue());
  };
  const ours: number[] = [];
  const bare: number[] = [];
  for (let n = 0; n < RELOADS; n++) {
    await page.reload();
    const [view, instance, row] = await Promise.all([
      seen('.pane-header[aria-label^="Instances"]'),
      seen('[role=treeitem][aria-label^="mc-1, "]'),
      seen(`[role=treeitem][aria-label^="${bareRow}"]`),
    ]);
    ours.push(instance - view);
    bare.push(row - view);
    await workbench.ready();
  }
  const note = `of ${RELOADS} reloads, after the view is shown, with the start of the extension host`;
  const behind = median(ours) - median(bare);
  return [
    line(
      "yesterday's tree",
      median(ours),
      'ms',
      '',
      `median ${note}; bare tree ${median(bare).toFixed(0)} ms`,
    ),
    line("yesterday's tree behind a bare tree", Math.max(0, behind), 'ms', '≤ 500', '', { mayBeZero: true }),
  ];
}
