import { randomUUID } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { listen, loopback } from '../host.ts';
import type { Clients } from '../virtual/clients.ts';
import type { Identity } from './certificates.ts';
import { alerts, Gate, gateCipher } from './gate.ts';
import { readBuffer, readEvent, serverEvent, type ClientEvent, type Revision } from './messages.ts';

export interface NotifierServerOptions {
  /**
   * `seed` knows request_authentication alone and crashes on anything else; `early` also knows goodbyes and closes the
   * connection a moment after what it does not know; `lax` also knows messages and goodbyes and
   * closes the connection instead; `strict` in addition wants client certificates that it trusts.
   */
  readonly revision: Revision;
  readonly identity: Identity;
  /** Authority of the client certificates of a strict server. */
  readonly clientAuthority?: string;
  readonly capacity?: number;
  readonly port?: number;
  /** Address to listen at; this machine alone reaches it by default. */
  readonly host?: string;
  /** Told who comes, is let in, says something and goes. */
  readonly clients?: Clients;
  readonly tls?: SecureVersion;
  /** Comes back by itself after a crash. */
  readonly restartAfterMs?: number;
  readonly now?: () => number;
  /** Gets each record as text. */
  readonly onRecord?: (text: string) => void;
}

/** From an event that it cannot read to the close, as seen of 47cb865. */
const earlyCloseMs = 300;

interface Peer {
  readonly raw: Socket;
  socket?: TLSSocket;
  readonly ids: Set<string>;
  /** Number of the peer among the clients; none where nobody is told of clients, or the server is full. */
  readonly client: number | undefined;
}

interface Refusal {
  readonly event: 'connection_rejected' | 'connection_refused';
  readonly code: number | string;
  readonly reason: string;
}

const full: Refusal = {
  event: 'connection_rejected',
  code: 504,
  reason: 'Server Full: Server is at its max capacity',
};

/** The notification server, true to what its revisions were seen to do. */
export class NotifierServer {
  /** Answers to requests for being let in with this instead, while it is set. */
  refusal: Refusal | undefined;
  readonly #options: NotifierServerOptions;
  readonly #peers = new Set<Peer>();
  /** Ids that were let in; one that vanishes without a goodbye stays for ever. */
  readonly #known = new Set<string>();
  #id = `server-${randomUUID()}`;
  #server: Server | undefined;
  #port: number;
  #restart: NodeJS.Timeout | undefined;
  #crashed = Promise.withResolvers<undefined>();

  private constructor(options: NotifierServerOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
  }

  static async listen(options: NotifierServerOptions): Promise<NotifierServer> {
    const server = new NotifierServer(options);
    await server.start();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return this.#options.host ?? loopback;
  }

  /** Resolves when the process has crashed, as the first revision does. */
  get crashed(): Promise<undefined> {
    return this.#crashed.promise;
  }

