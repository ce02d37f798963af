import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../model/clock.ts';

/** What one POST brought. */
export interface WebhookMessage {
  /** What was kept of the body, at most the cap. */
  readonly bytes: Uint8Array;
  /** How many bytes of it came, also those above the cap. */
  readonly size: number;
  readonly truncated: boolean;
  /** The sender did not end in time. */
  readonly slow: boolean;
  /** The connection broke, brought far too much, or we stopped listening. */
  readonly broken: boolean;
  readonly headers: IncomingHttpHeaders;
  /** When it was complete. */
  readonly receivedAt: number;
}

interface WebhookInboxOptions {
  readonly path: string | undefined;
  readonly maxMessageBytes: number;
  readonly maxRequestMs: number;
  readonly clock: Clock;
  readonly admit: (body: Uint8Array, headers: IncomingHttpHeaders) => boolean;
  readonly onMessage: (message: WebhookMessage) => void;
}

/** As for sockets: how many caps one body may have before it is cut, and how many are kept for all that are under way. */
const excess = 64;

interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly chunks: Uint8Array[];
  kept: number;
  size: number;
}

interface Guest {
  cancelDeadline: () => void;
  /** More than one where the sender does not wait for answers. */
  readonly arrivals: Set<Arrival>;
}

/** Takes requests and makes one message of each body. Answers nothing but a number. */
export class WebhookInbox {
  readonly #options: WebhookInboxOptions;
  readonly #guests = new Map<Duplex, Guest>();
  #keptBytes = 0;

  constructor(options: WebhookInboxOptions) {
    this.#options = options;
  }

  accept(socket: Duplex): void {
    const guest: Guest = { cancelDeadline: () => undefined, arrivals: new Set() };
    this.#guests.set(socket, guest);
    this.#arm(socket, guest);
    socket.on('close', () => {
      guest.cancelDeadline();
      this.#guests.delete(socket);
      this.#finishAll(guest, { slow: false, broken: true });
    });
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const guest = this.#guests.get(request.socket);
    if (!guest) return;
    this.#arm(request.socket, guest);
    const refusal = this.#refusal(request);
    if (refusal !== undefined || request.method !== 'POST') {
      if (refusal === 405) response.setHeader('Allow', 'POST, GET, HEAD');
      // What belongs to a request that is refused is not read, so the connection cannot be used again.
      this.#answer(response, refusal ?? 200, { close: refusal !== undefined || hasBody(request) });
      return;
    }
    const arrival: Arrival = { request, response, chunks: [], kept: 0, size: 0 };
    guest.arrivals.add(arrival);
    request.on('data', (chunk: Uint8Array) => {
      this.#collect(guest, arrival, chunk);
    });
    request.on('end', () => {
      this.#finish(guest, arrival, { slow: false, broken: false });
    });
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
    for (const [socket, guest] of this.#guests) {
      this.#finishAll(guest, { slow: false, broken: true });
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

  #collect(guest: Guest, arrival: Arrival, chunk: Uint8Array): void {
    if (!guest.arrivals.has(arrival)) return;
    const { maxMessageBytes } = this.#options;
    arrival.size += chunk.length;
    const room = Math.min(maxMessageBytes - arrival.kept, excess * maxMessageBytes - this.#keptBytes);
    if (room > 0) {
      const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
      arrival.chunks.push(part);
      arrival.kept += part.length;
      this.#keptBytes += part.length;
    }
    if (arrival.size > excess * maxMessageBytes) this.#finish(guest, arrival, { slow: false, broken: true });
  }

  #finishAll(guest: Guest, how: Pick<WebhookMessage, 'slow' | 'broken'>): void {
    for (const arrival of guest.arrivals) this.#finish(guest, arrival, how);
  }

  /** A body that is too long is read to its end all the same: whoever is cut off while writing never sees the answer. */
  #finish(guest: Guest, arrival: Arrival, how: Pick<WebhookMessage, 'slow' | 'broken'>): void {
    if (!guest.arrivals.delete(arrival)) return;
    const { chunks, kept, size, request, response } = arrival;
    this.#keptBytes -= kept;
    const [first] = chunks;
    const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks, kept);
    const { headers } = request;
    const truncated = kept < size;
    const whole = !truncated && !how.slow && !how.broken;
    const welcome = !whole || size === 0 || this.#options.admit(bytes, headers);
    const status = truncated ? 413 : how.slow ? 408 : how.broken ? 400 : welcome ? 200 : 401;
    this.#answer(response, status, { close: how.slow || how.broken });
    if (whole && !request.socket.destroyed) this.#arm(request.socket, guest);
    if (size === 0 || !welcome) return;
    this.#options.onMessage({
      bytes,
      size,
      truncated,
      ...how,
      headers,
      receivedAt: this.#options.clock.now(),
    });
  }

  #answer(response: ServerResponse, status: number, { close }: { readonly close: boolean }): void {
    if (response.destroyed) return;
    if (close) response.setHeader('Connection', 'close');
    response.writeHead(status, { 'Content-Length': 0 });
    response.end();
    if (close) response.socket?.destroySoon();
  }

  /** From now on the connection has its time anew: for one request, or for the rest until the next. */
  #arm(socket: Duplex, guest: Guest): void {
    guest.cancelDeadline();
    guest.cancelDeadline = this.#options.clock.after(this.#options.maxRequestMs, () => {
      this.#finishAll(guest, { slow: true, broken: false });
      socket.destroy();
    });
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
