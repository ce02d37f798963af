import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../model/clock.ts';
import type { Credentials } from './tlsCredentials.ts';
import { pinProblem } from './serverCertificate.ts';
import { explainTls, timedOut, TlsError, type TlsPlace } from './tlsError.ts';

/** Steps to an open connection, each once and in this order; an address needs no look-up. */
export type TlsStep = 'lookUp' | 'connect' | 'handshake';

export interface TlsOptions {
  readonly host: string;
  readonly port: number;
  /** The name that the server's certificate must have; also told to the server, unless it is an address. */
  readonly serverName: string;
  readonly credentials: Credentials;
  /** False takes any certificate of the server. */
  readonly rejectUnauthorized: boolean;
  /** SHA-256 fingerprint of the only certificate that is taken, whoever signed it. */
  readonly pin?: string;
  readonly clock: Clock;
  /** For each step. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  readonly onStep: (step: TlsStep) => void;
  readonly onData: (bytes: Uint8Array) => void;
}

/** How long a server that was told goodbye may take to say the same. */
const goodbyeMs = 1000;

/** An open TLS connection. Bytes come through `onData` until `ended` resolves. */
export class TlsConnection {
  /** Resolves when nothing comes any more: with the failure, or with nothing where the other side has ended it in order. */
  readonly ended: Promise<TlsError | undefined>;
  readonly #socket: TLSSocket;
  readonly #place: TlsPlace;
  readonly #clock: Clock;
  /** The last write, so that the next waits for it. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(socket: TLSSocket, place: TlsPlace, { clock, onData }: TlsOptions) {
    this.#socket = socket;
    this.#place = place;
    this.#clock = clock;
    const ended = Promise.withResolvers<TlsError | undefined>();
    this.ended = ended.promise;
    socket.on('data', onData);
    socket.on('error', (error) => ended.resolve(explainTls(error, place)));
    socket.on('end', () => ended.resolve(undefined));
    socket.on('close', () => ended.resolve(undefined));
  }

  /** Connects. Rejects with a TlsError, or with the reason of the signal. */
  static async open(options: TlsOptions): Promise<TlsConnection> {
    const { host, port, serverName, credentials, signal } = options;
    signal.throwIfAborted();
    const place = { host, port, serverName, withCertificate: credentials.cert !== undefined };
    const addresses = await resolve(options, place);
    options.onStep('connect');
    const tcp = await connectAny(addresses, options, place);
    options.onStep('handshake');
    return TlsConnection.#handshake(tcp, options, place);
  }

  static async #handshake(tcp: Socket, options: TlsOptions, place: TlsPlace): Promise<TlsConnection> {
    const { credentials, serverName, rejectUnauthorized, pin } = options;
    let socket: TLSSocket | undefined;
    try {
      socket = connectTls({
        ...credentials,
        socket: tcp,
        ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
        checkServerIdentity: (_, certificate) => checkServerIdentity(serverName, certificate),
        rejectUnauthorized: rejectUnauthorized && pin === undefined,
        minVersion: 'TLSv1.2',
        // The file of the authority may be the server's own certificate, signed by another.
        allowPartialTrustChain: true,
      });
      // Made before the handshake is done, so that nothing is missed that comes right behind it.
      const connection = new TlsConnection(socket, place, options);
      await within(options, place, event(socket, 'secureConnect'), () => undefined);
      const changed = pin === undefined ? undefined : pinProblem(socket, pin, place);
      if (changed) throw changed;
      return connection;
    } catch (error) {
      socket?.destroy();
      tcp.destroy();
      throw known(error, options.signal, place);
    }
  }

  get protocol(): string {
    return this.#socket.getProtocol() ?? '';
  }

  /**
   * Writes bytes so that they are one TLS record: each write waits for the one before, because writes that queue up are
   * joined. Resolves when they are given to the system; rejects with a TlsError.
   */
  write(bytes: Uint8Array): Promise<void> {
    const writing = this.#writing
      .catch(() => undefined)
      .then(
        () =>
          new Promise<void>((resolve, reject) => {
            this.#socket.write(bytes, (error) => {
              if (error) reject(explainTls(error, this.#place));
              else resolve();
            });
          }),
      );
    this.#writing = writing;
    return writing;
  }

  /** Says goodbye and closes, whether the other side answers or not. */
  async close(): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) return;
    const closed = Promise.withResolvers<undefined>();
    const done = (): void => closed.resolve(undefined);
    socket.once('close', done);
    // Incoming bytes are read and thrown away: unread ones would make the goodbye a reset.
    socket.end();
    const cancel = this.#clock.after(goodbyeMs, done);
    void this.ended.then(done);
    await closed.promise;
    cancel();
    socket.destroy();
  }
}

async function resolve(options: TlsOptions, place: TlsPlace): Promise<readonly string[]> {
  if (isIP(options.host) !== 0) return [options.host];
  options.onStep('lookUp');
  try {
    const found = await within(options, place, lookup(options.host, { all: true }), () => undefined);
    return found.map(({ address }) => address);
  } catch (error) {
    throw known(error, options.signal, place);
  }
}

/** `localhost` is two addresses, and a server may listen at one of them only. */
async function connectAny(
  addresses: readonly string[],
  options: TlsOptions,
  place: TlsPlace,
): Promise<Socket> {
  let failure: unknown;
  for (const host of addresses) {
    const socket = connectTcp({
      host,
      port: options.port,
      noDelay: true,
      // Neither side says anything for hours; without this, nobody would notice that the other is gone.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    });
    try {
      await within(options, place, event(socket, 'connect'), () => socket.destroy());
      return socket;
    } catch (error) {
      socket.destroy();
      failure = error;
      if (options.signal.aborted) break;
    }
  }
  throw known(failure, options.signal, place);
}

/** The first occurrence of an event; rejects where the socket fails or closes before. */
function event(socket: Socket, name: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(name, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  });
}

/** Waits for a step, but no longer than it may take and not beyond the signal; then `cancel` ends what was begun. */
async function within<T>(
  { clock, signal, timeoutMs = 10_000 }: TlsOptions,
  { host, port }: TlsPlace,
  step: Promise<T>,
  cancel: () => void,
): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const onAbort = (): void => stopped.reject(signal.reason as Error);
  const disarm = clock.after(timeoutMs, () => stopped.reject(timedOut(`${host}:${String(port)}`)));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([step, stopped.promise]);
  } catch (error) {
    // The step may still fail because of the cancelling; nobody waits for it any more.
    step.catch(() => undefined);
    cancel();
    throw error;
  } finally {
    disarm();
    signal.removeEventListener('abort', onAbort);
  }
}

function known(error: unknown, signal: AbortSignal, place: TlsPlace): unknown {
  if (signal.aborted || error instanceof TlsError) return error;
  return explainTls(error, place);
}
