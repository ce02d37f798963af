import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runOperation } from '../../../../../../src/core/connections/runOperation.ts';
import { connectionOffers, instanceOffers } from '../../../../../../src/core/connections/offers.ts';
import type { Instance } from '../../../../../../src/core/model/instance.ts';
import { lifecycleStates, type LifecycleState } from '../../../../../../src/core/model/lifecycle.ts';
import { english } from '../../../../../../src/core/model/text.ts';
import { blueprintsOf } from '../../../../../../src/core/systems/kgsm/program/cliQueries.ts';
import { kgsm } from '../../../../../../src/core/systems/kgsm/index.ts';
import type {
  AnyOperation,
  OperationInput,
  OperationResult,
} from '../../../../../../src/core/systems/operation.ts';
import type { KgsmSession } from '../../../../../../src/core/systems/kgsm/session/kgsmSession.ts';
import type { AnySystem } from '../../../../../../src/core/systems/system.ts';
import { core, realClock, type Core } from '../../../helpers.ts';

const system = kgsm as unknown as AnySystem;
const reach = kgsm.parseSettings({ kind: 'kgsm', root: '/opt/kgsm' });
if (!reach.ok) throw new Error('the settings are right');
const { settings } = reach;

function operation(id: string): AnyOperation {
  const found = system.operations.find((o) => o.id === id);
  if (!found) throw new Error(`no operation ${id}`);
  return found;
}

function instance(state: LifecycleState, key = 'mc-1'): Instance {
  return { connection: 'home', kind: 'instance', key, name: key, state, since: 0, lastEventAt: 0 };
}

describe('what is on offer', () => {
  const offered = (state: LifecycleState): string =>
    instanceOffers(system, settings, instance(state), undefined)
      .map((o) => o.id)
      .join(' ');

  it.each([
    ['running', 'stop restart save command listBackups checkUpdate'],
    ['ready', 'stop restart save command listBackups checkUpdate'],
    ['stopped', 'start backup listBackups restore checkUpdate update remove'],
    ['failed', 'start backup listBackups restore checkUpdate update remove'],
    ['crashed', 'start backup listBackups restore checkUpdate update remove'],
    ['unknown', 'start stop restart save command backup listBackups restore checkUpdate update remove'],
    ['updating', ''],
    ['installing', ''],
    ['removed', ''],
  ] as const)('%s: %s', (state, expected) => {
    expect(offered(state)).toBe(expected);
  });

  it('asks before players could be disconnected, a server started twice, or files replaced or deleted', () => {
    for (const state of lifecycleStates) {
      for (const o of instanceOffers(system, settings, instance(state), undefined)) {
        const asks = o.confirm?.(instance(state), 'Home') !== undefined;
        expect(asks, `${o.id} when ${state}`).toBe(
          ['stop', 'restart', 'restore', 'update', 'remove'].includes(o.id) ||
            (o.id === 'start' && state === 'unknown'),
        );
      }
    }
  });
});

it('offers nothing where KGSM cannot be reached', () => {
  const far = kgsm.parseSettings({ kind: 'kgsm', socket: '/run/k.sock' });
  if (!far.ok) throw new Error('the settings are right');
  for (const state of lifecycleStates)
    expect(instanceOffers(system, far.settings, instance(state), undefined)).toEqual([]);
  expect(connectionOffers(system, far.settings, undefined)).toEqual([]);
});

