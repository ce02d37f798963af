import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RootGeneration } from '../../../src/simulator/kgsm/behaviour.ts';
import { runCli } from '../../../src/simulator/kgsm/cli.ts';
import { makeRoot, type RootOptions } from '../../../src/simulator/kgsm/root.ts';
import { hear, kgsm, launch, temporaryFolder } from './kgsmRoot.ts';

const srv = { name: 'srv', blueprint: 'fakegame' };

function root(
  folder: { readonly path: string },
  instances: RootOptions['instances'] = [srv],
  protocolVersion: RootGeneration = '2.2',
): string {
  makeRoot(folder.path, {
    launch,
    protocolVersion,
    saveSeconds: 0,
    behaviour: {
      stepMs: 0,
      readyMs: 0,
      hostname: 'vm',
      blueprints: { fakegame: '1.0.0', broken: '1.0' },
      brokenDownloads: ['broken'],
    },
    instances,
  });
  return folder.path;
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
}

/** For what starts no server: a program for each would take its time. */
async function inProcess(path: string, args: readonly string[], now = Date.now()): Promise<Ran> {
  let stdout = '';
  const code = await runCli(
    {
      root: path,
      launch,
      write: (text) => (stdout += text),
      complain: () => undefined,
      now: () => now,
    },
    args,
  );
  return { code, stdout };
}

async function answer(path: string, ...args: string[]): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse((await inProcess(path, args)).stdout) as Readonly<Record<string, unknown>>;
}

describe('the logs of the KGSM stand-in', () => {
  it('begin anew with every start, and the one before is kept', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    await kgsm(path, '-i', 'srv', '--restart');
    await kgsm(path, '-i', 'srv', '--input', 'list');
    const log = String((await answer(path, '-i', 'srv', '--info', '--json'))['log_file']);
    const first = readFileSync(log, 'utf8');
    expect(first).toMatch(/server starting\n.*Done\n> list\n.*There are 0 of a max of 20 players/s);
    await kgsm(path, '-i', 'srv', '--restart');
    await kgsm(path, '-i', 'srv', '--stop');
    const files = readdirSync(dirname(log));
    expect(files).toHaveLength(2);
    expect(files.map((file) => readFileSync(join(dirname(log), file), 'utf8'))).toContain(first);
    expect(readFileSync(log, 'utf8')).not.toContain('> list');
  });

  it('are shown by their last ten lines, and never followed', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [{ ...srv, active: true }]);
    for (let n = 0; n < 8; n++) await inProcess(path, ['-i', 'srv', '--input', `say ${n}`]);
    const { code, stdout } = await inProcess(path, ['-i', 'srv', '--logs', '--follow']);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines.slice(-2)).toEqual(['> say 7', expect.stringMatching(/<Server> 7$/) as string]);
    const { recent_logs: recent } = await answer(path, '-i', 'srv', '--status', '--json', '--fast');
    expect(recent).toBe(`${lines.slice(-3).join('\n')}\n`);
  });

  it('are nothing before the first start, and gone with the instance; what others put there stays', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv, { ...srv, name: '..', active: true }]);
    expect(await inProcess(path, ['-i', 'srv', '--logs'])).toEqual({ code: 0, stdout: '' });
    const log = String((await answer(path, '-i', '..', '--info', '--json'))['log_file']);
    expect(log.startsWith(join(path, 'servers', '_..'))).toBe(true);
    writeFileSync(join(dirname(log), 'mine'), '');
    await inProcess(path, ['--remove', '..']);
    expect(existsSync(log)).toBe(false);
    expect(readdirSync(dirname(log))).toEqual(['mine']);
  });
});

