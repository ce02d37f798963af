import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  WebSocketConnection,
  WebSocketError,
  type WebSocketMessage,
  type WebSocketOptions,
} from '../../../../src/core/wire/webSocket.ts';
import { identities } from '../../simulator/pem.ts';

interface Place extends AsyncDisposable {
  readonly port: number;
}

async function listen(
  server: Server,
  onSocket: (socket: WebSocket, headers: object) => void = () => undefined,
): Promise<Place> {
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request: IncomingMessage, raw: Socket, head: Buffer) => {
    sockets.handleUpgrade(request, raw, head, (socket) => {
      onSocket(socket, request.headers);
    });
  });
  return place(server);
}

async function place(server: Server): Promise<Place> {
  const raw = new Set<Socket>();
  server.on('connection', (socket) => raw.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of raw) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function open(url: string, options: Partial<WebSocketOptions> = {}): Promise<WebSocketConnection> {
  return WebSocketConnection.open({
    url,
    timeoutMs: 5000,
    maxMessageBytes: 1000,
    signal: new AbortController().signal,
    onMessage: () => undefined,
    ...options,
  });
}

describe('a WebSocket', () => {
  it('carries messages both ways without compression, and tells how it ended', async () => {
    const headers: object[] = [];
    await using there = await listen(createServer(), (socket, given) => {
      headers.push(given);
      socket.send('at once');
      socket.on('message', (data: Buffer) => {
        socket.send(data);
        socket.close(4001, 'en\nough');
      });
    });
    const seen: WebSocketMessage[] = [];
    const wire = await open(`ws://127.0.0.1:${String(there.port)}/`, {
      headers: { Cookie: 'a=b' },
      onMessage: (message) => seen.push(message),
    });
    await wire.send('ünïcode');
    expect(await wire.ended).toEqual({ code: 4001, reason: 'en\\nough' });
    expect(seen.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['at once', 'ünïcode']);
    expect(headers).toMatchObject([{ cookie: 'a=b' }]);
    expect(headers[0]).not.toHaveProperty('sec-websocket-extensions');
    await expect(wire.send('late')).rejects.toMatchObject({ reason: 'closed' });
  });

  it('cuts a long message off and goes on, and takes bytes that are no UTF-8', async () => {
    await using there = await listen(createServer(), (socket) => {
      socket.send('x'.repeat(5_000_000));
      socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
      socket.send(Buffer.from([1]), { binary: true });
      socket.close(1000);
    });
    const seen: WebSocketMessage[] = [];
    const wire = await open(`ws://127.0.0.1:${String(there.port)}/`, {
      onMessage: (message) => seen.push(message),
    });
    expect(await wire.ended).toMatchObject({ code: 1000 });
    expect(seen.map(({ bytes, size, truncated, binary }) => [bytes.length, size, truncated, binary])).toEqual(
      [
        [1000, 5_000_000, true, false],
        [2, 2, false, false],
        [1, 1, false, true],
      ],
    );
  });

  it('tells a break without a goodbye', async () => {
    await using there = await listen(createServer(), (socket) => {
      socket.terminate();
    });
    const wire = await open(`ws://127.0.0.1:${String(there.port)}/`);
    expect(await wire.ended).toMatchObject({ code: 1006 });
  });

  it('tells an ordinary answer with its status and first line', async () => {
    await using there = await place(
      createServer((_, response) => response.writeHead(502).end('\n\nBad Gateway\nmore')),
    );
    const url = `ws://127.0.0.1:${String(there.port)}/x?token=hidden`;
    const error: unknown = await open(url).catch((each: unknown) => each);
    expect(WebSocketError.is(error, 'httpAnswer') && [error.status, error.message]).toEqual([
      502,
      `127.0.0.1:${String(there.port)} answered 502 instead of opening a WebSocket: Bad Gateway`,
    ]);
  });

  it('tells a redirection as an answer, and does not follow it', async () => {
    await using there = await place(
      createServer((_, response) => response.writeHead(302, { location: 'ws://elsewhere.example/' }).end()),
    );
    await expect(open(`ws://127.0.0.1:${String(there.port)}/`)).rejects.toMatchObject({
      reason: 'httpAnswer',
      status: 302,
    });
  });

  it('tells who is not there, who is silent, and what is no WebSocket', async () => {
    const gone = await place(createServer());
    await gone[Symbol.asyncDispose]();
    await expect(open(`ws://127.0.0.1:${String(gone.port)}/`)).rejects.toMatchObject({ reason: 'refused' });
    const silent = createServer();
    silent.on('upgrade', () => undefined);
    await using there = await place(silent);
    const url = `ws://127.0.0.1:${String(there.port)}/`;
    await expect(open(url, { timeoutMs: 50 })).rejects.toMatchObject({ reason: 'timeout' });
    const abort = new AbortController();
    const opening = open(url, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    const liar = createServer();
    liar.on('upgrade', (_, socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    );
    await using lies = await place(liar);
    await expect(open(`ws://127.0.0.1:${String(lies.port)}/`)).rejects.toMatchObject({ reason: 'protocol' });
  });

  it('trusts whom it is told to trust', async () => {
    const { cert, key } = identities.server;
    await using there = await listen(createSecureServer({ cert, key }));
    const url = `wss://localhost:${String(there.port)}/`;
    await expect(open(url)).rejects.toMatchObject({ reason: 'serverNotTrusted' });
    await (await open(url, { ca: cert })).close();
    await (await open(url, { rejectUnauthorized: false })).close();
    await using plain = await listen(createServer());
    await expect(open(`wss://localhost:${String(plain.port)}/`)).rejects.toMatchObject({ reason: 'notTls' });
  });
});
