import { systemClock, type Clock } from '../../model/clock.ts';
import { english, text, type Text } from '../../model/text.ts';
import { appendToEventFile } from '../../wire/eventFileAppender.ts';
import { sendToUnixSocket } from '../../wire/unixSender.ts';
import { sendWebhook } from '../../wire/webhookSender.ts';
import type { EmitEnvironment } from '../emit.ts';
import { sign } from './signature.ts';
import type { KgsmSession } from './session/kgsmSession.ts';
import { checkKgsmTarget, eventFileDirectory } from './targets.ts';

/** Why an event cannot be sent in this form. */
export class KgsmEmitError extends Error {
  override readonly name = 'KgsmEmitError';
  readonly text: Text;

  constructor(message: Text, options: { readonly cause?: unknown } = {}) {
    super(english(message), options);
    this.text = message;
  }
}

const newline = 0x0a;

/** The bytes as KGSM writes them: to a socket as they are and ended by a newline, to a journal as one line, to a webhook without newline. */
export function kgsmWireBytes(address: string, bytes: Uint8Array): Uint8Array {
  const problem = checkKgsmTarget(address);
  if (problem) throw new KgsmEmitError(problem);
  if (address.startsWith('/')) return withNewline(bytes);
  if (eventFileDirectory(address) === undefined) return withoutNewline(bytes);
  return Buffer.from(`${compactJson(decode(bytes))}\n`);
}

/** Sends one event as KGSM does; a webhook is signed where there is a secret for it. */
export async function emitToKgsm(
  address: string,
  bytes: Uint8Array,
  {
    signal,
    secret,
    session,
  }: Pick<EmitEnvironment, 'signal' | 'secret'> & { readonly session?: KgsmSession | undefined },
  clock: Clock = systemClock,
): Promise<void> {
  const body = kgsmWireBytes(address, bytes);
  if (address.startsWith('/')) {
    await sendToUnixSocket(address, body, { signal });
    return;
  }
  const directory = eventFileDirectory(address);
  if (directory !== undefined) {
    signal.throwIfAborted();
    await appendToEventFile(directory, withoutNewline(body), clock);
    return;
  }
  const key = await secret('webhook');
  session?.expectPost?.(body);
  await sendWebhook(address, body, { headers: webhookHeaders(body, key, clock), signal });
}

/** The headers of a first attempt. KGSM has no better name for itself: its version never reaches this place there. */
export function webhookHeaders(
  body: Uint8Array,
  secret: string | undefined,
  clock: Clock,
): Readonly<Record<string, string>> {
  return {
    'User-Agent': 'KGSM/unknown',
    'X-KGSM-Timestamp': String(Math.floor(clock.now() / 1000)),
    'X-KGSM-Retry-Count': '0',
    ...(secret ? { 'X-KGSM-Signature': sign(body, secret) } : {}),
  };
}

/** The same document on one line; nothing inside of it is changed, also not numbers and repeated keys. */
export function compactJson(json: string): string {
  try {
    JSON.parse(json);
  } catch (error) {
    throw new KgsmEmitError(text('A line of a journal has to be one JSON document'), { cause: error });
  }
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, string: string | undefined) => string ?? '');
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new KgsmEmitError(text('A line of a journal has to be UTF-8'), { cause: error });
  }
}

function withNewline(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === newline ? bytes : Buffer.concat([bytes, Buffer.of(newline)]);
}

function withoutNewline(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === newline) end--;
  return bytes.subarray(0, end);
}
