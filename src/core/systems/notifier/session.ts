import { randomUUID } from 'node:crypto';
import type { Channel, Problem } from '../../model/event.ts';
import { oneLine, text, type Text } from '../../model/text.ts';
import { JsonDocuments, type Piece } from '../../wire/jsonDocuments.ts';
import { TlsConnection, type TlsStep } from '../../wire/tlsConnection.ts';
import { readCredentials } from '../../wire/tlsCredentials.ts';
import { TlsError } from '../../wire/tlsError.ts';
import { closedError, ConversationError } from '../conversation/conversationError.ts';
import { PendingCalls, type PendingCall } from '../conversation/pendingCalls.ts';
import { SessionEnd } from '../conversation/sessionEnd.ts';
import { SessionError, type SessionEnvironment } from '../session.ts';
import { conversationEnded } from './clients.ts';
import { oneEvent } from './eventLine.ts';
import type { NotifierSession } from './notifierSession.ts';
import { clientEvent, type NotifierContent } from './messages.ts';
import { refusalOf, sessionErrorOf } from './refusal.ts';
import { addressOf, type NotifierSettings } from './settings.ts';

/** The server answers within milliseconds; one that says nothing for so long never will. */
const answerMs = 15_000;
/** Revision 47cb865 closes the connection 0.3 s after a message that it does not know. */
const messageDoubtMs = 1500;
/** A close that comes so soon behind a message of ours, with nothing in between, is the answer to it. */
const blameMs = 2000;

/** TCP asks after 30 s of silence whether the other side is there, and gives up 10 s later. */
const keepAliveMs = 40_000;

const newline = Buffer.from('\n');

/** Connects, asks to be let in, and resolves once the server has accepted. Rejects with a SessionError. */
export async function openNotifierSession(
  settings: NotifierSettings,
  environment: SessionEnvironment,
): Promise<NotifierSession> {
  const session = new LiveNotifierSession(settings, environment);
  try {
    await session.open();
    return session;
  } catch (error) {
    await session.dispose();
    throw error instanceof TlsError ? sessionErrorOf(error) : error;
  }
}

class LiveNotifierSession implements NotifierSession {
  readonly address: string;
  readonly #settings: NotifierSettings;
  readonly #environment: SessionEnvironment;
  readonly #documents: JsonDocuments;
  readonly #end = new SessionEnd();
  /** The request to be let in, with its correlation. */
  readonly #requests: PendingCalls<string, undefined>;
  #wire: TlsConnection | undefined;
  /** Id that the server gave us; missing while we are not let in. */
  #client: string | undefined;
  /** Revisions that know goodbyes tell of them, and those that know messages pass them on; older ones do neither. */
  #knowsGoodbye = false;
  #knowsMessages = false;
  /** True until we are in, and once the end of the conversation is journalled. */
  #hasEnded = true;
  #heardAt: number;
  /** TCP would have noticed a server that is gone: not while this machine slept. */
  #isWatched = true;
  /** The last message of ours, until anything comes. */
  #lastSent: { readonly type: string; readonly at: number } | undefined;

  constructor(settings: NotifierSettings, environment: SessionEnvironment) {
    this.#settings = settings;
    this.#environment = environment;
    this.#heardAt = environment.clock.now();
    this.#documents = new JsonDocuments({ maxBytes: settings.maxMessageBytes });
    this.#requests = new PendingCalls(environment.clock);
    this.address = addressOf(settings);
  }

