import assert from 'node:assert/strict';
import { instancesOf } from '../../src/core/model/fleet.ts';
import { isFinished } from '../../src/core/model/task.ts';
import type { Row } from '../../src/ui/tree/treeItems.ts';
import { startBedrock, type Rig } from '../unit/simulator/bedrockServer.ts';
import { fleetWhere, inside, setConnections } from './inside.ts';

describe('Bedrock Server Manager in a real VS Code', () => {
  let rig: Rig;

  before(async () => {
    rig = await startBedrock({ protocolVersion: '3.9' });
  });
  after(async () => {
    await setConnections(undefined);
    await rig[Symbol.asyncDispose]();
  });

  /** Signs a user in, as the form would. */
  async function signIn(id: string, username: string): Promise<void> {
    const { runtime } = await inside();
    await setConnections([{ kind: 'bedrock', id, name: id, url: rig.server.url, username }]);
    await fleetWhere((fleet) => fleet.connections.has(id), 'the connection is there');
    const connection = runtime.connections.get(id);
    assert.ok(connection);
    const spec = connection.system.secrets(connection.settings).find(({ kind }) => kind === 'password');
    assert.ok(spec);
    await runtime.secrets.store(connection.system, spec, 'secret');
    await connection.reconnectNow();
    await fleetWhere((fleet) => instancesOf(fleet, id).length === 2, 'both servers');
  }

  const row = (connection: string, key: string): Row => ({
    row: 'instance',
    connection,
    kind: 'instance',
    key,
  });

  it('fails without a password, and waits for the user', async () => {
    await setConnections([{ kind: 'bedrock', id: 'out', name: 'out', url: rig.server.url }]);
    const fleet = await fleetWhere((f) => f.connections.get('out')?.state === 'failed', 'it has failed');
    assert.match(JSON.stringify(fleet.connections.get('out')?.detail), /password/i);
    const { tree } = await inside();
    const [hint] = await tree.getChildren({ row: 'connection', id: 'out' });
    assert.ok(hint);
    const { label, command } = tree.getTreeItem(hint);
    assert.equal(label, 'Sign in again or change the connection…');
    assert.equal(command?.command, 'gameServerOps.editConnection');
  });

  it('offers an administrator everything, and a user nothing that the role cannot do', async () => {
    const { tree } = await inside();
    await signIn('all', 'admin');
    const admin = tree.getTreeItem(row('all', 'alpha')).contextValue ?? '';
    for (const flag of ['stop', 'restart', 'command', 'backup', 'logs'])
      assert.match(admin, new RegExp(`\\.${flag}\\b`));
    await signIn('some', 'guest');
    const guest = tree.getTreeItem(row('some', 'alpha')).contextValue ?? '';
    for (const flag of ['stop', 'restart', 'command', 'backup', 'remove'])
      assert.doesNotMatch(guest, new RegExp(`\\.${flag}\\b`));
  });

  it('shows what another client does as a task with its end', async () => {
    await signIn('tasks', 'admin');
    await fleetWhere((fleet) => fleet.connections.get('tasks')?.state === 'ready', 'it listens');
    const { status } = await rig.ask('POST', '/api/server/beta/start');
    assert.equal(status, 202);
    await fleetWhere(
      (fleet) => instancesOf(fleet, 'tasks').some(({ key, state }) => key === 'beta' && state === 'running'),
      'beta runs',
    );
    const fleet = await fleetWhere(
      (f) =>
        [...f.tasks.values()].some(({ connection, state }) => connection === 'tasks' && isFinished(state)),
      'the task ended',
    );
    const task = [...fleet.tasks.values()].find(({ connection }) => connection === 'tasks');
    assert.equal(task?.state, 'succeeded');
  });
});
