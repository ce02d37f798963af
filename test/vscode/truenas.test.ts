import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { instancesOf, type Fleet } from '../../src/core/model/fleet.ts';
import { isFinished, isOperation, type Task } from '../../src/core/model/task.ts';
import { callError } from '../../src/simulator/truenas/errors.ts';
import type { Profile } from '../../src/simulator/truenas/profiles.ts';
import { TrueNasServer } from '../../src/simulator/truenas/server.ts';
import type { Row } from '../../src/ui/tree/treeItems.ts';
import { eventually, fleetWhere, inside, journalled, setConnections } from './inside.ts';

const key = '3-the-key-of-root';

function listen(profile: Profile): Promise<TrueNasServer> {
  return TrueNasServer.listen({
    profile,
    apiKeys: [{ key, name: 'ops' }],
    apps: [
      { name: 'minecraft' },
      { name: 'valheim', state: 'STOPPED' },
      {
        name: 'factorio',
        version: '1.0.8',
        appVersion: '2.0',
        latestVersion: '1.0.9',
        latestAppVersion: '2.1',
      },
    ],
    vms: [{ name: 'ark', state: 'RUNNING' }],
    virtInstances: [{ name: 'rust', status: 'RUNNING' }],
    timing: { jobStepMs: 60, refusalMs: 10, sourceSecondMs: 50 },
  });
}

