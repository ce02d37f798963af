import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Script {
  readonly version?: string;
  /** Called for each socket that was let through the handshake. */
  readonly socket?: (socket: WebSocket, request: IncomingMessage) => void;
  /** Answers a request itself; true where it did. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Refuses the handshake with this. */
  readonly refuse?: (request: IncomingMessage) => number | undefined;
}

export interface Fake extends AsyncDisposable {
  readonly url: string;
  /** Method and path of every request, handshakes as `WS /ws`. */
  readonly asked: string[];
}

const replies: Readonly<Record<string, unknown>> = {
  '/auth/token': { access_token: 'a.b.c', token_type: 'bearer' },
  '/api/account': { username: 'admin', role: 'admin', is_active: true },
  '/api/servers': { status: 'success', servers: [{ name: 'alpha', status: 'STOPPED', version: '1' }] },
  '/api/tasks/list': [],
};

/** A server that does what a test wants of it, where the stand-in is too right. */
export async function fake(script: Script): Promise<Fake> {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (script.answer?.(request, response)) return;
    const path = (request.url ?? '').split('?')[0] ?? '';
    const body = path === '/api/info' ? { info: { app_version: script.version } } : replies[path];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { detail: 'Not Found' }));
  });
  const sockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, raw, head) => {
    asked.push(`WS ${request.url ?? ''}`);
    const status = script.refuse?.(request);
    if (status !== undefined) {
      raw.end(`HTTP/1.1 ${String(status)} No\r\ncontent-length: 7\r\nconnection: close\r\n\r\nrefused`);
      return;
    }
    sockets.handleUpgrade(request, raw, head, (socket) => {
      script.socket?.(socket, request);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** Acknowledges everything, as the newest release does. */
export function obliging(
  socket: WebSocket,
  onMessage: (message: Record<string, unknown>) => void = () => undefined,
): void {
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Record<string, unknown>;
    const { action, topic } = message;
    const words =
      action === 'authenticate'
        ? 'Authenticated successfully'
        : `${action === 'subscribe' ? 'Subscribed to' : 'Unsubscribed from'} topic '${String(topic)}'`;
    socket.send(JSON.stringify({ status: 'success', message: words }));
    onMessage(message);
  });
}