  get closed(): Promise<SessionError> {
    return this.#end.closed;
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  /** A server of this kind cannot be asked: a message that it does not know ends the conversation, or the server. */
  checkAlive(): void {
    this.#isWatched = false;
  }

  get client(): string | undefined {
    return this.#client;
  }

  get knowsMessages(): boolean {
    return this.#knowsMessages;
  }

  async open(): Promise<void> {
    const { clock, signal, secret } = this.#environment;
    const { host, port, serverName, rejectUnauthorized, pin } = this.#settings;
    const credentials = await readCredentials(this.#settings, () => secret('passphrase'), clock);
    const token = await secret('token');
    const wire = await TlsConnection.open({
      host,
      port,
      serverName,
      credentials,
      rejectUnauthorized,
      ...(pin === undefined ? {} : { pin }),
      clock,
      signal,
      onStep: (step) => this.#environment.report('connecting', stepText(step, this.#settings)),
      onData: (bytes) => {
        for (const piece of this.#documents.push(bytes)) this.#take(piece);
      },
    });
    this.#wire = wire;
    void wire.ended.then((failure) => this.#whenEnded(failure));
    this.#environment.report('authenticating', text('Asking to be let in, over {0}', wire.protocol));
    void this.closed.then((error) => this.#requests.end(error));
    await this.#signIn(wire, token ?? '');
  }

  async send(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { line, type } = oneEvent(bytes);
    const wire = this.#wire;
    if (this.#end.isOver() || !wire) throw closedError();
    if (this.#client === undefined && type !== 'request_authentication') {
      throw new ConversationError(
        'notAuthenticated',
        text('The server has not let this client in; nothing is sent before that.'),
      );
    }
    if (this.#settings.legacyServer && type !== 'request_authentication') {
      throw new ConversationError(
        'wouldCrash',
        text(
          'Not sent: a server of the first revision knows no message of type {0}, crashes on it, and drops all its clients ("legacyServer" is set).',
          oneLine(type, 80),
        ),
      );
    }
    await this.#write(wire, line, type);
    // A client that says goodbye is out until it asks again.
    if (type === 'disconnecting') this.#client = undefined;
  }

  async say(message: string): Promise<void> {
    const { clock, signal } = this.#environment;
    const bytes = clientEvent('send_message', this.#client ?? '', { message }, clock.now());
    await this.send(bytes, signal);
    this.#deliverOwn(bytes, 'push');
    await this.#survives();
  }

  async dispose(): Promise<void> {
    const wire = this.#wire;
    if (!wire) return;
    // A server of the first revision dies of a goodbye, and all its clients lose their connection.
    if (
      !this.#end.isOver() &&
      this.#client !== undefined &&
      this.#knowsGoodbye &&
      !this.#settings.legacyServer
    ) {
      const bytes = clientEvent('disconnecting', this.#client, {}, this.#environment.clock.now());
      this.#client = undefined;
      this.#deliverOwn(bytes, 'push');
      await wire.write(Buffer.concat([bytes, newline])).catch(() => undefined);
    }
    this.#tellEnd();
    this.#end.finishFromHere();
    await wire.close();
  }

  /** A server that does not know messages does not say so: it closes the connection a moment later. */
  async #survives(): Promise<void> {
    if (this.#knowsMessages) return;
    const quiet = Promise.withResolvers<undefined>();
    const cancel = this.#environment.clock.after(messageDoubtMs, () => quiet.resolve(undefined));
    const error = await Promise.race([this.closed, quiet.promise]);
    cancel();
    if (error) throw new ConversationError('closed', error.text, { cause: error });
    this.#knowsMessages = true;
    this.#knowsGoodbye = true;
  }

  /** From here on nobody tells who is there. */
  #tellEnd(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#environment.deliver({
      channel: 'log',
      direction: 'none',
      origin: 'derived',
      bytes: Buffer.from(JSON.stringify({ event: conversationEnded, content: {} })),
      receivedAt: this.#environment.clock.now(),
    });
  }

  /** Asks to be let in; resolves when the server has accepted. */
  async #signIn(wire: TlsConnection, token: string): Promise<void> {
    const { clock, signal } = this.#environment;
    const type = 'request_authentication';
    const bytes = clientEvent(type, '', { token }, clock.now());
    const { line } = oneEvent(bytes);
    const request = this.#requests.open(randomUUID(), { signal });
    request.after(answerMs, () => {
      const why = text('The server did not answer the request to be let in for {0} s.', answerMs / 1000);
      request.reject(new SessionError(why, { retry: true }));
    });
    this.#deliverOwn(bytes, 'request', request.info);
    try {
      await this.#write(wire, line, type);
    } catch (error) {
      // The server may have said why before it closed; that is still on its way in.
      if (!ConversationError.is(error, 'closed')) throw error;
    }
    await request.answer;
  }

  async #write(wire: TlsConnection, line: Uint8Array, type: string): Promise<void> {
    this.#lastSent = { type, at: this.#environment.clock.now() };
    try {
      await wire.write(line);
    } catch (error) {
      const message = error instanceof TlsError ? error.text : text('The connection is closed.');
      throw new ConversationError('closed', message, { cause: error });
    }
  }

  #take(piece: Piece): void {
    this.#lastSent = undefined;
    const { clock } = this.#environment;
    this.#heardAt = clock.now();
    this.#isWatched = true;
    const problems: Problem[] = [];
    if (piece.size > piece.bytes.length)
      problems.push({ path: '', message: text('{0} bytes arrived, more than the cap', piece.size) });
    const { event, content } = peekMessage(piece);
    const isAnswer = isRefusal(event) || event === 'connection_accepted';
    const request = isAnswer ? this.#openRequest() : undefined;
    const correlation = request?.info;
    this.#environment.deliver({
      channel: correlation === undefined ? 'push' : 'reply',
      direction: 'in',
      bytes: piece.bytes,
      size: piece.size,
      truncated: piece.truncated,
      receivedAt: clock.now(),
      problems,
      ...(correlation === undefined ? {} : { correlation }),
    });
    if (event === 'client_disconnected' || event === 'broadcast_message') this.#knowsGoodbye = true;
    if (event === 'broadcast_message') this.#knowsMessages = true;
    if (isRefusal(event)) this.#end.finish(refusalOf(content));
    if (event !== 'connection_accepted') return;
    this.#hasEnded = false;
    const client = content['client_id'];
    // Without an id we are in all the same; the server takes events without one.
    this.#client = typeof client === 'string' ? client : '';
    request?.resolve(undefined);
  }

