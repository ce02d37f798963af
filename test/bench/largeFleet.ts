import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kgsmEvent, KgsmRoot } from '../e2e/kgsm.ts';
import { startServer } from '../harness/server.ts';
import { packagedVsix } from '../harness/vsix.ts';
import { openWorkbenchOn, type Workbench } from '../harness/workbench.ts';
import { HOST_DELAY, hostDelay, packHostDelay } from './hostDelay.ts';
import { line, median, percentile, type Line } from './measure.ts';
import { whileSending } from './sending.ts';

const CONNECTIONS = 10;
const INSTANCES = 2000;
const EVENTS_A_SECOND = 500;
const SENDING_MS = 20;
const TIMES = 15;
const WATCH_MS = 10_000;
const size = `${INSTANCES.toLocaleString('en')} servers`;
const rate = `${EVENTS_A_SECOND} events/s`;

/** Changes that rows show, in turns; each server goes through all of them. */
const changes = ['instance_started', 'instance_version_updated', 'instance_stopped', 'instance_crashed'];

/** A user's window with a fleet of ten connections that changes all the time. */
export async function largeFleet(): Promise<Line[]> {
  const roots = Array.from({ length: CONNECTIONS }, () => new KgsmRoot());
  const folder = mkdtempSync(join(tmpdir(), 'gsb-'));
  try {
    const socket = join(folder, 'delay.sock');
    const server = await startServer({
      mode: 'installed',
      vsix: packagedVsix(),
      otherVsixes: [await packHostDelay(join(folder, 'host-delay'))],
      env: { [HOST_DELAY]: socket },
      machineSettings: {
        'gameServerOps.connections': roots.map((root, n) =>
          root.connection({ id: `home-${n}`, name: `Home ${n}`, events: 'socket' }),
        ),
      },
    });
    await using workbench = await openWorkbenchOn(server);
    await workbench.openView('Game Servers');
    await workbench.treeItem(/^Connection Home 9, Connected/).waitFor();
    await fill(roots);
    await workbench.treeItem(/^srv-0-0, running/).waitFor();
    await workbench.page.locator('.statusbar-item', { hasText: `${INSTANCES - 1} up` }).waitFor();
    const quiet = await filterTimes(workbench);
    let lines: Line[] = [];
    await whileChanging(roots, async () => {
      await hostDelay(socket);
      // First, as a tree that has the focus takes it back when VS Code has drawn it, which closes a box that just opens.
      const filtered = await filterTimes(workbench);
      const shown = await showTimes(workbench);
      const drawn = await changeTimes(workbench, roots);
      const asked = await hostDelay(socket);
      await sleep(WATCH_MS);
      const watched = await hostDelay(socket);
      const of = (times: readonly number[]): string =>
        `p95 ${percentile(times, 0.95).toFixed(0)} ms of ${times.length}`;
      lines = [
        line(`${size}, ${rate}: rows after the view is shown`, median(shown), 'ms', '≤ 300', of(shown)),
        line(
          `${size}, ${rate}: event → tree on screen`,
          median(drawn),
          'ms',
          '',
          `${of(drawn)}; VS Code draws each 200 ms`,
        ),
        line(`${size}, ${rate}: filter typed → rows`, median(filtered), 'ms', '≤ 100', of(filtered)),
        line(`${size}: filter typed → rows, quiet`, median(quiet), 'ms', '≤ 100', of(quiet)),
        line(
          `${size}, ${rate}: loop of the extension host, p99`,
          watched.p99,
          'ms',
          '≤ 20',
          `longest ${watched.longest.toFixed(0)} ms; while views are shown and filtered p99 ${asked.p99.toFixed(0)} ms`,
        ),
      ];
    });
    return lines;
  } finally {
    for (const root of roots) root.dispose();
    rmSync(folder, { recursive: true });
  }
}

const nameOf = (n: number): string => `srv-${n % CONNECTIONS}-${Math.floor(n / CONNECTIONS)}`;

