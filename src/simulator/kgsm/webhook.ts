import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookConfig } from './config.ts';

type Body = string | Uint8Array<ArrayBuffer>;

interface Posting {
  readonly config: WebhookConfig;
  /** The first pause between two tries; each further one is twice as long. */
  readonly retryMs: number;
  readonly now: () => number;
  /** Breaks a try off; the posting counts as failed. */
  readonly signal?: AbortSignal;
}

export interface Posted {
  readonly url: string;
  readonly delivered: boolean;
  /** Why each try failed, in order. */
  readonly failures: readonly string[];
}

/** Posts one event to every URL at the same time, and waits until each has it or all tries are used up. */
export function postEvent(body: Body, posting: Posting): Promise<Posted[]> {
  return Promise.all(posting.config.urls.map((url) => postTo(url, body, posting)));
}

async function postTo(url: string, body: Body, posting: Posting): Promise<Posted> {
  const { config, retryMs } = posting;
  const failures: string[] = [];
  for (let retry = 0; ; retry++) {
    const failure = await tryOnce(url, body, retry, posting);
    if (failure === undefined) return { url, delivered: true, failures };
    failures.push(failure);
    if (retry >= config.retries) return { url, delivered: false, failures };
    await sleep(retryMs * 2 ** retry);
  }
}

/** One request as KGSM's wget makes it; what went wrong, if anything did. The time is that of the try and not signed. */
async function tryOnce(
  url: string,
  body: Body,
  retry: number,
  { config, now, signal }: Posting,
): Promise<string | undefined> {
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    // The function that tells the version is not exported to the script that posts.
    'User-Agent': 'KGSM/unknown',
    'X-KGSM-Timestamp': String(Math.floor(now() / 1000)),
    'X-KGSM-Retry-Count': String(retry),
  };
  if (config.secret !== '') headers['X-KGSM-Signature'] = `sha256=${signatureOf(body, config.secret)}`;
  return send(url, { method: 'POST', headers, body }, config.timeoutSeconds, signal);
}

/** Base64, not hex as KGSM's own documentation says. */
function signatureOf(body: Body, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

/** Whether something answers at a URL, by a request that says nothing. */
export async function isReachable(url: string): Promise<boolean> {
  return (await send(url, { method: 'HEAD' }, 5)) === undefined;
}

async function send(
  url: string,
  request: RequestInit,
  timeoutSeconds: number,
  giveUp?: AbortSignal,
): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  try {
    const signal = giveUp ? AbortSignal.any([timeout, giveUp]) : timeout;
    const response = await fetch(url, { ...request, signal });
    await response.arrayBuffer();
    return response.ok ? undefined : `server answered ${response.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
