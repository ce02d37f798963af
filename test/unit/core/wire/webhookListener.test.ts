import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import { WebhookListener, WebhookListenerError } from '../../../../src/core/wire/webhookListener.ts';
import { ManualClock } from '../helpers.ts';
import { Room } from './sockets.ts';
import { ask, listenForWebhooks, rawTo } from './webhooks.ts';

const textOf = (message: { readonly bytes: Uint8Array } | undefined): string =>
  Buffer.from(message?.bytes ?? []).toString();

describe('a listener for webhooks', () => {
  let room: Room;
  beforeEach(() => {
    room = new Room();
  });
  afterEach(() => room.close());

  it('hands over a body with its headers and answers nothing but a number', async () => {
    const { listener, messages } = await listenForWebhooks(room);
    const answer = await ask(listener.address, { body: '{"a":"ä"}', headers: { 'X-KGSM-Retry-Count': '1' } });
    expect(answer).toMatchObject({ status: 200, body: '' });
    const [message] = await messages.first(1);
    expect(textOf(message)).toBe('{"a":"ä"}');
    expect(message).toMatchObject({ size: 10, truncated: false, slow: false, broken: false });
    expect(message?.headers['x-kgsm-retry-count']).toBe('1');
  });

  it.each(['GET', 'HEAD'])('answers %s with nothing, whoever looks whether it is there', async (method) => {
    const { listener, messages } = await listenForWebhooks(room);
    expect(await ask(listener.address, { method })).toMatchObject({ status: 200, body: '' });
    expect(messages.all).toEqual([]);
  });

  it.each(['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('does not allow %s', async (method) => {
    const { listener, messages } = await listenForWebhooks(room);
    const answer = await ask(listener.address, { method, body: method === 'TRACE' ? '' : '{}' });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('POST, GET, HEAD');
    expect(messages.all).toEqual([]);
  });

  it('knows its own path alone, where it has one, and every path where it has none', async () => {
    const own = await listenForWebhooks(room, { path: '/kgsm' });
    const base = own.listener.address.slice(0, -'/kgsm'.length);
    expect((await ask(`${base}/`, { body: '{}' })).status).toBe(404);
    expect((await ask(`${base}/kgsm/x`, { body: '{}' })).status).toBe(404);
    expect((await ask(`${base}/nothing`, { method: 'HEAD' })).status).toBe(404);
    expect(own.messages.all).toEqual([]);
    expect((await ask(`${base}/kgsm?x=1`, { body: '{}' })).status).toBe(200);
    expect(own.messages.all).toHaveLength(1);
    const any = await listenForWebhooks(room);
    expect((await ask(`${any.listener.address}some/where`, { body: '{}' })).status).toBe(200);
    expect(any.messages.all).toHaveLength(1);
  });

  it('keeps a body up to the cap, counts the rest, and says that it was too much', async () => {
    const { listener, messages } = await listenForWebhooks(room, { maxMessageBytes: 1000 });
    expect((await ask(listener.address, { body: 'x'.repeat(50_000) })).status).toBe(413);
    const [message] = await messages.first(1);
    expect(message).toMatchObject({ size: 50_000, truncated: true, broken: false });
    expect(message?.bytes).toHaveLength(1000);
  });

  it('takes five megabytes with the usual cap without keeping them', async () => {
    const { listener, messages } = await listenForWebhooks(room);
    expect((await ask(listener.address, { body: new Uint8Array(5_000_000) })).status).toBe(413);
    const [message] = await messages.first(1);
    expect(message).toMatchObject({ size: 5_000_000, truncated: true });
    expect(message?.bytes).toHaveLength(1024 * 1024);
  });

  it('cuts off what never stops', async () => {
    const { listener, messages } = await listenForWebhooks(room, { maxMessageBytes: 1024 });
    const { socket, ended } = await rawTo(room, listener.port);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n');
    const feed = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(16_384)));
    };
    socket.on('drain', feed);
    feed();
    await ended;
    const [message] = await messages.first(1);
    expect(message).toMatchObject({ truncated: true, broken: true });
    expect(message?.bytes).toHaveLength(1024);
  });

  it('gives a slow sender no more than its time', async () => {
    const clock = new ManualClock();
    const { listener, messages } = await listenForWebhooks(room, { clock, maxRequestMs: 5000 });
    const head = await rawTo(room, listener.port);
    head.socket.write('POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const body = await rawTo(room, listener.port);
    body.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half":');
    // By the time that somebody who comes later has an answer, both were read.
    await ask(listener.address, { method: 'HEAD' });
    clock.advance(5000);
    expect(await head.ended).toBe('');
    expect(await body.ended).toContain('408');
    expect(messages.all.map(textOf)).toEqual(['{"half":']);
    expect(messages.all).toMatchObject([{ slow: true, broken: false }]);
  });

  it('lets a connection rest no longer than its time, and waits for nothing after that', async () => {
    const clock = new ManualClock();
    const { listener } = await listenForWebhooks(room, { clock });
    const { socket, ended } = await rawTo(room, listener.port);
    socket.write('HEAD / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    expect(clock.waiting).toBe(1);
    clock.advance(10_000);
    expect(await ended).toContain('200 OK');
    await listener.dispose();
    expect(clock.waiting).toBe(0);
  });

  it('delivers what came before a connection broke, and says so', async () => {
    const { listener, messages } = await listenForWebhooks(room);
    const { socket } = await rawTo(room, listener.port);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n');
    await once(socket, 'data');
    socket.end('{"half":');
    const [message] = await messages.first(1);
    expect(textOf(message)).toBe('{"half":');
    expect(message).toMatchObject({ broken: true, truncated: false });
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', '400'],
    ['a method that nobody knows', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', '400'],
    ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', '400'],
    ['a head without end', `GET / HTTP/1.1\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`, '431'],
  ])('ends a connection that brings %s', async (_name, bytes, status) => {
    const { listener, messages } = await listenForWebhooks(room);
    const { socket, ended } = await rawTo(room, listener.port);
    socket.write(bytes);
    expect(await ended).toMatch(new RegExp(`^(HTTP/1.1 ${status}|$)`));
    expect(messages.all).toEqual([]);
    expect((await ask(listener.address, { body: '{}' })).status).toBe(200);
  });

  it('takes nothing from a page in a browser', async () => {
    const { listener, messages } = await listenForWebhooks(room);
    const answer = await ask(listener.address, { body: '{}', headers: { Origin: 'https://example.org' } });
    expect(answer.status).toBe(403);
    expect(messages.all).toEqual([]);
  });

  it('asks before the answer whether a whole body is welcome', async () => {
    const { listener, messages } = await listenForWebhooks(room, {
      admit: (body, headers) => headers['x-key'] === String(body.length),
    });
    expect((await ask(listener.address, { body: '{}', headers: { 'X-Key': '3' } })).status).toBe(401);
    expect(messages.all).toEqual([]);
    expect((await ask(listener.address, { body: '{}', headers: { 'X-Key': '2' } })).status).toBe(200);
    expect(messages.all).toHaveLength(1);
  });

  it('takes an empty body for a look and no message', async () => {
    const { listener, messages } = await listenForWebhooks(room, { admit: () => false });
    expect((await ask(listener.address, { body: '' })).status).toBe(200);
    expect(messages.all).toEqual([]);
  });

  it('takes several bodies through one connection, in their order', async () => {
    const { listener, messages } = await listenForWebhooks(room);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    room.onClose(() => {
      agent.destroy();
    });
    for (const body of ['1', '2', '3']) {
      const asked = request(listener.address, { method: 'POST', agent });
      asked.end(body);
      const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
      response.resume();
      await once(response, 'end');
    }
    expect(messages.all.map(textOf)).toEqual(['1', '2', '3']);
  });

  it('loses nothing of a sender that does not wait for answers', async () => {
    const { listener, messages } = await listenForWebhooks(room);
    const { socket, ended } = await rawTo(room, listener.port);
    const post = (body: string): string =>
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`;
    socket.write(
      post('first') +
        post('second') +
        post('third') +
        'HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect((await ended).match(/200 OK/g)).toHaveLength(4);
    expect(messages.all.map(textOf)).toEqual(['first', 'second', 'third']);
  });

  it('answers the program that KGSM uses, for a look and for an event', async () => {
    const found = spawnSync('wget', ['--version']);
    expect(found.error, 'this test needs wget, which KGSM needs too').toBeUndefined();
    const { listener, messages } = await listenForWebhooks(room);
    const wget = async (...args: string[]): Promise<number> => {
      const child = spawn('wget', ['--quiet', '--tries=1', '-O', '-', ...args, listener.address], {
        env: { PATH: process.env['PATH'] },
        stdio: 'ignore',
      });
      const [code] = (await once(child, 'exit')) as [number];
      return code;
    };
    expect(await wget('--spider')).toBe(0);
    expect(messages.all).toEqual([]);
    expect(await wget('--header', 'Content-Type: application/json', '--post-data', '{"a": 1}')).toBe(0);
    expect(messages.all.map(textOf)).toEqual(['{"a": 1}']);
  });

  it('says why it cannot listen', async () => {
    const { listener } = await listenForWebhooks(room);
    const reasonOf = async (host: string, port: number): Promise<string> => {
      const error: unknown = await WebhookListener.listen({
        host,
        port,
        onMessage: () => undefined,
      }).catch((thrown: unknown) => thrown);
      if (!WebhookListenerError.is(error))
        throw new Error(`expected a WebhookListenerError: ${String(error)}`);
      expect(english(error.text)).toBe(error.message);
      return error.reason;
    };
    expect(await reasonOf('127.0.0.1', listener.port)).toBe('portTaken');
    // A network that is only for documents.
    expect(await reasonOf('192.0.2.1', 0)).toBe('addressUnavailable');
    expect(await reasonOf('no.such.host.invalid', 0)).toBe('addressUnavailable');
  });

  it('ends every connection when it is disposed, and the port is free again', async () => {
    const { listener, messages } = await listenForWebhooks(room);
    const idle = await rawTo(room, listener.port);
    idle.socket.write('HEAD / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle.socket, 'data');
    const busy = await rawTo(room, listener.port);
    busy.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n');
    await once(busy.socket, 'data');
    await listener.dispose();
    await Promise.all([idle.ended, busy.ended]);
    expect(messages.all).toEqual([]);
    const again = await listenForWebhooks(room, { port: listener.port });
    expect((await ask(again.listener.address, { body: '{}' })).status).toBe(200);
  });
});