describe("operations through KGSM's program", () => {
  let root = '';
  let parts: Core;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'gs-'));
    parts = core();
  });
  afterEach(() => rm(root, { recursive: true }));

  /** A program in KGSM's place that writes down what it was given beside questions, each argument ended by a NUL. */
  async function program(body: string, paths = '[ "$1" != --paths ] || exit 8'): Promise<void> {
    await mkdir(join(root, 'modules'), { recursive: true });
    await writeFile(join(root, 'modules/events.socket.sh'), '');
    const asks = `case "$*" in
"--instances --json"|"instances list --json") echo '["there"]'; exit 0 ;;
*--status*|"instances status"*) ;;
*) for a in "$@"; do printf '%s\\0' "$a" >> "${root}/calls"; done ;;
esac`;
    await writeFile(join(root, 'kgsm.sh'), `#!/bin/sh\n${paths}\n${asks}\n${body}\n`);
    await chmod(join(root, 'kgsm.sh'), 0o755);
  }

  function calls(): string[] {
    return readFileSync(join(root, 'calls'), 'utf8').split('\0').slice(0, -1);
  }

  function run(
    id: string,
    on: Instance | undefined,
    signal: AbortSignal = new AbortController().signal,
    input: OperationInput = {},
  ): Promise<OperationResult> {
    const parsed = system.parseSettings({ kind: 'kgsm', id: 'home', root });
    if (!parsed.ok) throw new Error('the settings are right');
    return runOperation({
      id: 'op',
      connection: parsed.settings,
      system,
      operation: operation(id),
      instance: on,
      session: undefined,
      input,
      pipeline: parts.pipeline,
      clock: realClock,
      host: 'h',
      window: 'w',
      signal,
      ask: () => Promise.resolve(false),
      log: () => undefined,
    });
  }

  it.each(['mc-1', '$(touch pwned) `id` ;"\'', 'two\nlines', '--debug', 'ünïcödé-☃', '*'])(
    'hands the name %j over byte for byte, without a shell',
    async (name) => {
      await program('exit 0');
      expect(await run('start', instance('stopped', name))).toMatchObject({ outcome: 'succeeded' });
      expect(calls()).toEqual(['-i', name, '--start']);
      expect(existsSync(join(root, 'pwned'))).toBe(false);
    },
  );

  it.each([
    ['save', 'running', undefined, ['-i', 'mc-1', '--save']],
    ['command', 'running', { command: 'say "hi"; $(id)' }, ['-i', 'mc-1', '--input', 'say "hi"; $(id)']],
    ['backup', 'stopped', undefined, ['-i', 'mc-1', '--create-backup']],
    [
      'restore',
      'stopped',
      { backup: 'mc-1-1.0-x y.backup' },
      ['-i', 'mc-1', '--restore-backup', 'mc-1-1.0-x y.backup'],
    ],
    ['update', 'stopped', undefined, ['-i', 'mc-1', '--update']],
    ['remove', 'stopped', undefined, ['--uninstall', 'mc-1']],
  ] as const)('%s calls KGSM with its arguments as they are', async (id, state, input, args) => {
    await program('exit 0');
    expect(await run(id, instance(state), undefined, input)).toMatchObject({ outcome: 'succeeded' });
    expect(calls()).toEqual(args);
  });

  it.each([
    ['start', 'stopped', undefined, ['start', 'mc-1']],
    ['stop', 'stopped', undefined, ['stop', 'mc-1']],
    ['restart', 'stopped', undefined, ['restart', 'mc-1']],
    ['save', 'running', undefined, ['instances', 'save', 'mc-1']],
    ['command', 'running', { command: 'say hi' }, ['instances', 'input', 'mc-1', 'say hi']],
    ['backup', 'stopped', undefined, ['instances', 'create-backup', 'mc-1']],
    ['checkUpdate', 'stopped', undefined, ['instances', 'check-update', 'mc-1']],
    ['restore', 'stopped', { backup: 'b.backup' }, ['instances', 'restore-backup', 'mc-1', 'b.backup']],
    ['update', 'stopped', undefined, ['instances', 'update', 'mc-1']],
    ['remove', 'stopped', undefined, ['uninstall', 'mc-1', '--yes']],
  ] as const)('%s speaks to KGSM 3 in its own words', async (id, state, input, args) => {
    await program('exit 0', `[ "$1" != --paths ] || { echo '{}'; exit 0; }`);
    expect(await run(id, instance(state), undefined, input)).toMatchObject({ outcome: 'succeeded' });
    expect(calls()).toEqual(args);
  });

  const wanted = { blueprint: 'minecraft', name: 'ünï-1', directory: '/srv/my $(games)' };
  it.each([
    ['exit 8', ['--create', 'minecraft', '--install-dir', '/srv/my $(games)', '--name', 'ünï-1']],
    [`echo '{}'; exit 0`, ['install', 'minecraft', '--install-dir', '/srv/my $(games)', '--name', 'ünï-1']],
  ])('installs in the words of its generation: %s', async (paths, args) => {
    await program('exit 0', `[ "$1" != --paths ] || { ${paths}; }`);
    expect(await run('install', undefined, undefined, wanted)).toMatchObject({ outcome: 'succeeded' });
    expect(calls()).toEqual(args);
  });

  it.each([
    { blueprint: '' },
    { name: '' },
    { name: 'two words' },
    { name: '--debug' },
    { name: '../up' },
    { name: 'a/b' },
    { name: 'x'.repeat(65) },
    { directory: 'games' },
    { directory: '' },
    { directory: '/a\nb' },
    { name: 'there' },
  ])('does not install with %j', async (wrong) => {
    await program('exit 0');
    expect(await run('install', undefined, undefined, { ...wanted, ...wrong })).toMatchObject({
      outcome: 'refused',
    });
    expect(existsSync(join(root, 'calls'))).toBe(false);
  });

  it.each([
    ['["minecraft.bp.yaml","ark.bp"]', ['ark', 'minecraft']],
    ['[{"name":"ark","tier":"x"}]', ['ark']],
    ['{"factorio":{"Ports":"34197"}}', ['factorio']],
    ['[""]', []],
    ['[1]', 'none'],
    ['oops', 'none'],
  ])('reads the blueprints from %s', async (answer, names) => {
    await program(`echo '${answer}'`);
    expect(await blueprintsOf(root, new AbortController().signal).catch(() => 'none')).toEqual(names);
  });

  it('says no more of the backups than KGSM does', async () => {
    await program('echo "ERROR: Instance mc-1 not found" >&2; exit 5');
    const { outcome, message } = await run('listBackups', instance('stopped'));
    expect(`${outcome} ${english(message)}`).toMatch(/^failed.*Instance mc-1 not found/);
  });

  it('says which backups there are, and the rest of many in the log', async () => {
    const backups = [1, 2, 3, 4].map((day) => `mc-1-1.0-2026-11-0${String(day)}T03:00:00.backup`);
    await program(`echo '${JSON.stringify({ status: false, backups })}'`);
    const result = await run('listBackups', instance('stopped'));
    expect(english(result.message)).toMatch(/^mc-1 has 4 backups: mc-1-1.0-2026-11-04T.* and 1 more$/);
    const output = [...parts.journal.events()].find(({ type }) => type === 'operation.output');
    for (const name of backups) expect(output?.raw).toContain(name);
  });

  it.each(['', '  ', 'say --debug', 'x --json', '--say'])(
    'refuses the console command %j, which KGSM would take for its own',
    async (input) => {
      await program('exit 0');
      expect(await run('command', instance('running'), undefined, { command: input })).toMatchObject({
        outcome: 'refused',
      });
      expect(existsSync(join(root, 'calls'))).toBe(false);
    },
  );

  it('refuses while it is typed what KGSM 3 refuses, and passes it on to the versions before', async () => {
    const [input] = operation('command').inputs ?? [];
    const check = (line: string, generation: 2 | 3): string => {
      if (!input || !('check' in input)) throw new Error('a line is typed');
      const session: KgsmSession = {
        closed: new Promise(() => undefined),
        dispose: () => Promise.resolve(),
        generation: () => generation,
      };
      const wrong = input.check(line, session);
      return wrong ? english(wrong) : '';
    };
    for (const character of ';&|`$(){}[]\\<>*?~!') {
      expect(check(`say a${character}`, 3)).toContain(character);
      expect(check(`say a${character}`, 2)).toBe('');
    }
    expect(check('say "hello", it\'s 5 #1', 3)).toBe('');
    await program('exit 0', `[ "$1" != --paths ] || { echo '{}'; exit 0; }`);
    const result = await run('command', instance('running'), undefined, { command: 'say hi!' });
    expect(result.outcome).toBe('refused');
    expect(existsSync(join(root, 'calls'))).toBe(false);
  });

  it('saves also what is perhaps running before it stops it', async () => {
    await program('exit 0');
    expect(await run('stop', instance('unknown'))).toMatchObject({ outcome: 'succeeded' });
    expect(calls()).toEqual(['-i', 'mc-1', '--save', '-i', 'mc-1', '--stop']);
  });

  it('operates no program that does not tell what it is', async () => {
    await writeFile(
      join(root, 'kgsm.sh'),
      `#!/bin/sh\ncase "$1" in --paths|--version|--help) exit 8;; esac\ntouch "${root}/calls"\n`,
    );
    await chmod(join(root, 'kgsm.sh'), 0o755);
    const result = await run('stop', instance('running'));
    expect([result.outcome, english(result.message)]).toEqual([
      'refused',
      expect.stringContaining('it does not tell which version of KGSM it is'),
    ]);
    expect(existsSync(join(root, 'calls'))).toBe(false);
  });

  it.each([
    ['echo 1.22', 'succeeded', 'mc-1 can be updated to 1.22'],
    [
      'echo "[INFO] x.sh:1 Local version is the same as latest version"; exit 1',
      'succeeded',
      'mc-1 is up to date',
    ],
    ['echo "[INFO] up to date" >&2', 'succeeded', 'mc-1 is up to date'],
    ['echo "[ERROR] no network" >&2; exit 1', 'failed', 'KGSM reported an error: no network'],
  ])('tells an update from none and from a look that failed: %s', async (body, outcome, message) => {
    await program(body);
    const result = await run('checkUpdate', instance('stopped'));
    expect([result.outcome, english(result.message)]).toEqual([outcome, message]);
  });

  it('saves the world before a stop or restart, and goes on where that fails', async () => {
    await program('case "$*" in *--save*) exit 1;; esac; exit 0');
    expect(await run('stop', instance('running'))).toMatchObject({ outcome: 'succeeded' });
    expect(await run('restart', instance('ready'))).toMatchObject({ outcome: 'succeeded' });
    expect(calls()).toEqual([
      '-i',
      'mc-1',
      '--save',
      '-i',
      'mc-1',
      '--stop',
      '-i',
      'mc-1',
      '--save',
      '-i',
      'mc-1',
      '--restart',
    ]);
  });

  it('ends when the program ends, although the game that it started keeps its output open', async () => {
    await program('sleep 60 & echo $! > "$(dirname "$0")/pid"; exit 0');
    expect(await run('start', instance('stopped'))).toMatchObject({ outcome: 'succeeded' });
    const pid = Number(readFileSync(join(root, 'pid'), 'utf8'));
    expect(() => process.kill(pid, 0), 'the game runs on').not.toThrow();
    process.kill(pid);
  });

  it('says what went wrong, with the last words of the program and without a secret', async () => {
    await program('echo "[INFO] x"; echo "[ERROR] login hunter2 refused" >&2; exit 5');
    const result = await run('start', instance('stopped'));
    expect(result.outcome).toBe('failed');
    expect(english(result.message)).toContain('KGSM does not know it: login');
    const [task] = [...parts.pipeline.fleet().tasks.values()];
    expect(task).toMatchObject({
      state: 'failed',
      startedBy: { window: 'w' },
      operation: 'start',
      subject: { key: 'mc-1' },
    });
    expect(JSON.stringify([...parts.journal.events()])).not.toContain('hunter2');
    expect(english(result.message)).not.toContain('hunter2');
  });

  it('says so when there is no KGSM, or it may not be run', async () => {
    expect(english((await run('start', instance('stopped'))).message)).toContain('there is no');
    await writeFile(join(root, 'kgsm.sh'), '#!/bin/sh\n');
    await chmod(join(root, 'kgsm.sh'), 0o644);
    expect(english((await run('start', instance('stopped'))).message)).toContain('may not be executed');
  });

  it('ends the program and what it started when it is cancelled', async () => {
    await program('case "$*" in *--status*) exit 1;; esac; echo up; sleep 60');
    const abort = new AbortController();
    const pending = run('start', instance('stopped'), abort.signal);
    await new Promise<void>((resolve) => {
      const unsubscribe = parts.pipeline.subscribe('test', ({ events }) => {
        if (!events.some(({ type }) => type === 'operation.output')) return;
        unsubscribe();
        resolve();
      });
    });
    abort.abort();
    expect((await pending).outcome).toBe('failed');
    const [task] = [...parts.pipeline.fleet().tasks.values()];
    expect(task?.state).toBe('aborted');
    expect([...parts.journal.events()].map(({ type }) => type)).toContain('operation.cancelling');
  });

  it('refuses where the connection has no root', async () => {
    const parsed = system.parseSettings({ kind: 'kgsm', id: 'home', socket: '/tmp/x.sock' });
    if (!parsed.ok) throw new Error('the settings are right');
    const result = await runOperation({
      id: 'op',
      connection: parsed.settings,
      system,
      operation: operation('start'),
      instance: instance('stopped'),
      input: {},
      session: undefined,
      pipeline: parts.pipeline,
      clock: realClock,
      host: 'h',
      window: 'w',
      signal: new AbortController().signal,
      ask: () => Promise.resolve(false),
      log: () => undefined,
    });
    expect(result.outcome).toBe('refused');
  });
});
