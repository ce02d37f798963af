import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { pythonJson } from '../python.ts';
import type { Clients } from '../virtual/clients.ts';
import { Ddp } from './ddp.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Hub } from './hub.ts';
import { JsonRpc } from './jsonRpc.ts';
import { internalError, invalidText, type Conversation, type Line } from './line.ts';
import { Peer } from './peer.ts';
import { hearingNames, type RecordedEvent } from './recordedEvent.ts';
import type { Sources } from './sources.ts';

export interface GatewayParts {
  readonly dispatcher: Dispatcher;
  readonly sources: Sources;
  readonly hub: Hub;
  readonly insecure: boolean;
  readonly redirectToHttps: boolean;
  /** Nobody's address is on the list of those who may. */
  readonly isRefusing: () => boolean;
  readonly onText: (text: string) => void;
  readonly clients: Clients | undefined;
  /** Longest message in characters. */
  readonly limits: { readonly beforeLogin: number; readonly afterLogin: number | undefined };
}

const versions = ['v25.04.0', 'v25.04.1', 'v25.04.2', 'v25.10.0', 'v25.10.1'];
const tooLong = 1009;
const notText = 1003;
const notAllowed = 1008;

/** The doors: what the web server in front of the middleware answers, and the sockets at their paths. */
export class Gateway {
  readonly #parts: GatewayParts;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 4 * 1024 * 1024 });
  readonly peers = new Map<WebSocket, Peer>();
  /** Connections whose upgrade was refused: nginx keeps them open for another request. */
  readonly refused = new Set<Duplex>();
  /** Sockets that the server has ended by itself: what still comes on them is not read. */
  readonly #ended = new WeakSet<WebSocket>();

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { status, headers, body } = this.#page(request);
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  }

  upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    const path = pathOf(request);
    const { redirectToHttps, dispatcher } = this.#parts;
    const rpc = dispatcher.traits.jsonRpc && /^\/api\/(?:current|v\d\d\.\d\d\.\d)$/.test(path);
    if (redirectToHttps || (path !== '/websocket' && !rpc)) {
      const { status, headers, body } = this.#page(request);
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const title = { 200: 'OK', 302: 'Moved Temporarily', 307: 'Temporary Redirect' }[status];
      this.#refuse(
        raw,
        `HTTP/1.1 ${status} ${title}\r\n${lines.join('')}content-length: ${body.length}\r\nconnection: keep-alive\r\n\r\n${body}`,
      );
      return;
    }
    this.#server.handleUpgrade(request, raw, head, (socket) => this.#open(socket, rpc, request.socket));
  }

  /** Closes all with a code, or drops them without a word. */
  close(code?: number, reason = ''): void {
    for (const socket of this.peers.keys())
      if (code === undefined) socket.terminate();
      else socket.close(code, reason);
    if (code === undefined) for (const raw of this.refused) raw.destroy();
  }

  /** Exactly this to everybody. */
  sendRaw(data: string | Uint8Array): void {
    for (const socket of this.peers.keys()) socket.send(data);
  }

  /** Sends a recorded event to all that subscribed to such, each in its protocol. */
  sendRecorded(event: RecordedEvent): void {
    for (const [socket, peer] of this.peers) {
      if (socket.readyState !== socket.OPEN) continue;
      for (const name of hearingNames(peer, event, this.#parts.sources))
        socket.send(event.formFor(peer.parts.protocol, name), { binary: false });
    }
  }

  #refuse(raw: Duplex, answer: string): void {
    this.refused.add(raw);
    raw.on('close', () => this.refused.delete(raw));
    raw.on('error', () => raw.destroy());
    raw.on('end', () => raw.end());
    raw.resume();
    raw.write(answer);
  }

  #open(socket: WebSocket, rpc: boolean, { remoteAddress: address = '', remotePort }: Socket): void {
    const { dispatcher, sources, hub, insecure, isRefusing, onText, clients } = this.#parts;
    const client = clients?.came(`${address}:${String(remotePort)}`, {
      waitingBytes: () => socket.bufferedAmount,
      drop: () => socket.terminate(),
    });
    const line: Line = {
      send(body) {
        if (socket.readyState === socket.OPEN) socket.send(pythonJson(body));
      },
      close: (code, reason) => {
        this.#ended.add(socket);
        socket.close(code, reason);
      },
      drop: () => {
        this.#ended.add(socket);
        socket.terminate();
      },
    };
    const peer: Peer = new Peer({
      session: randomUUID(),
      protocol: rpc ? 'jsonrpc' : 'ddp',
      insecure,
      address,
      roles: dispatcher.traits.roles,
      tell(body) {
        conversation.tell(body);
      },
      subscribed() {
        if (client !== undefined) clients?.ready(client);
      },
    });
    const conversation: Conversation = rpc
      ? new JsonRpc(line, peer, dispatcher, sources)
      : new Ddp(line, peer, dispatcher, sources);
    this.peers.set(socket, peer);
    hub.hearers.add(peer);
    socket.on('close', () => {
      this.peers.delete(socket);
      hub.hearers.delete(peer);
      if (client !== undefined) clients?.went(client);
      for (const run of [...peer.sources.values()]) run.end();
    });
    socket.on('error', () => socket.terminate());
    if (isRefusing()) {
      line.close(notAllowed, 'You are not allowed to access this resource');
      return;
    }
    this.#read(socket, line, peer, conversation, (text) => {
      onText(text);
      if (client !== undefined) clients?.said(client, text);
    });
  }

  /** One message after the other; what is slow to be let in holds up what comes after it. A goodbye of the client leaves what it said before. */
  #read(
    socket: WebSocket,
    line: Line,
    peer: Peer,
    conversation: Conversation,
    onText: (text: string) => void,
  ): void {
    let before = Promise.resolve();
    socket.on('message', (data: RawData, isBinary) => {
      before = before.then(async () => {
        if (socket.readyState === socket.CLOSED || this.#ended.has(socket)) return;
        if (isBinary) {
          line.close(notText, '');
          return;
        }
        const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
        onText(text);
        if (this.#isTooLong(text, line, peer)) return;
        await conversation
          .receive(text)
          .catch((error: unknown) => line.close(internalError, String(error).slice(0, 120)));
      });
    });
  }

  #isTooLong(text: string, line: Line, peer: Peer): boolean {
    const { beforeLogin, afterLogin = Infinity } = this.#parts.limits;
    if (!peer.login && text.length > beforeLogin) {
      line.close(invalidText, 'Anonymous connection max message length is 8 kB');
      return true;
    }
    if (text.length > afterLogin) {
      line.close(tooLong, 'Max message length is 64 kB');
      return true;
    }
    return false;
  }

  #page(request: IncomingMessage): Page {
    const { redirectToHttps, dispatcher } = this.#parts;
    const { host = 'localhost' } = request.headers;
    if (redirectToHttps)
      return {
        status: 307,
        headers: { location: `https://${host.replace(/:\d+$/, '')}:443${request.url ?? '/'}` },
        body: '',
      };
    if (dispatcher.traits.jsonRpc && pathOf(request) === '/api/versions')
      return { status: 200, headers: { 'content-type': 'application/json' }, body: pythonJson(versions) };
    return { status: 302, headers: { location: `http://${host}/ui/` }, body: '' };
  }
}

interface Page {
  readonly status: 200 | 302 | 307;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return URL.parse(url, 'http://localhost')?.pathname.replace(/(.)\/$/, '$1') ?? '/';
}
