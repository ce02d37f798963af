import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeRoot } from '../../src/simulator/kgsm/root.ts';
import { InstanceStore } from '../../src/simulator/kgsm/state.ts';
import { freePort } from './freePort.ts';
import { eventsOf, pushedTypes, run, type Line, type Watched } from './probeRun.ts';
import { kgsm, launch, temporaryFolder } from './simulator/kgsmRoot.ts';
import { openNotifier, ready, startServer } from './simulator/notifierServer.ts';
import { passphrase } from './simulator/pem.ts';

type Generation = '2.2' | '3.16';

const names = (list: string): string[] => list.split(' ').map((name) => `instance_${name}`);
const steps =
  'files_created download_started download_finished downloaded deploy_started deploy_finished deployed';

/** Events that each step of the scenario makes KGSM send. */
const told: Readonly<Record<Generation, Readonly<Record<string, readonly string[]>>>> = {
  '2.2': {
    install: names(
      `created installation_started directories_created ${steps} version_updated installation_finished installed`,
    ),
    start: names('started ready'),
    stop: names('stopped'),
    restart: names('stopped started'),
    uninstall: names(
      'uninstall_started files_removed directories_removed removed uninstall_finished uninstalled',
    ),
  },
  '3.16': {
    install: names(
      `created installation_started directories_created ${steps} installed installation_finished`,
    ),
    start: names('started ready'),
    input: names('input_sent'),
    stop: names('stop_started stopped stop_finished'),
    backup: names('backup_started backup_created backup_finished'),
    restore: names('restore_started backup_created backup_restored restore_finished'),
    update: names(
      'update_started download_started download_finished deploy_started deploy_finished version_updated backup_created update_finished',
    ),
    restart: names('restart_started restart_stopped restarted restart_finished'),
    uninstall: names('uninstall_started files_removed directories_removed uninstalled uninstall_finished'),
  },
};

/** The life of three instances: what is done to which, in this order. */
const scenario = [
  ['install', 'alpha'],
  ['install', 'beta'],
  ['install', 'gamma'],
  ['start', 'alpha'],
  ['start', 'gamma'],
  ['save', 'alpha'],
  ['input', 'alpha'],
  ['stop', 'alpha'],
  ['backup', 'alpha'],
  ['update', 'alpha'],
  ['restore', 'alpha'],
  ['update', 'alpha'],
  ['restart', 'gamma'],
  ['uninstall', 'beta'],
] as const;

type Step = (typeof scenario)[number][0];

const games: Readonly<Record<string, string>> = { alpha: 'minecraft', beta: 'rust', gamma: 'factorio' };

function commandLine(protocolVersion: Generation, root: string, step: Step, name: string): string[] {
  const [oldest = ''] = new InstanceStore(root).get(name)?.backups ?? [];
  const install = [games[name] ?? '', '--install-dir', join(root, 'servers'), '--name', name];
  const lines: Readonly<Record<Step, readonly [second: string[], third: string[]]>> = {
    install: [
      ['--create', ...install],
      ['install', ...install],
    ],
    start: [
      ['-i', name, '--start'],
      ['start', name],
    ],
    save: [
      ['-i', name, '--save'],
      ['instances', 'save', name],
    ],
    input: [
      ['-i', name, '--input', 'say hi'],
      ['instances', 'input', name, 'say hi'],
    ],
    stop: [
      ['-i', name, '--stop'],
      ['stop', name],
    ],
    backup: [
      ['-i', name, '--create-backup'],
      ['instances', 'create-backup', name],
    ],
    update: [
      ['-i', name, '--update'],
      ['instances', 'update', name],
    ],
    restore: [
      ['-i', name, '--restore-backup', oldest],
      ['instances', 'restore-backup', name, oldest],
    ],
    restart: [
      ['-i', name, '--restart'],
      ['restart', name],
    ],
    uninstall: [
      ['--remove', name],
      ['uninstall', name, '--yes'],
    ],
  };
  return lines[step][protocolVersion === '2.2' ? 0 : 1];
}

/** Plays it through KGSM's program, and each step is seen by the probe before the next. */
async function playScenario(protocolVersion: Generation, root: string, probe: Watched): Promise<void> {
  // Asked at its beginning, so that nothing of what comes is known from anywhere but the events.
  await probe.until(() =>
    eventsOf(probe.lines).some(({ type, channel }) => type === 'cli.list' && channel === 'reply'),
  );
  let expected = 0;
  for (const [step, name] of scenario) {
    const result = await kgsm(root, ...commandLine(protocolVersion, root, step, name));
    expect(result, `${step} ${name}: ${result.output}`).toMatchObject({ code: 0 });
    expected += told[protocolVersion][step]?.length ?? 0;
    await probe.until(() => pushedTypes(probe.lines).length >= expected);
  }
}

