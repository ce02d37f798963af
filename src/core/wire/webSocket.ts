import type { IncomingMessage } from 'node:http';
import { WebSocket, type RawData } from 'ws';
import { oneLine, text, type Text } from '../model/text.ts';
import { bodyOf, StatusError } from './httpClient.ts';
import { checkPin } from './serverCertificate.ts';
import type { TlsReason } from './tlsError.ts';
import { explainOpening, explainWeb, placeOf, tlsOptions, wrongPort, type WebTrust } from './webTrust.ts';

export type WebSocketReason = TlsReason | 'httpAnswer' | 'protocol' | 'tooLarge' | 'closed';

/** Why a WebSocket could not be opened, or why a message could not be sent; the status is that of an ordinary answer instead of the upgrade. Its words name no more than the origin. */
export class WebSocketError extends StatusError<WebSocketReason> {
  override readonly name = 'WebSocketError';
}

/** A whole message; `bytes` is at most the cap, `size` what it really had. */
export interface WebSocketMessage {
  readonly bytes: Buffer;
  readonly size: number;
  readonly truncated: boolean;
  readonly binary: boolean;
}

/** How it ended: the other side's code and words, and the failure where there was one. */
export interface WebSocketEnd {
  /** 1006 where there was no goodbye. */
  readonly code: number;
  readonly reason: string;
  readonly error?: WebSocketError;
}

export interface WebSocketOptions extends WebTrust {
  /** `ws:` or `wss:`; `http:` and `https:` mean the same. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the opening may take. */
  readonly timeoutMs: number;
  /** A longer message is cut off here; `size` has its real length. */
  readonly maxMessageBytes: number;
  readonly signal: AbortSignal;
  readonly onMessage: (message: WebSocketMessage) => void;
}

/** A message beyond this ends the conversation instead of the memory of the machine. */
const hardLimitBytes = 64 * 1024 * 1024;
/** How long a goodbye may take. */
const goodbyeMs = 1000;
/** So much of an ordinary answer is read to tell what answers there. */
const answerBytes = 2048;

/** An open WebSocket. Messages come through `onMessage` until `ended` resolves. */
export class WebSocketConnection {
  readonly ended: Promise<WebSocketEnd>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, ended: Promise<WebSocketEnd>) {
    this.#socket = socket;
    this.ended = ended;
  }

  /** Connects. Rejects with a WebSocketError, or with the reason of the signal. */
  static async open(options: WebSocketOptions): Promise<WebSocketConnection> {
    const { signal, maxMessageBytes, pin } = options;
    signal.throwIfAborted();
    const url = new URL(options.url);
    const socket = new WebSocket(url, {
      ...tlsOptions(options),
      // Without a pool: a refused upgrade would leave its socket there, open for as long as the server likes.
      agent: false,
      perMessageDeflate: false,
      followRedirects: false,
      handshakeTimeout: options.timeoutMs,
      maxPayload: Math.max(hardLimitBytes, maxMessageBytes),
      // Text that is no UTF-8 is reported by the reader; it must not end the conversation.
      skipUTF8Validation: true,
      headers: { ...options.headers },
      finishRequest(request) {
        if (pin !== undefined) checkPin(request, pin, placeOf(url));
        request.end();
      },
    });
    const ended = Promise.withResolvers<WebSocketEnd>();
    const opened = Promise.withResolvers<undefined>();
    let failure: WebSocketError | undefined;
    const abort = (): void => {
      opened.reject(signal.reason as Error);
      socket.terminate();
    };
    socket.on('error', (error) => {
      failure ??= explain(error, url);
      opened.reject(failure);
    });
    socket.on('unexpected-response', (request, response: IncomingMessage) => {
      void answered(response, url).then((error) => {
        failure ??= error;
        opened.reject(error);
        request.destroy();
      });
    });
    socket.on('close', (code, reason) => {
      const words = oneLine(reason.toString('utf8'), 200);
      ended.resolve({ code, reason: words, ...(failure ? { error: failure } : {}) });
      opened.reject(failure ?? new WebSocketError('closed', text('{0} closed the connection.', url.host)));
    });
    // From the first: a server may speak in the same packet that opens.
    socket.on('message', (data: RawData, binary) => {
      restUntilNextTurn(socket);
      const bytes = bytesOf(data);
      const truncated = bytes.length > maxMessageBytes;
      options.onMessage({
        bytes: truncated ? bytes.subarray(0, maxMessageBytes) : bytes,
        size: bytes.length,
        truncated,
        binary,
      });
    });
    socket.on('open', () => opened.resolve(undefined));
    signal.addEventListener('abort', abort, { once: true });
    try {
      await opened.promise;
      signal.throwIfAborted();
    } catch (error) {
      throw await opening(error, url, signal);
    } finally {
      signal.removeEventListener('abort', abort);
    }
    return new WebSocketConnection(socket, ended.promise);
  }

  /** Sends one message, text or bytes; resolves when it is handed to the system. */
  send(message: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(new WebSocketError('closed', text('The connection is closed.')));
        return;
      }
      this.#socket.send(message, (error) => {
        if (error) reject(new WebSocketError('closed', text('The connection is closed.'), { cause: error }));
        else resolve();
      });
    });
  }

  /** Says goodbye and ends; one that does not answer it is cut off. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#socket.terminate(), goodbyeMs);
    this.#socket.close(1000);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends at once, without a word. */
  terminate(): void {
    this.#socket.terminate();
  }
}

