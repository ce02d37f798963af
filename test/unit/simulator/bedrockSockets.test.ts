import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { makeSelfSigned } from '../../../src/simulator/notifier/certificates.ts';
import { Listener, short, startBedrock, type Rig } from './bedrockServer.ts';

/** The status that a handshake is refused with. */
async function refused(rig: Rig, path: string): Promise<number | undefined> {
  const socket = new WebSocket(rig.server.url.replace(/^http/, 'ws') + path);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
  socket.terminate();
  return response.statusCode;
}

const acknowledged = '{"status": "success", "message": "Authenticated successfully"}';

describe('letting somebody in', () => {
  it('3.7 refuses the handshake itself, with nothing but a 403', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.7' });
    const { token } = rig.server.issueToken('admin');
    const tokenOfDisabled = rig.server.issueToken('gone').token;
    for (const path of [
      '/ws',
      '/ws?token=no',
      `/ws?token=${tokenOfDisabled}`,
      `/ws/?token=${token}`,
      '/bsm/ws',
    ])
      expect(await refused(rig, path)).toBe(403);
    const listener = await Listener.open(rig.server, `/ws?token=${token}`);
    listener.say({ action: 'authenticate', token });
    expect(await listener.next()).toBe('{"status": "error", "message": "Action and topic are required."}');
    listener.drop();
  });

  it.each(['3.8', '3.9'] as const)(
    '%s accepts first and then says what is wrong',
    async (protocolVersion) => {
      await using rig = await startBedrock({ protocolVersion });
      const expired = rig.server.issueToken('admin').token;
      rig.server.expireToken(expired);
      for (const [query, reason] of [
        ['', 'Missing token'],
        ['?token=x.y.z', 'Invalid token'],
        [`?token=${expired}`, 'Invalid token'],
        [`?token=${rig.server.issueToken('nobody').token}`, 'User not found or inactive'],
        [`?token=${rig.server.issueToken('gone').token}`, 'User not found or inactive'],
      ] as const) {
        const listener = await Listener.open(rig.server, `/ws${query}`);
        expect(await listener.closed).toEqual({ code: 1008, reason });
      }
      expect(await refused(rig, '/ws/')).toBe(403);
    },
  );

  it('3.9 takes a cookie before the query, even if that is wrong; 3.8 knows no cookies', async () => {
    const cookie = (token: string): object => ({ headers: { cookie: `access_token_cookie=${token}` } });
    await using rig = await startBedrock({ protocolVersion: '3.9' });
    const { token } = rig.server.issueToken('admin');
    const good = await Listener.open(rig.server, '/ws', cookie(token));
    expect(await good.soFar()).toEqual([]);
    good.drop();
    const bad = await Listener.open(rig.server, `/ws?token=${token}`, cookie('no'));
    expect(await bad.closed).toEqual({ code: 1008, reason: 'Invalid token' });
    await using older = await startBedrock({ protocolVersion: '3.8' });
    const none = await Listener.open(older.server, '/ws', cookie(older.server.issueToken('admin').token));
    expect(await none.closed).toEqual({ code: 1008, reason: 'Missing token' });
  });

  it('3.10 wants it said first, and knows these ways of being wrong', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const disabled = rig.server.issueToken('gone').token;
    for (const [first, reason] of [
      ['hello', 'Internal Authentication Error'],
      ['[]', 'Internal Authentication Error'],
      [{ action: 'subscribe', topic: '*' }, 'Missing authentication message'],
      [{ action: 'authenticate' }, 'Missing token'],
      [{ action: 'authenticate', token: '' }, 'Missing token'],
      [{ action: 'authenticate', token: 'x.y.z' }, 'Invalid token, user not found, or inactive'],
      [{ action: 'authenticate', token: disabled }, 'Invalid token, user not found, or inactive'],
    ] as const) {
      const listener = await Listener.open(rig.server, '/ws');
      listener.say(first);
      expect(await listener.closed).toEqual({ code: 1008, reason });
    }
    const binary = await Listener.open(rig.server, '/ws');
    binary.socket.send(Buffer.from('{"action":"authenticate"}'));
    expect((await binary.closed).reason).toBe('Internal Authentication Error');
  });

  it('3.10 ignores the query, falls back to the cookie, and does not wait for ever', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10', timing: { authMs: 20 } });
    const { token } = rig.server.issueToken('admin');
    const late = await Listener.open(rig.server, `/ws?token=${token}`);
    expect(await late.closed).toEqual({ code: 1008, reason: 'Authentication timeout' });
    await using patient = await startBedrock({ protocolVersion: '3.10' });
    const headers = { cookie: `a=b; access_token_cookie=${patient.server.issueToken('admin').token}` };
    const listener = await Listener.open(patient.server, '/ws', { headers });
    listener.say({ action: 'authenticate' });
    expect(await listener.next()).toBe(acknowledged);
    listener.drop();
  });

  it('goes on with a socket whose token is over or whose user is disabled', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const { token } = rig.server.issueToken('mod');
    const listener = await Listener.open(rig.server, '/ws');
    listener.say({ action: 'authenticate', token });
    await listener.next();
    rig.server.expireToken(token);
    rig.server.setEnabled('mod', false);
    await listener.subscribe('event:x');
    await rig.server.emit('x', {});
    expect(await listener.next()).toBe('{"type": "event", "topic": "event:x", "data": {}}');
    listener.drop();
  });

  it('is found below a base path and behind TLS only there', async () => {
    const identity = makeSelfSigned().server;
    await using rig = await startBedrock({ protocolVersion: '3.10', basePath: '/bsm', tls: identity });
    const listener = await Listener.open(rig.server, '/ws', { rejectUnauthorized: false });
    expect(listener.socket.extensions).toContain('permessage-deflate');
    expect(rig.server.url).toMatch(/^https:.*\/bsm$/);
    listener.drop();
  });
});

