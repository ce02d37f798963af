import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runOperation } from '../../../../../src/core/connections/runOperation.ts';
import type { Clock } from '../../../../../src/core/model/clock.ts';
import type { Instance } from '../../../../../src/core/model/instance.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { kgsmConsole } from '../../../../../src/core/systems/kgsm/operations/console.ts';
import { kgsm as system } from '../../../../../src/core/systems/kgsm/index.ts';
import { kgsmOperations } from '../../../../../src/core/systems/kgsm/operations/operations.ts';
import type { OperationInput, OperationResult } from '../../../../../src/core/systems/operation.ts';
import type { RootGeneration } from '../../../../../src/simulator/kgsm/behaviour.ts';
import { makeRoot } from '../../../../../src/simulator/kgsm/root.ts';
import { InstanceStore } from '../../../../../src/simulator/kgsm/state.ts';
import { kgsm, launch, temporaryFolder } from '../../../simulator/kgsmRoot.ts';
import { rounds } from '../../../../harness/proof.ts';
import { core, realClock } from '../../helpers.ts';
import { Told } from '../../wire/sockets.ts';
import { kgsmSettings } from './sessions.ts';

/** Few with much in them: every operation is run with each, by a process of its own. */
const hostile = [
  `../it's "quoted"\\ \`touch pwned\`\n$(touch pwned) \${HOME}\r\n\t; touch pwned & | > pwned * ü☃𝔘e\u0301\u202e  `,
  '--stop',
  '--json',
];

interface Arrives {
  readonly active: boolean;
  readonly input?: (version: Operated) => OperationInput;
  /** The command lines that have to arrive, after the question which generation it is. */
  readonly lines: Readonly<Record<Operated, (name: string) => readonly (readonly string[])[]>>;
}

/** Version 3 passes fewer characters on. */
const lineOf: Readonly<Record<Operated, string>> = {
  '2.2': 'say "it\'s" $(touch pwned) \\n\nü -- ☃',
  '3.16': 'say "it\'s" %s\nü -- ☃',
};
const backup = 'b $(touch pwned) "x" \n-1.0-2026-11-20T18:06:41.backup.tar.gz';
const wanted = { blueprint: 'factorio', name: 'ünï-1.x_Y', directory: '/srv/my $(touch pwned) "games" ☃' };

type Operated = Exclude<RootGeneration, '1.7'>;

const statusOf: Readonly<Record<Operated, (name: string) => readonly string[]>> = {
  '2.2': (name) => ['-i', name, '--status', '--json', '--fast'],
  '3.16': (name) => ['instances', 'status', name, '--json', '--fast'],
};

/** One case for every operation that there is. */
const cases: Readonly<Record<string, Arrives>> = {
  start: {
    active: false,
    lines: {
      '2.2': (name) => [statusOf['2.2'](name), ['-i', name, '--start']],
      '3.16': (name) => [statusOf['3.16'](name), ['start', name]],
    },
  },
  stop: {
    active: true,
    lines: {
      '2.2': (name) => [
        ['-i', name, '--save'],
        ['-i', name, '--stop'],
      ],
      '3.16': (name) => [
        ['instances', 'save', name],
        ['stop', name],
      ],
    },
  },
  restart: {
    active: true,
    lines: {
      '2.2': (name) => [
        ['-i', name, '--save'],
        ['-i', name, '--restart'],
      ],
      '3.16': (name) => [
        ['instances', 'save', name],
        ['restart', name],
      ],
    },
  },
  save: {
    active: true,
    lines: { '2.2': (name) => [['-i', name, '--save']], '3.16': (name) => [['instances', 'save', name]] },
  },
  command: {
    active: true,
    input: (version) => ({ command: lineOf[version] }),
    lines: {
      '2.2': (name) => [['-i', name, '--input', lineOf['2.2']]],
      '3.16': (name) => [['instances', 'input', name, lineOf['3.16']]],
    },
  },
  backup: {
    active: false,
    lines: {
      '2.2': (name) => [
        // Whether it runs, and which backups there are before and after.
        statusOf['2.2'](name),
        statusOf['2.2'](name),
        ['-i', name, '--create-backup'],
        statusOf['2.2'](name),
      ],
      '3.16': (name) => [
        statusOf['3.16'](name),
        statusOf['3.16'](name),
        ['instances', 'create-backup', name],
        statusOf['3.16'](name),
      ],
    },
  },
  listBackups: {
    active: false,
    lines: {
      '2.2': (name) => [['-i', name, '--status', '--json', '--fast']],
      '3.16': (name) => [['instances', 'status', name, '--json', '--fast']],
    },
  },
  restore: {
    active: false,
    input: () => ({ backup }),
    lines: {
      '2.2': (name) => [statusOf['2.2'](name), ['-i', name, '--restore-backup', backup]],
      '3.16': (name) => [statusOf['3.16'](name), ['instances', 'restore-backup', name, backup]],
    },
  },
  checkUpdate: {
    active: false,
    lines: {
      '2.2': (name) => [['-i', name, '--check-update']],
      '3.16': (name) => [['instances', 'check-update', name]],
    },
  },
  update: {
    active: false,
    lines: {
      '2.2': (name) => [statusOf['2.2'](name), ['-i', name, '--update']],
      '3.16': (name) => [statusOf['3.16'](name), ['instances', 'update', name]],
    },
  },
  remove: {
    active: false,
    lines: {
      '2.2': (name) => [statusOf['2.2'](name), ['--uninstall', name]],
      '3.16': (name) => [statusOf['3.16'](name), ['uninstall', name, '--yes']],
    },
  },
  install: {
    active: false,
    input: () => wanted,
    lines: {
      '2.2': () => [
        ['--instances', '--json'],
        ['--create', 'factorio', '--install-dir', wanted.directory, '--name', wanted.name],
      ],
      '3.16': () => [
        ['instances', 'list', '--json'],
        ['install', 'factorio', '--install-dir', wanted.directory, '--name', wanted.name],
      ],
    },
  },
};

