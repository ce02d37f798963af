import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { temporaryFolder } from '../simulator/kgsmRoot.ts';
import { makeJournal, runGsops } from './gsops.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

describe('gsops as others get it', () => {
  it('is packed, installed without a network into an empty folder, and found by npx', async () => {
    using folder = temporaryFolder();
    const place = join(folder.path, 'place');
    mkdirSync(place);
    writeFileSync(join(place, 'package.json'), '{"private":true}');
    const env = {
      ...process.env,
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
      XDG_DATA_HOME: folder.path,
      // An address where nobody answers.
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_update_notifier: 'false',
    };
    const shell = { cwd: place, env };
    await run('npm', ['pack', '--pack-destination', folder.path], { cwd: root, env });
    const [packed = ''] = readdirSync(folder.path).filter((name) => name.endsWith('.tgz'));
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join('..', packed)], shell);
    expect(readdirSync(join(place, 'node_modules/game-server-ops')).sort()).toEqual([
      'LICENSE',
      'README.md',
      'dist',
      'package.json',
    ]);
    const npx = async (...args: string[]): Promise<string> =>
      (await run('npx', ['--no-install', 'gsops', ...args], shell)).stdout;
    expect(await npx('--version')).toBe(`${manifest.version}\n`);
    await makeJournal(join(folder.path, 'home.db'));
    expect(await npx('query', 'type:instance_crashed', '--journal', '../home.db', '--count')).toBe(
      '{"count":3}\n',
    );
    const installed = join(place, 'node_modules/game-server-ops/dist/gsops.js');
    const server = spawn(process.execPath, [installed, 'serve', 'demo', '--as', 'truenas'], {
      ...shell,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(server, 'close');
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    expect(JSON.parse(line)).toMatchObject({ settings: { kind: 'truenas' } });
    server.kill('SIGINT');
    expect(await closed).toEqual([0, null]);
  });

  it('says which Node it needs where it is too old', async () => {
    const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })`;
    const start = ['--import', `data:text/javascript,${encodeURIComponent(old)}`];
    const failure = await run(process.execPath, [...start, join(root, 'dist/gsops.js'), 'query', 'x']).catch(
      (error: unknown) => error as { readonly code: number; readonly stderr: string },
    );
    expect(failure).toMatchObject({ code: 1 });
    expect(failure.stderr).toMatch(/^gsops needs Node 22\.13 or newer; this is v/);
  });
});

describe('gsops in a shell', () => {
  it('is content when nobody reads any more', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'home.db');
    await makeJournal(file);
    const child = spawn(process.execPath, [inject('programs').gsops, 'query', '', '--journal', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  });

  it('starts programs without the variable that makes Electron a Node', async () => {
    using folder = temporaryFolder();
    const told = join(folder.path, 'environment');
    const program = `#!/bin/sh\necho "as-node=$ELECTRON_RUN_AS_NODE." >>'${told}'\nexit 5\n`;
    writeFileSync(join(folder.path, 'kgsm.sh'), program, { mode: 0o755 });
    const connection = JSON.stringify({ kind: 'kgsm', id: 'home', root: folder.path });
    const env = { ELECTRON_RUN_AS_NODE: '1', XDG_DATA_HOME: folder.path };
    let isEnded = false;
    await runGsops(
      ['record', connection, '--out', join(folder.path, 'x.ndjson')],
      (errors, interrupt) => {
        if (isEnded || !/^(?:ready|waiting|failed)/m.test(errors)) return;
        isEnded = true;
        interrupt();
      },
      env,
    );
    expect(readFileSync(told, 'utf8')).toMatch(/^(?:as-node=\.\n)+$/);
  });

  it('names its commands, its version and its exit codes', async () => {
    const help = await runGsops(['--help']);
    expect(help).toMatchObject({ code: 0, errors: '' });
    expect(help.out).toMatch(/0 when it is done, 1 when it failed, 2 when it is called in a wrong way/);
    expect((await runGsops(['--version'])).out).toBe('0.0.0-test\n');
    expect((await runGsops(['wacth'])).errors).toContain('There is no command wacth.');
  });
});