describe('what clients may say', () => {
  it('is answered like this', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const listener = await rig.enter('guest');
    const required = '{"status": "error", "message": "Action and topic are required."}';
    for (const [message, answer] of [
      [{ action: 'subscribe', topic: 'event:é' }, `Subscribed to topic 'event:\\u00e9'`],
      [{ action: 'subscribe', topic: 'event:é' }, `Subscribed to topic 'event:\\u00e9'`],
      [{ action: 'unsubscribe', topic: 'never' }, `Unsubscribed from topic 'never'`],
      [{ action: 'subscribe', topic: 'app_log' }, `Subscribed to topic 'app_log'`],
    ] as const) {
      listener.say(message);
      expect(await listener.next()).toBe(`{"status": "success", "message": "${answer}"}`);
    }
    for (const message of [{}, { action: 'subscribe' }, { topic: 'x' }, { action: 'subscribe', topic: [] }]) {
      listener.say(message);
      expect(await listener.next()).toBe(required);
    }
    listener.say({ action: 'ping', topic: 't' });
    expect(await listener.next()).toBe(`{"status": "error", "message": "Unknown action: 'ping'"}`);
  });

  it.each([
    ['no JSON', 'hello'],
    ['a list', '["subscribe"]'],
    ['a topic that is a list', '{"action":"subscribe","topic":["a"]}'],
    ['a topic that is an object', '{"action":"unsubscribe","topic":{"a":1}}'],
  ])('kills the connection without a close frame if it is %s', async (_, text) => {
    await using rig = await startBedrock({ protocolVersion: '3.9' });
    const [listener, witness] = [await rig.enter(), await rig.enter()];
    listener.say(text);
    expect((await listener.closed).code).toBe(1006);
    expect(await witness.soFar()).toEqual([]);
  });

  it('poisons logs and later monitors for all if a topic is a number', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10', timing: { logMs: 5 } });
    const [early, bad] = [await rig.enter(), await rig.enter('guest')];
    await early.subscribe('resource-monitor:alpha');
    bad.say({ action: 'subscribe', topic: 5 });
    expect(await bad.next()).toBe(`{"status": "success", "message": "Subscribed to topic '5'"}`);
    await early.subscribe('resource-monitor:beta', 'server_log:alpha');
    await rig.leave(bad);
    rig.server.sample();
    const heard = await early.soFar();
    expect(heard.map(short)).toEqual(['resource-monitor:alpha success']);
    // A restart alone heals it.
    expect(rig.server.subscriptions.get(5)).toBe(0);
    await rig.server.restart();
    expect(rig.server.subscriptions.size).toBe(0);
  });
});