  /** Begins to listen, at the same port as before, with a new id and nobody known. */
  async start(): Promise<void> {
    clearTimeout(this.#restart);
    this.#id = `server-${randomUUID()}`;
    this.#known.clear();
    this.#crashed = Promise.withResolvers();
    const server = createServer({ allowHalfOpen: false }, (raw) => this.#accept(raw));
    this.#server = server;
    this.#port = await listen(server, this.#port, this.address);
  }

  /** Stops listening and drops everybody without a word. */
  async stop(): Promise<void> {
    clearTimeout(this.#restart);
    const server = this.#server;
    this.#server = undefined;
    for (const { raw } of this.#peers) raw.destroy();
    this.#peers.clear();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** Drops everybody but goes on listening. */
  dropAll(): void {
    for (const { raw } of this.#peers) raw.destroy();
  }

  /** Lets in somebody who has no connection, for demos; answers the id. */
  admit(): string {
    const id = `client-${randomUUID()}`;
    this.#known.add(id);
    this.#tell('client_authenticated', { client_id: id });
    return id;
  }

  /** A message of somebody to all others. */
  say(sender: string, message: string): void {
    this.#tell('broadcast_message', { message, sender });
  }

  leave(id: string): void {
    this.#known.delete(id);
    this.#tell('client_disconnected', { client_id: id });
  }

  /** Sends something as it is to everybody who is in. */
  sendRaw(bytes: string | Uint8Array): void {
    for (const { ids, socket } of this.#peers) if (ids.size > 0) socket?.write(bytes);
  }

  /** Counted before anything is known of who connects. */
  #accept(raw: Socket): void {
    raw.setNoDelay(true);
    raw.on('error', () => raw.destroy());
    const isFull = this.#peers.size >= (this.#options.capacity ?? 2);
    const { clients } = this.#options;
    const client = isFull
      ? undefined
      : clients?.came(`${raw.remoteAddress ?? ''}:${String(raw.remotePort ?? '')}`, {
          waitingBytes: () => (peer.socket?.writableLength ?? 0) + raw.writableLength,
          drop: () => raw.destroy(),
        });
    const peer: Peer = { raw, ids: new Set(), client };
    if (!isFull) {
      this.#peers.add(peer);
      raw.on('close', () => {
        this.#peers.delete(peer);
        if (client !== undefined) clients?.went(client);
      });
    }
    this.#secure(raw, (socket) => {
      if (isFull) {
        this.#refuse(socket, full);
        return;
      }
      peer.socket = socket;
      socket.on('data', (record: Buffer) => this.#take(peer, socket, record));
    });
  }

  /** The handshake; a strict server judges the certificate of the client in it. */
  #secure(raw: Socket, then: (socket: TLSSocket) => void): void {
    const { identity, revision, clientAuthority, tls } = this.#options;
    const gate = new Gate(raw);
    const server = createTlsServer(
      {
        ...identity,
        requestCert: true,
        rejectUnauthorized: false,
        ciphers: `${gateCipher}:ECDHE-ECDSA-AES256-GCM-SHA384`,
        minVersion: tls ?? 'TLSv1.2',
        maxVersion: tls ?? 'TLSv1.3',
        ...(clientAuthority === undefined ? {} : { ca: clientAuthority }),
      },
      (socket) => {
        socket.on('error', () => raw.destroy());
        const alert = revision === 'strict' ? verdict(socket) : undefined;
        if (alert === undefined) {
          gate.release();
          then(socket);
        } else gate.refuse(alert);
      },
    );
    server.on('keylog', (line: Buffer) => gate.learn(line.toString()));
    server.on('tlsClientError', () => {
      gate.release();
      raw.end();
    });
    server.emit('connection', gate);
  }

  #take(peer: Peer, socket: TLSSocket, record: Buffer): void {
    const { revision, clients, onRecord } = this.#options;
    const text = record.toString('utf8');
    onRecord?.(text);
    if (peer.client !== undefined) clients?.said(peer.client, text);
    for (let at = 0; at < record.length; at += readBuffer) {
      const event = readEvent(record.subarray(at, at + readBuffer), revision);
      if (event) this.#follow(peer, socket, event);
      else {
        if (revision === 'seed') this.#crash();
        else if (revision === 'early') setTimeout(() => socket.end(), earlyCloseMs).unref();
        else socket.end();
        return;
      }
    }
  }

  #follow(peer: Peer, socket: TLSSocket, event: ClientEvent): void {
    switch (event.event) {
      case 'request_authentication': {
        if (this.refusal) {
          this.#refuse(socket, this.refusal);
          return;
        }
        const id = `client-${randomUUID()}`;
        this.#known.add(id);
        peer.ids.add(id);
        socket.write(this.#event('connection_accepted', { client_id: id }));
        if (peer.client !== undefined) this.#options.clients?.ready(peer.client);
        this.#tell('client_authenticated', { client_id: id }, peer);
        return;
      }
      case 'disconnecting':
        // The real server does not check the id.
        peer.ids.delete(event.id);
        this.#known.delete(event.id);
        this.#tell('client_disconnected', { client_id: event.id }, peer);
        return;
      case 'send_message':
        if (event.id === '' || this.#known.has(event.id))
          this.#tell('broadcast_message', { message: event.message, sender: event.id }, peer);
    }
  }

  #refuse(socket: TLSSocket, { event, code, reason }: Refusal): void {
    socket.end(this.#event(event, { code, reason }));
    // Read what still comes, so that closing is no reset.
    socket.resume();
  }

  /** Tells everybody who is in but one. */
  #tell(event: string, content: object, but?: Peer): void {
    const text = this.#event(event, content);
    for (const peer of this.#peers) if (peer !== but && peer.ids.size > 0) peer.socket?.write(text);
  }

  #event(event: string, content: object): string {
    return serverEvent(event, this.#id, (this.#options.now ?? Date.now)(), content);
  }

  #crash(): void {
    const { restartAfterMs } = this.#options;
    const crashed = this.#crashed;
    void this.stop().then(() => {
      if (restartAfterMs !== undefined) this.#restart = setTimeout(() => void this.start(), restartAfterMs);
      crashed.resolve(undefined);
    });
  }
}

/** The alert for the certificate of a client, if there is something wrong with it. */
function verdict(socket: TLSSocket): number | undefined {
  if (socket.authorized) return undefined;
  if (Object.keys(socket.getPeerCertificate()).length === 0)
    return socket.getProtocol() === 'TLSv1.3' ? alerts.certificateRequired : alerts.badCertificate;
  // Node gives the code itself, whatever its types say.
  switch (String(socket.authorizationError)) {
    case 'CERT_HAS_EXPIRED':
      return alerts.certificateExpired;
    case 'INVALID_PURPOSE':
      return alerts.badCertificate;
    default:
      return alerts.unknownCa;
  }
}
