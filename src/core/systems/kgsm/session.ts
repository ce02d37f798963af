import type { Problem } from '../../model/event.ts';
import { text } from '../../model/text.ts';
import { splitJson } from '../../wire/jsonDocuments.ts';
import { UnixListener, UnixListenerError } from '../../wire/unixListener.ts';
import { SessionError, type Session, type SessionEnvironment } from '../system.ts';
import type { KgsmSettings } from './settings.ts';

/** KGSM connects to us: the session is a listener on the socket path, ready as soon as it is bound. */
export async function openSocketSession(
  settings: KgsmSettings,
  path: string,
  environment: SessionEnvironment,
): Promise<Session> {
  const closed = Promise.withResolvers<SessionError>();
  let listener: UnixListener;
  try {
    listener = await UnixListener.listen({
      path,
      mode: settings.socketMode,
      maxMessageBytes: settings.maxMessageBytes,
      onMessage(message) {
        const problems: Problem[] = [];
        if (message.slow)
          problems.push({ path: '', message: text('the sender took too long and was cut off') });
        if (message.broken)
          problems.push({ path: '', message: text('the connection broke before the sender was done') });
        if (message.truncated)
          problems.push({ path: '', message: text('{0} bytes arrived, more than the cap', message.size) });
        const pieces = splitJson(message.bytes, { maxBytes: settings.maxMessageBytes });
        if (pieces.length > 1)
          problems.push({ path: '', message: text('one of {0} documents in one connection', pieces.length) });
        for (const piece of pieces) {
          environment.deliver({
            channel: 'push',
            direction: 'in',
            bytes: piece.bytes,
            size: pieces.length === 1 ? message.size : piece.size,
            truncated: message.truncated || piece.size > piece.bytes.length,
            receivedAt: message.receivedAt,
            problems,
          });
        }
      },
      onNotice(notice) {
        environment.log.info(notice);
      },
      onLost(error) {
        closed.resolve(sessionError(error));
      },
    });
  } catch (error) {
    throw UnixListenerError.is(error) ? sessionError(error) : error;
  }
  return {
    closed: closed.promise,
    dispose: () => listener.dispose(),
  };
}

/** What only the user can mend is not tried again: a long path stays long. A foreign listener may go away. */
function sessionError(error: UnixListenerError): SessionError {
  const retry = error.reason === 'inUse' || error.reason === 'noDirectory' || error.reason === 'failed';
  return new SessionError(error.text, { retry, cause: error });
}