describe('who hears what', () => {
  it('is everybody once, whoever subscribed by name or to everything; 3.7 tells nothing to those', async () => {
    for (const [protocolVersion, heard] of [
      ['3.10', ['x']],
      ['3.7', []],
    ] as const) {
      await using rig = await startBedrock({ protocolVersion });
      const [all, both] = [await rig.enter(), await rig.enter()];
      await all.subscribe('*');
      await both.subscribe('*', 'event:x');
      await rig.server.emit('x', {});
      expect((await all.soFar()).map(short)).toEqual(heard);
      expect((await both.soFar()).map(short)).toEqual(['x']);
    }
  });

  it('tells of processes only while somebody asked by name, and then also those who want everything', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const [all, one] = [await rig.enter(), await rig.enter()];
    await all.subscribe('*');
    rig.server.sample();
    await one.subscribe('resource-monitor:alpha', 'resource-monitor:nope', 'resource-monitor:');
    rig.server.sample();
    const heard = await all.soFar();
    expect(heard).toEqual(await one.soFar());
    expect(heard).toHaveLength(2);
    expect(heard[0]).toContain('"cpu_percent": 0.0, "memory_mb": 0.8, "uptime": "0:00:0');
    expect(heard[1]).toContain(`"Server process 'nope' not found or is inaccessible.", "process_info": null`);
    await rig.leave(one);
    rig.server.sample();
    expect(await all.soFar()).toEqual([]);
  });

  it('tells tasks to all sockets of their user and to nobody else', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const [one, two, other] = [await rig.enter('mod'), await rig.enter('mod'), await rig.enter()];
    await other.subscribe('*');
    const id = await rig.server.runTask('mod', () => Promise.reject(new Error('task raised')));
    await other.subscribe(`task:${id}`);
    for (const listener of [one, two]) {
      expect(short(await listener.next())).toBe('task in_progress');
      expect(await listener.next()).toBe(
        `{"type": "task_update", "topic": "task:${id}", "data": {"status": "error", "message": "task raised", "result": null, "username": "mod"}}`,
      );
    }
    expect(await other.soFar()).toEqual([]);
  });

  it('plays back events to topics, tasks to users, and anything else as it is', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const [listener, other] = [await rig.enter(), await rig.enter('guest')];
    await listener.subscribe('event:x');
    await rig.server.broadcast({ topic: 'event:x', data: { a: 1 } });
    await rig.server.broadcast({ topic: 'task:1', data: { username: 'admin' } });
    await rig.server.sendRaw('not JSON');
    expect(await listener.soFar()).toEqual([
      '{"topic": "event:x", "data": {"a": 1}}',
      '{"topic": "task:1", "data": {"username": "admin"}}',
      'not JSON',
    ]);
    expect(await other.soFar()).toEqual(['not JSON']);
  });

  it('says nothing more to a zombie, not even an answer, and goes on answering pings', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const listener = await rig.enter();
    await listener.subscribe('*');
    rig.server.makeZombies('admin');
    listener.say({ action: 'unsubscribe', topic: 'probe' });
    await rig.server.emit('x', {});
    listener.socket.ping();
    await once(listener.socket, 'pong');
    expect(listener.waiting).toBe(0);
    expect([rig.server.sockets, rig.server.clients]).toEqual([1, 0]);
  });
});

