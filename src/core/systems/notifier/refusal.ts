import { oneLine, sentences, text } from '../../model/text.ts';
import type { TlsError } from '../../wire/tlsError.ts';
import { wireFailure } from '../conversation/wireFailure.ts';
import { SessionError } from '../session.ts';
import type { NotifierContent } from './messages.ts';

export function sessionErrorOf(error: TlsError): SessionError {
  const { reason } = error;
  if (reason === 'passphraseMissing' || reason === 'passphraseWrong')
    return new SessionError(error.text, { retry: false, cause: error, secret: 'passphrase' });
  if (reason !== 'notTls') return wireFailure(error);
  const message = sentences(error.text, text('Is this the port of the notification server?'));
  return new SessionError(message, { retry: false, cause: error });
}

/** The documented codes; of others it is known by their hundreds whether waiting may help. */
export function refusalOf(content: NotifierContent): SessionError {
  const given = content['code'];
  const code = typeof given === 'number' || typeof given === 'string' ? String(given).trim() : '';
  const reason = oneLine(typeof content['reason'] === 'string' ? content['reason'] : '–', 200);
  switch (code) {
    case '504':
      return new SessionError(text('The server is full: {0}', reason), { retry: true });
    case '401':
      return /certificate/i.test(reason)
        ? new SessionError(text('The server does not accept the client certificate: {0}', reason), {
            retry: false,
          })
        : new SessionError(text('The server does not accept this client: {0}', reason), {
            retry: false,
            secret: 'token',
          });
    case '403':
      return new SessionError(text('This client is not allowed to connect: {0}', reason), { retry: false });
    case '':
      return new SessionError(text('The server refused the connection: {0}', reason), { retry: false });
    default:
      return new SessionError(
        text('The server refused the connection with code {0}: {1}', oneLine(code, 40), reason),
        { retry: /^5\d\d$/.test(code) },
      );
  }
}
