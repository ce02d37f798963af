import { describe, expect, it } from 'vitest';
import { ask, startBedrock } from './bedrockServer.ts';

const form = (fields: Readonly<Record<string, string>>): URLSearchParams => new URLSearchParams(fields);
const login = { username: 'mod', password: 'secret' };
const generations = ['3.7', '3.8', '3.9', '3.10'] as const;

describe('logging in', () => {
  it.each(generations)('%s takes one kind of body and answers 422 to the other', async (protocolVersion) => {
    await using rig = await startBedrock({ protocolVersion });
    const bodies = [form(login), login];
    const [good, bad] = protocolVersion === '3.9' ? bodies.toReversed() : bodies;
    const answer = await ask(rig.server, 'POST', '/auth/token', good);
    expect(answer.body).toMatchObject({ token_type: 'bearer', message: 'Successfully authenticated.' });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^access_token_cookie=\S+; HttpOnly; Max-Age=86400; Path=\/; SameSite=lax$/,
    );
    const refused = await ask(rig.server, 'POST', '/auth/token', bad);
    expect(refused.status).toBe(422);
    expect((refused.body as { detail: unknown }).detail).toBeInstanceOf(Array);
    const { access_token: token } = answer.body as { access_token: string };
    const account = await ask(rig.server, 'GET', '/api/account', undefined, token);
    expect(account.body).toMatchObject({ username: 'mod', role: 'moderator', is_active: true });
  });

  it('is remembered for four weeks, refused with 401, and useless to the disabled', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const remembered = await ask(rig.server, 'POST', '/auth/token', form({ ...login, remember_me: 'true' }));
    expect(remembered.headers.get('set-cookie')).toContain('Max-Age=2419200');
    const wrong = await ask(rig.server, 'POST', '/auth/token', form({ ...login, password: 'no' }));
    expect([wrong.status, wrong.body]).toEqual([401, { detail: 'Incorrect username or password' }]);
    const disabled = await ask(rig.server, 'POST', '/auth/token', form({ ...login, username: 'gone' }));
    expect(disabled.status).toBe(200);
    const { access_token: token } = disabled.body as { access_token: string };
    expect((await ask(rig.server, 'GET', '/api/account', undefined, token)).status).toBe(401);
  });

  it.each([
    ['3.8', 'GET', '/auth/refresh-token', '/auth/reauth'],
    ['3.10', 'POST', '/auth/reauth', '/auth/refresh-token'],
  ] as const)('is renewed in %s with %s %s', async (protocolVersion, method, path, other) => {
    await using rig = await startBedrock({ protocolVersion });
    const body = method === 'POST' ? form({ remember_me: 'true' }) : undefined;
    expect((await rig.ask(method, path, body)).body).toHaveProperty('access_token');
    expect((await rig.ask(method, path, body, 'gone')).status).toBe(401);
    expect((await rig.ask(method, other)).status).toBe(404);
  });

  it('ends with a cookie less and the token as good as before, until it is over', async () => {
    let now = Date.now();
    await using rig = await startBedrock({ protocolVersion: '3.10', now: () => now });
    const { token } = rig.server.issueToken('guest', 60_000);
    const out = await ask(rig.server, 'GET', '/auth/logout', undefined, token);
    expect(out.headers.get('set-cookie')).toContain('access_token_cookie=""');
    expect((await ask(rig.server, 'GET', '/api/servers', undefined, token)).status).toBe(200);
    now += 60_000;
    const late = await ask(rig.server, 'GET', '/api/servers', undefined, token);
    expect([late.status, late.text]).toEqual([401, '{"detail":"Not authenticated"}']);
  });
});

describe('pages of dashboards', () => {
  it('may ask from where they are developed, and from nowhere else', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const from = (origin: string, method = 'GET'): Promise<Response> =>
      fetch(`${rig.server.url}/api/info`, {
        method,
        headers: {
          connection: 'close',
          origin,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      });
    const allowed = 'http://localhost:5173';
    const answer = await from(allowed);
    expect(answer.headers.get('access-control-allow-origin')).toBe(allowed);
    expect(await answer.json()).toHaveProperty('info');
    const asked = await from(allowed, 'OPTIONS');
    expect([await asked.text(), asked.headers.get('access-control-allow-headers')]).toEqual([
      'OK',
      'authorization',
    ]);
    const stranger = await from('http://elsewhere.example', 'OPTIONS');
    expect([stranger.status, await stranger.text()]).toEqual([400, 'Disallowed CORS origin']);
    const unread = await from('http://elsewhere.example');
    expect(unread.headers.get('access-control-allow-origin')).toBeNull();
    await unread.arrayBuffer();
  });
});

describe('who may do what', () => {
  const cases = [
    ['GET', '/api/servers', 'user'],
    ['GET', '/api/server/alpha/status', 'user'],
    ['GET', '/api/server/alpha/process_info', 'user'],
    ['GET', '/api/server/alpha/settings/get', 'user'],
    ['GET', '/api/tasks/list', 'user'],
    ['GET', '/api/server/alpha/summary', 'moderator'],
    ['POST', '/api/server/alpha/start', 'moderator'],
    ['GET', '/api/server/alpha/backup/list/all', 'moderator'],
    ['GET', '/api/players/get', 'moderator'],
    ['POST', '/api/server/alpha/update', 'admin'],
    ['DELETE', '/api/server/beta/delete', 'admin'],
    ['POST', '/api/server/alpha/world/export', 'admin'],
  ] as const;

  it('is a matter of three roles', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const detail = { detail: 'You do not have permission to access this resource.' };
    for (const [method, path, role] of cases) {
      expect((await ask(rig.server, method, path)).status, path).toBe(401);
      const guest = await rig.ask(method, path, undefined, 'guest');
      const mod = await rig.ask(method, path, undefined, 'mod');
      expect([path, guest.status < 400, mod.status < 400]).toEqual([path, role === 'user', role !== 'admin']);
      if (role === 'admin') expect(mod.body).toEqual(detail);
      expect((await rig.ask(method, path)).status, path).toBeLessThan(300);
    }
  });

  it('nobody is asked for what is public', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const info = await ask(rig.server, 'GET', '/api/info');
    expect(info.body).toMatchObject({ info: { app_version: '3.10.3' } });
    expect((await ask(rig.server, 'GET', '/api/setup/status')).text).toBe('{"needs_setup":false}');
    const { paths } = (await ask(rig.server, 'GET', '/api/openapi.json')).body as { paths: object };
    expect(paths).toHaveProperty(['/api/server/{server_name}/start', 'post']);
  });
});