describe('logs', () => {
  it('begin with their end for who comes first, and go on for all', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10', timing: { logMs: 5 } });
    const [one, two] = [await rig.enter(), await rig.enter()];
    rig.server.writeLog('beta', `${'x'.repeat(3000)}tail\n`);
    await one.subscribe('server_log:beta');
    const first = JSON.parse(await one.next()) as { type: string; data: string };
    expect(first.type).toBe('log_update');
    expect(first.data).toHaveLength(2048);
    await two.subscribe('server_log:beta');
    rig.server.writeLog('beta', 'more');
    const more = '{"type": "log_update", "topic": "server_log:beta", "data": "more"}';
    expect([await one.next(), await two.next()]).toEqual([more, more]);
  });

  it('are told again to a lone client that comes back, start anew with their server, and tell of the program', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.8', timing: { logMs: 5 } });
    const listener = await rig.enter();
    await listener.subscribe('server_log:alpha');
    const tail = await listener.next();
    await rig.leave(listener);
    const again = await rig.enter();
    // Another log is read in between, so that the loop has seen that nobody was there.
    await again.subscribe('app_log');
    expect(await again.next()).toContain('Application startup complete.');
    await again.subscribe('server_log:alpha');
    expect(await again.next()).toBe(tail);
    rig.server.writeLog('alpha', 'the last words');
    expect(await again.next()).toContain('"data": "the last words"');
    await rig.ask('POST', '/api/server/alpha/restart');
    const texts = await again.until((text) => text.includes('log_update'));
    expect(texts.at(-1)).toContain('NO LOG FILE!');
  });

  it('do not exist in 3.7', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.7', timing: { logMs: 1, monitorMs: 5 } });
    const listener = await rig.enter();
    await listener.subscribe('server_log:alpha', 'resource-monitor:alpha');
    for (let round = 0; round < 3; round++) expect(await listener.next()).toContain('resource_update');
  });
});

describe('the end of a connection', () => {
  it('is a 1012 when the program ends; users and tokens are all that outlives it', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const listener = await rig.enter();
    await listener.subscribe('*');
    const { token } = rig.server.issueToken('admin');
    const id = await rig.server.runTask('admin', () => Promise.resolve({ status: 'success' }));
    const { port } = rig.server;
    await rig.server.stop();
    expect(await listener.closed).toEqual({ code: 1012, reason: '' });
    const probe = connect(port, '127.0.0.1');
    const [error] = (await once(probe, 'error')) as [{ code?: string }];
    expect(error.code).toBe('ECONNREFUSED');
    await rig.server.start();
    expect(rig.server.port).toBe(port);
    expect((await rig.ask('GET', `/api/tasks/status/${id}`)).body).toEqual({ detail: 'Task not found' });
    expect((await rig.ask('GET', '/api/servers')).text).toContain('"name":"alpha","status":"STOPPED"');
    const again = await Listener.open(rig.server, '/ws');
    again.say({ action: 'authenticate', token });
    expect(await again.next()).toBe(acknowledged);
    again.drop();
  });

  it('can be any other, or none at all', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10' });
    const first = await rig.enter();
    rig.server.killSockets(1011, 'oops');
    expect(await first.closed).toEqual({ code: 1011, reason: 'oops' });
    const second = await rig.enter();
    rig.server.killSockets();
    expect((await second.closed).code).toBe(1006);
  });

  it('is a 1011 for who answers no pings, if it is told to send some', async () => {
    await using rig = await startBedrock({ protocolVersion: '3.10', keepaliveMs: 30 });
    const lazy = await Listener.open(rig.server, '/ws', { autoPong: false });
    expect(await lazy.closed).toEqual({ code: 1011, reason: 'keepalive ping timeout' });
  });
});
