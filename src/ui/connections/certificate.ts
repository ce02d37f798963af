import { l10n } from 'vscode';
import type { Connection } from '../../core/connections/connection.ts';
import { errorWords, oneLine } from '../../core/model/text.ts';
import { readServerCertificate, type ServerCertificate } from '../../core/wire/serverCertificate.ts';
import { TlsError } from '../../core/wire/tlsError.ts';
import type { ServerAddress } from '../../core/wire/webAddress.ts';
import type { Runtime } from '../runtime.ts';
import { agreed, showError } from '../showMessage.ts';
import { translate } from '../translate.ts';
import { entryWithId, saveEntry } from './entries.ts';

/** Shows the certificate of a server; answers its fingerprint where the user wants to pin it. */
export async function offerPin(name: string, address: ServerAddress): Promise<string | undefined> {
  let certificate: ServerCertificate;
  try {
    certificate = await readServerCertificate(address, AbortSignal.timeout(30_000));
  } catch (error) {
    const words = TlsError.is(error) ? translate(error.text) : errorWords(error);
    showError(l10n.t('The certificate of {0} could not be read: {1}', name, words));
    return undefined;
  }
  const message = l10n.t('The certificate of {0}, port {1}', address.host, address.port);
  const isPinned = await agreed(message, detailOf(certificate), l10n.t('Pin This Certificate'));
  return isPinned ? certificate.fingerprint : undefined;
}

/** Pins the certificate of a connection in its settings, where the user wants that, and connects. */
export async function pinCertificate(runtime: Runtime, { id, system, settings }: Connection): Promise<void> {
  const address = system.tlsAddress?.(settings);
  const pin = address && (await offerPin(settings.name, address));
  const entry = pin === undefined ? undefined : await entryWithId(runtime.systems, id);
  if (!entry) return;
  await saveEntry(runtime.systems, { ...entry, pin });
  await runtime.connections.get(id)?.reconnectNow();
}

function detailOf({ fingerprint, subject, issuer, validFrom, validTo }: ServerCertificate): string {
  const day = (ms: number): string => new Date(ms).toLocaleString();
  return [
    l10n.t('SHA-256 fingerprint: {0}', fingerprint),
    l10n.t('Subject: {0}', nameIn(subject)),
    l10n.t('Issuer: {0}', nameIn(issuer)),
    l10n.t('Valid from {0} to {1}', day(validFrom), day(validTo)),
    '',
    l10n.t(
      'Compare the fingerprint with the one that the server itself shows. Once it is pinned, only this certificate is taken, whoever signed it.',
    ),
  ].join('\n');
}

/** The parts of a name stand on lines of their own. */
function nameIn(lines: string): string {
  return oneLine(lines.split('\n').join(', '), 200);
}