describe('TrueNAS in a real VS Code', () => {
  let server: TrueNasServer;
  let older: TrueNasServer;

  before(async () => {
    server = await listen('25.10');
    older = await listen('24.10');
  });
  after(async () => {
    await setConnections(undefined);
    await server.stop();
    await older.stop();
  });

  const entry = (id: string, { url } = server): object => ({ kind: 'truenas', id, name: id, url });

  /** Signs in with a stored secret, as the form would; the settings hold this connection only. */
  async function signIn(
    id: string,
    kind: 'apiKey' | 'password',
    { secret = kind === 'apiKey' ? key : 'secret', at = server } = {},
  ): Promise<void> {
    const { runtime } = await inside();
    await setConnections([entry(id, at)]);
    await fleetWhere((fleet) => fleet.connections.has(id), 'the connection is there');
    const connection = runtime.connections.get(id);
    assert.ok(connection);
    const specs = connection.system.secrets(connection.settings);
    await runtime.secrets.forget(connection);
    const spec = specs.find((each) => each.kind === kind);
    assert.ok(spec);
    await runtime.secrets.store(connection.system, spec, secret);
    await connection.reconnectNow();
  }

  async function ready(id: string): Promise<void> {
    await fleetWhere((fleet) => fleet.connections.get(id)?.state === 'ready', `${id} is ready`);
  }

  const row = (instance: string, kind = 'app', connection = 'nas'): Row => ({
    row: 'instance',
    connection,
    kind,
    key: instance,
  });
  const nas: Row = { row: 'connection', id: 'nas' };

  async function rows(id: string): Promise<readonly string[]> {
    const { runtime } = await inside();
    return instancesOf(runtime.pipeline.fleet(), id)
      .map(({ kind, name, state }) => `${kind} ${name} ${state}`)
      .sort();
  }

  async function stateIs(instance: string, state: string): Promise<void> {
    await fleetWhere(
      (fleet) => instancesOf(fleet, 'nas').some((each) => each.key === instance && each.state === state),
      `${instance} is ${state}`,
    );
  }

  /** Resolves with the task as soon as it is as wanted. */
  async function task(wanted: (task: Task) => boolean, what: string): Promise<Task> {
    const fleet = await fleetWhere((f) => [...f.tasks.values()].some(wanted), what);
    const found = [...fleet.tasks.values()].find(wanted);
    assert.ok(found);
    return found;
  }

  const calls = (method: string): number => server.calls.get(method) ?? 0;
  const nobodyLooks = async (): Promise<void> => {
    await commands.executeCommand('workbench.view.explorer');
  };

  it('fails where it is not let in, and says which secret is wrong', async () => {
    await signIn('out', 'password', { secret: 'guess' });
    const said = (fleet: Fleet): string => JSON.stringify(fleet.connections.get('out')?.detail);
    const fleet = await fleetWhere(
      (f) =>
        f.connections.get('out')?.state === 'failed' && said(f).includes('does not accept this password'),
      'it has failed',
    );
    assert.ok(!JSON.stringify(fleet.connections.get('out')).includes('guess'));
  });

  it('is let in with an API key of the secret storage, which no event holds', async () => {
    await signIn('keyed', 'apiKey');
    await ready('keyed');
    assert.ok(server.messages.some((message) => message.includes(key)));
    assert.ok(!JSON.stringify(await journalled()).includes(key));
  });

  it('reads an older one, which speaks the other protocol and has no containers', async () => {
    await signIn('older', 'password', { at: older });
    await ready('older');
    assert.deepEqual(await rows('older'), [
      'app factorio running',
      'app minecraft running',
      'app valheim stopped',
      'host truenas running',
      'vm ark running',
    ]);
    assert.ok(older.requests.includes('/websocket'));
  });

  it('shows apps, machines, containers and the NAS itself, each with what it can do', async () => {
    await signIn('nas', 'password');
    await ready('nas');
    assert.deepEqual(await rows('nas'), [
      'app factorio running',
      'app minecraft running',
      'app valheim stopped',
      'host truenas running',
      'virt rust running',
      'vm ark running',
    ]);
    const { tree } = await inside();
    const context = (of: Row): string => `${tree.getTreeItem(of).contextValue ?? ''}.`;
    const offered = (of: Row, ids: readonly string[]): readonly string[] =>
      ids.filter((id) => context(of).includes(`.${id}.`));
    const verbs = ['start', 'stop', 'restart', 'redeploy', 'update', 'rollback'];
    assert.deepEqual(offered(row('minecraft'), verbs), ['stop', 'redeploy', 'rollback']);
    assert.deepEqual(offered(row('factorio'), verbs), ['stop', 'redeploy', 'update', 'rollback']);
    assert.deepEqual(offered(row('valheim'), verbs), ['start', 'redeploy', 'rollback']);
    assert.deepEqual(offered(row('1', 'vm'), verbs), ['stop', 'restart']);
    assert.deepEqual(offered(row('rust', 'virt'), verbs), ['stop', 'restart']);
    assert.deepEqual(offered(row('host', 'host'), verbs), []);
    const whole = ['request', 'subscribe', 'unsubscribe', 'abortJob'];
    assert.deepEqual(offered(nas, whole), whole);
  });

  it('measures nothing until somebody looks, and no longer than that', async () => {
    const asked = (name: string): number =>
      [...server.subscriptions].reduce((sum, [each, n]) => sum + (each.startsWith(name) ? n : 0), 0);
    await nobodyLooks();
    await eventually(() => asked('reporting.realtime') + asked('app.stats') === 0, 'nobody looks');
    await commands.executeCommand('gameServerOps.instances.focus');
    await eventually(() => asked('reporting.realtime') === 1 && asked('app.stats') === 1, 'it is measured');
    const { runtime, tree } = await inside();
    const host = { connection: 'nas', kind: 'host', key: 'host' };
    await eventually(() => runtime.metrics.latest(host)?.['poolsUsed'] !== undefined, 'a sample of the NAS');
    await eventually(
      () => /\d % · .* [GM]iB/.test(String(tree.getTreeItem(row('host', 'host')).description)),
      'the row of the NAS says it',
    );
    assert.doesNotMatch(String(tree.getTreeItem(row('host', 'host')).description), /poolsUsed|received/);
    await nobodyLooks();
    await eventually(() => asked('reporting.realtime') + asked('app.stats') === 0, 'it ends');
  });

  it('starts an app by its command, as a task that ends', async () => {
    const running = task((t) => isOperation(t) && t.state === 'running', 'a task runs');
    await commands.executeCommand('gameServerOps.start', row('valheim'));
    const { id, subject } = await running;
    assert.equal(subject?.key, 'valheim');
    const ended = await task((t) => t.id === id && isFinished(t.state), 'it ends');
    assert.equal(ended.state, 'succeeded');
    await stateIs('valheim', 'running');
    assert.equal(calls('app.start'), 1);
  });

  it('tells a job that failed as a failed task with the words of the NAS', async () => {
    await server.act('app.stop', 'minecraft');
    await stateIs('minecraft', 'stopped');
    server.failNext('app.start');
    await commands.executeCommand('gameServerOps.start', row('minecraft'));
    const failed = await task((t) => t.subject?.key === 'minecraft' && t.state === 'failed', 'it failed');
    assert.match(JSON.stringify(failed.message), /Failed 'up' action for 'minecraft' app/);
    await stateIs('minecraft', 'crashed');
  });

  it('shows a job of somebody else with how far it is, who began it, and its end', async () => {
    const gate = Promise.withResolvers<undefined>();
    server.runJob('pool.scrub', ['tank'], {
      description: 'Scrub of tank',
      async run(job) {
        job.progress(40, 'Scrubbing');
        await gate.promise;
      },
    });
    const scrub = (t: Task): boolean => JSON.stringify(t.title).includes('Scrub of tank');
    const running = await task((t) => scrub(t) && t.percent === 40, 'it goes on');
    assert.equal(running.state, 'running');
    assert.deepEqual(running.startedBy, { actor: 'root' });
    gate.resolve(undefined);
    await task((t) => scrub(t) && t.state === 'succeeded', 'it ends');
    server.runJob('pool.scrub', ['tank'], {
      description: 'Scrub of slow',
      run: () => {
        throw callError('Pool slow has no disks');
      },
    });
    const failed = await task(
      (t) => JSON.stringify(t.title).includes('slow') && t.state === 'failed',
      'it fails',
    );
    assert.match(JSON.stringify(failed.message), /Pool slow has no disks/);
  });

  it('comes back by itself after the NAS was gone', async () => {
    await server.stop();
    await fleetWhere((f) => f.connections.get('nas')?.state === 'waiting', 'it waits to try again');
    await server.start();
    await commands.executeCommand('gameServerOps.reconnect', nas);
    await ready('nas');
    await stateIs('valheim', 'running');
  });
});
