import { oneLine, sentences, text } from '../../../model/text.ts';
import { TlsError } from '../../../wire/tlsError.ts';
import { WebSocketError, type WebSocketEnd } from '../../../wire/webSocket.ts';
import { ConversationError } from '../../conversation/conversationError.ts';
import { wireFailure } from '../../conversation/wireFailure.ts';
import { SessionError } from '../../session.ts';
import { failureOf, type Failure, type Protocol } from '../messages.ts';
import { isSecure, type TrueNasSettings } from '../settings.ts';

/** The refusal of a call or a subscription, from the error that the NAS sent. */
export function refusedError(error: unknown): ConversationError {
  const detail = failureOf(error);
  return new ConversationError('refused', text('The NAS refused: {0}', detail.reason), { detail });
}

/** Why the NAS refused, where an error is such a refusal. */
export function failureIn(error: unknown): Failure | undefined {
  return ConversationError.is(error, 'refused') ? (error.detail as Failure | undefined) : undefined;
}

/** True for an answer of a release that does not know the protocol, so that the older one is worth a try. */
export function isUnknownPath(error: unknown): boolean {
  if (!WebSocketError.is(error, 'httpAnswer')) return false;
  return [200, 302, 400, 404, 405, 426].includes(error.status ?? 0);
}

/** Puts a failure of the opening into words that say what to change; anything else is passed on. */
export function openingError(error: unknown, settings: TrueNasSettings, protocol: Protocol): unknown {
  if (WebSocketError.is(error, 'httpAnswer')) return httpError(error, settings, protocol);
  if (WebSocketError.is(error) || error instanceof TlsError) return wireFailure(error);
  if (ConversationError.is(error)) {
    const retry = error.reason !== 'refused' && error.reason !== 'unsuitable';
    return new SessionError(error.text, { retry, cause: error });
  }
  return error;
}

function httpError(error: WebSocketError, settings: TrueNasSettings, protocol: Protocol): SessionError {
  const { host } = new URL(settings.url);
  const status = error.status ?? 0;
  const fatal = { retry: false, cause: error };
  if (status >= 500 || status === 429) {
    return new SessionError(
      text('{0} answered {1}: the NAS is starting, or a proxy does not reach it.', host, status),
      { retry: true, answered: true, cause: error },
    );
  }
  if (!isSecure(settings) && [301, 307, 308].includes(status)) {
    const better = settings.url.replace(/^ws:/, 'wss:');
    return new SessionError(
      text('{0} sends everybody to https ({1}). Change "url" to {2}.', host, status, better),
      fatal,
    );
  }
  if (protocol === 'jsonrpc' && isUnknownPath(error)) {
    return new SessionError(
      text(
        '{0} has no JSON-RPC ({1}): it is older than TrueNAS 25.04. Set "protocol" to "auto" or "ddp".',
        host,
        status,
      ),
      fatal,
    );
  }
  if (status === 401 || status === 403) {
    return new SessionError(
      text('{0} refused the connection ({1}): a proxy in between does not let it through.', host, status),
      fatal,
    );
  }
  const hint = isSecure(settings)
    ? text('Is this the address of a TrueNAS?')
    : text(
        'Is this the address of a TrueNAS? Where it is served with https, the address begins with wss://.',
      );
  return new SessionError(sentences(error.text, hint), fatal);
}

/** Puts the end of the WebSocket into words. 1008 is about the address that we come from: trying again cannot help. */
export function closeError({ code, reason, error }: WebSocketEnd): SessionError {
  const said = oneLine(reason === '' ? '–' : reason, 200);
  const again = { retry: true, answered: true };
  if (error && error.reason !== 'lost') return wireFailure(error);
  switch (code) {
    case 1008:
      return new SessionError(
        text(
          'The NAS does not let this address in ({0}). Its list of allowed addresses is in System, Advanced Settings.',
          said,
        ),
        { retry: false },
      );
    case 1011:
      return new SessionError(text('The NAS gave the connection up: {0}', said), again);
    case 1006:
      return new SessionError(text('The connection broke without a goodbye.'), { ...again, cause: error });
    default:
      return new SessionError(text('The NAS closed the connection ({0}: {1}).', code, said), again);
  }
}
