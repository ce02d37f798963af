import { ReasonedError } from '../model/reasonedError.ts';
import { type Text, errorWords, oneLine, text } from '../model/text.ts';
import type { ServerAddress } from './webAddress.ts';

export type TlsReason =
  | 'nameNotFound'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'serverNotTrusted'
  | 'serverChanged'
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
  | 'needsTls'
  | 'incompatible'
  | 'lost';

/** Why a TLS connection could not be made or did not go on. */
export class TlsError extends ReasonedError<TlsReason> {
  override readonly name = 'TlsError';
}

/** Facts about a connection that word its errors. */
export interface TlsPlace extends ServerAddress {
  /** We showed a certificate of our own. */
  readonly withCertificate: boolean;
}

const selfSigned = text('it is signed by itself');
const unknownAuthority = text('nobody whom this machine trusts has signed it');
const notForServers = text('it is not meant for servers');
const damaged = text('it is damaged');

/** Why a certificate is not trusted. The library's own words advise a switch of Node.js, which VS Code does not have. */
const notTrusted: Readonly<Record<string, Text | undefined>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  CERT_REJECTED: notForServers,
  INVALID_PURPOSE: notForServers,
  CERT_SIGNATURE_FAILURE: damaged,
  CERT_CHAIN_TOO_LONG: text('too many authorities have signed one another'),
  PATH_LENGTH_EXCEEDED: text('too many authorities have signed one another'),
  CERT_REVOKED: text('it was revoked'),
  INVALID_CA: text('one that has signed it may not'),
};
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
    const message = text(
      'The certificate of {0} is made out to {1}, not to {2}.',
      where,
      namesOf(error),
      oneLine(place.serverName, 100),
    );
    return new TlsError('serverWrongName', message, cause);
  }
  if (code === 'CERT_HAS_EXPIRED')
    return new TlsError('serverExpired', text('The certificate of {0} has expired.', where), cause);
  if (code === 'CERT_NOT_YET_VALID')
    return new TlsError('serverExpired', text('The certificate of {0} is not valid yet.', where), cause);
  const why = notTrusted[code];
  if (why) {
    const message = text('The certificate of {0} is not trusted: {1}.', where, why);
    return new TlsError('serverNotTrusted', message, cause);
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

/** Error of a server that shows another certificate than the pinned one. */
export function changedCertificate({ host, port }: TlsPlace, shown: string, pinned: string): TlsError {
  const where = `${host}:${String(port)}`;
  return new TlsError(
    'serverChanged',
    text(
      'The certificate of {0} has changed: its SHA-256 fingerprint is {1}, and {2} is pinned. Pin the new one if the server was given a new certificate; else somebody may be in between.',
      where,
      shown,
      pinned,
    ),
  );
}

export function timedOut(where: string, cause?: unknown): TlsError {
  return new TlsError('timeout', text('{0} did not answer in time.', where), { cause });
}

/** Names that a certificate is made out to. */
function namesOf(error: unknown): string {
  const { cert } = error as { readonly cert?: { readonly subjectaltname?: string } };
  const names = (cert?.subjectaltname ?? '').replaceAll(/(?:DNS|IP Address|URI):/g, '');
  return oneLine(names === '' ? '–' : names, 200);
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
