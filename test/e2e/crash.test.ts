import { appendFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openExistingJournal } from '../../src/cli/journalFile.ts';
import { useWorkbench } from '../harness/e2e.ts';
import { realClockOffset } from '../harness/realClock.ts';
import type { Workbench } from '../harness/workbench.ts';

const directory = mkdtempSync(join(tmpdir(), 'kj-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** KGSM and VS Code run on one machine: the file of the day is that of the machine's own clock. */
const offset = realClockOffset();
const servers = 12;
const name = (server: number): string => `srv-${String(server).padStart(2, '0')}`;

/** KGSM 3 at work: appends 1,000 numbered events a second to its file of the day until it is told to stop. */
class BusyKgsm {
  /** Number of events so far, which is that of the next. */
  count = 0;
  /** Type of the last event about each server. */
  readonly truth = new Map<string, string>();
  readonly #timer = setInterval(() => {
    this.#append(10);
  }, 10);

  stop(): void {
    clearInterval(this.#timer);
  }

  #append(events: number): void {
    const now = new Date(Date.now() + offset).toISOString();
    const lines = Array.from({ length: events }, () => {
      const n = this.count++;
      const InstanceName = name(n % servers);
      const starts = Math.floor(n / servers) % 2 === 0;
      this.truth.set(InstanceName, starts ? 'running' : 'stopped');
      return JSON.stringify({
        V: 1,
        EventType: starts ? 'instance_started' : 'instance_stopped',
        Data: { InstanceName, N: n },
        Timestamp: now,
        Actor: 'root',
        Origin: null,
        Hostname: 'vm',
        ProducerVersion: '3.16.0',
      });
    });
    appendFileSync(join(directory, `${now.slice(0, 10)}.ndjson`), `${lines.join('\n')}\n`);
  }
}

/** Numbers of the events in the journal file, in its order. */
async function numbers(wb: Workbench): Promise<number[]> {
  const storage = join(wb.server.userDataDir, 'User', 'globalStorage', 'game-server-ops.game-server-ops');
  const journal = await openExistingJournal({ kind: 'folder', folder: storage, own: false });
  try {
    const { events } = await journal.range('channel:push', 0, Number.MAX_SAFE_INTEGER, 1_000_000);
    return events.map(({ raw }) => (JSON.parse(raw) as { Data: { N: number } }).Data.N);
  } finally {
    await journal.close();
  }
}

describe('a window whose extension host is killed while events pour in', () => {
  const kgsm = new BusyKgsm();
  afterAll(() => {
    kgsm.stop();
  });
  const workbench = useWorkbench({
    mode: 'installed',
    machineSettings: {
      'gameServerOps.connections': [
        { kind: 'kgsm', id: 'home', name: 'Home', events: 'journal', journalDir: directory },
      ],
    },
  });

  it('shows the truth after a reload, and its journal has every event once', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    await wb.treeItem(new RegExp(`^${name(0)}, `)).waitFor();
    await expect.poll(async () => (await numbers(wb)).length).toBeGreaterThan(500);
    const hosts = wb.server.extensionHosts();
    expect(hosts).toHaveLength(1);
    for (const pid of hosts) process.kill(pid, 'SIGKILL');
    const before = (await numbers(wb)).length;
    await wb.reload();
    await wb.openView('Game Servers');
    await wb.treeItem(/Connection Home, Connected/).waitFor();
    await expect.poll(async () => (await numbers(wb)).length).toBeGreaterThan(before + 500);
    expect(wb.server.extensionHosts()).not.toContain(hosts[0]);
    kgsm.stop();
    await expect.poll(async () => (await numbers(wb)).length).toBeGreaterThanOrEqual(kgsm.count);
    expect(await numbers(wb)).toEqual(Array.from({ length: kgsm.count }, (_, n) => n));
    for (const [server, state] of kgsm.truth)
      await wb.treeItem(new RegExp(`^${server}, ${state}, on Home$`)).waitFor();
  });

  it('has in its inspector what came before', async () => {
    const wb = workbench();
    await wb.command('Game Servers: Open Event Inspector');
    const view = wb.viewFrame();
    await view.getByRole('combobox', { name: 'Filter events' }).fill('$.Data.N:7');
    const rows = view.getByRole('grid', { name: 'Events' }).getByRole('row');
    await expect.poll(() => rows.count()).toBe(2);
    await rows.filter({ hasText: name(7) }).waitFor();
  });

  it('shows the state of yesterday, and its history, where the servers are gone after a reload', async () => {
    const wb = workbench();
    renameSync(directory, `${directory}-gone`);
    try {
      await wb.reload();
      await wb.openView('Game Servers');
      for (const [server, state] of kgsm.truth)
        await wb.treeItem(new RegExp(`^${server}, ${state}, on Home, not up to date`)).waitFor();
      await wb.command('Game Servers: Open Event Inspector');
      const query = wb.viewFrame().getByRole('combobox', { name: 'Filter events' });
      const view = wb.viewFrame();
      await query.fill(`$.Data.N:${String(kgsm.count - 1)}`);
      const rows = view.getByRole('grid', { name: 'Events' }).getByRole('row');
      await expect.poll(() => rows.count()).toBe(2);
    } finally {
      renameSync(`${directory}-gone`, directory);
    }
  });
});
