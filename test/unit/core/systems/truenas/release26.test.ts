import { describe, expect, it } from 'vitest';
import { english } from '../../../../../src/core/model/text.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { failed, open, ready } from './rig.ts';

async function start() {
  const server = await TrueNasServer.listen({
    profile: '26.0',
    users: [{ name: 'root', password: 'right' }],
    apiKeys: [{ key: '1-abc', name: 'ops' }],
    apps: [{ name: 'minecraft' }],
    vms: [{ name: 'windows', state: 'RUNNING' }],
    containers: [{ name: 'ark', state: 'RUNNING' }, { name: 'rust' }],
    timing: { jobStepMs: 2, refusalMs: 2 },
  });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

describe.each(['auto', 'ddp'])('TrueNAS 26 over %s', (protocol) => {
  it('shows and operates its containers', async () => {
    await using server = await start();
    await using opened = open(server.url, { settings: { protocol } });
    await ready(opened);
    expect(opened.instances()).toEqual([
      'app minecraft running',
      'container ark running',
      'container rust stopped',
      'host truenas running',
      'vm windows running',
    ]);
    expect(english((await opened.run('start', { instance: '2' })).message)).toBe('rust started');
    await opened.until(() => opened.instances().includes('container rust running'));
    expect((await opened.run('stop', { instance: '2' })).outcome).toBe('succeeded');
    await opened.until(() => opened.instances().includes('container rust stopped'));
    expect(opened.events().flatMap(({ problems }) => problems)).toEqual([]);
    expect(opened.gaps()).toEqual([]);
  });

  it('does not call a machine started that the NAS lists as stopped', async () => {
    await using server = await start();
    server.define('container.start', { params: [{ name: 'id', type: 'integer' }], run: () => null });
    await using opened = open(server.url, { settings: { protocol } });
    await ready(opened);
    const { outcome, message } = await opened.run('start', { instance: '2' });
    expect(`${outcome}: ${english(message)}`).toBe('failed: The NAS took the call, but rust does not run');
  });

  it('says which way in is left where it wants an API key by SCRAM', async () => {
    await using server = await start();
    await using opened = open(server.url, { settings: { protocol }, secrets: { apiKey: '1-abc' } });
    await failed(opened);
    expect(opened.states().at(-1)).toContain('Sign in with a password or a token');
    expect(opened.connection.failure?.secret).toBe('password');
  });

  it('takes the password that is there beside such a key', async () => {
    await using server = await start();
    const secrets = { apiKey: '1-abc', password: 'right' };
    await using opened = open(server.url, { settings: { protocol }, secrets });
    await ready(opened);
    expect(server.loggedIn).toEqual(['root']);
  });
});
