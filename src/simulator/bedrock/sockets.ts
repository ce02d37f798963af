import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Clients } from '../virtual/clients.ts';
import type { Accounts, Refused, User } from './accounts.ts';
import { cookieOf, cookieName } from './headers.ts';
import type { Traits } from './releases.ts';
import type { Hub } from './hub.ts';
import { isFalsy, pythonText } from '../python.ts';

export interface SocketParts {
  readonly traits: Traits;
  readonly accounts: Accounts;
  readonly hub: Hub;
  readonly authMs: number;
  readonly keepaliveMs?: number;
  readonly onMessage: (text: string, username: string) => void;
  readonly clients?: Clients | undefined;
}

/** Policy violation: all that goes wrong with letting somebody in. */
const refusedCode = 1008;

const reasons: Readonly<Record<Refused, string>> = {
  invalid: 'Invalid token',
  payload: 'Invalid token payload',
  user: 'User not found or inactive',
};

/** The sockets at `/ws`: letting in by the ways of the generations, and what clients may say. */
export class Sockets {
  readonly #parts: SocketParts;
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  /** Each with its id among the clients. */
  readonly #open = new Map<WebSocket, number | undefined>();

  constructor(parts: SocketParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#open.size;
  }

  /** A handshake; anything but exactly `/ws` is refused as a wrong token of the oldest generation is. */
  upgrade(request: IncomingMessage, raw: Duplex, head: Buffer, url: URL | undefined): void {
    const { accounts, traits } = this.#parts;
    const query = url?.searchParams.get('token') ?? undefined;
    const early = traits.auth === 'beforeAccept' && query !== undefined ? accounts.verify(query) : undefined;
    if (url?.pathname !== '/ws' || (traits.auth === 'beforeAccept' && typeof early !== 'object')) {
      raw.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, raw, head, (socket) => {
      this.#report(socket, request);
      socket.on('close', () => this.#open.delete(socket));
      socket.on('error', () => socket.terminate());
      this.#keepAlive(socket);
      const cookie = cookieOf(request.headers.cookie, cookieName);
      if (typeof early === 'object') this.#admit(socket, early);
      else if (traits.auth === 'firstMessage') this.#waitForMessage(socket, cookie);
      else this.#signIn(socket, traits.auth === 'cookieOrQuery' ? (cookie ?? query) : query);
    });
  }

  /** Closes all with a code, or drops them without a word. */
  close(code?: number, reason = ''): void {
    for (const socket of this.#open.keys())
      if (code === undefined) socket.terminate();
      else socket.close(code, reason);
  }

  /** After a goodbye nobody is waited for long. */
  terminate(): void {
    for (const socket of this.#open.keys()) socket.terminate();
  }

  /** Tells the clients of a new one, of what it sends, signing in included, and of its end. */
  #report(socket: WebSocket, { socket: { remoteAddress = '', remotePort } }: IncomingMessage): void {
    const { clients } = this.#parts;
    const client = clients?.came(`${remoteAddress}:${String(remotePort)}`, {
      waitingBytes: () => socket.bufferedAmount,
      drop: () => socket.terminate(),
    });
    this.#open.set(socket, client);
    if (!clients || client === undefined) return;
    socket.on('message', (data) => clients.said(client, textOf(data)));
    socket.on('close', () => clients.went(client));
  }

  #signIn(socket: WebSocket, token: string | undefined): void {
    const user = token === undefined || token === '' ? 'missing' : this.#parts.accounts.verify(token);
    if (typeof user === 'object') this.#admit(socket, user);
    else socket.close(refusedCode, user === 'missing' ? 'Missing token' : reasons[user]);
  }

  #waitForMessage(socket: WebSocket, cookie: string | undefined): void {
    const late = setTimeout(() => socket.close(refusedCode, 'Authentication timeout'), this.#parts.authMs);
    socket.once('close', () => clearTimeout(late));
    socket.once('message', (data, isBinary) => {
      clearTimeout(late);
      const message = readMessage(data, isBinary);
      if (!message) {
        socket.close(refusedCode, 'Internal Authentication Error');
        return;
      }
      if (message.action !== 'authenticate') {
        socket.close(refusedCode, 'Missing authentication message');
        return;
      }
      const token = isFalsy(message.token) ? cookie : message.token;
      if (token === undefined || token === '') {
        socket.close(refusedCode, 'Missing token');
        return;
      }
      const user = typeof token === 'string' ? this.#parts.accounts.verify(token) : 'invalid';
      if (typeof user === 'object') {
        const id = this.#admit(socket, user);
        void this.#parts.hub.send(id, { status: 'success', message: 'Authenticated successfully' });
      } else socket.close(refusedCode, 'Invalid token, user not found, or inactive');
    });
  }

  /** From here on nobody asks again whether the token still holds. */
  #admit(socket: WebSocket, user: User): string {
    const { hub, onMessage } = this.#parts;
    const id = hub.connect(user.username, socket);
    socket.on('close', () => hub.disconnect(id));
    socket.on('message', (data, isBinary) => {
      onMessage(textOf(data), user.username);
      const message = readMessage(data, isBinary);
      const answer = message && this.#handle(id, message, socket);
      if (answer) void hub.send(id, answer);
      else {
        // An exception nobody caught: the connection ends without a close frame.
        socket.terminate();
      }
    });
    return id;
  }

  #handle(id: string, { action, topic }: Message, socket: WebSocket): object | undefined {
    const { hub, clients } = this.#parts;
    if (isFalsy(action) || isFalsy(topic))
      return { status: 'error', message: 'Action and topic are required.' };
    try {
      if (action === 'subscribe') {
        hub.subscribe(id, topic);
        const client = this.#open.get(socket);
        if (client !== undefined) clients?.ready(client);
        return { status: 'success', message: `Subscribed to topic '${pythonText(topic)}'` };
      }
      if (action === 'unsubscribe') {
        hub.unsubscribe(id, topic);
        return { status: 'success', message: `Unsubscribed from topic '${pythonText(topic)}'` };
      }
    } catch {
      return undefined;
    }
    return { status: 'error', message: `Unknown action: '${pythonText(action)}'` };
  }

  #keepAlive(socket: WebSocket): void {
    const { keepaliveMs } = this.#parts;
    if (keepaliveMs === undefined) return;
    let answered = true;
    socket.on('pong', () => (answered = true));
    const timer = setInterval(() => {
      if (!answered) socket.close(1011, 'keepalive ping timeout');
      answered = false;
      if (socket.readyState === socket.OPEN) socket.ping();
    }, keepaliveMs);
    socket.once('close', () => clearInterval(timer));
  }
}

interface Message {
  readonly action?: unknown;
  readonly topic?: unknown;
  readonly token?: unknown;
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : '';
}

function readMessage(data: RawData, isBinary: boolean): Message | undefined {
  if (isBinary) return undefined;
  try {
    const value: unknown = JSON.parse(textOf(data));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
