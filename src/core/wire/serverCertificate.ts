import type { X509Certificate } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { changedCertificate, explainTls, timedOut, TlsError, type TlsPlace } from './tlsError.ts';
import type { ServerAddress } from './webAddress.ts';
import { withTimeout } from './withTimeout.ts';

/** A certificate as a user compares it with what the server's own machine says. */
export interface ServerCertificate {
  /** SHA-256, as in the setting `pin`. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
}

const timeoutMs = 10_000;
/** A server that speaks TLS begins with it at once; whoever waits for the answer has a failure to tell. */
const answerWithinMs = 3000;

/** The certificate that a server shows, trusted or not. Nothing is sent to it. Rejects with a TlsError. */
export async function readServerCertificate(
  address: ServerAddress,
  signal: AbortSignal,
): Promise<ServerCertificate> {
  signal.throwIfAborted();
  const place = { ...address, withCertificate: false };
  const broken = (): TlsError =>
    explainTls(Object.assign(new Error('closed'), { code: 'ECONNRESET' }), place);
  const late = (): TlsError => timedOut(`${place.host}:${String(place.port)}`);
  return withTimeout({ timeoutMs, late, signal }, async (stop) => {
    const { host, port, serverName } = address;
    const socket = connect({
      host,
      port,
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
      rejectUnauthorized: false,
    });
    const end = (): unknown => socket.destroy();
    stop.addEventListener('abort', end, { once: true });
    let certificate: X509Certificate | undefined;
    const look = (): void => {
      certificate ??= socket.getPeerX509Certificate();
    };
    // Up to TLS 1.2 a server that wants a certificate of ours breaks the handshake off behind this step.
    socket.on('keylog', look);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('secureConnect', () => {
          look();
          resolve();
        });
        const broke = (error: TlsError): void => (certificate ? resolve() : reject(error));
        socket.once('error', (error) => broke(explainTls(error, place)));
        socket.once('close', () => broke(broken()));
      });
      if (!certificate) throw broken();
      return shownOf(certificate);
    } finally {
      stop.removeEventListener('abort', end);
      socket.destroy();
    }
  });
}

/** Whether TLS is spoken there; any certificate and any refusal in the words of TLS is a yes. */
export async function speaksTls(address: ServerAddress, signal: AbortSignal): Promise<boolean> {
  try {
    await readServerCertificate(address, AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]));
    return true;
  } catch (error) {
    return TlsError.is(error, 'incompatible') || TlsError.is(error, 'clientRefused');
  }
}

type Shown = Pick<Partial<TLSSocket>, 'getPeerX509Certificate'>;

/** Why a connection whose handshake is done must not be used: its server shows another certificate than the pinned one. */
export function pinProblem(socket: Shown, pin: string, place: TlsPlace): TlsError | undefined {
  const shown = socket.getPeerX509Certificate?.()?.fingerprint256 ?? '–';
  return shown === pin ? undefined : changedCertificate(place, shown, pin);
}

/**
 * Ends a request before anything of it reaches a server with another certificate than the pinned one. The socket itself is
 * looked at, not made here: VS Code replaces what makes it where a proxy is set.
 */
export function checkPin(request: ClientRequest, pin: string, place: TlsPlace): void {
  request.once('socket', (socket: Socket & Shown) => {
    const check = (): void => {
      const problem = pinProblem(socket, pin, place);
      if (problem) request.destroy(problem);
    };
    const isInHandshake = 'getPeerX509Certificate' in socket && !socket.getPeerX509Certificate();
    // The handler runs within the end of the handshake, before what waits to be sent is.
    if (isInHandshake) socket.prependOnceListener('secureConnect', check);
    else check();
  });
}

function shownOf({
  fingerprint256,
  subject,
  issuer,
  validFromDate,
  validToDate,
}: X509Certificate): ServerCertificate {
  return {
    fingerprint: fingerprint256,
    subject,
    issuer,
    validFrom: validFromDate.getTime(),
    validTo: validToDate.getTime(),
  };
}
