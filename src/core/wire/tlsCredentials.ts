import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { systemClock, type Clock } from '../model/clock.ts';
import { oneLine, text } from '../model/text.ts';
import { TlsError } from './tlsError.ts';

export interface CredentialFiles {
  /** Whom to trust instead of the well-known authorities: an authority, or the server's own certificate. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface Credentials {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

type PemKind = 'certificate' | 'key';

/**
 * Reads certificate and key, and finds out before anybody connects whether they can be used: what the TLS library
 * says about them later names neither file nor reason. `passphrase` is asked only where the key is locked.
 */
export async function readCredentials(
  files: CredentialFiles,
  passphrase: () => Promise<string | undefined>,
  clock: Clock = systemClock,
): Promise<Credentials> {
  const ca = files.ca === undefined ? undefined : await readPem(files.ca, 'certificate');
  const cert = files.cert === undefined ? undefined : await readPem(files.cert, 'certificate');
  const key = files.key === undefined ? undefined : await readPem(files.key, 'key');
  if (cert !== undefined && files.cert !== undefined)
    valid(certificateIn(cert, files.cert), files.cert, clock);
  const word = key !== undefined && isLocked(key) ? await passphrase() : undefined;
  if (key !== undefined && files.key !== undefined) {
    const opened = openKey(key, files.key, word);
    if (cert !== undefined && files.cert !== undefined) matching(cert, opened, files.cert, files.key);
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(word === undefined ? {} : { passphrase: word }),
  };
}

/** Reads a PEM file of the wanted kind; rejects with words for people where it is none. */
export async function readPem(path: string, kind: PemKind): Promise<string> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const message =
      code === 'ENOENT'
        ? text('There is no file {0}.', oneLine(path))
        : text('The file {0} cannot be read ({1}).', oneLine(path), code);
    throw new TlsError('fileUnreadable', message, { cause: error });
  }
  if (kind === 'key' && !/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(content))
    throw new TlsError('notPem', text('{0} holds no private key in PEM form.', oneLine(path)));
  if (kind === 'certificate') certificateIn(content, path);
  return content;
}

/** Whether a PEM key needs a passphrase. */
export function isLocked(key: string): boolean {
  return key.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || key.includes('Proc-Type: 4,ENCRYPTED');
}

function certificateIn(content: string, path: string): X509Certificate {
  try {
    if (content.includes('-----BEGIN CERTIFICATE-----')) return new X509Certificate(content);
  } catch (error) {
    throw new TlsError('notPem', text('The certificate in {0} cannot be read.', oneLine(path)), {
      cause: error,
    });
  }
  throw new TlsError('notPem', text('{0} holds no certificate in PEM form.', oneLine(path)));
}

function openKey(key: string, path: string, passphrase: string | undefined): KeyObject {
  const locked = isLocked(key);
  if (locked && passphrase === undefined)
    throw new TlsError('passphraseMissing', text('The key {0} needs its passphrase.', oneLine(path)));
  try {
    return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    throw locked
      ? new TlsError('passphraseWrong', text('The passphrase does not open the key {0}.', oneLine(path)), {
          cause: error,
        })
      : new TlsError('notPem', text('The key in {0} cannot be read.', oneLine(path)), { cause: error });
  }
}

/** Not every server looks at the dates, but none promises not to. */
function valid({ validFromDate, validToDate }: X509Certificate, path: string, clock: Clock): void {
  const now = clock.now();
  const [from, to] = [validFromDate, validToDate].map((date) => date.toISOString().replace(/\.\d+Z$/, 'Z'));
  if (now > validToDate.getTime()) {
    throw new TlsError(
      'clientExpired',
      text(
        'The certificate in {0} has expired: it was valid from {1} to {2}.',
        oneLine(path),
        from ?? '',
        to ?? '',
      ),
    );
  }
  if (now < validFromDate.getTime()) {
    throw new TlsError(
      'clientExpired',
      text(
        'The certificate in {0} is not valid yet: it is valid from {1} to {2}.',
        oneLine(path),
        from ?? '',
        to ?? '',
      ),
    );
  }
}

function matching(cert: string, key: KeyObject, certPath: string, keyPath: string): void {
  if (certificateIn(cert, certPath).checkPrivateKey(key)) return;
  throw new TlsError(
    'keyMismatch',
    text('The key {0} does not belong to the certificate {1}.', oneLine(keyPath), oneLine(certPath)),
  );
}