/** Instances as `key game state version`, tasks as `title: state`; these have no order. */
function fleetOf(lines: readonly Line[]): { instances: string[]; tasks: string[] } {
  const { instances, tasks } = lines.at(-1)?.['fleet'] as unknown as Readonly<
    Record<'instances' | 'tasks', readonly Readonly<Record<string, unknown>>[]>
  >;
  return {
    instances: instances.map(({ key, game, state, version }) => [key, game, state, version].join(' ')),
    tasks: tasks.map(({ title, state }) => `${String(title)}: ${String(state)}`).sort(),
  };
}

const secret = 's3cret of the webhooks';

interface Kind {
  readonly protocolVersion: Generation;
  readonly events: 'socket' | 'webhook' | 'journal';
}

/** A root whose KGSM tells its events in that way, and the connection to it as one writes it into the settings. */
async function kgsmRoot(root: string, { protocolVersion, events }: Kind): Promise<string> {
  const port = await freePort();
  makeRoot(root, {
    launch,
    protocolVersion,
    saveSeconds: 0,
    behaviour: { stepMs: 0, readyMs: 1, retryMs: 1, webhookBreaksCreate: false },
    settings:
      events === 'webhook'
        ? {
            enable_event_broadcasting: false,
            enable_webhook_events: true,
            webhook_urls: `http://127.0.0.1:${String(port)}/kgsm`,
            webhook_secret: secret,
            webhook_retry_count: 0,
          }
        : {},
  });
  if (events === 'journal') mkdirSync(join(root, 'events'));
  return JSON.stringify({
    kind: 'kgsm',
    id: 'home',
    root,
    // The other two are found by looking at what is there.
    ...(events === 'webhook' ? { events, webhook: { port, path: '/kgsm' } } : {}),
  });
}

const signed = { GSOPS_SECRET: secret, GSOPS_SECRET_KIND: 'webhook' };

describe.each<Kind>([
  { protocolVersion: '2.2', events: 'socket' },
  { protocolVersion: '2.2', events: 'webhook' },
  { protocolVersion: '3.16', events: 'journal' },
])('the probe at KGSM $protocolVersion by $events', ({ protocolVersion, events }) => {
  it('sees every event of the scenario in its order, and has the right fleet at its end', async () => {
    using folder = temporaryFolder();
    const root = folder.path;
    const connection = await kgsmRoot(root, { protocolVersion, events });
    const env = events === 'webhook' ? signed : {};
    const act = (probe: Watched): Promise<void> => playScenario(protocolVersion, root, probe);
    const { lines, code, errors } = await run([connection, '--seconds', '60'], act, env);
    expect(code, errors).toBe(0);
    expect(pushedTypes(lines)).toEqual(scenario.flatMap(([step]) => told[protocolVersion][step] ?? []));
    expect(lines.flatMap((line) => line['problem'] ?? [])).toEqual([]);
    expect(JSON.stringify(lines) + errors).not.toContain(secret);
    // Version 2.2 tells nobody of an update, version 3 nobody what it installed.
    expect(fleetOf(lines)).toEqual(
      protocolVersion === '2.2'
        ? {
            instances: ['alpha minecraft stopped 1.21.5', 'gamma factorio running 2.0.28'],
            tasks: ['alpha', 'beta', 'gamma']
              .map((name) => `Install ${name}: succeeded`)
              .concat('Uninstall beta: succeeded'),
          }
        : {
            instances: ['alpha minecraft stopped 1.21.5.1', 'gamma factorio running '],
            tasks: [
              'Back up alpha: succeeded',
              'Install alpha: succeeded',
              'Install beta: succeeded',
              'Install gamma: succeeded',
              'Restart gamma: succeeded',
              'Restore alpha: succeeded',
              'Stop alpha: succeeded',
              'Uninstall beta: succeeded',
              'Update alpha: succeeded',
              'Update alpha: succeeded',
            ],
          },
    );
    // Whoever comes later asks, and knows all of it.
    const later = await run(
      [connection, '--seconds', '60'],
      (probe) =>
        probe.until(
          () =>
            eventsOf(probe.lines).filter(({ type, channel }) => type === 'cli.status' && channel === 'reply')
              .length === 2,
        ),
      env,
    );
    expect(fleetOf(later.lines).instances).toEqual([
      'alpha minecraft stopped 1.21.5.1',
      'gamma factorio running 2.0.28',
    ]);
  }, 60_000);
});

it('lets nothing in that is signed with another secret, and says so', async () => {
  using folder = temporaryFolder();
  const root = folder.path;
  const connection = await kgsmRoot(root, { protocolVersion: '2.2', events: 'webhook' });
  const { lines, code, errors } = await run(
    [connection, '--seconds', '60'],
    async () => {
      const install = commandLine('2.2', root, 'install', 'alpha');
      expect((await kgsm(root, ...install)).output).toContain('server answered 401');
    },
    { ...signed, GSOPS_SECRET: 'another one' },
  );
  expect(code).toBe(0);
  expect(pushedTypes(lines)).toEqual([]);
  expect(errors).toContain('Webhooks were refused because they are not signed with the secret');
});

