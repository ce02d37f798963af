import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { fake, obliging } from './fake.ts';
import { failed, open, password, ready, startServer } from './rig.ts';

const message = '3.10.3';
const reasons = [
  'Authentication timeout',
  'Missing authentication message',
  'Missing token',
  'Invalid token, user not found, or inactive',
  'Internal Authentication Error',
  'Invalid token',
  'Invalid token payload',
  'User not found or inactive',
];

describe('a close with 1008', () => {
  it.each(reasons.flatMap((reason) => [message, '3.8.0'].map((version) => [reason, version] as const)))(
    'because of "%s" from %s waits for the user, who is asked to sign in again',
    async (reason, version) => {
      await using server = await fake({
        version,
        socket(socket) {
          socket.once('message', () => {
            socket.close(1008, reason);
          });
        },
      });
      await using opened = open(server.url);
      await failed(opened);
      expect(opened.connection.failure).toMatchObject({ retry: false, secret: 'password' });
      expect(opened.states().at(-1)).toBe(
        `failed: The server does not accept the sign-in (${reason}). Sign in again.`,
      );
      expect(opened.connection.active).toBe(false);
      // Each way that the release knows was tried once at most.
      expect(server.asked.filter((asked) => asked.startsWith('WS')).length).toBeLessThanOrEqual(2);
    },
  );

  it('in the middle of a conversation is answered by signing in anew', async () => {
    const sockets: WebSocket[] = [];
    await using server = await fake({
      version: message,
      socket(socket) {
        sockets.push(socket);
        obliging(socket);
      },
    });
    await using opened = open(server.url);
    await ready(opened);
    sockets[0]?.close(1008, 'Invalid token');
    await opened.until(() => opened.states().filter((state) => state === 'ready').length === 2);
    expect(opened.states()).toContain(
      'waiting: The server ended the conversation (Invalid token); signing in anew.',
    );
    expect(server.asked.filter((asked) => asked === 'POST /auth/token')).toHaveLength(2);
  });
});

describe.each([
  [1012, 'The server is being restarted.'],
  [1011, 'The server gave the connection up: keepalive ping timeout'],
  [1006, 'The connection broke without a goodbye.'],
  [4000, 'The server closed the connection (4000: keepalive ping timeout).'],
])('a close with %d', (code, words) => {
  it('is tried again by itself', async () => {
    const sockets: WebSocket[] = [];
    await using server = await fake({
      version: message,
      socket(socket) {
        sockets.push(socket);
        obliging(socket);
      },
    });
    await using opened = open(server.url);
    await ready(opened);
    if (code === 1006) sockets[0]?.terminate();
    else sockets[0]?.close(code, 'keepalive ping timeout');
    await opened.until(() => opened.states().filter((state) => state === 'ready').length === 2);
    expect(opened.states()).toContain(`waiting: ${words}`);
  });
});

describe('the way to tell who we are', () => {
  it('is found where the release does not tell its name', async () => {
    await using server = await fake({
      socket(socket, request) {
        if (request.url?.includes('token=')) obliging(socket);
        else socket.close(1008, 'Missing token');
      },
    });
    await using opened = open(server.url);
    await ready(opened);
    expect(server.asked.filter((asked) => asked.startsWith('WS'))).toEqual(['WS /ws', 'WS /ws?token=a.b.c']);
  });

  it('is found where the handshake is refused without a token', async () => {
    await using server = await fake({
      refuse: (request) => (request.url?.includes('token=') ? undefined : 403),
      socket: (socket) => {
        obliging(socket);
      },
    });
    await using opened = open(server.url);
    await ready(opened);
  });

  it('is the cookie where a proxy takes the query away', async () => {
    const cookies: (string | undefined)[] = [];
    await using server = await fake({
      version: '3.9.1',
      socket(socket, request) {
        cookies.push(request.headers.cookie);
        if (request.headers.cookie === 'access_token_cookie=a.b.c') obliging(socket);
        else socket.close(1008, 'Missing token');
      },
    });
    await using opened = open(server.url);
    await ready(opened);
    expect(cookies).toEqual([undefined, 'access_token_cookie=a.b.c']);
  });

  it('is a stored token instead of the password, which is then never asked for', async () => {
    await using server = await startServer();
    const { token } = server.issueToken('mod');
    await using opened = open(server.url, { secrets: { token } });
    await ready(opened);
    expect(opened.types()).not.toContain('POST /auth/token');
    expect(opened.conversation().role).toBe('moderator');
  });

  it('is the password where the stored token is over, and the token is asked for where there is none', async () => {
    await using server = await startServer();
    const { token } = server.issueToken('admin');
    server.expireToken(token);
    await using second = open(server.url, { secrets: { token, password } });
    await ready(second);
    await using first = open(server.url, { secrets: { token } });
    await failed(first);
    expect(first.connection.failure).toMatchObject({ retry: false, secret: 'token' });
  });

  it('needs a password that is stored', async () => {
    await using server = await startServer();
    await using opened = open(server.url, { secrets: {} });
    await failed(opened);
    expect(opened.connection.failure).toMatchObject({ retry: false, secret: 'password' });
    expect(opened.states().at(-1)).toBe('failed: No password of admin is stored. Sign in first.');
  });
});

describe('what answers instead of the server', () => {
  const page = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>';

  it.each([
    [502, true, 'The program is starting, or a proxy does not reach it.'],
    [200, false, 'Is this the address of Bedrock Server Manager'],
    [404, false, 'Is this the address of Bedrock Server Manager'],
  ])('a web page with status %d is told as such; trying again: %s', async (status, retry, cure) => {
    await using server = await fake({
      answer(_, response) {
        response.writeHead(status, { 'content-type': 'text/html' });
        response.end(page);
        return true;
      },
    });
    await using opened = open(server.url);
    await opened.until(() => opened.connection.failure !== undefined);
    expect(opened.connection.failure?.retry).toBe(retry);
    expect(opened.states().join('\n')).toContain(
      `answered ${String(status)} with a web page (502 Bad Gateway) instead of data. ${cure}`,
    );
  });

  it('a redirection is told and not followed', async () => {
    await using server = await fake({
      answer(_, response) {
        response.writeHead(302, { location: 'https://sso.example/login' });
        response.end();
        return true;
      },
    });
    await using opened = open(server.url);
    await failed(opened);
    expect(opened.states().at(-1)).toContain(
      'answered 302 and points to https://sso.example/login; it is not followed.',
    );
    expect(server.asked).toEqual(['GET /api/info']);
  });

  it('a proxy that does not pass the WebSocket on is told as such', async () => {
    await using server = await fake({ version: message, refuse: () => 404 });
    await using opened = open(server.url);
    await failed(opened);
    expect(opened.states().at(-1)).toMatch(
      /^failed: .* answered 404 instead of opening a WebSocket: refused$/,
    );
  });

  it('nobody is waited for', async () => {
    const server = await fake({ version: message });
    await server[Symbol.asyncDispose]();
    await using opened = open(server.url);
    await opened.until(() => opened.connection.failure !== undefined);
    expect(opened.connection.failure).toMatchObject({ retry: true });
  });
});

describe('behind a path', () => {
  it('all addresses begin with it', async () => {
    await using server = await startServer({ basePath: '/games/bsm' });
    await using opened = open(`${server.url}/`);
    await ready(opened);
    expect(opened.servers()).toEqual(['alpha stopped', 'beta stopped']);
    expect(opened.connection.session?.address).toMatch(/^ws:.*\/games\/bsm\/ws$/);
  });
});
