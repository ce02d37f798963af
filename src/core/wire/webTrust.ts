import { explainTls, TlsError, type TlsPlace } from './tlsError.ts';

/** Certificates that a web client trusts. */
export interface WebTrust {
  /** PEM text of the authority, or of the server's own certificate, instead of the well-known authorities. */
  readonly ca?: string;
  /** False takes any certificate. */
  readonly rejectUnauthorized?: boolean;
}

export function tlsOptions({ ca, rejectUnauthorized }: WebTrust): WebTrust {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

/** Explains a failed web connection in the words and reasons of TLS, which cover those of TCP. */
export function explainWeb(error: unknown, url: URL): TlsError {
  if (TlsError.is(error)) return error;
  const secure = url.protocol === 'https:' || url.protocol === 'wss:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const place: TlsPlace = {
    host,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    serverName: host,
    withCertificate: false,
  };
  return explainTls(withCode(error), place);
}

/** HTTPS reports what TLS found wrong as a mere failed write; the code that TLS alone would have stands in the words. */
function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EPROTO') return error;
  const alert = /SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1];
  if (alert === undefined) return error;
  const code = `ERR_SSL_${alert.trim().replaceAll(' ', '_').toUpperCase()}`;
  return Object.assign(new Error(alert.trim(), { cause: error }), { code });
}
