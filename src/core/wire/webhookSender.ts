import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { ReasonedError } from '../model/reasonedError.ts';
import { type Text, errorWords, text } from '../model/text.ts';
import { errorCode } from './unixPath.ts';
import { webAddressProblem } from './webAddress.ts';

export type WebhookSenderReason =
  'invalid' | 'refused' | 'unreachable' | 'timeout' | 'status' | 'redirected' | 'failed';

/** Why a body did not get through. The address in its words is no more than the origin: paths may hold secrets. */
export class WebhookSenderError extends ReasonedError<WebhookSenderReason> {
  override readonly name = 'WebhookSenderError';
  /** The answer's code, where there was one. */
  readonly status?: number;

  constructor(
    reason: WebhookSenderReason,
    message: Text,
    options: { readonly cause?: unknown; readonly status?: number } = {},
  ) {
    super(reason, message, { cause: options.cause });
    if (options.status !== undefined) this.status = options.status;
  }
}

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
  const { timeoutMs = 10_000, signal } = options;
  signal?.throwIfAborted();
  const problem = webAddressProblem(url);
  if (problem) throw new WebhookSenderError('invalid', problem);
  const target = new URL(url);
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(
      new WebhookSenderError('timeout', text('{0} did not answer within {1} ms.', target.origin, timeoutMs)),
    );
  }, timeoutMs);
  const stop = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
  try {
    const status = await exchange(target, body, options, stop);
    if (status >= 200 && status < 300) return;
    throw status >= 300 && status < 400
      ? new WebhookSenderError(
          'redirected',
          text('{0} answered {1}; events are not sent on to another address.', target.origin, status),
          { status },
        )
      : new WebhookSenderError('status', text('{0} answered {1}.', target.origin, status), { status });
  } catch (error) {
    stop.throwIfAborted();
    throw explain(target.origin, error);
  } finally {
    clearTimeout(timer);
  }
}

function exchange(
  target: URL,
  body: Uint8Array,
  { headers = {}, method = 'POST' }: WebhookSendOptions,
  stop: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const begin = target.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = method === 'POST' ? { 'Content-Type': 'application/json', ...headers } : { ...headers };
    const length = method === 'POST' ? { 'Content-Length': String(body.length) } : {};
    // A connection of its own: none that stays open keeps the receiver from closing.
    const options = { method, agent: false as const, headers: { ...sent, ...length, Connection: 'close' } };
    const request: ClientRequest = begin(target, options, (response: IncomingMessage) => {
      resolve(response.statusCode ?? 0);
      response.on('error', () => undefined);
      // The code is all that counts; a body without end would hold us.
      response.destroy();
    });
    const abort = (): void => {
      request.destroy(stop.reason instanceof Error ? stop.reason : new Error('aborted'));
    };
    stop.addEventListener('abort', abort, { once: true });
    request.on('error', reject);
    request.on('close', () => {
      stop.removeEventListener('abort', abort);
    });
    request.end(method === 'POST' ? body : undefined);
  });
}

function explain(origin: string, error: unknown): WebhookSenderError {
  if (WebhookSenderError.is(error)) return error;
  const cause = { cause: error };
  switch (errorCode(error)) {
    case 'ECONNREFUSED':
      return new WebhookSenderError('refused', text('Nobody listens at {0}.', origin), cause);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new WebhookSenderError('unreachable', text('{0} cannot be reached.', origin), cause);
    case 'ERR_INVALID_CHAR':
    case 'ERR_UNESCAPED_CHARACTERS':
      return new WebhookSenderError('invalid', text('This cannot be sent to {0} as it is.', origin), cause);
    default: {
      const words = errorWords(error);
      return new WebhookSenderError('failed', text('Sending to {0} failed: {1}', origin, words), cause);
    }
  }
}
