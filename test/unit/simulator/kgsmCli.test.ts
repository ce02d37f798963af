import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../../src/simulator/kgsm/cli.ts';
import { watchInstance } from '../../../src/simulator/kgsm/games.ts';
import { Kgsm } from '../../../src/simulator/kgsm/kgsm.ts';
import { makeRoot, type RootOptions } from '../../../src/simulator/kgsm/root.ts';
import { hear, kgsm, launch, temporaryFolder } from './kgsmRoot.ts';

const quick = { stepMs: 0, readyMs: 200, hostname: 'vm', blueprints: { fakegame: '1.0.0' } };

function root(folder: { readonly path: string }, instances: RootOptions['instances'] = []): string {
  makeRoot(folder.path, { launch, saveSeconds: 0, behaviour: quick, instances });
  return folder.path;
}

const srv = { name: 'srv', blueprint: 'fakegame' };

describe('the events of the KGSM stand-in', () => {
  it('are those of a real KGSM 2.2 from creation to removal, byte for byte but for the time', async () => {
    const recorded = readFileSync(new URL('../../wire/kgsm-2.2-lifecycle.jsonl', import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly conn: number; readonly text: string })
      // KGSM 2.2 itself sends nothing for backup, update and restore; these were emitted by hand for the recording.
      .filter(({ conn }) => conn < 19 || conn > 24)
      .map(({ text }) => timeless(text));
    using folder = temporaryFolder();
    const path = root(folder);
    await using heard = await hear(join(path, 'kgsm.sock'));

    await kgsm(path, '--create', 'fakegame', '--install-dir', path, '--name', 'srv');
    await kgsm(path, '-i', 'srv', '--start');
    await heard.count(15);
    await kgsm(path, '-i', 'srv', '--restart');
    await kgsm(path, '-i', 'srv', '--stop');
    await kgsm(path, '--remove', 'srv');

    expect(heard.texts.map(timeless)).toEqual(recorded);
  });

  it('say "stopped" also of what was not running', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    await using heard = await hear(join(path, 'kgsm.sock'));
    expect((await kgsm(path, '-i', 'srv', '--stop')).code).toBe(0);
    expect(heard.types()).toEqual(['instance_stopped']);
  });

  it('do not say "ready" of a start that is over by then', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    await using heard = await hear(join(path, 'kgsm.sock'));
    await kgsm(path, '-i', 'srv', '--start');
    await heard.count(2);
    const environment = {
      root: path,
      launch,
      write: () => undefined,
      complain: () => undefined,
      now: () => 0,
    };
    const { run = '' } = new Kgsm(environment).store.get('srv') ?? {};
    expect(existsSync(run)).toBe(true);
    await kgsm(path, '-i', 'srv', '--stop');
    await watchInstance(environment, 'srv', run);
    expect(heard.types()).toEqual(['instance_started', 'instance_ready', 'instance_stopped']);
  });

  it('begin an installation over an existing name and break it off', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    await using heard = await hear(join(path, 'kgsm.sock'));
    expect((await kgsm(path, '--create', 'fakegame', '--install-dir', path, '--name', 'srv')).code).toBe(10);
    expect(heard.types()).toEqual([
      'instance_created',
      'instance_installation_started',
      'instance_directories_created',
    ]);
  });

  it('begin the removal of an unknown instance, which then fails', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    await using heard = await hear(join(path, 'kgsm.sock'));
    expect((await kgsm(path, '--remove', 'nobody')).code).toBe(5);
    expect(heard.types()).toEqual(['instance_uninstall_started']);
  });

  it('are lost in silence where there is no socket, and with a complaint where nobody listens on it', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    const silent = await kgsm(path, '-i', 'srv', '--stop');
    expect(silent).toMatchObject({
      code: 0,
      output: '[INFO] lifecycle.standalone.sh:112 Instance srv stopped\n',
    });

    await leaveStaleSocket(join(path, 'kgsm.sock'));
    const refused = await kgsm(path, '-i', 'srv', '--stop');
    expect(refused.code).toBe(0);
    expect(refused.output).toContain('Connection refused');
  });

  it('let what the listener writes through to the output', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    const server = createServer((socket) => {
      socket.end('thank you');
      socket.resume();
    }).listen(join(path, 'kgsm.sock'));
    await once(server, 'listening');
    expect((await kgsm(path, '-i', 'srv', '--stop')).output).toContain('thank you');
    server.close();
  });
});