/**
 * Reads no more in this turn than the packet that is there (64 kB). Node reads up to 32 of them in a row, and a flood of
 * messages would keep everything else of the host waiting meanwhile (measured: 75 ms instead of 10).
 */
function restUntilNextTurn(socket: WebSocket): void {
  if (socket.isPaused) return;
  socket.pause();
  setImmediate(() => {
    socket.resume();
  });
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

async function answered(response: IncomingMessage, url: URL): Promise<WebSocketError> {
  const status = response.statusCode ?? 0;
  let said = '';
  const timer = setTimeout(() => response.destroy(), goodbyeMs);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      said += chunk.toString('utf8');
      if (said.length >= answerBytes) break;
    }
  } catch {
    // The status alone says enough.
  } finally {
    clearTimeout(timer);
  }
  const wrong = wrongPort(status, said, url);
  if (wrong) return new WebSocketError(wrong.reason, wrong.text, { cause: wrong });
  return new WebSocketError('httpAnswer', answerWords(status, said.slice(0, answerBytes), url), { status });
}

function answerWords(status: number, said: string, { host }: URL): Text {
  const body = bodyOf(said);
  if (body.kind === 'html') {
    const title = body.title === '' ? '–' : body.title;
    return text(
      '{0} answered {1} with a web page ({2}) instead of opening a WebSocket.',
      host,
      status,
      title,
    );
  }
  const line = said.split('\n').find((each) => each.trim() !== '');
  return line === undefined
    ? text('{0} answered {1} instead of opening a WebSocket.', host, status)
    : text('{0} answered {1} instead of opening a WebSocket: {2}', host, status, oneLine(line.trim(), 120));
}

/** Why it was not opened; a server that broke a plain connection off may want TLS. */
async function opening(error: unknown, url: URL, signal: AbortSignal): Promise<unknown> {
  if (!WebSocketError.is(error, 'lost') || signal.aborted) return error;
  const { reason, text: message } = await explainOpening(error.cause, url, signal);
  return new WebSocketError(reason, message, { cause: error.cause });
}

function explain(error: Error, url: URL): WebSocketError {
  const cause = { cause: error };
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return new WebSocketError('tooLarge', text('{0} sent a message beyond all bounds.', url.host), cause);
  if (error.message.includes('handshake has timed out'))
    return new WebSocketError('timeout', text('{0} did not answer in time.', url.host), cause);
  if (code.startsWith('WS_ERR') || /^(?:Invalid|Server sent|Missing)/.test(error.message)) {
    const said = oneLine(error.message, 200);
    return new WebSocketError(
      'protocol',
      text('What answers at {0} speaks no WebSocket: {1}', url.host, said),
      cause,
    );
  }
  const { reason, text: message } = explainWeb(error, url);
  return new WebSocketError(reason, message, cause);
}
