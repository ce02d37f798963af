import { describe, expect, it } from 'vitest';
import { english } from '../../../../../../src/core/model/text.ts';
import { failed, open, password, ready, startServer } from '../rig.ts';

const generations = ['3.7', '3.8', '3.9', '3.10'] as const;

describe.each(generations)('a server of %s', (protocolVersion) => {
  it('lets us in, tells its servers, and every step on the way is said once', async () => {
    await using server = await startServer({ protocolVersion });
    await using opened = open(server.url);
    await ready(opened);
    const release =
      protocolVersion === '3.7'
        ? '3.7.0'
        : protocolVersion === '3.8'
          ? '3.8.0'
          : protocolVersion === '3.9'
            ? '3.9.1'
            : '3.10.3';
    expect(opened.states()).toEqual([
      'connecting',
      'connecting: looking up the version',
      `authenticating: release ${release}: signing in as admin`,
      'connecting: opening the WebSocket',
      'authenticating: authenticating the WebSocket',
      'authenticating: subscribing',
      'authenticating: fetching the servers',
      'ready',
    ]);
    expect(opened.servers()).toEqual(['alpha stopped', 'beta stopped']);
    expect(opened.conversation().role).toBe('admin');
  });

  it('tells of a start and a stop, as tasks where they are tasks', async () => {
    await using server = await startServer({ protocolVersion });
    await using opened = open(server.url);
    await ready(opened);
    expect(await opened.run('start', { instance: 'alpha' })).toMatchObject({ outcome: 'succeeded' });
    await opened.until(() => opened.servers().includes('alpha running'));
    expect(await opened.run('stop', { instance: 'alpha' })).toMatchObject({ outcome: 'succeeded' });
    await opened.until(() => opened.servers().includes('alpha stopped'));
    if (protocolVersion !== '3.7') expect(opened.tasks()).toContain('Start alpha: succeeded');
    expect(opened.tasks()).toContain('Stop alpha: succeeded');
  });

  it('is not asked again after a wrong password, which the user is asked for', async () => {
    await using server = await startServer({ protocolVersion });
    await using opened = open(server.url, { secrets: { password: 'wrong' } });
    await failed(opened);
    expect(opened.connection.failure).toMatchObject({ retry: false, secret: 'password' });
    expect(opened.types().filter((type) => type === 'POST /auth/token')).toHaveLength(2);
    expect(opened.states().at(-1)).toBe(
      'failed: The server does not let admin in: Incorrect username or password',
    );
  });

  it('knows a disabled user before the WebSocket is opened', async () => {
    await using server = await startServer({ protocolVersion });
    server.setEnabled('admin', false);
    await using opened = open(server.url);
    await failed(opened);
    expect(opened.connection.failure).toMatchObject({ retry: false, secret: 'password' });
    expect(server.sockets).toBe(0);
  });

  it('comes back after it was restarted, with everything asked for again', async () => {
    await using server = await startServer({ protocolVersion });
    await using opened = open(server.url);
    await ready(opened);
    await server.restart();
    await opened.until(() => opened.states().filter((state) => state === 'ready').length === 2);
    expect(opened.states().some((state) => state.startsWith('waiting: The server is being restarted.'))).toBe(
      true,
    );
    expect(opened.types().filter((type) => type === 'GET /api/servers')).toHaveLength(4);
  });

  it('never has a password, token or cookie in the journal', async () => {
    await using server = await startServer({ protocolVersion });
    await using opened = open(server.url);
    await ready(opened);
    await opened.run('start', { instance: 'alpha' });
    const all = opened
      .events()
      .map((event) => event.raw + english(event.summary))
      .join('\n');
    expect(all).not.toContain(password);
    expect(all).not.toMatch(/eyJ[\w-]+\./);
    expect(all).toContain('‹redacted›');
  });
});