/** A root with one instance of every hostile name; nothing in it waits. */
function makeHostileRoot(root: string, protocolVersion: RootGeneration, names = hostile): void {
  makeRoot(root, {
    launch,
    protocolVersion,
    saveSeconds: 0,
    behaviour: { stepMs: 0, readyMs: 1 },
    instances: names.map((name) => ({ name, blueprint: 'minecraft' })),
  });
}

/** What arrived, argument by argument, without the question which generation it is. */
function arrived(root: string): string[][] {
  return readFileSync(join(root, 'calls.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((one) => JSON.parse(one) as string[])
    .filter(([first]) => first !== '--paths');
}

function instanceOf(key: string, active: boolean): Instance {
  const state = active ? 'running' : 'stopped';
  return { connection: 'home', kind: 'instance', key, name: key, state, since: 0, lastEventAt: 0 };
}

function operate(root: string, version: Operated, id: string, name: string): Promise<OperationResult> {
  const given = cases[id];
  const operation = system.operations.find((one) => one.id === id);
  if (!given || !operation) throw new Error(`there is no ${id}`);
  return runOperation({
    id: 'op',
    connection: kgsmSettings({ id: 'home', root }),
    system: system,
    operation: operation,
    instance: operation.target === 'instance' ? instanceOf(name, given.active) : undefined,
    session: undefined,
    input: given.input?.(version) ?? {},
    pipeline: core().pipeline,
    clock: realClock,
    host: 'h',
    window: 'w',
    signal: new AbortController().signal,
    ask: () => Promise.resolve(false),
    log: () => undefined,
  });
}

it('has a case for every operation that there is', () => {
  expect(Object.keys(cases).sort()).toEqual(kgsmOperations.map(({ id }) => id).sort());
});

describe.each(['2.2', '3.16'] as const)('what arrives at KGSM %s', (protocolVersion) => {
  it.each(kgsmOperations.map(({ id, target }) => ({ id, target })))(
    '$id comes byte for byte, whatever the instance is called',
    { tags: ['proof'] },
    async ({ id, target }) => {
      const { lines, active } = cases[id] ?? { lines: undefined, active: false };
      // An instance that is there is installed under a name that can be one.
      const some = id === 'start' ? hostile : hostile.slice(0, rounds(1, hostile.length));
      const names = target === 'connection' ? [wanted.name] : some;
      await Promise.all(
        Array.from({ length: 2 }, async (_, half) => {
          using folder = temporaryFolder();
          const root = folder.path;
          makeHostileRoot(root, protocolVersion);
          const store = new InstanceStore(root);
          const expected: (readonly string[])[] = [];
          for (const name of names.filter((_name, index) => index % 2 === half)) {
            if (target === 'instance') store.change(name, { active, backups: [backup] });
            expect(await operate(root, protocolVersion, id, name), name).toMatchObject({
              outcome: 'succeeded',
            });
            expected.push(...(lines?.[protocolVersion](name) ?? []));
          }
          expect(names.length === 1 && half === 1 ? [] : arrived(root)).toEqual(expected);
          // Nothing of it was taken for more than text.
          expect(readdirSync(root)).not.toContain('pwned');
          expect(existsSync('pwned')).toBe(false);
        }),
      );
    },
  );

  it('a line for the console comes byte for byte, and what is no such line does not come', async () => {
    using folder = temporaryFolder();
    const root = folder.path;
    makeHostileRoot(root, protocolVersion);
    const signal = new AbortController().signal;
    const expected: (readonly string[])[] = [];
    for (const name of hostile) {
      new InstanceStore(root).change(name, { active: true });
      await using log = await follow(root, name, signal);
      expect(await log.console.send?.(lineOf[protocolVersion])).toMatchObject({ outcome: 'succeeded' });
      expect(await log.console.send?.('--stop')).toMatchObject({ outcome: 'refused' });
      const told =
        protocolVersion === '2.2' ? ['-i', name, '--info', '--json'] : ['instances', 'info', name, '--json'];
      expected.push(told, ...(cases['command']?.lines[protocolVersion](name) ?? []));
      await log.shows(`> ${lineOf[protocolVersion]}\n`);
    }
    expect(arrived(root)).toEqual(expected);
  });

  it('shows what the game writes, and goes on in the new log of the next start', async () => {
    using folder = temporaryFolder();
    const root = folder.path;
    const name = hostile[0] ?? '';
    makeHostileRoot(root, protocolVersion, [name]);
    const commands = (verb: 'start' | 'restart' | 'stop'): string[] =>
      protocolVersion === '2.2' ? ['-i', name, `--${verb}`] : [verb, name];
    await using log = await follow(root, name, new AbortController().signal);
    expect(log.notes.join('\n')).toContain('There is no log yet');
    expect(await kgsm(root, ...commands('start'))).toMatchObject({ code: 0 });
    await log.shows('minecraft 1.21.5 server starting\n');
    await log.console.send?.('say before ☃');
    await log.shows('<Server> before ☃\n');
    expect(await kgsm(root, ...commands('restart'))).toMatchObject({ code: 0 });
    // Rotated, or gone and there again: that depends on the moment of a look.
    await log.until(() => log.text.split('server starting\n').length === 3);
    await log.console.send?.('say after');
    await log.shows('<Server> after\n');
    const { text } = log;
    expect(text.split('server starting\n')).toHaveLength(3);
    // Every line once, and in the order in which the game wrote them.
    expect(text.split('> say before ☃\n')).toHaveLength(2);
    expect(text.indexOf('<Server> before')).toBeLessThan(text.lastIndexOf('server starting'));
    expect(text.lastIndexOf('server starting')).toBeLessThan(text.indexOf('<Server> after'));
    expect(await kgsm(root, ...commands('stop'))).toMatchObject({ code: 0 });
  });
});

/** Looks at a log twenty times a second instead of once. */
const quickClock: Clock = { ...realClock, after: (ms, callback) => realClock.after(ms / 20, callback) };

interface Following extends AsyncDisposable {
  readonly console: Awaited<ReturnType<typeof kgsmConsole.open>>;
  readonly text: string;
  readonly notes: string[];
  shows(piece: string): Promise<void>;
  until(holds: () => boolean): Promise<void>;
}

/** The console of an instance with all that it tells. */
async function follow(root: string, name: string, signal: AbortSignal): Promise<Following> {
  const notes: string[] = [];
  const told = new Told<string>();
  let shown = '';
  const console = await kgsmConsole.open({
    settings: kgsmSettings({ root }),
    instance: instanceOf(name, true),
    session: undefined,
    clock: quickClock,
    signal,
    write(chunk) {
      shown += chunk;
      told.add(chunk);
    },
    note(message) {
      notes.push(english(message));
      told.add('');
    },
  });
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await told.first(told.all.length + 1);
  };
  return {
    console,
    notes,
    get text() {
      return shown;
    },
    shows: (piece) => until(() => shown.includes(piece)),
    until,
    [Symbol.asyncDispose]: () => console.dispose(),
  };
}
