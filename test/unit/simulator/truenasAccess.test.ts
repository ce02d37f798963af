import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { describe, expect, it } from 'vitest';
import type { TrueNasServer } from '../../../src/simulator/truenas/server.ts';
import { pemFolder } from './pem.ts';
import { eventually, startTrueNas, type Client, type Rig } from './truenasServer.ts';

/** The answer to something that a wrong secret makes slow. */
async function slowly(rig: Rig, client: Client, method: string, ...params: unknown[]): Promise<unknown> {
  const answer = client.call(method, ...params);
  await eventually(() => rig.clock.waiting > 0);
  await rig.clock.advance(10_000);
  return answer;
}

interface Page {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly body: string;
}

async function get(server: TrueNasServer, path: string, upgrade = false): Promise<Page> {
  const headers = upgrade
    ? {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      }
    : { connection: 'close' };
  return new Promise((resolve, reject) => {
    const asked = request({ port: server.port, host: '127.0.0.1', path, headers, agent: false });
    asked.on('response', (response) => {
      let body = '';
      response.on('data', (data: Buffer) => (body += data.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode, location: response.headers.location, body });
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('the web server in front', () => {
  it('lists the versions where there is JSON-RPC, and leads to the web interface elsewhere', async () => {
    await using modern = await startTrueNas({ profile: '25.10' });
    expect(await get(modern.server, '/api/versions')).toMatchObject({ status: 200 });
    expect(await get(modern.server, '/')).toMatchObject({ status: 302 });
    await using old = await startTrueNas({ profile: '24.10' });
    const page = { status: 302, location: expect.stringMatching(/\/ui\/$/) as unknown };
    expect(await get(old.server, '/api/versions')).toMatchObject(page);
    expect(await get(old.server, '/api/current', true)).toMatchObject(page);
    expect(old.server.requests).toEqual(['/api/versions', '/api/current']);
  });

  it('leads to https where it is told to', async () => {
    await using rig = await startTrueNas({ profile: '25.10', redirectToHttps: true });
    expect(await get(rig.server, '/websocket', true)).toMatchObject({
      status: 307,
      location: 'https://127.0.0.1:443/websocket',
    });
  });

  it('speaks TLS', async () => {
    using folder = pemFolder();
    const tls = {
      cert: readFileSync(folder.path('server.crt'), 'utf8'),
      key: readFileSync(folder.path('server.key'), 'utf8'),
    };
    await using rig = await startTrueNas({ profile: '25.10', tls });
    expect(rig.server.url).toMatch(/^wss:/);
    const client = await rig.open('jsonrpc', { ca: tls.cert });
    expect(await client.call('core.ping')).toBe('pong');
  });

  it('closes who comes from an address that is not allowed', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    rig.server.refusesAddresses = true;
    const client = await rig.open('jsonrpc');
    expect(await client.closed).toEqual({
      code: 1008,
      reason: 'You are not allowed to access this resource',
    });
  });
});

describe('signing in', () => {
  const apiKeys = [{ key: '1-abc', name: 'ops' }];

  it('works with a password, a key or a token, and says who one is', async () => {
    await using rig = await startTrueNas({ profile: '25.10', apiKeys });
    const client = await rig.open('jsonrpc');
    const login = (data: object): Promise<unknown> => client.call('auth.login_ex', data);
    const password = { mechanism: 'PASSWORD_PLAIN', username: 'root', password: 'secret' };
    expect(await login(password)).toMatchObject({
      response_type: 'SUCCESS',
      user_info: { pw_name: 'root' },
      authenticator: 'LEVEL_1',
    });
    expect(await client.call('auth.me')).toMatchObject({ pw_name: 'root' });
    const token = await client.call('auth.generate_token', 300, {}, false, true);
    expect(await login({ mechanism: 'TOKEN_PLAIN', token })).toMatchObject({ response_type: 'SUCCESS' });
    // The token was for one time.
    expect(await slowly(rig, client, 'auth.login_ex', { mechanism: 'TOKEN_PLAIN', token })).toEqual({
      response_type: 'AUTH_ERR',
    });
    const key = {
      mechanism: 'API_KEY_PLAIN',
      username: 'root',
      api_key: '1-abc',
      login_options: { user_info: false },
    };
    expect(await login(key)).toEqual({ response_type: 'SUCCESS', user_info: null, authenticator: 'LEVEL_1' });
    expect(await login({ mechanism: 'MAGIC' })).toMatchObject({ code: -32_602, message: 'Invalid params' });
    expect(rig.server.loggedIn).toEqual(['root']);
  });

  it('asks for a second factor', async () => {
    const users = [{ name: 'root', password: 'secret', otp: '123456' }];
    await using rig = await startTrueNas({ profile: '25.10', users });
    const client = await rig.open('jsonrpc');
    expect(await slowly(rig, client, 'auth.login', 'root', 'secret')).toBe(false);
    const given = { mechanism: 'PASSWORD_PLAIN', username: 'root', password: 'secret' };
    expect(await client.call('auth.login_ex', given)).toEqual({
      response_type: 'OTP_REQUIRED',
      username: 'root',
    });
    const otp = (otp_token: string): object => ({ mechanism: 'OTP_TOKEN', otp_token });
    expect(await client.call('auth.login_ex_continue', otp('0'))).toEqual({
      response_type: 'OTP_REQUIRED',
      username: 'root',
    });
    expect(await client.call('auth.login_ex_continue', otp('1'))).toMatchObject({
      response_type: 'OTP_REQUIRED',
    });
    expect(await slowly(rig, client, 'auth.login_ex_continue', otp('2'))).toEqual({
      response_type: 'AUTH_ERR',
    });
    await client.call('auth.login_ex', given);
    await client.call('auth.login_ex_continue', otp('3'));
    expect(await client.call('auth.login_ex_continue', otp('123456'))).toMatchObject({
      response_type: 'SUCCESS',
    });
    expect(await client.call('auth.login', 'root', 'secret', '123456')).toBe(true);
  });

  it('loses a key that was shown where others can read along, from 25.10 on', async () => {
    await using modern = await startTrueNas({ profile: '25.10', apiKeys, insecure: true });
    const client = await modern.open('jsonrpc');
    const key = { mechanism: 'API_KEY_PLAIN', username: 'root', api_key: '1-abc' };
    expect(await slowly(modern, client, 'auth.login_ex', key)).toEqual({ response_type: 'EXPIRED' });
    expect(modern.server.accounts.isRevoked('1-abc')).toBe(true);
    await using old = await startTrueNas({ profile: '24.10', apiKeys, insecure: true });
    const other = await old.open();
    await other.connect();
    expect(await other.call('auth.login_with_api_key', '1-abc')).toBe(true);
  });

  it('cannot ask for the ways before it is done, though that is what the question is for', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.open('jsonrpc');
    expect(await client.call('auth.mechanism_choices')).toMatchObject({
      data: { reason: "'NoneType' object has no attribute 'may_create_auth_token'" },
    });
  });

  it('out leaves plain subscriptions, and ends sources and jobs', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.enter();
    await client.subscribe('app.query');
    await client.subscribe('core.get_jobs');
    await client.subscribe('reporting.realtime');
    await client.event('reporting.realtime');
    const { before } = await client.exchange('auth.logout');
    expect(before).toEqual([{ msg: 'nosub', collection: 'reporting.realtime' }]);
    rig.server.apps.setState('minecraft', 'CRASHED');
    rig.server.runJob('pool.scrub', [], { run: () => null });
    expect(await client.soFar()).toMatchObject([{ collection: 'app.query', id: 'minecraft' }]);
  });
});

describe('limits', () => {
  it('of length are smaller before the login', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const stranger = await rig.open('jsonrpc');
    stranger.say('x'.repeat(8193));
    expect(await stranger.closed).toEqual({
      code: 1007,
      reason: 'Anonymous connection max message length is 8 kB',
    });
    const client = await rig.enter('jsonrpc');
    expect(await client.call('core.ping', 'x'.repeat(9000))).toMatchObject({ code: -32_602 });
    client.say('x'.repeat(65_537));
    expect(await client.closed).toEqual({ code: 1009, reason: 'Max message length is 64 kB' });
  });

  it('of calls at the same time are 20', async () => {
    for (const protocol of ['ddp', 'jsonrpc'] as const) {
      await using rig = await startTrueNas({ profile: '25.10' });
      const client = await rig.enter(protocol);
      const release = rig.server.hold('system.version');
      for (let i = 0; i < 20; i++) client.ask('system.version');
      expect(await client.call('core.ping')).toMatchObject(
        protocol === 'ddp' ? { error: 109, errname: 'ETOOMANYREFS' } : { code: -32_000 },
      );
      release();
      for (let i = 0; i < 20; i++) expect(await client.next()).toHaveProperty('result');
      expect(await client.call('core.ping')).toBe('pong');
    }
  });

  it('of logins are 20 in a minute, then one waits and is refused', async () => {
    await using rig = await startTrueNas({ profile: '24.10' });
    const client = await rig.enter();
    for (let i = 0; i < 19; i++) expect(await client.call('auth.login', 'root', 'secret')).toBe(true);
    expect(await slowly(rig, client, 'auth.login', 'root', 'secret')).toMatchObject({
      errname: 'EBUSY',
      reason: '[EBUSY] Rate Limit Exceeded',
    });
    await rig.clock.advance(60_000);
    expect(await client.call('auth.login', 'root', 'secret')).toBe(true);
  });

  it.each([
    ['ddp', '{', 1007],
    ['ddp', '[]', 1007],
    ['ddp', '1', 1007],
    ['ddp', '{}', 1011],
  ] as const)('%s: %s ends the connection with %d', async (protocol, text, code) => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.open(protocol);
    client.say(text);
    expect(await client.closed).toMatchObject({ code });
  });

  it('24.10 drops who sends what is no object, and everybody who sends bytes is closed', async () => {
    await using rig = await startTrueNas({ profile: '24.10' });
    const client = await rig.open();
    client.say('[]');
    expect(await client.closed).toMatchObject({ code: 1006 });
    const other = await rig.open();
    other.socket.send(Buffer.from('{}'), { binary: true });
    expect(await other.closed).toMatchObject({ code: 1003 });
  });

  it('JSON-RPC answers nonsense and goes on', async () => {
    await using rig = await startTrueNas({ profile: '25.10' });
    const client = await rig.open('jsonrpc');
    const ask = async (text: string): Promise<unknown> => {
      client.say(text);
      const { error, id } = await client.next();
      return [(error as { code: number }).code, id];
    };
    expect(await ask('{')).toEqual([-32_700, null]);
    expect(await ask('[]')).toEqual([-32_700, null]);
    expect(await ask('{"jsonrpc":"2.0","id":1.5,"method":"core.ping"}')).toEqual([-32_600, null]);
    expect(await ask('{"jsonrpc":"2.0","id":1,"method":"core.ping","params":{}}')).toEqual([-32_600, 1]);
    client.say({ jsonrpc: '2.0', id: null, method: 'core.ping' });
    expect(await client.next()).toEqual({ jsonrpc: '2.0', result: 'pong', id: null });
    // Without an id it is done and not answered.
    client.say({ jsonrpc: '2.0', method: 'core.ping' });
    expect(await client.soFar()).toEqual([]);
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });
});
