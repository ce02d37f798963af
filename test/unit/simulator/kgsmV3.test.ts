import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cliSyntaxOf } from '../../../src/core/systems/kgsm/program/cliSyntax.ts';
import { parseKgsmSettings } from '../../../src/core/systems/kgsm/settings.ts';
import { chooseTransport, type Transport } from '../../../src/core/systems/kgsm/session/transport.ts';
import { runCli } from '../../../src/simulator/kgsm/cli.ts';
import { makeRoot, type RootOptions } from '../../../src/simulator/kgsm/root.ts';
import { kgsm, launch, temporaryFolder } from './kgsmRoot.ts';

interface Line {
  readonly EventType: string;
  readonly Data: Readonly<Record<string, string | number | null>>;
  readonly Timestamp: string;
}

const recorded = linesOf(
  readFileSync(new URL('../../wire/kgsm-3.16-journal-2026-11-20.ndjson', import.meta.url), 'utf8'),
);

function linesOf(text: string): Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

function root(folder: { readonly path: string }, instances: RootOptions['instances'] = []): string {
  makeRoot(folder.path, {
    launch,
    protocolVersion: '3.16',
    saveSeconds: 0,
    behaviour: {
      stepMs: 0,
      readyMs: 0,
      hostname: 'vm',
      blueprints: { minecraft: '1.0', broken: '1.0' },
      brokenDownloads: ['broken'],
    },
    instances,
  });
  return folder.path;
}

function journal(path: string): Line[] {
  const folder = join(path, 'events');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).sort();
  return linesOf(files.map((file) => readFileSync(join(folder, file), 'utf8')).join(''));
}

/** The types that a command line adds to the journal, and its exit code. */
async function told(path: string, ...args: string[]): Promise<readonly [number | null, ...string[]]> {
  const before = journal(path).length;
  const { code } = await inProcess(path, args);
  return [
    code,
    ...journal(path)
      .slice(before)
      .map(({ EventType }) => EventType.replace('instance_', '')),
  ];
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** For what starts no server: a program for each would take its time. */
async function inProcess(path: string, args: readonly string[], env = {}, now = Date.now()): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  const code = await runCli(
    {
      root: path,
      launch,
      env,
      write: (text) => (stdout += text),
      complain: (text) => (stderr += text),
      now: () => now,
    },
    args,
  );
  return { code, stdout, stderr };
}

/** Starts a server and waits until its watcher has ended, who keeps the output open until then. */
async function startAndWatch(path: string, ...args: string[]): Promise<void> {
  const program = spawn(join(path, 'kgsm.sh'), args, { stdio: ['ignore', 'pipe', 'ignore'] });
  program.stdout.resume();
  await once(program.stdout, 'close');
}

const srv = { name: 'srv', blueprint: 'minecraft' };

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the journal of the KGSM stand-in', () => {
  it('says what a real KGSM 3.16 was told to say, byte for byte but for the time', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    const env = { KGSM_EVENT_ACTOR: 'discord:bob', KGSM_EVENT_ORIGIN: 'discord' };
    for (const { EventType, Data, Timestamp } of recorded) {
      const words = Object.values(Data).map((value) => String(value ?? ''));
      const args = ['events', 'emit', EventType.replaceAll('_', '-'), ...words];
      expect(await inProcess(path, args, env, Date.parse(Timestamp))).toMatchObject({ code: 0, stdout: '' });
    }
    expect(readFileSync(join(path, 'events', '2026-11-20.ndjson'), 'utf8')).toBe(
      recorded.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
  });

  it('has the types of the recording, in its order and with its fields, from installation to removal', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    vi.stubEnv('KGSM_EVENT_ACTOR', 'discord:bob');
    vi.stubEnv('KGSM_EVENT_ORIGIN', 'discord');
    await kgsm(path, 'install', 'minecraft', '--install-dir', path, '--name', 'mc-01');
    await startAndWatch(path, 'start', 'mc-01');
    await kgsm(path, 'restart', 'mc-01');
    await kgsm(path, 'instances', 'create-backup', 'mc-01');
    const [backup = ''] = (await kgsm(path, 'instances', 'backups', 'mc-01')).stdout.split('\n');
    await kgsm(path, 'instances', 'delete-backup', 'mc-01', backup);
    await kgsm(path, 'instances', 'input', 'mc-01', 'say hi');
    await kgsm(path, 'stop', 'mc-01');
    await kgsm(path, 'uninstall', 'mc-01', '--yes');
    const lines = journal(path);
    // Players, crashes, updates and settings are no part of this scenario; the input came after the stop.
    const other = /player|crashed|failed|update|config|input/;
    const typesOf = (all: readonly Line[]): string[] =>
      all.map(({ EventType }) => EventType).filter((type) => !other.test(type));
    expect(typesOf(lines)).toEqual(typesOf(recorded));
    const byType = new Map(recorded.map((line) => [line.EventType, line]));
    for (const line of lines) {
      const same = byType.get(line.EventType);
      expect(Object.keys(line)).toEqual(Object.keys(same ?? {}));
      expect(Object.keys(line.Data)).toEqual(Object.keys(same?.Data ?? {}));
      expect({ ...line, Data: {}, Timestamp: '' }).toEqual({ ...same, Data: {}, Timestamp: '' });
      expect(line.Timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });

  it('names whoever runs it where nobody else is named, and no way through which it came', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    await inProcess(path, ['events', 'emit', 'instance_stopped', 'srv']);
    expect(journal(path)).toMatchObject([{ Actor: expect.stringMatching(/./) as string, Origin: null }]);
  });

  it('begins a new file with the day of UTC', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    const midnight = Date.UTC(2026, 10, 21);
    await inProcess(path, ['events', 'emit', 'instance-stopped', 'srv'], {}, midnight - 1);
    await inProcess(path, ['events', 'emit', 'instance-started', 'srv'], {}, midnight);
    expect(readdirSync(join(path, 'events')).sort()).toEqual(['2026-11-20.ndjson', '2026-11-21.ndjson']);
  });

  it('complains of a directory that cannot be written to and goes on', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    writeFileSync(join(path, 'a file'), '');
    await inProcess(path, ['config', 'set', `event_journal_dir=${join(path, 'a file', 'events')}`]);
    const { code, stderr } = await inProcess(path, ['stop', 'srv']);
    expect(code).toBe(0);
    expect(stderr).toContain('Failed to append the event to the journal');
  });
});

