import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { commands } from 'vscode';
import { instancesOf } from '../../src/core/model/fleet.ts';
import { sendWebhook } from '../../src/core/wire/webhookSender.ts';
import { freePort } from '../unit/freePort.ts';
import { identities, pemFolder } from '../unit/simulator/pem.ts';
import { NotifierServer } from '../../src/simulator/notifier/server.ts';
import { eventually, fleetWhere, inside, journalled, setConnections } from './inside.ts';

describe('connections with secrets in a real VS Code', () => {
  after(async () => {
    await setConnections(undefined);
  });

  it('takes events of a webhook that are signed with the stored secret, and no others', async () => {
    const port = await freePort();
    const { runtime } = await inside();
    await setConnections([{ kind: 'kgsm', id: 'hook', name: 'Hook', events: 'webhook', webhook: { port } }]);
    await fleetWhere((fleet) => fleet.connections.get('hook')?.state === 'ready', 'the webhook listens');
    const connection = runtime.connections.get('hook');
    assert.ok(connection);
    const [spec] = connection.system.secrets(connection.settings);
    assert.ok(spec);
    await runtime.secrets.store(connection.system, spec, 'hunter2');
    await connection.reconnectNow();
    await fleetWhere((fleet) => fleet.connections.get('hook')?.state === 'ready', 'it listens again');

    const post = (instance: string, secret: string): Promise<void> => {
      const body = Buffer.from(
        JSON.stringify({ EventType: 'instance_started', Data: { InstanceName: instance } }),
      );
      const signature = createHmac('sha256', secret).update(body).digest('base64');
      return sendWebhook(`http://127.0.0.1:${String(port)}/`, body, {
        headers: { 'X-KGSM-Signature': `sha256=${signature}`, 'X-KGSM-Retry-Count': '0' },
      });
    };
    await assert.rejects(post('forged', 'guess'), /401/);
    await post('real', 'hunter2');
    const fleet = await fleetWhere((f) => instancesOf(f, 'hook').length > 0, 'an instance');
    assert.deepEqual(
      instancesOf(fleet, 'hook').map(({ key, state }) => [key, state]),
      [['real', 'running']],
    );
    const journal = JSON.stringify(await journalled());
    assert.ok(!journal.includes('hunter2'));
    assert.ok(journal.includes('connection.gap'), 'the refused event is told as a gap');

    assert.ok(runtime.secrets.has(connection.system, connection.settings));
    await runtime.secrets.forget(connection);
    assert.ok(!runtime.secrets.has(connection.system, connection.settings));
    assert.equal(await connection.secret('webhook'), undefined);
  });

  it('shows the clients of a notification server over mutual TLS, and what can be done there', async () => {
    const files = pemFolder();
    const server = await NotifierServer.listen({
      revision: 'strict',
      identity: identities.server,
      clientAuthority: identities.authority.cert,
      capacity: 5,
    });
    const { tree } = await inside();
    await setConnections([
      {
        kind: 'notifier',
        id: 'bell',
        name: 'Bell',
        port: server.port,
        serverName: 'localhost',
        ca: files.path('server.crt'),
        cert: files.path('client.crt'),
        key: files.path('client.key'),
      },
    ]);
    await fleetWhere((f) => instancesOf(f, 'bell').length === 1, 'our own client');
    const bot = server.admit();
    server.say(bot, 'hello');
    await fleetWhere((f) => instancesOf(f, 'bell').some(({ key }) => key === bot), 'the other client');
    const row = tree.getChildren()[0];
    assert.ok(row);
    const item = tree.getTreeItem(row);
    assert.match(item.contextValue ?? '', /\.message\b/);
    assert.doesNotMatch(item.contextValue ?? '', /\.signOut\b/, 'the key is in a file, no secret is stored');
    const labels = (await tree.getChildren(row)).map((child) => tree.getTreeItem(child).label);
    assert.ok(labels.includes(bot.slice(0, 15)), JSON.stringify(labels));
    await eventually(
      async () => (await journalled()).some(({ type }) => type === 'broadcast_message'),
      'the message is in the journal',
    );

    await server.stop();
    await fleetWhere((f) => f.connections.get('bell')?.state === 'waiting', 'it waits to try again');
    await commands.executeCommand('gameServerOps.disconnect', row);
    files[Symbol.dispose]();
  });
});
