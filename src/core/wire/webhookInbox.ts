import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../model/clock.ts';
import { Arrival, brokenOff, Inbox, tooSlow, whole, type InboxEnd, type InboxMessage } from './inbox.ts';

/** The body of one POST. */
export interface WebhookMessage extends InboxMessage {
  readonly headers: IncomingHttpHeaders;
}

interface WebhookInboxOptions {
  readonly path: string | undefined;
  readonly maxMessageBytes: number;
  readonly maxRequestMs: number;
  readonly clock: Clock;
  readonly admit: (body: Uint8Array, headers: IncomingHttpHeaders) => boolean;
  readonly onMessage: (message: WebhookMessage) => Promise<void> | void;
}

interface Request {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly arrival: Arrival;
}

interface Connection {
  cancelDeadline: () => void;
  /** More than one where the sender does not wait for answers. */
  readonly requests: Set<Request>;
}

/** Takes requests and makes one message of each body. Answers nothing but a number. */
export class WebhookInbox {
  readonly #options: WebhookInboxOptions;
  readonly #inbox: Inbox;
  readonly #connections = new Map<Duplex, Connection>();

  constructor(options: WebhookInboxOptions) {
    this.#options = options;
    this.#inbox = new Inbox(options.maxMessageBytes, options.clock);
  }

  accept(socket: Duplex): void {
    const connection: Connection = { cancelDeadline: () => undefined, requests: new Set() };
    this.#connections.set(socket, connection);
    this.#arm(socket, connection);
    socket.on('close', () => {
      connection.cancelDeadline();
      this.#connections.delete(socket);
      this.#finishAll(connection, brokenOff);
    });
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(request.socket);
    if (!connection) return;
    this.#arm(request.socket, connection);
    const refusal = this.#refusal(request);
    if (refusal !== undefined || request.method !== 'POST') {
      if (refusal === 405) response.setHeader('Allow', 'POST, GET, HEAD');
      // The body of a refused request is not read, so the connection cannot be used again.
      this.#answer(response, refusal ?? 200, { close: refusal !== undefined || hasBody(request) });
      return;
    }
    const taken: Request = { request, response, arrival: new Arrival(this.#inbox) };
    connection.requests.add(taken);
    request.on('data', (chunk: Uint8Array) => {
      if (connection.requests.has(taken) && !taken.arrival.push(chunk))
        this.#finish(connection, taken, brokenOff);
    });
    request.on('end', () => this.#finish(connection, taken, whole));
    // The connection's 'close' follows and delivers; without a listener the error would be thrown.
    request.on('error', () => undefined);
  }

  /** Ends a connection that does not speak HTTP as it should. */
  refuse(socket: Duplex, status: 400 | 431): void {
    if (socket.writable) socket.end(`HTTP/1.1 ${String(status)} Refused\r\nConnection: close\r\n\r\n`);
    socket.destroy();
  }

  /** Delivers what has come of unfinished bodies and ends every connection. */
  flush(): void {
    for (const [socket, connection] of this.#connections) {
      this.#finishAll(connection, brokenOff);
      socket.destroy();
    }
  }

  #refusal(request: IncomingMessage): number | undefined {
    const { path } = this.#options;
    if (path !== undefined && request.url?.split('?', 1)[0] !== path) return 404;
    if (request.method !== 'POST') {
      return request.method === 'GET' || request.method === 'HEAD' ? undefined : 405;
    }
    // Browsers name the page that sends; programs that call a webhook do not. A page must not be able to tell us stories.
    return request.headers.origin === undefined ? undefined : 403;
  }

  #finishAll(connection: Connection, how: InboxEnd): void {
    for (const request of connection.requests) this.#finish(connection, request, how);
  }

  /** A body that is too long is read to its end all the same: a sender that is cut off while writing never sees the answer. */
  #finish(connection: Connection, taken: Request, how: InboxEnd): void {
    if (!connection.requests.delete(taken)) return;
    const { request, response, arrival } = taken;
    const message = arrival.end(how);
    const { bytes, size, truncated } = message;
    const { headers } = request;
    const isWhole = !truncated && !how.slow && !how.broken;
    const isAdmitted = !isWhole || size === 0 || this.#options.admit(bytes, headers);
    const status = truncated ? 413 : how.slow ? 408 : how.broken ? 400 : isAdmitted ? 200 : 401;
    const answer = (): void => {
      this.#answer(response, status, { close: how.slow || how.broken });
      if (isWhole && !request.socket.destroyed) this.#arm(request.socket, connection);
    };
    const kept = size > 0 && isAdmitted ? this.#options.onMessage({ ...message, headers }) : undefined;
    if (kept) void kept.then(answer);
    else answer();
  }

  #answer(response: ServerResponse, status: number, { close }: { readonly close: boolean }): void {
    if (response.destroyed) return;
    if (close) response.setHeader('Connection', 'close');
    response.writeHead(status, { 'Content-Length': 0 });
    response.end();
    if (close) response.socket?.destroySoon();
  }

  /** From now on the connection has its time anew: for one request, or for the rest until the next. */
  #arm(socket: Duplex, connection: Connection): void {
    connection.cancelDeadline();
    connection.cancelDeadline = this.#options.clock.after(this.#options.maxRequestMs, () => {
      this.#finishAll(connection, tooSlow);
      socket.destroy();
    });
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