describe('what KGSM 3.16 tells of', () => {
  it('a stop, only of what ran', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv, { ...srv, name: 'up', active: true }]);
    expect(await told(path, 'stop', 'up')).toEqual([0, 'stop_started', 'stopped', 'stop_finished']);
    expect(await told(path, 'stop', 'srv')).toEqual([0, 'stop_started', 'stop_finished']);
  });

  it('an update: its phases, the version, the backup before it', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv, { ...srv, name: 'up', active: true }]);
    expect(await told(path, 'instances', 'update', 'srv')).toEqual([
      0,
      'update_started',
      'download_started',
      'download_finished',
      'deploy_started',
      'deploy_finished',
      'version_updated',
      'backup_created',
      'update_finished',
    ]);
    expect(await told(path, 'instances', 'update', 'srv')).toEqual([0, 'update_started', 'update_finished']);
    expect(await told(path, 'instances', 'update', 'up')).toEqual([
      1,
      'update_started',
      'update_failed',
      'update_finished',
    ]);
  });

  it('a backup that is restored: the one of what was there, then the restored', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    expect(await told(path, 'instances', 'create-backup', 'srv')).toEqual([
      0,
      'backup_started',
      'backup_created',
      'backup_finished',
    ]);
    const { stdout } = await inProcess(path, ['instances', 'backups', 'srv']);
    await inProcess(path, ['instances', 'update', 'srv']);
    expect(await told(path, 'instances', 'restore-backup', 'srv', stdout.trim())).toEqual([
      0,
      'restore_started',
      'backup_created',
      'backup_restored',
      'restore_finished',
    ]);
    expect((await inProcess(path, ['instances', 'version', 'srv'])).stdout).toBe('1.0\n');
    expect((await told(path, 'instances', 'restore-backup', 'srv', 'none'))[0]).toBe(1);
  });

  it('backups that are swept away, in numbers', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    for (let n = 0; n < 3; n++) await inProcess(path, ['instances', 'create-backup', 'srv']);
    expect(await told(path, 'instances', 'prune-backups', 'srv', '--keep', '1')).toEqual([
      0,
      'backups_pruned',
    ]);
    expect(journal(path).at(-1)?.Data).toEqual({ InstanceName: 'srv', Deleted: 2, Kept: 1 });
    expect(await told(path, 'instances', 'prune-backups', 'srv', '--keep', '1')).toEqual([0]);
  });

  it('an update that there is, once', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    const look = ['instances', 'check-update', 'srv', '--emit'] as const;
    expect(await told(path, ...look)).toEqual([0, 'update_available']);
    expect(await told(path, ...look)).toEqual([0]);
    expect(journal(path).at(-1)?.Data).toEqual({
      InstanceName: 'srv',
      CurrentVersion: '1.0',
      LatestVersion: '1.0.1',
    });
    const { stdout } = await inProcess(path, ['instances', 'status', 'srv', '--json', '--fast']);
    expect(JSON.parse(stdout)).toMatchObject({
      version: { current: '1.0', latest: '1.0.1', checked: true, updates_available: true },
    });
  });

  it('a download that fails, and nothing of an installation that is refused', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    const install = (blueprint: string, name: string): ReturnType<typeof told> =>
      told(path, 'install', blueprint, '--install-dir', path, '--name', name);
    expect((await install('broken', 'new')).slice(-2)).toEqual(['download_started', 'download_failed']);
    expect(await install('minecraft', 'srv')).toEqual([29]);
    expect(await install('nothing', 'x')).toEqual([27]);
    expect(await told(path, 'uninstall', 'nobody', '--yes')).toEqual([5]);
    expect(await told(path, 'uninstall', 'srv')).toEqual([1]);
  });
});