describe('the command line of KGSM 2.2', () => {
  it('lists backups on one line, under names with version and time', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    expect(await inProcess(path, ['-i', 'srv', '--backups'])).toEqual({ code: 0, stdout: '\n' });
    await inProcess(path, ['-i', 'srv', '--create-backup'], Date.UTC(2026, 10, 20, 18, 6, 41));
    await inProcess(path, ['-i', 'srv', '--update']);
    const name = 'srv-1.0.0-2026-11-20T18:06:41.backup.tar.gz';
    expect((await inProcess(path, ['-i', 'srv', '--backups'])).stdout).toBe(`${name}\n`);
    const later = Date.UTC(2026, 10, 20, 19);
    expect((await inProcess(path, ['-i', 'srv', '--restore-backup', name], later)).code).toBe(0);
    expect(await answer(path, '-i', 'srv', '--status', '--json', '--fast')).toMatchObject({
      version: { current: '1.0.0' },
      backups: [name, 'srv-1.0.0.1-2026-11-20T19:00:00.backup.tar.gz'],
    });
    expect((await inProcess(path, ['-i', 'srv', '--restore-backup', 'none'])).code).toBe(1);
  });

  it('tells versions, but not the installed one by its documented option', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    expect(await inProcess(path, ['-i', 'srv', '-v'])).toEqual({ code: 0, stdout: '1.0.0\n' });
    expect(await inProcess(path, ['-i', 'srv', '-v', '--latest'])).toEqual({ code: 0, stdout: '1.0.0.1\n' });
    expect((await inProcess(path, ['-i', 'srv', '-v', '--installed'])).code).toBe(8);
    expect(await answer(path, '-i', 'srv', '--status', '--json')).toMatchObject({
      version: { latest: '1.0.0.1', updates_available: true },
    });
  });

  it('reads and changes its settings', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    expect(await answer(path, '--config', '--list', '--json')).toMatchObject({
      enable_event_broadcasting: true,
      event_socket_filenames: 'kgsm.sock',
      webhook_urls: null,
      webhook_retry_count: 2,
    });
    expect(await inProcess(path, ['--config', '--get', 'webhook_retry_count'])).toEqual({
      code: 0,
      stdout: '2\n',
    });
    const codes = [
      ['enable_event_broadcasting=1', 8],
      ['webhook_retry_count=often', 8],
      ['nothing=1', 24],
      ['event_socket_filenames=a.sock, b=c.sock', 0],
    ] as const;
    for (const [assignment, code] of codes)
      expect((await inProcess(path, ['--config', '--set', assignment])).code).toBe(code);
    expect((await inProcess(path, ['--config', '--get', 'event_socket_filenames'])).stdout).toBe(
      'a.sock, b=c.sock\n',
    );
    expect((await inProcess(path, ['--config', '--get', 'nothing'])).code).toBe(24);
    await using heard = await hear(join(path, 'b=c.sock'));
    await kgsm(path, '-i', 'srv', '--stop');
    expect(heard.types()).toEqual(['instance_stopped']);
  });

  it('emits the types that it has, several at once, and refuses others', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    const recorded = readFileSync(new URL('../../wire/kgsm-2.2-all-events.jsonl', import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse((JSON.parse(line) as { text: string }).text) as Event)
      .filter(({ EventType }) => !EventType.endsWith('_test'));
    await using heard = await hear(join(path, 'kgsm.sock'));
    const words = recorded.flatMap(({ EventType, Data }) => [
      `--${EventType.replaceAll('_', '-')}`,
      // Says itself who holds the process.
      ...Object.entries(Data).flatMap(([key, value]) => (key === 'LifecycleManager' ? [] : [value])),
    ]);
    expect((await kgsm(path, '--events', '--emit', ...words)).code).toBe(0);
    expect(heard.texts.map((text) => contentOf(JSON.parse(text) as Event))).toEqual(recorded.map(contentOf));
    expect((await inProcess(path, ['--events', '--emit', '--instance-crashed', 'srv'])).code).toBe(8);
    expect((await inProcess(path, ['--events', '--emit', '--instance-created', 'srv'])).code).toBe(1);
  });

  it('breaks an installation off whose download fails, and keeps the instance', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    await using heard = await hear(join(path, 'kgsm.sock'));
    const made = await kgsm(path, '--create', 'broken', '--install-dir', path, '--name', 'new one');
    expect(made.code).toBe(13);
    expect(heard.types().at(-1)).toBe('instance_download_started');
    expect(await answer(path, '--instances', '--json')).toContain('new');
  });
});

interface Event {
  readonly EventType: string;
  readonly Data: Readonly<Record<string, string>>;
}

function contentOf({ EventType, Data, ...envelope }: Event): unknown {
  return [EventType, Object.entries(Data), Object.keys(envelope)];
}

const names = [
  `it's "quoted"`,
  'two\nlines',
  '$(touch pwned)',
  '-rf',
  '--json',
  '--',
  '../../etc/passwd',
  '.',
  '..',
  '',
  'ä 😀\u202e\u007f',
  'x'.repeat(300),
];

describe('an instance with whatever name', () => {
  it.each(names)('does what version 2 can do with it: %j', async (name) => {
    using folder = temporaryFolder();
    const path = root(folder, [{ ...srv, name, active: true }]);
    const code = async (...args: string[]): Promise<number> => (await inProcess(path, args)).code;
    expect(await answer(path, '-i', name, '--status', '--json')).toMatchObject({ instance_name: name });
    expect(await code('-i', name, '--input', '$(touch pwned) "x"\n')).toBe(0);
    expect((await inProcess(path, ['-i', name, '--logs'])).stdout).toContain('> $(touch pwned) "x"\n');
    expect(await code('-i', name, '--save')).toBe(0);
    expect(await code('-i', name, '--stop')).toBe(0);
    expect(await code('-i', name, '--create-backup')).toBe(0);
    const { backups } = await answer(path, '-i', name, '--status', '--json', '--fast');
    expect(await code('-i', name, '--restore-backup', (backups as string[])[0] ?? '')).toBe(0);
    expect(await code('-i', name, '--update')).toBe(0);
    expect(await code('--remove', name)).toBe(0);
    expect(await answer(path, '--instances', '--json')).toEqual(['']);
    expect(existsSync(path)).toBe(true);
  });

  it.each(names)('does what version 3 can do with it: %j', async (name) => {
    using folder = temporaryFolder();
    const path = root(folder, [{ ...srv, name, active: true }], '3.16');
    const code = async (...args: string[]): Promise<number> => (await inProcess(path, args)).code;
    expect(await answer(path, 'instances', 'status', name, '--json')).toMatchObject({ instance_name: name });
    expect(await code('instances', 'input', name, 'say hi')).toBe(0);
    expect((await inProcess(path, ['logs', name])).stdout).toContain('> say hi\n');
    expect(await code('stop', name)).toBe(0);
    expect(await code('instances', 'create-backup', name)).toBe(0);
    const { backups } = await answer(path, 'instances', 'status', name, '--json', '--fast');
    expect(await code('instances', 'restore-backup', name, (backups as string[])[0] ?? '')).toBe(0);
    expect(await code('uninstall', name, '--yes')).toBe(0);
    expect(await answer(path, 'instances', 'list', '--json')).toEqual(['']);
  });
});