  #openRequest(): PendingCall<string, undefined> | undefined {
    return this.#requests.find(() => true);
  }

  #whenEnded(failure: TlsError | undefined): void {
    for (const piece of this.#documents.end()) this.#take(piece);
    const now = this.#environment.clock.now();
    if (!failure) this.#heardAt = now;
    else if (this.#isWatched) this.#heardAt = Math.max(this.#heardAt, now - keepAliveMs);
    this.#tellEnd();
    this.#end.finish(
      failure && failure.reason !== 'lost' ? sessionErrorOf(failure) : this.#silentClose(failure),
    );
  }

  /** The server closes without a word where it cannot read a message. */
  #silentClose(failure: TlsError | undefined): SessionError {
    const { clock } = this.#environment;
    const last = this.#lastSent;
    const blamed = last && clock.now() - last.at <= blameMs ? last.type : undefined;
    const cause = failure ? { cause: failure } : {};
    if (this.#openRequest()) {
      return new SessionError(
        text(
          'The server closed the connection instead of answering. It may have refused the client certificate, or it does not know {0}.',
          'request_authentication',
        ),
        { retry: true, ...cause },
      );
    }
    if (blamed === undefined)
      return new SessionError(failure?.text ?? text('The server closed the connection.'), {
        retry: true,
        answered: true,
        ...cause,
      });
    return new SessionError(blameText(oneLine(blamed, 80), this.#settings.legacyServer), {
      retry: true,
      ...cause,
    });
  }

  #deliverOwn(bytes: Uint8Array, channel: Channel, correlation?: string): void {
    const receivedAt = this.#environment.clock.now();
    this.#environment.deliver({
      channel,
      direction: 'out',
      bytes,
      receivedAt,
      ...(correlation === undefined ? {} : { correlation }),
    });
  }
}

function blameText(type: string, legacyServer: boolean): Text {
  return legacyServer
    ? text(
        'The server closed the connection after the message of type {0}: it does not accept it. A server of this revision crashes then, and all its clients lose their connection.',
        type,
      )
    : text('The server closed the connection after the message of type {0}: it does not accept it.', type);
}

function stepText(step: TlsStep, { host, port }: NotifierSettings): Text {
  switch (step) {
    case 'lookUp':
      return text('Looking up {0}', host);
    case 'connect':
      return text('Connecting to {0}, port {1}', host, String(port));
    case 'handshake':
      return text('Securing the connection (TLS)');
  }
}

function isRefusal(event: string | undefined): boolean {
  return event === 'connection_rejected' || event === 'connection_refused';
}

/** Reads the parts of a document that the session itself needs; its problems are found by the decoder. */
function peekMessage({ kind, bytes, truncated }: Piece): {
  readonly event: string | undefined;
  readonly content: NotifierContent;
} {
  const nothing = { event: undefined, content: {} };
  if (kind === 'garbage' || truncated) return nothing;
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
      readonly event?: unknown;
      readonly content?: unknown;
    } | null;
    const { event, content } = value ?? {};
    return {
      event: typeof event === 'string' ? event : undefined,
      content: typeof content === 'object' && content !== null ? (content as NotifierContent) : {},
    };
  } catch {
    return nothing;
  }
}
