import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Locator, Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import { KgsmRoot } from './kgsm.ts';

/** KGSM's program: writes down what it is told, and knows only how to start. */
const program = `#!/bin/sh
[ "$1" != --version ] || { echo 'KGSM, version 2.2.0'; exit 0; }
case "$*" in *--start*) echo "$*" >> "$(dirname "$0")/calls"; exit 0;; esac
exit 5
`;

describe('windows of one user', () => {
  const kgsm = new KgsmRoot();
  afterAll(() => {
    kgsm.dispose();
  });
  writeFileSync(join(kgsm.path, 'kgsm.sh'), program);
  chmodSync(join(kgsm.path, 'kgsm.sh'), 0o755);
  const workbench = useWorkbench(() => ({
    mode: 'installed',
    machineSettings: { 'gameServerOps.connections': [kgsm.connection()] },
  }));
  let second: Page;
  let third: Page;

  const starts = (): number =>
    existsSync(join(kgsm.path, 'calls'))
      ? readFileSync(join(kgsm.path, 'calls'), 'utf8').trim().split('\n').length
      : 0;

  it('see an event of the one that is connected, without being touched', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await row(wb.page, /Connection Home, Connected,/).waitFor();
    [second, third] = await Promise.all([openSecond(wb.page, 'second'), openSecond(wb.page, 'third')]);
    for (let n = 0; n < 5; n++) {
      const shown = [wb.page, second].map(async (page) => {
        await appears(page, `server-${String(n)}, running`);
        return performance.now();
      });
      const sent = performance.now();
      await kgsm.send('instance_started', `server-${String(n)}`);
      const [here = 0, there = 0] = await Promise.all(shown);
      console.log(
        `event ${String(n)}: on the screen of the first window after ${(here - sent).toFixed()} ms, of the second after ${(there - sent).toFixed()} ms`,
      );
    }
    await kgsm.send('instance_stopped', 'server-0');
    await row(second, /server-0, stopped, on Home$/).waitFor();
    await second.screenshot({ path: 'test/results/screenshots/windows-second-dark.png' });
  });

  it('run an operation that is pressed in another one, which shows it as its task', async () => {
    await press(second, /server-0, stopped/, 'Start');
    await expect.poll(starts).toBe(1);
    await openTasks(second);
    await row(second, /^Starting server-0, /).waitFor();
  });

  it('run an operation once that is pressed while the connected one hangs and is killed', async () => {
    const wb = workbench();
    const holder = lockHolder(wb.server.userDataDir);
    await kgsm.send('instance_stopped', 'server-1');
    await row(second, /server-1, stopped/).waitFor();
    await row(third, /server-1, stopped/).waitFor();
    // A host that hangs takes nothing, and nobody takes its lock.
    process.kill(holder, 'SIGSTOP');
    await press(second, /server-1, stopped/, 'Start');
    await second.getByText('Waiting for the window that is connected').first().waitFor();
    const killed = performance.now();
    process.kill(holder, 'SIGKILL');
    await Promise.race([second, third].map((page) => row(page, /Connection Home, Connected,/).waitFor()));
    console.log(
      `taken over ${(performance.now() - killed).toFixed()} ms after SIGKILL of the extension host`,
    );
    await expect.poll(starts).toBe(2);
    await kgsm.send('instance_started', 'server-1');
    await kgsm.send('instance_crashed', 'server-2');
    for (const page of [second, third]) await row(page, /server-2, crashed/).waitFor();
    expect(lockHolder(wb.server.userDataDir)).not.toBe(holder);
  });

  it('agree on tree, tasks and events then, with nothing twice and no task that goes on', async () => {
    const wb = workbench();
    expect(await instancesIn(second)).toEqual(await instancesIn(third));
    expect(await instancesIn(second)).toEqual([
      'server-0, stopped',
      'server-1, running',
      'server-2, crashed',
      'server-3, running',
      'server-4, running',
    ]);
    for (const page of [second, third]) {
      await openTasks(page);
      // The view is drawn a little later than its tasks change.
      await expect
        .poll(() => tasksIn(page))
        .toEqual([
          expect.stringMatching(/^Starting server-\d, (?!Running|Waiting)/),
          expect.stringMatching(/^Starting server-\d, (?!Running|Waiting)/),
        ]);
    }
    expect(await tasksIn(second)).toEqual(await tasksIn(third));
    using journal = openJournal(wb.server.userDataDir);
    const counts = journal
      .prepare(
        `SELECT n.value AS type, count(*) AS count FROM events e JOIN names n ON n.id = e.type
         WHERE n.value LIKE 'instance%' OR n.value LIKE 'operation.%ed' OR n.value = 'task.lost' GROUP BY 1 ORDER BY 1`,
      )
      .all()
      .map(({ type, count }) => `${String(type)} ${String(count)}`);
    expect(counts).toEqual([
      'instance_crashed 1',
      'instance_started 6',
      'instance_stopped 2',
      'operation.asked 2',
      'operation.finished 2',
    ]);
    expect(starts()).toBe(2);
  });

  it('of an older version keep their events in memory and ask once for a reload, and ask nobody', async () => {
    const wb = workbench();
    const holds = (await row(second, /Connection Home, Connected,/).isVisible()) ? second : third;
    const other = holds === second ? third : second;
    {
      using journal = openJournal(wb.server.userDataDir, false);
      journal.exec('PRAGMA user_version = 99');
    }
    await kgsm.send('instance_stopped', 'server-3');
    await row(holds, /server-3, stopped/).waitFor();
    const told = holds.locator('.notifications-toasts .notification-list-item', {
      hasText: 'A newer version of Game Server Ops wrote',
    });
    await told.waitFor();
    await kgsm.send('instance_stopped', 'server-4');
    await row(holds, /server-4, stopped/).waitFor();
    expect(await told.count()).toBe(1);
    await told.getByRole('button', { name: 'Reload Window' }).waitFor();
    await press(other, /server-0, stopped/, 'Start');
    await other.getByText('The other window cannot be asked').first().waitFor();
    expect(starts()).toBe(2);
  });
});