describe('a message of the probe', () => {
  it.each([
    [
      'early',
      'failed',
      'The server closed the connection after the message of type send_message: it does not accept it.',
    ],
    ['lax', 'succeeded', 'Sent to all other clients: hello'],
  ] as const)('to a server of revision %s has %s', async (revision, outcome, message) => {
    await using rig = await startServer({ revision, capacity: 4 });
    await using other = openNotifier(rig);
    await ready(other);
    const settings = {
      kind: 'notifier',
      id: 'bell',
      port: rig.server.port,
      ca: rig.files.path('server.crt'),
      cert: rig.files.path('client.crt'),
      key: rig.files.path('client.key'),
    };
    const input = JSON.stringify({ message: 'hello', confirm: 'yes' });
    const args = [JSON.stringify(settings), '--seconds', '60', '--run', 'message', '--input', input];
    const { lines } = await run(args);
    expect(lines.flatMap((line) => line['operation'] ?? [])).toEqual([{ id: 'message', outcome, message }]);
    expect(rig.records.join()).toContain('send_message');
    const isHeard = (): boolean => other.types().includes('broadcast_message');
    if (outcome === 'succeeded') await other.until(isHeard);
    else expect(isHeard()).toBe(false);
  });
});

describe.each(['seed', 'lax', 'strict'] as const)('the probe at a %s notification server', (revision) => {
  it('sees who comes, what is said, what a KGSM elsewhere does, and who goes', async () => {
    await using rig = await startServer({ revision, capacity: 4 });
    const legacyServer = revision === 'seed';
    const settings = {
      kind: 'notifier',
      id: 'bell',
      port: rig.server.port,
      ca: rig.files.path('server.crt'),
      cert: rig.files.path('client.crt'),
      key: rig.files.path('locked.key'),
      legacyServer,
    };
    const { lines, code, errors } = await run(
      [JSON.stringify(settings), '--seconds', '60'],
      async (probe) => {
        const seen = (count: number): Promise<void> =>
          probe.until(() => pushedTypes(probe.lines).length >= count);
        const other = openNotifier(rig, { settings: { legacyServer } });
        try {
          await ready(other);
          await seen(1);
          // The first revision knows no messages, and nobody hears who leaves it.
          if (legacyServer) return;
          const { session } = other.connection;
          const say = async (message: string): Promise<void> => {
            const bytes = Buffer.from(JSON.stringify({ event: 'send_message', content: { message } }));
            await session?.send?.(bytes, new AbortController().signal);
          };
          await say('backup of "ünï" <finished>');
          await say(
            JSON.stringify({
              EventType: 'instance_created',
              Data: { InstanceName: 'far', Blueprint: 'rust' },
            }),
          );
          for (const type of ['instance_installed', 'instance_started'])
            await say(JSON.stringify({ EventType: type, Data: { InstanceName: 'far' } }));
          await seen(5);
        } finally {
          await other.connection.stop();
        }
      },
      { GSOPS_SECRET: passphrase, GSOPS_SECRET_KIND: 'passphrase' },
    );
    expect(code, errors).toBe(0);
    expect(eventsOf(lines).map(({ type, direction }) => `${String(direction)} ${String(type)}`)).toEqual([
      'out request_authentication',
      'in connection_accepted',
      'in client_authenticated',
      ...(legacyServer
        ? []
        : [
            'in broadcast_message',
            'in instance_created',
            'in instance_installed',
            'in instance_started',
            'out disconnecting',
          ]),
      'none conversation_ended',
    ]);
    expect(lines.flatMap((line) => line['problem'] ?? [])).toEqual([]);
    const fleet = lines.at(-1)?.['fleet'] as unknown as {
      readonly instances: readonly Readonly<Record<'kind' | 'key' | 'game' | 'state', unknown>>[];
      readonly tasks: readonly Readonly<Record<'title' | 'state', unknown>>[];
    };
    const clients = fleet.instances.filter(({ kind }) => kind === 'client');
    // Nobody tells what became of the other, and the conversation is over.
    expect(clients).toMatchObject([{ state: 'unknown' }]);
    expect(fleet.instances.filter(({ kind }) => kind === 'instance')).toMatchObject(
      legacyServer ? [] : [{ key: 'far', game: 'rust', state: 'running' }],
    );
    expect(fleet.tasks).toMatchObject(legacyServer ? [] : [{ title: 'Install far', state: 'succeeded' }]);
    expect(JSON.stringify(lines) + errors).not.toContain(passphrase);
  });

  it('says that a key is locked where its passphrase is wrong', async () => {
    await using rig = await startServer({ revision });
    const settings = {
      kind: 'notifier',
      port: rig.server.port,
      ca: rig.files.path('server.crt'),
      cert: rig.files.path('client.crt'),
      key: rig.files.path('locked.key'),
    };
    const { code, errors } = await run([JSON.stringify(settings), '--seconds', '30'], undefined, {
      GSOPS_SECRET: 'wrong',
      GSOPS_SECRET_KIND: 'passphrase',
    });
    expect(code).toBe(1);
    expect(errors).toMatch(/passphrase/);
    expect(rig.records).toEqual([]);
  });
});
