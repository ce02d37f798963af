import { ReasonedError } from '../model/reasonedError.ts';
import { type Text, errorWords, oneLine, text } from '../model/text.ts';

export type TlsReason =
  | 'nameNotFound'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'serverNotTrusted'
  | 'serverWrongName'
  | 'serverExpired'
  | 'clientRefused'
  | 'clientExpired'
  | 'fileUnreadable'
  | 'notPem'
  | 'passphraseMissing'
  | 'passphraseWrong'
  | 'keyMismatch'
  | 'notTls'
  | 'incompatible'
  | 'lost';

/** Why a TLS connection could not be made or did not go on. */
export class TlsError extends ReasonedError<TlsReason> {
  override readonly name = 'TlsError';
}

/** Facts about a connection that word its errors. */
export interface TlsPlace {
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  /** We showed a certificate of our own. */
  readonly withCertificate: boolean;
}

const notTrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
]);
const expired = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EACCES', 'EPERM', 'ENETDOWN']);

/**
 * Alerts with which a server turns down the certificate of a client. Their names differ between OpenSSL (which changed
 * them in 3.2) and BoringSSL, so they are told by what all of them have in common.
 */
const certificateAlert =
  /ALERT_(?:BAD|UNSUPPORTED|NO)_CERTIFICATE|ALERT_CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)|TLSV1_CERTIFICATE_REQUIRED|ALERT_UNKNOWN_CA|ALERT_ACCESS_DENIED/;

/** Puts what Node reports into one of our reasons, with words for people. */
export function explainTls(error: unknown, place: TlsPlace): TlsError {
  const code = codeOf(error);
  const where = `${place.host}:${String(place.port)}`;
  const cause = { cause: error };
  const said = errorWords(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NONAME')
    return new TlsError('nameNotFound', text('The name {0} was not found.', oneLine(place.host, 100)), cause);
  if (code === 'ECONNREFUSED') return new TlsError('refused', text('Nobody listens at {0}.', where), cause);
  if (code === 'ETIMEDOUT') return timedOut(where, error);
  if (unreachable.has(code))
    return new TlsError('unreachable', text('{0} cannot be reached: {1}', where, said), cause);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new TlsError(
      'serverWrongName',
      text(
        'The certificate of {0} is not for the name {1}: {2}',
        where,
        oneLine(place.serverName, 100),
        said,
      ),
      cause,
    );
  }
  if (expired.has(code)) {
    return new TlsError(
      'serverExpired',
      text('The certificate of {0} has expired or is not valid yet.', where),
      cause,
    );
  }
  if (notTrusted.has(code)) {
    return new TlsError(
      'serverNotTrusted',
      text('The certificate of {0} is not trusted: {1}', where, said),
      cause,
    );
  }
  return explainAlert(code, place, error) ?? new TlsError('lost', lostWords(code, where, said), cause);
}

function explainAlert(code: string, place: TlsPlace, error: unknown): TlsError | undefined {
  const where = `${place.host}:${String(place.port)}`;
  const cause = { cause: error };
  // A server that wants a certificate and gets none may say no more than that the handshake failed.
  const handshakeFailed = code.includes('ALERT_HANDSHAKE_FAILURE');
  if (certificateAlert.test(code) || (handshakeFailed && !place.withCertificate)) {
    const alert = alertOf(code);
    const message = place.withCertificate
      ? text('{0} refused the client certificate ({1}).', where, alert)
      : text('{0} wants a client certificate, and none is set ({1}).', where, alert);
    return new TlsError('clientRefused', message, cause);
  }
  if (
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LAYER_FAILURE|BAD_RECORD_TYPE/.test(code)
  )
    return new TlsError('notTls', text('What answers at {0} does not speak TLS.', where), cause);
  if (handshakeFailed || /PROTOCOL|NO_SHARED|ALERT_/.test(code)) {
    const message = text('{0} and this side have no way of TLS in common ({1}).', where, alertOf(code));
    return new TlsError('incompatible', message, cause);
  }
  return undefined;
}

export function timedOut(where: string, cause?: unknown): TlsError {
  return new TlsError('timeout', text('{0} did not answer in time.', where), { cause });
}

function lostWords(code: string, where: string, said: string): Text {
  if (code === 'ECONNRESET' || code === 'EPIPE') return text('{0} broke the connection off.', where);
  return text('The connection to {0} broke: {1}', where, said);
}

/** `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA` is "unknown ca" to people. */
function alertOf(code: string): string {
  return code
    .replace(/^ERR_SSL_(?:SSL\/TLS_|TLSV1\d?_|SSLV3_)?(?:ALERT_)?/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
