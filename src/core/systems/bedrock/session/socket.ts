import { randomUUID } from 'node:crypto';
import { text } from '../../../model/text.ts';
import {
  WebSocketConnection,
  WebSocketError,
  type WebSocketEnd,
  type WebSocketMessage,
} from '../../../wire/webSocket.ts';
import { closedError, ConversationError } from '../../conversation/conversationError.ts';
import { PendingCalls } from '../../conversation/pendingCalls.ts';
import { trustOf } from '../../conversation/serverTrust.ts';
import { redactionMark } from '../../redaction.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import type { BedrockApi } from './api.ts';
import type { SocketSignIn } from '../release.ts';
import { ackOf, toBytes } from '../messages.ts';
import { closeError } from './refusal.ts';
import { socketAddress, type BedrockSettings } from '../settings.ts';

const openTimeoutMs = 15_000;
/** The server waits 5 s for the first message and answers each at once. */
const ackMs = 10_000;
const signedIn = 'Authenticated successfully';
/** A topic that nobody has: giving it up is acknowledged, changes nothing, and leaves nothing behind. */
const probeTopic = 'game-server-ops:probe';

/** Reasons for which the server refuses the way of the sign-in, not the user. */
const wrongWayReasons = new Set([
  'Missing token',
  'Missing authentication message',
  'Authentication timeout',
]);

/** A request that waits to be acknowledged in these words. */
interface Request {
  readonly acknowledgement: string;
  readonly correlation: string;
}

export interface SocketParts {
  readonly settings: BedrockSettings;
  readonly environment: SessionEnvironment;
  readonly api: BedrockApi;
  readonly ca: string | undefined;
  /** Every message that is no acknowledgement. */
  readonly onPush: (message: WebSocketMessage) => void;
  /** Called for every message. */
  readonly onHeard: () => void;
}

/** The WebSocket of a session: signed in the way its release knows, with its requests and acknowledgements. */
export class BedrockSocket {
  readonly ended: Promise<WebSocketEnd>;
  readonly #wire: WebSocketConnection;
  readonly #requests: PendingCalls<Request, undefined>;
  readonly #environment: SessionEnvironment;

  private constructor(
    wire: WebSocketConnection,
    requests: PendingCalls<Request, undefined>,
    environment: SessionEnvironment,
  ) {
    this.#wire = wire;
    this.#requests = requests;
    this.#environment = environment;
    this.ended = wire.ended;
    void wire.ended.then(() => requests.end(closedError()));
  }

  /** Opens and gets let in. Rejects with a SessionError or an error of a wire. */
  static async open(parts: SocketParts): Promise<BedrockSocket> {
    const { environment, api } = parts;
    let refusal: SessionError | undefined;
    for (const way of api.release.socketSignIns) {
      environment.report('connecting', text('opening the WebSocket'));
      try {
        const socket = await BedrockSocket.#connect(parts, way);
        environment.report('authenticating', text('authenticating the WebSocket'));
        const end = await socket.#prove(way, api);
        if (!end) return socket;
        refusal = closeError(end, api.secret);
        if (end.code !== 1008 || !wrongWayReasons.has(end.reason)) break;
      } catch (error) {
        // The oldest releases refuse the handshake where others let in first and then close.
        if (!WebSocketError.is(error, 'httpAnswer') || error.status !== 403) throw error;
        refusal = forbidden(error, api);
      }
    }
    throw refusal ?? new SessionError(text('The server does not answer.'), { retry: true });
  }

