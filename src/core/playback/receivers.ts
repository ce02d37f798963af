import type { Clock } from '../model/clock.ts';
import { ReasonedError } from '../model/reasonedError.ts';
import { text, type Text } from '../model/text.ts';
import { TlsConnection } from '../wire/tlsConnection.ts';
import { readCredentials } from '../wire/tlsCredentials.ts';
import { WebSocketConnection } from '../wire/webSocket.ts';

/** An open way to a plain receiver: a WebSocket, or TLS with a line for each message. */
export interface Receiver {
  /** Resolves when the message was handed to the system: a receiver that does not read holds it up. The signal gives that up. */
  send(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Why a message did not reach a receiver. */
class ReceiverError extends ReasonedError<'closed'> {
  override readonly name = 'ReceiverError';
}

const openWithinMs = 10_000;

export function isReceiver(address: string): boolean {
  return /^(?:wss?|tls):\/\//i.test(address);
}

export function receiverProblem(address: string): Text | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || url.hostname === '')
    return text('This is no address; it looks like ws://host:port/ or tls://host:port');
  if (url.username !== '' || url.password !== '') return text('An address holds no user and no password');
  if (url.protocol === 'tls:' && url.port === '') return text('The port is missing: tls://host:port');
  return undefined;
}

/** Opens the way when the first message is sent, and again after it broke; messages go one after another. */
export function openReceiver(address: string, clock: Clock): Receiver {
  let opened: Promise<Line> | undefined;
  return {
    async send(bytes, signal) {
      signal.throwIfAborted();
      const opening = (opened ??= open(new URL(address), clock));
      const abandon = Promise.withResolvers<never>();
      abandon.promise.catch(() => undefined);
      const abort = (): void => abandon.reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      try {
        const line = await Promise.race([opening, abandon.promise]);
        await Promise.race([line.send(bytes), line.ended, abandon.promise]);
      } catch (error) {
        if (opened === opening) opened = undefined;
        void opening.then(
          (line) => line.close(),
          () => undefined,
        );
        throw error;
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    async close() {
      const line = await opened?.catch(() => undefined);
      opened = undefined;
      await line?.close();
    },
  };
}

interface Line {
  send(bytes: Uint8Array): Promise<void>;
  /** Rejects when the other side ended it. */
  readonly ended: Promise<never>;
  close(): Promise<void>;
}

async function open(url: URL, clock: Clock): Promise<Line> {
  return url.protocol === 'tls:' ? openTls(url, clock) : openWebSocket(url);
}

async function openWebSocket(url: URL): Promise<Line> {
  const socket = await WebSocketConnection.open({
    url: url.href,
    timeoutMs: openWithinMs,
    maxMessageBytes: 0,
    signal: AbortSignal.timeout(openWithinMs),
    onMessage: () => undefined,
  });
  return {
    send: (bytes) => socket.send(textOf(bytes) ?? bytes),
    ended: broken(socket.ended, url),
    close: () => socket.close(),
  };
}

async function openTls(url: URL, clock: Clock): Promise<Line> {
  const ca = url.searchParams.get('ca');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const connection = await TlsConnection.open({
    host,
    port: Number(url.port),
    serverName: host,
    credentials: await readCredentials(ca === null ? {} : { ca }, () => Promise.resolve(undefined), clock),
    rejectUnauthorized: true,
    clock,
    timeoutMs: openWithinMs,
    signal: AbortSignal.timeout(3 * openWithinMs),
    onStep: () => undefined,
    onData: () => undefined,
  });
  return {
    send: (bytes) => connection.write(Buffer.concat([bytes, Buffer.from('\n')])),
    ended: broken(connection.ended, url),
    close: () => connection.close(),
  };
}

function broken(ended: Promise<unknown>, { host }: URL): Promise<never> {
  const promise = ended.then((): never => {
    throw new ReceiverError('closed', text('{0} closed the connection.', host));
  });
  // Heard of by the next message, or by nobody.
  promise.catch(() => undefined);
  return promise;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
