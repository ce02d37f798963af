import type { Clock } from '../../../model/clock.ts';
import { text } from '../../../model/text.ts';
import { isLoopback } from '../../../wire/webAddress.ts';
import {
  WebhookListener,
  WebhookListenerError,
  type WebhookListenerReason,
} from '../../../wire/webhookListener.ts';
import { SessionError, type SessionEnvironment } from '../../session.ts';
import { deliverMessage } from './deliverMessage.ts';
import type { KgsmSession } from './kgsmSession.ts';
import { PostedBodies } from './postedBodies.ts';
import type { KgsmSettings, WebhookPlace } from '../settings.ts';
import { isSigned, signatureHeader } from '../signature.ts';

/** Two strangers a second would otherwise fill the journal; once a minute says it as well. */
const complainEveryMs = 60_000;

/**
 * KGSM posts its events to us: the session is a web server, ready as soon as it listens. With a secret, nothing that is
 * not signed with it comes in.
 */
export async function openWebhookSession(
  settings: KgsmSettings,
  { host, port, path }: WebhookPlace,
  environment: SessionEnvironment,
): Promise<KgsmSession> {
  const { clock, log } = environment;
  const stored = await environment.secret('webhook');
  const secret = stored === '' ? undefined : stored;
  if (secret === undefined && !isLoopback(host)) {
    log.warn(
      text(
        'Webhooks are taken from everybody who reaches {0}: there is no secret, and the address is not this machine alone.',
        host,
      ),
    );
  }
  const closed = Promise.withResolvers<SessionError>();
  const complain = atMostEvery(complainEveryMs, clock, () => {
    environment.gap(
      text('Webhooks were refused because they are not signed with the secret of this connection'),
    );
  });
  const posted = new PostedBodies(environment, { areSigned: secret !== undefined });
  const tellOfRepetition = atMostEvery(complainEveryMs, clock, () => {
    log.warn(text('A webhook was posted once more long after it came; it counts once.'));
  });
  let listener: WebhookListener;
  try {
    listener = await WebhookListener.listen({
      host,
      port,
      ...(path === undefined ? {} : { path }),
      maxMessageBytes: settings.maxMessageBytes,
      clock,
      admit(body, headers) {
        if (secret === undefined || isSigned(body, headers[signatureHeader], secret)) return true;
        complain();
        return false;
      },
      onMessage(message) {
        // The signature covers the whole body, so a part of it cannot be verified.
        if (secret !== undefined && (message.truncated || message.slow || message.broken)) {
          complain();
          return undefined;
        }
        const found = posted.take(message);
        if (found === 'new') deliverMessage(message, settings.maxMessageBytes, environment);
        else if (found === 'late') tellOfRepetition();
        // KGSM sends again what was not answered, so the answer says that it is kept; also of what comes a second time.
        return environment.committed();
      },
      onLost(error) {
        closed.resolve(sessionError(error));
      },
    });
  } catch (error) {
    throw WebhookListenerError.is(error) ? sessionError(error) : error;
  }
  return {
    closed: closed.promise,
    address: listener.address,
    expectPost: (body) => posted.expect(body),
    dispose: () => listener.dispose(),
  };
}

function atMostEvery(ms: number, clock: Clock, act: () => void): () => void {
  let next = -Infinity;
  return () => {
    if (clock.now() < next) return;
    next = clock.now() + ms;
    act();
  };
}

/** A port may become free and an address may come up; what may never be listened on is for the user to mend. */
const mayPass: Readonly<Record<WebhookListenerReason, boolean>> = {
  portTaken: true,
  addressUnavailable: true,
  failed: true,
  noPermission: false,
};

function sessionError(error: WebhookListenerError): SessionError {
  return new SessionError(error.text, { retry: mayPass[error.reason], cause: error });
}