async function openSecond(first: Page, name: string): Promise<Page> {
  const page = await first.context().newPage();
  await page.goto(first.url());
  await page.getByRole('tab', { name: 'Game Servers' }).click();
  await row(page, /Connection Home, Connected in another window/)
    .waitFor()
    .catch((error: unknown) => {
      throw new Error(`the ${name} window`, { cause: error });
    });
  return page;
}

function row(page: Page, name: RegExp): Locator {
  return page.getByRole('treeitem', { name });
}

/** Resolves when a row whose name begins like this is on the page, without asking again and again. */
function appears(page: Page, name: string): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => {
    const look = () => {
      if (!document.querySelector('[role="treeitem"][aria-label^="${name}"]')) return;
      observer.disconnect();
      resolve();
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    look();
  })`);
}

async function press(page: Page, name: RegExp, button: string): Promise<void> {
  await page.bringToFront();
  await row(page, name).hover();
  await row(page, name).getByRole('button', { name: button, exact: true }).click();
}

async function openTasks(page: Page): Promise<void> {
  await page.bringToFront();
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input[type="text"]').first();
  await input.fill('>Game Servers: Show Tasks');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Show Tasks' }).first().click();
}

/** `title, state` of every task that is listed. */
async function tasksIn(page: Page): Promise<string[]> {
  return await namesOf(row(page, /^(?!Connection|server-)/));
}

/** `name, state` of every instance in the tree. */
async function instancesIn(page: Page): Promise<string[]> {
  return (await namesOf(row(page, /^server-/))).sort();
}

/** The first two facts of the accessible names of rows. */
async function namesOf(rows: Locator): Promise<string[]> {
  const names = await rows.evaluateAll((all) =>
    (all as { getAttribute(name: string): string | null }[]).map(
      (each) => each.getAttribute('aria-label') ?? '',
    ),
  );
  return names.map((name) => name.split(', ').slice(0, 2).join(', '));
}

function storage(userDataDir: string): string {
  const found = readdirSync(userDataDir, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith(join('globalStorage', 'game-server-ops.game-server-ops')),
  );
  if (found === undefined) throw new Error('The extension has no storage yet.');
  return join(userDataDir, found);
}

/** Process of the extension host that captures the connection. */
function lockHolder(userDataDir: string): number {
  const lock = readFileSync(join(storage(userDataDir), 'locks', 'home.lock'), 'utf8');
  return (JSON.parse(lock) as { pid: number }).pid;
}

function openJournal(userDataDir: string, readOnly = true): DatabaseSync {
  return new DatabaseSync(join(storage(userDataDir), 'journal', 'journal.db'), { readOnly });
}
