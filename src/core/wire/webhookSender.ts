import type { IncomingMessage } from 'node:http';
import { text } from '../model/text.ts';
import { exchange, StatusError } from './httpClient.ts';
import { explainSystemError, type SystemErrorTable } from './systemError.ts';
import { webAddressProblem } from './webAddress.ts';
import { withTimeout } from './withTimeout.ts';

export type WebhookSenderReason =
  'invalid' | 'refused' | 'unreachable' | 'timeout' | 'status' | 'redirected' | 'failed';

/** Why a body did not get through. The address in its words is no more than the origin: paths may hold secrets. */
export class WebhookSenderError extends StatusError<WebhookSenderReason> {
  override readonly name = 'WebhookSenderError';
}

const unreachable = ['unreachable', text('{0} cannot be reached.')] as const;
const invalid = ['invalid', text('This cannot be sent to {0} as it is.')] as const;
const systemErrors: SystemErrorTable<WebhookSenderReason> = {
  ECONNREFUSED: ['refused', text('Nobody listens at {0}.')],
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ERR_INVALID_CHAR: invalid,
  ERR_UNESCAPED_CHARACTERS: invalid,
  other: ['failed', text('Sending to {0} failed: {1}')],
};

export interface WebhookSendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** POST by default; HEAD looks whether anybody is there and has no body. */
  readonly method?: 'POST' | 'HEAD';
  /** How long all of it may take; 10 s by default, as KGSM waits. */
  readonly timeoutMs?: number;
  /** Ends the attempt; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Sends one body and resolves when it was answered with success; what else the answer holds is ignored. A redirection is
 * a failure: the body was meant for this address and for no other.
 */
export async function sendWebhook(
  url: string,
  body: Uint8Array,
  options: WebhookSendOptions = {},
): Promise<void> {
  const { timeoutMs = 10_000, signal, method = 'POST', headers } = options;
  const isPost = method === 'POST';
  signal?.throwIfAborted();
  const problem = webAddressProblem(url);
  if (problem) throw new WebhookSenderError('invalid', problem);
  const target = new URL(url);
  const late = (): WebhookSenderError =>
    new WebhookSenderError('timeout', text('{0} did not answer within {1} ms.', target.origin, timeoutMs));
  const request = {
    method,
    headers: { ...(isPost ? { 'Content-Type': 'application/json' } : {}), ...headers },
  };
  await withTimeout({ timeoutMs, late, signal }, async (stop) => {
    try {
      const status = await exchange(target, request, isPost ? body : undefined, stop, readStatus);
      if (status < 200 || status >= 300) throw refusal(target.origin, status);
    } catch (error) {
      throw explainSystemError(WebhookSenderError, error, target.origin, systemErrors);
    }
  });
}

/** The code is all that counts; a body without end would hold us. */
function readStatus(response: IncomingMessage): Promise<number> {
  response.on('error', () => undefined);
  response.destroy();
  return Promise.resolve(response.statusCode ?? 0);
}

function refusal(origin: string, status: number): WebhookSenderError {
  return status >= 300 && status < 400
    ? new WebhookSenderError(
        'redirected',
        text('{0} answered {1}; events are not sent on to another address.', origin, status),
        { status },
      )
    : new WebhookSenderError('status', text('{0} answered {1}.', origin, status), { status });
}
