import { createHash } from 'node:crypto';
import type { Clock } from '../../../model/clock.ts';
import { text } from '../../../model/text.ts';
import { isLoopback } from '../../../wire/webAddress.ts';
import {
  WebhookListener,
  WebhookListenerError,
  type WebhookListenerReason,
  type WebhookMessage,
} from '../../../wire/webhookListener.ts';
import { SessionError, type Session, type SessionEnvironment } from '../../session.ts';
import { deliverMessage } from './deliverMessage.ts';
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
): Promise<Session> {
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
  const retries = new Retries(clock);
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
        if (!retries.repeats(message)) deliverMessage(message, settings.maxMessageBytes, environment);
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
  return { closed: closed.promise, address: listener.address, dispose: () => listener.dispose() };
}

/** KGSM tries five times at most, 31 s of waiting and five time-outs apart. */
const rememberMs = 10 * 60_000;
const maxRemembered = 1000;

/** Recognises what comes again because KGSM did not get our answer. */
class Retries {
  readonly #clock: Clock;
  /** Bodies that came, oldest first, with the time until which they are remembered. */
  readonly #seen = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Two equal events in one second are two events: only what says of itself that it is another try is left out. */
  repeats({ bytes, headers }: WebhookMessage): boolean {
    const now = this.#clock.now();
    for (const [old, until] of this.#seen) {
      if (until > now && this.#seen.size < maxRemembered) break;
      this.#seen.delete(old);
    }
    const key = createHash('sha256').update(bytes).digest('base64');
    const again = Number(headers['x-kgsm-retry-count'] ?? 0) > 0 && this.#seen.has(key);
    this.#seen.delete(key);
    this.#seen.set(key, now + rememberMs);
    return again;
  }
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
