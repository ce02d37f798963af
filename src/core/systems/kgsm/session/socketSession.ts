import { UnixListener, UnixListenerError } from '../../../wire/unixListener.ts';
import { SessionError, type Session, type SessionEnvironment } from '../../session.ts';
import { deliverMessage } from './deliverMessage.ts';
import type { KgsmSettings } from '../settings.ts';

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
      clock: environment.clock,
      onMessage(message) {
        deliverMessage(message, settings.maxMessageBytes, environment);
      },
      onNotice(notice) {
        environment.log.info(notice);
      },
      onGap(message) {
        environment.gap(message);
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
    address: path,
    dispose: () => listener.dispose(),
  };
}

/**
 * Retries where time can help (a foreign listener may go away), not where the user has to act (a long path stays long). A
 * foreign file that comes while the connection listens may go again.
 */
function sessionError(error: UnixListenerError): SessionError {
  const retry = error.reason === 'inUse' || error.reason === 'noDirectory' || error.reason === 'failed';
  const mayPass = error.reason === 'notASocket' || error.reason === 'noPermission';
  return new SessionError(error.text, { retry, mayPass, cause: error });
}
