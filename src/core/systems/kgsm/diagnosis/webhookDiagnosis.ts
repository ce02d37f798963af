import { systemClock } from '../../../model/clock.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { sendWebhook, WebhookSenderError } from '../../../wire/webhookSender.ts';
import type { DiagnosisEnvironment, Finding } from '../../diagnosis.ts';
import { setWebhookUrl, type EventConfig } from './eventConfig.ts';
import { webhookHeaders } from '../emit.ts';
import { changeFix, finding, lookForPrograms, offInWords } from './findings.ts';
import type { WebhookPlace } from '../settings.ts';
import { webhookAddress } from '../targets.ts';
import { arrivesWithinMs, testEvent } from './testEvent.ts';

/** From KGSM's switch to a webhook that comes in. */
export async function* diagnoseWebhook(
  place: WebhookPlace,
  config: EventConfig | undefined,
  environment: DiagnosisEnvironment,
): AsyncGenerator<Finding, void> {
  const { signal, session } = environment;
  const secret = (await environment.secret('webhook')) ?? '';
  if (config) {
    yield* configFindings(place, config);
    yield secretFinding(config.signs, secret !== '');
    yield* lookForPrograms(['wget', 'jq', ...(config.signs ? ['openssl'] : [])]);
  }
  signal.throwIfAborted();
  const address = session?.address;
  const title = text('This connection answers');
  if (address === undefined) {
    yield finding('wrong', title, text('It is not open.'));
    return;
  }
  const target = localAddress(address);
  const problem = await attempt(signal, () =>
    sendWebhook(target, new Uint8Array(), { method: 'HEAD', timeoutMs: arrivesWithinMs, signal }),
  );
  yield finding(problem ? 'wrong' : 'fine', title, problem ?? text('{0}', target));
  yield await testFinding(target, secret, environment);
}

function* configFindings(place: WebhookPlace, config: EventConfig): Generator<Finding, void> {
  const { webhook, file } = config;
  const title = text('Webhooks are switched on');
  if (!webhook) {
    yield finding('wrong', title, text('This version of KGSM has none; they came with version 2.2.'));
    return;
  }
  const isOurs = (url: string): boolean => posted(url, place);
  const url = webhookTargetOf(place);
  const changes = setWebhookUrl(config, url, isOurs);
  const only = (key: string): typeof changes => changes.filter((change) => change.key === key);
  const caution = webhookCaution(config);
  if (webhook.switch.on) yield finding('fine', title);
  else {
    const fix = changeFix(config, only(webhook.switch.key), text('Switch On Webhooks'), caution);
    yield finding('wrong', title, offInWords(file, webhook.switch), fix);
  }
  const named = text('KGSM posts to this connection');
  const { key, items } = webhook.urls;
  if (items.some(isOurs)) yield finding('fine', named, text('{0} in {1}', key, oneLine(file)));
  else {
    yield finding(
      'wrong',
      named,
      // The other addresses stay unsaid: they may hold secrets of others.
      text('{0} in {1} has {2} addresses, and not {3}.', key, oneLine(file), items.length, url),
      changeFix(config, only(key), text('Add This Address')),
    );
  }
}

function secretFinding(signs: boolean, stored: boolean): Finding {
  const title = text('KGSM and this connection agree on a secret');
  if (signs === stored) {
    return signs
      ? finding('fine', title, text('Both have one; whether it is the same is not looked at.'))
      : finding('fine', title, text('Neither has one.'));
  }
  return stored
    ? finding('wrong', title, text('KGSM has none and does not sign, so all that it sends is refused here.'))
    : finding('doubtful', title, text('KGSM signs, but this connection has no secret and takes everything.'));
}

async function testFinding(
  target: string,
  secret: string,
  environment: DiagnosisEnvironment,
): Promise<Finding> {
  const { signal } = environment;
  const title = text('A test event arrives');
  const { marker, bytes } = testEvent('webhook_test');
  const arrival = environment.arrives(marker, arrivesWithinMs);
  const headers = webhookHeaders(bytes, secret, systemClock);
  const problem = await attempt(signal, () =>
    sendWebhook(target, bytes, { headers, timeoutMs: arrivesWithinMs, signal }),
  );
  if (await arrival) return finding('fine', title);
  return finding('wrong', title, problem ?? text('It was sent and did not come in.'));
}

/** Warning to show before webhooks are switched on in KGSM. */
export function webhookCaution({ protocolVersion }: EventConfig): Text | undefined {
  return protocolVersion === 'lists'
    ? text('Known fault of KGSM 2.2: while webhooks are on, creating an instance fails.')
    : undefined;
}

/** The address that a KGSM on this machine posts to. */
export function webhookTargetOf(place: WebhookPlace): string {
  return localAddress(webhookAddress(place));
}

/** Whether what is posted to an address comes to a place. */
export function posted(url: string, place: WebhookPlace): boolean {
  if (!URL.canParse(url)) return false;
  const given = new URL(url);
  const own = new URL(webhookTargetOf(place));
  if (given.protocol !== 'http:' || given.port !== own.port) return false;
  // A wildcard listener is reached by more names than are known here.
  if (!isWildcard(place.host) && alias(given.hostname) !== alias(own.hostname)) return false;
  return place.path === undefined || given.pathname === own.pathname;
}

function localAddress(address: string): string {
  const url = new URL(address);
  if (isWildcard(url.hostname)) url.hostname = url.hostname.includes(':') ? '[::1]' : '127.0.0.1';
  return url.href;
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '[::]';
}

function alias(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

async function attempt(signal: AbortSignal, send: () => Promise<void>): Promise<Text | undefined> {
  try {
    await send();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (WebhookSenderError.is(error)) return error.text;
    throw error;
  }
}