describe('the command line of KGSM 3.16', () => {
  it('names its files, its settings and its blueprints', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    const answer = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await inProcess(path, args)).stdout);
    expect(await answer('--paths', '--json')).toMatchObject({
      user: { KGSM_CONFIG_FILE: join(path, 'config.ini') },
    });
    expect((await inProcess(path, ['config', 'get', 'event_journal_dir'])).stdout).toBe(
      `${join(path, 'events')}\n`,
    );
    expect(await answer('config', 'list', '--json')).toMatchObject({
      enable_webhook_events: false,
      webhook_secret: null,
      event_journal_retention_days: 90,
    });
    expect(await answer('blueprints', 'list', '--json')).toEqual(['minecraft', 'broken']);
    expect(await answer('instances', 'list', '--json')).toEqual(['']);
    expect(await answer('instances', 'list', '--json', '--detailed')).toEqual({});
  });

  it('tells the status without what this version no longer knows', async () => {
    using folder = temporaryFolder();
    const started = Date.UTC(2026, 10, 20, 18, 6, 41);
    const path = root(folder, [{ ...srv, active: true, startedAt: started, pid: 4711 }]);
    const { stdout } = await inProcess(path, ['instances', 'status', 'srv', '--json', '--fast']);
    const status = JSON.parse(stdout) as { configuration: object };
    expect(status).toMatchObject({
      status: true,
      process: { pid: 4711, start_time: '2026-11-20T18:06:41Z' },
      version: { current: '1.0', latest: null, checked: false, checked_at: null, updates_available: null },
      recent_logs: expect.stringContaining('Done\n') as string,
    });
    expect(status.configuration).not.toHaveProperty('lifecycle_manager');
  });

  it('has backups whose names say nothing, with what they are beside them, the newest first', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    const times = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)];
    for (const time of times) await inProcess(path, ['instances', 'create-backup', 'srv'], {}, time);
    const { stdout } = await inProcess(path, ['instances', 'backups', 'srv', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([
      { id: expect.stringMatching(/^srv-20260102T000000Z-[0-9a-f]{6}$/) as string, version: '1.0' },
      { id: expect.stringMatching(/^srv-20260101T000000Z-[0-9a-f]{6}$/) as string, consistency: 'cold' },
    ]);
  });

  it('has nothing to say of what is up to date, and calls it a success', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [{ ...srv, version: '1.0.1' }]);
    expect(await inProcess(path, ['instances', 'check-update', 'srv'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '[INFO] Already up to date (version 1.0.1)\n',
    });
  });

  it('shows the console after a command', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [{ ...srv, active: true }]);
    const { stdout } = await inProcess(path, ['instances', 'input', 'srv', 'say hi']);
    expect(stdout).toMatch(/^> say hi\n\[[\d:]+\] \[Server\] <Server> hi\n$/m);
    expect((await inProcess(path, ['logs', 'srv'])).stdout).toBe(stdout);
  });
});

describe('what the extension asks of a root', () => {
  const { signal } = new AbortController();

  async function transportOf(path: string): Promise<Transport> {
    const settings = parseKgsmSettings({ kind: 'kgsm', root: path });
    if (!settings.ok) throw new Error('these are settings');
    const quiet = (): void => undefined;
    return chooseTransport(settings.settings, {
      signal,
      log: { info: quiet, warn: quiet, error: quiet, debug: quiet },
    });
  }

  it('is answered by 3.16 as by the real one: a journal, words for commands', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    expect(await transportOf(path)).toEqual({ events: 'journal', directory: join(path, 'events') });
    expect((await cliSyntaxOf(path, signal))?.list).toEqual(['instances', 'list', '--json']);
  });

  it('is answered by 2.2 as by the real one: a socket, options for commands', async () => {
    using folder = temporaryFolder();
    makeRoot(folder.path, { launch });
    expect(await transportOf(folder.path)).toEqual({
      events: 'socket',
      path: join(folder.path, 'kgsm.sock'),
    });
    expect((await cliSyntaxOf(folder.path, signal))?.list).toEqual(['--instances', '--json']);
  });
});
