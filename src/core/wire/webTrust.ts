import { text } from '../model/text.ts';
import { speaksTls } from './serverCertificate.ts';
import { explainTls, TlsError, type TlsPlace } from './tlsError.ts';
import { isSecure, serverAddress } from './webAddress.ts';

/** Certificates that a client trusts. */
export interface WebTrust {
  /** PEM text of the authority, or of the server's own certificate, instead of the well-known authorities. */
  readonly ca?: string;
  /** False takes any certificate. */
  readonly rejectUnauthorized?: boolean;
  /** SHA-256 fingerprint of the only certificate that is taken, whoever signed it and whatever else is said here. */
  readonly pin?: string;
}

/** Options of the TLS library. A pinned certificate is compared by `checkPin`, so anything else is let through. */
export function tlsOptions({ ca, rejectUnauthorized, pin }: WebTrust): Omit<WebTrust, 'pin'> {
  if (pin !== undefined) return { rejectUnauthorized: false };
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

export function placeOf(url: URL): TlsPlace {
  return { ...serverAddress(url), withCertificate: false };
}

/** Explains a failed web connection in the words and reasons of TLS, which cover those of TCP. */
export function explainWeb(error: unknown, url: URL): TlsError {
  if (TlsError.is(error)) return error;
  const explained = explainTls(withCode(error), placeOf(url));
  if (explained.reason !== 'notTls') return explained;
  const message = text('What answers at {0} does not speak TLS: use {1}.', url.host, otherAddress(url));
  return new TlsError('notTls', message, { cause: error });
}

/** The same for a connection that was never good: a server that broke it off may want TLS, so it is asked. */
export async function explainOpening(error: unknown, url: URL, signal: AbortSignal): Promise<TlsError> {
  const explained = explainWeb(error, url);
  if (explained.reason !== 'lost' || isSecure(url)) return explained;
  return (await speaksTls(placeOf(url), signal)) ? needsTls(url) : explained;
}

/** Words of nginx, Go and Apache for a plain request to their port for TLS. */
const wantsTls =
  /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|speaking plain HTTP to an SSL/i;

/** The error that an answer stands for where the port is one for TLS. */
export function wrongPort(status: number, said: string, url: URL): TlsError | undefined {
  return status === 400 && !isSecure(url) && wantsTls.test(said) ? needsTls(url) : undefined;
}

function needsTls(url: URL): TlsError {
  return new TlsError('needsTls', text('{0} speaks TLS: use {1}.', url.host, otherAddress(url)));
}

const otherSchemes: Readonly<Record<string, string>> = { http: 'https', https: 'http', ws: 'wss', wss: 'ws' };

/** The address with TLS where it has none, and the other way round. */
function otherAddress({ protocol, host }: URL): string {
  return `${otherSchemes[protocol.slice(0, -1)] ?? ''}://${host}`;
}

/** HTTPS reports what TLS found wrong as a mere failed write; the code that TLS alone would have stands in the words. */
function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EPROTO') return error;
  const alert = /SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1];
  if (alert === undefined) return error;
  const code = `ERR_SSL_${alert.trim().replaceAll(' ', '_').toUpperCase()}`;
  return Object.assign(new Error(alert.trim(), { cause: error }), { code });
}