  static async #connect(
    { settings, environment, api, ca, onPush, onHeard }: SocketParts,
    way: SocketSignIn,
  ): Promise<BedrockSocket> {
    const requests = new PendingCalls<Request, undefined>(environment.clock);
    const query = way === 'query' ? `?token=${encodeURIComponent(api.token)}` : '';
    const wire = await WebSocketConnection.open({
      url: socketAddress(settings) + query,
      headers: way === 'cookie' ? { Cookie: `access_token_cookie=${api.token}` } : {},
      ...trustOf(settings, ca),
      timeoutMs: openTimeoutMs,
      maxMessageBytes: settings.maxMessageBytes,
      signal: environment.signal,
      onMessage(message) {
        onHeard();
        const ack = message.truncated ? undefined : ackIn(message.bytes);
        if (!ack) {
          onPush(message);
          return;
        }
        const correlation = acknowledge(requests, ack);
        environment.deliver({
          channel: 'reply',
          direction: 'in',
          bytes: message.bytes,
          receivedAt: environment.clock.now(),
          ...(correlation === undefined ? {} : { correlation }),
        });
      },
    });
    return new BedrockSocket(wire, requests, environment);
  }

  /** Asks for a topic or gives it up; resolves with the acknowledgement. Rejects with a ConversationError. */
  ask(action: 'subscribe' | 'unsubscribe', topic: string): Promise<void> {
    return this.#request({ action, topic }, { action, topic }, ackOf(action, topic));
  }

  /** Resolves when the server answers. A client that it has forgotten gets its pings answered, but no request. */
  probe(): Promise<void> {
    return this.ask('unsubscribe', probeTopic);
  }

  /** Sends a message as it is; the journal has it already. */
  async send(message: string): Promise<void> {
    try {
      await this.#wire.send(message);
    } catch (error) {
      throw closedError(error);
    }
  }

  async close(): Promise<void> {
    await this.#wire.close();
  }

  terminate(): void {
    this.#wire.terminate();
  }

  /** Signs in and waits until the server let us in; answers how the connection ended where it did not. */
  async #prove(way: SocketSignIn, api: BedrockApi): Promise<WebSocketEnd | undefined> {
    const first = way === 'message' || (way === 'cookie' && api.release.socketSignIns.includes('message'));
    const told = way === 'message' ? { token: api.token } : {};
    const shown = way === 'message' ? { token: redactionMark } : {};
    const action = 'authenticate';
    // An old release says nothing when it lets in; that it answers anything at all is the sign.
    const proof = first ? this.#request({ action, ...told }, { action, ...shown }, signedIn) : this.probe();
    try {
      await proof;
      return undefined;
    } catch (error) {
      if (!ConversationError.is(error)) throw error;
      if (error.reason === 'closed') return this.ended;
      this.terminate();
      // An old release takes the first message for a wrong one, and us for nobody.
      if (error.reason === 'refused') return { code: 1008, reason: 'Missing authentication message' };
      throw new SessionError(text('The server did not answer the sign-in of the WebSocket.'), {
        retry: true,
        cause: error,
      });
    }
  }

  async #request(message: object, shown: object, acknowledgement: string): Promise<void> {
    const correlation = randomUUID();
    this.#environment.deliver({
      channel: 'request',
      direction: 'out',
      bytes: toBytes(shown),
      receivedAt: this.#environment.clock.now(),
      correlation,
    });
    const request = this.#requests.open({ acknowledgement, correlation });
    request.after(ackMs, () => {
      const why = text('The server did not acknowledge within {0} s.', ackMs / 1000);
      request.reject(new ConversationError('noAnswer', why));
    });
    this.send(JSON.stringify(message)).catch((error: unknown) => request.reject(error));
    await request.answer;
  }
}

/** Ends the request that the server answers; answers its correlation. Acknowledgements come in the order of the requests. */
function acknowledge(
  requests: PendingCalls<Request, undefined>,
  { status, message }: Acknowledgement,
): string | undefined {
  const isGood = status === 'success';
  // A refusal names no topic: the oldest request is the one.
  const request = requests.find(({ acknowledgement }) => !isGood || acknowledgement === message);
  if (isGood) request?.resolve(undefined);
  else request?.reject(new ConversationError('refused', text('The server refused: {0}', message)));
  return request?.info.correlation;
}

function forbidden(error: unknown, api: BedrockApi): SessionError {
  return new SessionError(
    text(
      'The WebSocket was refused (403): the sign-in is not accepted, or a proxy in between does not pass it on.',
    ),
    { retry: false, secret: api.secret, cause: error },
  );
}

interface Acknowledgement {
  readonly status: string;
  readonly message: string;
}

/** The first characters of every push as the program writes it. */
const pushBeginning = Buffer.from('{"type"');

/** Reads an acknowledgement: a short message without a type. */
function ackIn(bytes: Buffer): Acknowledgement | undefined {
  if (bytes.length > 4096 || pushBeginning.every((byte, at) => byte === bytes[at])) return undefined;
  const raw = bytes.toString('utf8');
  if (!raw.includes('"status"') || /^\s*\{\s*"type"/.test(raw)) return undefined;
  try {
    const value = JSON.parse(raw) as {
      readonly type?: unknown;
      readonly status?: unknown;
      readonly message?: unknown;
    } | null;
    const { type, status, message } = value ?? {};
    if (type !== undefined || typeof status !== 'string') return undefined;
    return { status, message: typeof message === 'string' ? message : '' };
  } catch {
    return undefined;
  }
}