describe('the command line of the KGSM stand-in', () => {
  it('notes every argument as it was given', async () => {
    const names = [
      `it's "quoted"`,
      '$(touch pwned)',
      '`touch pwned`; touch pwned & touch pwned',
      'two\nlines\r\n',
      '-rf',
      '--',
      '--json',
      '--root',
      '*',
      '../../etc/passwd',
      'ä 😀\u202e\u007f',
      '',
      'x'.repeat(5000),
    ];
    // A root that a shell would take apart as well.
    using folder = temporaryFolder(`it's $HOME "x" \`id\``);
    const path = root(
      folder,
      names.map((name) => ({ ...srv, name })),
    );
    await using heard = await hear(join(path, 'kgsm.sock'));
    for (const name of names) expect((await kgsm(path, '-i', name, '--stop')).code).toBe(0);

    const calls = names.map((name) => `${JSON.stringify(['-i', name, '--stop'])}\n`).join('');
    expect(readFileSync(join(path, 'calls.log'), 'utf8')).toBe(calls);
    const told = heard.texts.map(
      (text) => (JSON.parse(text) as { Data: { InstanceName: string } }).Data.InstanceName,
    );
    expect(told).toEqual(names);
    const known =
      /^(calls\.log|config\.ini|config\.default\.ini|game\.sh|instances|modules|kgsm\.sh|kgsm\.sock|simulator\.json|\.kgsm\.version)$/;
    expect(readdirSync(path).filter((file) => !known.test(file))).toEqual([]);
  });

  it.each([
    [['-i', 'nobody', '--start'], 5],
    [['-i', 'nobody', '--is-active'], 5],
    [['-i', 'srv', '--is-active'], 1],
    [['-i', 'srv', '--save'], 1],
    [['-i', 'srv', '--dance'], 8],
    [['-i', 'srv'], 7],
    [['-i'], 7],
    [[], 7],
    [['--create', 'fakegame'], 7],
    [['--create', 'nogame', '--install-dir', '/tmp'], 7],
    [['--version'], 0],
  ])('answers %j with exit code %i', async (args, code) => {
    using folder = temporaryFolder();
    const environment = {
      root: root(folder, [srv]),
      launch,
      write: () => undefined,
      complain: () => undefined,
      now: () => 0,
    };
    expect(await runCli(environment, args)).toBe(code);
  });

  it('lists instances as KGSM does, an empty list as one empty name', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    expect(JSON.parse((await kgsm(path, '--instances', '--json')).output)).toEqual(['']);
    expect(JSON.parse((await kgsm(path, '--instances', '--json', '--detailed')).output)).toEqual({});
    await kgsm(path, '--create', 'fakegame', '--install-dir', path);
    await kgsm(path, '--create', 'fakegame', '--install-dir', path);
    expect(JSON.parse((await kgsm(path, '--instances', '--json')).output)).toEqual(
      expect.arrayContaining(['fakegame', 'fakegame-01']),
    );
  });

  it('tells the status of what runs', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    await kgsm(path, '-i', 'srv', '--start');
    expect((await kgsm(path, '-i', 'srv', '--is-active')).code).toBe(0);
    const status = await kgsm(path, '-i', 'srv', '--status', '--json', '--fast');
    expect(JSON.parse(status.output)).toMatchObject({
      instance_name: 'srv',
      status: true,
      process: { status: 'S', pid: expect.any(Number) as number },
      version: { current: '1.0.0' },
      configuration: { blueprint: 'fakegame.bp', lifecycle_manager: 'standalone' },
    });
  });

  it('ends at once when it starts a server, but leaves its pipes open until the server has ended', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    const started = spawn(join(path, 'kgsm.sh'), ['-i', 'srv', '--start'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let closed = false;
    const close = once(started, 'close').then(() => {
      closed = true;
    });
    started.stdout.resume();
    started.stderr.resume();
    await once(started, 'exit');
    await once(started.stdout, 'close');
    expect(closed).toBe(false);
    await kgsm(path, '-i', 'srv', '--stop');
    await close;
  });

  it('takes the socket of a live listener away when it tests sockets', async () => {
    using folder = temporaryFolder();
    const path = root(folder);
    const server = createServer().listen(join(path, 'kgsm.sock'));
    await once(server, 'listening');
    expect((await kgsm(path, '--events', '--test-socket')).code).toBe(0);
    expect(existsSync(join(path, 'kgsm.sock'))).toBe(false);
    server.close();
  });

  it('writes its settings with the first command in a fresh folder and does nothing else', async () => {
    using folder = temporaryFolder();
    const path = root(folder, [srv]);
    rmSync(join(path, 'config.ini'));
    const first = await kgsm(path, '--instances', '--json');
    expect(first.code).toBe(0);
    expect(first.output).toContain('[WARNING]');
    expect(JSON.parse((await kgsm(path, '--instances', '--json')).output)).toEqual(['srv']);
  });
});

/** Time and host alone differ between two runs; the recording's host is called as ours. */
function timeless(text: string): string {
  return text.replace(/"Timestamp": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/, '"Timestamp": "…"');
}

/** A socket file whose program has been killed. */
async function leaveStaleSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script], { stdio: 'ignore' }), 'exit');
}

describe('what the KGSM stand-in does without an event', () => {
  it('updates, backs up and takes input by the rules of the real one', async () => {
    using folder = temporaryFolder('kgsm');
    const root = folder.path;
    makeRoot(root, {
      launch,
      instances: [
        { name: 'up', blueprint: 'minecraft', active: true },
        { name: 'down', blueprint: 'minecraft' },
      ],
    });
    await kgsm(root, '--version');
    const code = async (...args: string[]): Promise<number | null> => (await kgsm(root, '-i', ...args)).code;
    expect(await code('up', '--input', 'say hi')).toBe(0);
    expect(await code('down', '--input', 'say hi')).toBe(1);
    expect(await code('up', '--create-backup')).toBe(1);
    expect(await code('up', '--update')).toBe(1);
    expect(await code('down', '--create-backup')).toBe(0);
    expect((await kgsm(root, '-i', 'down', '--check-update')).code).toBe(0);
    expect(await code('down', '--update')).toBe(0);
    const after = await kgsm(root, '-i', 'down', '--check-update');
    expect([after.code, after.output]).toEqual([1, expect.stringContaining('Local version is the same')]);
    const { backups } = JSON.parse(
      (await kgsm(root, '-i', 'down', '--status', '--json', '--fast')).stdout,
    ) as { backups: string[] };
    expect(backups).toHaveLength(1);
  });
});