async function fill(roots: readonly KgsmRoot[]): Promise<void> {
  for (const [place, root] of roots.entries()) {
    const names = Array.from({ length: INSTANCES }, (_, n) => n).filter((n) => n % CONNECTIONS === place);
    const events = names.map((n) => kgsmEvent(n === 1 ? 'instance_stopped' : 'instance_started', nameOf(n)));
    await root.sendText(events.join(''));
  }
}

/** Changes servers of all connections. The first ones of the first connection are left alone. */
function whileChanging(roots: readonly KgsmRoot[], during: () => Promise<void>): Promise<void> {
  const send = async (from: number, to: number): Promise<void> => {
    const texts = new Map<KgsmRoot, string>();
    for (let sent = from; sent < to; sent++) {
      const n = 100 + ((sent * 7919) % (INSTANCES - 100));
      const root = roots[n % CONNECTIONS];
      if (!root) continue;
      const type = changes[Math.floor(sent / INSTANCES + n) % changes.length] ?? '';
      const event = kgsmEvent(type, nameOf(n), { NewVersion: `1.${sent}` });
      texts.set(root, (texts.get(root) ?? '') + event);
    }
    await Promise.all([...texts].map(([root, text]) => root.sendText(text)));
  };
  return whileSending({ perSecond: EVENTS_A_SECOND, everyMs: SENDING_MS }, send, during);
}

/** Milliseconds from a deed in the page to the frame in which a condition holds. */
async function until({ page }: Workbench, condition: string, deed: () => Promise<unknown>): Promise<number> {
  await page.evaluate(`void (() => {
    const note = () => { self.gsoBegun ??= performance.now(); };
    self.gsoBegun = undefined;
    for (const type of ['keydown', 'mousedown', 'input'])
      addEventListener(type, note, { capture: true, once: true });
    self.gsoSeen = new Promise((seen) => {
      const look = () => (self.gsoBegun !== undefined && (${condition}) ? seen(performance.now()) : requestAnimationFrame(look));
      look();
    });
  })()`);
  await deed();
  return page.evaluate<number>('self.gsoSeen.then((seen) => seen - self.gsoBegun)');
}

const row = (name: string): string => `document.querySelector('[role=treeitem][aria-label^="${name}, "]')`;

async function showTimes(wb: Workbench): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    await wb.openView('Explorer');
    await wb.page.waitForFunction(`!${row('srv-0-0')}`);
    const tab = wb.page.getByRole('tab', { name: /^Game Servers/ }).first();
    times.push(await until(wb, row('srv-0-0'), () => tab.click()));
  }
  return times;
}

async function changeTimes(wb: Workbench, roots: readonly KgsmRoot[]): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < TIMES * 2; n++) {
    const [type, shown] = n % 2 === 0 ? ['instance_stopped', 'stopped'] : ['instance_started', 'running'];
    const drawn = wb.page.waitForFunction(row(`srv-0-0, ${shown}`));
    const begun = performance.now();
    await roots[0]?.send(type, 'srv-0-0');
    await drawn;
    times.push(performance.now() - begun);
  }
  return times;
}

/** The last character of a filter that leaves one server of all. */
async function filterTimes(wb: Workbench): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    await wb.command('Game Servers: Filter Servers…');
    await wb.asked('Filter Servers');
    await wb.quickInput.fill('srv-7-');
    await wb.page.waitForFunction(row('srv-7-0'));
    await wb.quickInput.fill('srv-7-1');
    await wb.page.waitForFunction(`${row('srv-7-0')} === null`);
    // Of rows that change again within 200 ms, VS Code waits until they rest as long.
    await sleep(300);
    times.push(
      await until(wb, `${row('srv-7-1')} === null && ${row('srv-7-19')} !== null`, () =>
        wb.page.keyboard.type('9'),
      ),
    );
    await wb.page.keyboard.press('Escape');
    await wb.quickInput.waitFor({ state: 'hidden' });
    await wb.page.waitForFunction(row('srv-0-0'));
  }
  return times;
}
