import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { instancesOf } from '../../src/core/model/fleet.ts';
import { english } from '../../src/core/model/text.ts';
import type { SecretKind } from '../../src/core/systems/system.ts';
import { TrueNasServer } from '../../src/simulator/truenas/server.ts';
import type { Row } from '../../src/ui/instanceItems.ts';
import { fleetWhere, inside, setConnections } from './inside.ts';

const key = `1-${'k'.repeat(64)}`;

describe('TrueNAS in a real VS Code', () => {
  let server: TrueNasServer;

  before(async () => {
    server = await TrueNasServer.listen({
      profile: '25.10',
      apiKeys: [{ key, name: 'ops' }],
      apps: [
        { name: 'minecraft', version: '1.0.2', latestVersion: '1.0.3' },
        { name: 'valheim', state: 'STOPPED' },
      ],
      vms: [{ name: 'windows' }],
      virtInstances: [{ name: 'rust', status: 'RUNNING' }],
      timing: { jobStepMs: 20, sourceSecondMs: 50 },
    });
  });
  after(async () => {
    await setConnections(undefined);
    await server.stop();
  });

  /** Signs in, as the form would. */
  async function signIn(id: string, kind: SecretKind, value: string): Promise<void> {
    const { runtime } = await inside();
    await setConnections([{ kind: 'truenas', id, name: id, url: server.url }]);
    await fleetWhere((fleet) => fleet.connections.has(id), 'the connection is there');
    const connection = runtime.connections.get(id);
    assert.ok(connection);
    const spec = connection.system.secrets(connection.settings).find((each) => each.kind === kind);
    assert.ok(spec);
    await runtime.secrets.store(connection.system, spec, value);
    await connection.reconnectNow();
    await fleetWhere((fleet) => fleet.connections.get(id)?.state === 'ready', 'it is ready');
  }

  const row = (connection: string, kind: string, name: string): Row => ({
    row: 'instance',
    connection,
    kind,
    key: name,
  });

  it('signs in with a password, and with an API key', async () => {
    await signIn('word', 'password', 'secret');
    const { runtime } = await inside();
    const names = instancesOf(runtime.pipeline.fleet(), 'word').map(({ kind, name }) => `${kind} ${name}`);
    assert.deepEqual(names.sort(), [
      'app minecraft',
      'app valheim',
      'host truenas',
      'virt rust',
      'vm windows',
    ]);
    await signIn('key', 'apiKey', key);
    assert.match(server.messages.join('\n'), /API_KEY_PLAIN/);
  });

  it('offers for each what can be done with it, in menus as in the palette', async () => {
    const { tree } = await inside();
    const flags = (kind: string, name: string): string =>
      tree.getTreeItem(row('key', kind, name)).contextValue ?? '';
    assert.match(flags('app', 'minecraft'), /\.stop\b.*\.redeploy\b|\.redeploy\b.*\.stop\b/);
    for (const flag of ['update', 'rollback'])
      assert.match(flags('app', 'minecraft'), new RegExp(`\\.${flag}\\b`));
    for (const flag of ['restart', 'scale', 'start'])
      assert.doesNotMatch(flags('app', 'minecraft'), new RegExp(`\\.${flag}\\b`));
    assert.match(flags('app', 'valheim'), /\.start\b/);
    assert.match(flags('virt', 'rust'), /\.restart\b/);
    assert.doesNotMatch(flags('host', 'host'), /\.(?:start|stop)\b/);
    const known = new Set(await commands.getCommands(true));
    for (const verb of [
      'request',
      'subscribe',
      'unsubscribe',
      'abortJob',
      'redeploy',
      'scale',
      'rollback',
      'update',
    ])
      assert.ok(known.has(`gameServerOps.${verb}`), verb);
  });

  it('starts an app by its command, with a task that ends', async () => {
    await commands.executeCommand('gameServerOps.start', row('key', 'app', 'valheim'));
    const fleet = await fleetWhere(
      (now) => instancesOf(now, 'key').some(({ name, state }) => name === 'valheim' && state === 'running'),
      'it runs',
    );
    const mine = [...fleet.tasks.values()].filter(({ startedBy }) => startedBy === 'here');
    assert.deepEqual(
      mine.map(({ title, state }) => `${english(title)}: ${state}`),
      ['Starting valheim: succeeded'],
    );
    assert.equal(server.calls.get('app.start'), 1);
  });

  it('shows jobs of others as tasks, with how far they are, who began them and why they failed', async () => {
    server.runJob('pool.scrub', ['tank'], {
      description: 'Scrub of tank',
      abortable: true,
      async run(job) {
        job.progress(40, 'Scanning');
        await job.rest(100);
        throw new Error('The disk is gone');
      },
    });
    const task = (now: Awaited<ReturnType<typeof fleetWhere>>) =>
      [...now.tasks.values()].find(({ title }) => english(title) === 'Scrub of tank');
    const running = await fleetWhere((now) => task(now)?.percent === 40, 'it is on its way');
    assert.equal(task(running)?.cancellable, true);
    assert.equal(task(running)?.startedBy, 'root');
    const ended = await fleetWhere((now) => task(now)?.state === 'failed', 'it failed');
    const { message, log } = task(ended) ?? {};
    assert.match(message ? english(message) : '', /The disk is gone/);
    assert.match(log ?? '', /Traceback/);
  });

  it('measures what somebody looks at, and nothing when nobody does', async () => {
    const { runtime } = await inside();
    const session = runtime.connections.get('key')?.session;
    const measuring = (): number => server.subscriptions.get('reporting.realtime:{"interval": 2}') ?? 0;
    assert.equal(measuring(), 0);
    session?.watch?.([{ kind: 'host', key: 'host' }]);
    await fleetWhere(() => measuring() === 1, 'it measures');
    const host = { connection: 'key', kind: 'host', key: 'host' };
    await fleetWhere(() => runtime.metrics.latest(host)?.['cpu'] !== undefined, 'it has measured');
    session?.watch?.([]);
    await fleetWhere(() => measuring() === 0, 'it measures no more');
  });
});
