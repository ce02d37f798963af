import { randomUUID } from 'node:crypto';
import { text } from '../../../model/text.ts';
import {
  WebSocketConnection,
  WebSocketError,
  type WebSocketEnd,
  type WebSocketMessage,
} from '../../../wire/webSocket.ts';
import { redactionMark } from '../../redaction.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import { Acknowledgements } from './acknowledgements.ts';
import type { BedrockApi } from './api.ts';
import { BedrockError } from './bedrockSession.ts';
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

/** Reasons of a refusal that are about how we said who we are, not about who. */
const wayWrong = new Set(['Missing token', 'Missing authentication message', 'Authentication timeout']);

export interface SocketParts {
  readonly settings: BedrockSettings;
  readonly environment: SessionEnvironment;
  readonly api: BedrockApi;
  readonly ca: string | undefined;
  /** Every message that is no acknowledgement. */
  readonly onPush: (message: WebSocketMessage) => void;
  /** When anything came. */
  readonly onHeard: () => void;
}

/** The WebSocket of a session: let in by whichever way the release knows, with its requests and acknowledgements. */
export class BedrockSocket {
  readonly ended: Promise<WebSocketEnd>;
  readonly #wire: WebSocketConnection;
  readonly #acks: Acknowledgements;
  readonly #environment: SessionEnvironment;

  private constructor(wire: WebSocketConnection, acks: Acknowledgements, environment: SessionEnvironment) {
    this.#wire = wire;
    this.#acks = acks;
    this.#environment = environment;
    this.ended = wire.ended;
    void wire.ended.then(() => {
      acks.end();
    });
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
        if (end.code !== 1008 || !wayWrong.has(end.reason)) break;
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
    const acks = new Acknowledgements(environment.clock);
    const query = way === 'query' ? `?token=${encodeURIComponent(api.token)}` : '';
    const wire = await WebSocketConnection.open({
      url: socketAddress(settings) + query,
      headers: way === 'cookie' ? { Cookie: `access_token_cookie=${api.token}` } : {},
      rejectUnauthorized: settings.rejectUnauthorized,
      ...(ca === undefined ? {} : { ca }),
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
        const correlation = acks.take(ack.status, ack.message);
        environment.deliver({
          channel: 'reply',
          direction: 'in',
          bytes: message.bytes,
          receivedAt: environment.clock.now(),
          ...(correlation === undefined ? {} : { correlation }),
        });
      },
    });
    return new BedrockSocket(wire, acks, environment);
  }

  /** Asks for a topic or gives it up; resolves with the acknowledgement. Rejects with a BedrockError. */
  ask(action: 'subscribe' | 'unsubscribe', topic: string): Promise<void> {
    return this.#request({ action, topic }, { action, topic }, ackOf(action, topic));
  }

  /** Whether anybody is still there who hears us: a forgotten client is answered by the wire alone. */
  probe(): Promise<void> {
    return this.ask('unsubscribe', probeTopic);
  }

  /** Sends a message as it is; the journal has it already. */
  async send(message: string): Promise<void> {
    try {
      await this.#wire.send(message);
    } catch (error) {
      throw new BedrockError('closed', text('The connection is closed.'), { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.#wire.close();
  }

  terminate(): void {
    this.#wire.terminate();
  }

  /** Says who we are where that is said in a message, and waits until we are in; answers how it ended where it did. */
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
      if (!BedrockError.is(error)) throw error;
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

  async #request(message: object, shown: object, ack: string): Promise<void> {
    const correlation = randomUUID();
    this.#environment.deliver({
      channel: 'request',
      direction: 'out',
      bytes: toBytes(shown),
      receivedAt: this.#environment.clock.now(),
      correlation,
    });
    const acknowledged = this.#acks.expect(ack, correlation, ackMs);
    acknowledged.catch(() => undefined);
    await this.send(JSON.stringify(message));
    await acknowledged;
  }
}

function forbidden(error: unknown, api: BedrockApi): SessionError {
  return new SessionError(
    text(
      'The WebSocket was refused (403): the sign-in is not accepted, or a proxy in between does not pass it on.',
    ),
    { retry: false, secret: api.secret, cause: error },
  );
}

/** Acknowledgements have no type; they are short, and few. */
function ackIn(bytes: Uint8Array): { readonly status: string; readonly message: string } | undefined {
  if (bytes.length > 4096) return undefined;
  const raw = Buffer.from(bytes).toString('utf8');
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
