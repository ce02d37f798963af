import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { systemClock, type Clock } from '../model/clock.ts';
import { ReasonedError } from '../model/reasonedError.ts';
import { oneLine, text } from '../model/text.ts';
import { explainSystemError, type SystemErrorTable } from './systemError.ts';
import { hostInUrl } from './webAddress.ts';
import { WebhookInbox, type WebhookMessage } from './webhookInbox.ts';

export type { WebhookMessage } from './webhookInbox.ts';

export type WebhookListenerReason = 'portTaken' | 'noPermission' | 'addressUnavailable' | 'failed';

/** Why a port cannot be listened on, or not any longer. */
export class WebhookListenerError extends ReasonedError<WebhookListenerReason> {
  override readonly name = 'WebhookListenerError';
}

const noPermission = [
  'noPermission',
  text('There is no permission to listen on {0}; ports below 1024 are for root alone.'),
] as const;
const addressUnavailable = ['addressUnavailable', text('{0} is no address of this machine.')] as const;
const systemErrors: SystemErrorTable<WebhookListenerReason> = {
  EADDRINUSE: ['portTaken', text('Another program listens on {0} already.')],
  EACCES: noPermission,
  EPERM: noPermission,
  EADDRNOTAVAIL: addressUnavailable,
  ENOTFOUND: addressUnavailable,
  EAI_AGAIN: addressUnavailable,
  EINVAL: addressUnavailable,
  other: ['failed', text('Listening on {0} failed: {1}')],
};

export interface WebhookListenerOptions {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** The only path that is answered; without it every path is. */
  readonly path?: string;
  /** Bytes kept of one body; 1 MiB by default. */
  readonly maxMessageBytes?: number;
  /** How long one request may take, and how long a connection may rest between two; 10 s by default. */
  readonly maxRequestMs?: number;
  readonly clock?: Clock;
  /** Called before the answer: false has a whole body answered 401 and dropped. */
  readonly admit?: (body: Uint8Array, headers: IncomingHttpHeaders) => boolean;
  /** The sender gets its answer when what this promises has settled; it must not reject. */
  readonly onMessage: (message: WebhookMessage) => Promise<void> | void;
  /** Listening ended and does not resume by itself. Not called after `dispose`. */
  readonly onLost?: (error: WebhookListenerError) => void;
}

/** Far above what KGSM opens at once, far below what hurts; what comes on top is refused by the kernel's own means. */
const maxConnections = 256;
/** Names, addresses and a signature; nobody has an honest need for more. */
const maxHeaderBytes = 16 * 1024;

/**
 * Listens for webhooks: every POST with a body is one message, answered at once with nothing in the answer. GET and HEAD
 * are answered too, because senders look so whether anybody is there. Takes nothing from pages in a browser.
 */
export class WebhookListener {
  readonly #server: Server;
  readonly #inbox: WebhookInbox;
  readonly #host: string;
  readonly #path: string;
  #port = 0;
  #disposed = false;
  #closing: Promise<void> | undefined;

  private constructor(server: Server, inbox: WebhookInbox, { host, path }: WebhookListenerOptions) {
    this.#server = server;
    this.#inbox = inbox;
    this.#host = host;
    this.#path = path ?? '/';
  }

  /** Resolves when messages can arrive; rejects with a `WebhookListenerError`. */
  static async listen(options: WebhookListenerOptions): Promise<WebhookListener> {
    const inbox = new WebhookInbox({
      path: options.path,
      maxMessageBytes: options.maxMessageBytes ?? 1024 * 1024,
      maxRequestMs: options.maxRequestMs ?? 10_000,
      clock: options.clock ?? systemClock,
      admit: options.admit ?? (() => true),
      onMessage: options.onMessage,
    });
    const server = createServer({ maxHeaderSize: maxHeaderBytes });
    // The deadlines are the inbox's own, on the clock that it was given.
    server.requestTimeout = 0;
    server.headersTimeout = 0;
    server.keepAliveTimeout = 0;
    server.maxConnections = maxConnections;
    server.on('connection', (socket: Socket) => inbox.accept(socket));
    server.on('request', (request, response) => inbox.take(request, response));
    server.on('clientError', (error: NodeJS.ErrnoException, stream) =>
      inbox.refuse(stream, error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400),
    );
    const listener = new WebhookListener(server, inbox, options);
    await listener.#bind(options);
    return listener;
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#port;
  }

  /** URL that reaches the listener. */
  get address(): string {
    return `http://${hostInUrl(this.#host)}:${String(this.#port)}${this.#path}`;
  }

  /** Stops listening, delivers what has come and ends every connection. */
  dispose(): Promise<void> {
    this.#disposed = true;
    return this.#close();
  }

  async #bind(options: WebhookListenerOptions): Promise<void> {
    const { host, port } = options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenerError(error, host, port)));
      this.#server.listen({ host, port, exclusive: true }, resolve);
    });
    this.#server.removeAllListeners('error');
    this.#server.on('error', (error) => {
      void this.#close().then(() => {
        if (!this.#disposed) options.onLost?.(listenerError(error, host, port));
      });
    });
    const bound = this.#server.address();
    this.#port = typeof bound === 'object' && bound !== null ? bound.port : port;
  }

  #close(): Promise<void> {
    this.#closing ??= new Promise((done) => {
      this.#server.close(() => done());
      this.#inbox.flush();
    });
    return this.#closing;
  }
}

function listenerError(error: unknown, host: string, port: number): WebhookListenerError {
  const place = oneLine(`${hostInUrl(host)}:${String(port)}`, 100);
  return explainSystemError(WebhookListenerError, error, place, systemErrors);
}
