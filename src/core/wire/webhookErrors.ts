import { ReasonedError } from '../model/reasonedError.ts';
import { errorWords, oneLine, text } from '../model/text.ts';
import { errorCode } from './unixPath.ts';
import { hostInUrl } from './webAddress.ts';

export type WebhookListenerReason = 'portTaken' | 'noPermission' | 'addressUnavailable' | 'failed';

/** Why a port cannot be listened on, or not any longer. */
export class WebhookListenerError extends ReasonedError<WebhookListenerReason> {
  override readonly name = 'WebhookListenerError';
}

/** What a system error means for somebody who wants to listen on a port. */
export function webhookListenerError(error: unknown, host: string, port: number): WebhookListenerError {
  const place = oneLine(`${hostInUrl(host)}:${String(port)}`, 100);
  const cause = { cause: error };
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new WebhookListenerError(
        'portTaken',
        text('Another program listens on {0} already.', place),
        cause,
      );
    case 'EACCES':
    case 'EPERM':
      return new WebhookListenerError(
        'noPermission',
        text('There is no permission to listen on {0}; ports below 1024 are for root alone.', place),
        cause,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new WebhookListenerError(
        'addressUnavailable',
        text('{0} is no address of this machine.', place),
        cause,
      );
    default: {
      const words = errorWords(error);
      return new WebhookListenerError('failed', text('Listening on {0} failed: {1}', place, words), cause);
    }
  }
}
