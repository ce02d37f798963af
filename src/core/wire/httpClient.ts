import {
  request as requestHttp,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as requestHttps, type RequestOptions } from 'node:https';
import { ReasonedError } from '../model/reasonedError.ts';
import { oneLine, text, type Text } from '../model/text.ts';
import type { TlsReason } from './tlsError.ts';
import { webAddressProblem } from './webAddress.ts';
import { checkPin } from './serverCertificate.ts';
import { explainOpening, placeOf, tlsOptions, wrongPort, type WebTrust } from './webTrust.ts';
import { withTimeout } from './withTimeout.ts';

export type HttpReason = TlsReason | 'invalid' | 'redirected' | 'tooLarge';

/** Why a request got no answer that could be used. The address in its words is no more than the origin. */
export class HttpError extends ReasonedError<HttpReason> {
  override readonly name = 'HttpError';
}

/** An error that may have come with the status of an answer. */
export abstract class StatusError<R extends string> extends ReasonedError<R> {
  readonly status?: number;

  constructor(
    reason: R,
    message: Text,
    options: { readonly cause?: unknown; readonly status?: number } = {},
  ) {
    super(reason, message, { cause: options.cause });
    if (options.status !== undefined) this.status = options.status;
  }
}

export interface HttpRequest extends WebTrust {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a form where `form` stands instead. */
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** How long all of it may take. */
  readonly timeoutMs: number;
  /** An answer may have this many bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Content of an answer. A web page where JSON was asked for is mostly that of a proxy. */
export type HttpBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'html'; readonly title: string }
  | { readonly kind: 'text' }
  | { readonly kind: 'empty' };

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: HttpBody;
}

/**
 * One request and its whole answer, whatever its status. A redirection is a failure: what is sent along was meant for
 * this address and for no other. Rejects with an HttpError, or with the reason of the signal.
 */
export async function requestWeb(request: HttpRequest): Promise<HttpAnswer> {
  const { timeoutMs, signal, pin } = request;
  signal.throwIfAborted();
  const problem = webAddressProblem(request.url);
  if (problem) throw new HttpError('invalid', problem);
  const target = new URL(request.url);
  const late = (): HttpError =>
    new HttpError('timeout', text('{0} did not answer within {1} s.', target.origin, timeoutMs / 1000));
  const { type, content } = contentOf(request);
  const options = {
    ...tlsOptions(request),
    method: request.method,
    headers: {
      Accept: 'application/json',
      ...(content === undefined ? {} : { 'Content-Type': type }),
      ...request.headers,
    },
    onRequest(sent: ClientRequest) {
      if (pin !== undefined) checkPin(sent, pin, placeOf(target));
    },
  };
  return withTimeout({ timeoutMs, late, signal }, async (stop) => {
    try {
      return await exchange(target, options, content, stop, (response) =>
        collect(response, target, request.maxBytes),
      );
    } catch (error) {
      if (HttpError.is(error)) throw error;
      const { reason, text: message } = await explainOpening(error, target, stop);
      throw new HttpError(reason, message, { cause: error });
    }
  });
}

type ExchangeOptions = Omit<RequestOptions, 'headers'> & {
  readonly headers: OutgoingHttpHeaders;
  /** Called before anything is sent. */
  readonly onRequest?: (request: ClientRequest) => void;
};

/**
 * Sends one request over a connection of its own (one that stays open would keep the receiver from closing, and may be
 * found dead by the next request) and reads its answer. The answer is destroyed where reading it rejects.
 */
export function exchange<T>(
  target: URL,
  { onRequest, ...options }: ExchangeOptions,
  content: string | Uint8Array | undefined,
  stop: AbortSignal,
  read: (response: IncomingMessage) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const begin = target.protocol === 'https:' ? requestHttps : requestHttp;
    const length = content === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(content)) };
    const headers = { ...length, ...options.headers, Connection: 'close' };
    const request = begin(target, { ...options, agent: false, headers }, (response) => {
      read(response).then(resolve, (error: unknown) => {
        response.destroy();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
    const abort = (): unknown =>
      request.destroy(stop.reason instanceof Error ? stop.reason : new Error('aborted'));
    onRequest?.(request);
    stop.addEventListener('abort', abort, { once: true });
    request.on('error', reject);
    request.on('close', () => stop.removeEventListener('abort', abort));
    request.end(content);
  });
}

function contentOf({ json, form }: HttpRequest): { readonly type: string; readonly content?: string } {
  if (form) {
    return {
      type: 'application/x-www-form-urlencoded',
      content: new URLSearchParams({ ...form }).toString(),
    };
  }
  return json === undefined ? { type: '' } : { type: 'application/json', content: JSON.stringify(json) };
}

async function collect(response: IncomingMessage, target: URL, maxBytes: number): Promise<HttpAnswer> {
  const { statusCode: status = 0, headers } = response;
  if (status >= 300 && status < 400 && status !== 304) {
    const to = oneLine(headers.location ?? '–', 200);
    throw new HttpError(
      'redirected',
      text('{0} answered {1} and points to {2}; it is not followed.', target.origin, status, to),
    );
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new HttpError(
        'tooLarge',
        text('The answer of {0} is longer than the cap of {1} bytes.', target.origin, maxBytes),
      );
    }
    chunks.push(chunk);
  }
  const content = Buffer.concat(chunks).toString('utf8');
  const wrong = wrongPort(status, content, target);
  if (wrong) throw wrong;
  return { status, headers, text: content, body: bodyOf(content) };
}

/** By what it is, not by what its header says: proxies and old servers are wrong about it. */
export function bodyOf(content: string): HttpBody {
  if (content.trim() === '') return { kind: 'empty' };
  try {
    return { kind: 'json', value: JSON.parse(content) };
  } catch {
    if (!/^\s*(?:<!|<html|<\?xml|<head|<body)/i.test(content)) return { kind: 'text' };
    const title = /<title[^>]*>([^<]{0,200})/i.exec(content)?.[1]?.trim() ?? '';
    return { kind: 'html', title: oneLine(title, 120) };
  }
}
