import { kgsmDecoder } from '../kgsm/decode.ts';
import { redactionMark, redactJson } from '../redaction.ts';
import { endOfString } from './jsonText.ts';

const messageKey = '"message"';

/**
 * Cuts tokens out of events, secrets out of messages, and the same out of an event of KGSM that travels inside a
 * message, where its quotes are escaped. What holds nothing to cut stays exactly as it came.
 */
export function redactNotifier(raw: string): { text: string; redacted: readonly string[] } {
  const outer = redactJson(raw, ['message']);
  if (!outer.text.includes(messageKey)) return outer;
  const cut: string[] = [];
  let made = '';
  let copied = 0;
  for (let at = outer.text.indexOf(messageKey); at >= 0; at = outer.text.indexOf(messageKey, at + 1)) {
    const start = valueAfter(outer.text, at + messageKey.length);
    if (start < copied || outer.text[start] !== '"') continue;
    const end = endOfString(outer.text, start);
    const inner = withoutSecrets(outer.text.slice(start, end));
    if (!inner) continue;
    cut.push(...inner.redacted.map((field) => `message.${field}`));
    made += outer.text.slice(copied, start) + inner.literal;
    copied = end;
  }
  if (cut.length === 0) return outer;
  return { text: made + outer.text.slice(copied), redacted: [...outer.redacted, ...cut] };
}

/** The literal of a message anew, where there was something to cut. */
function withoutSecrets(literal: string): { literal: string; redacted: readonly string[] } | undefined {
  // Only what could be an event: a plain message has been looked at already.
  if (!/^"(?:\s|\\[nrt])*\{/.test(literal)) return undefined;
  let message: unknown;
  try {
    message = JSON.parse(literal);
  } catch {
    // Cut off or broken: its quotes cannot be told from its text, so that the whole of it has to go where it may hide something.
    const { redacted } = kgsmDecoder.redact(literal.replaceAll('\\"', '"'));
    return redacted.length === 0 ? undefined : { literal: `"${redactionMark}"`, redacted };
  }
  const { text, redacted } = kgsmDecoder.redact(String(message));
  return redacted.length === 0 ? undefined : { literal: JSON.stringify(text), redacted };
}

function valueAfter(raw: string, from: number): number {
  let at = from;
  while (at < raw.length && ' \n\r\t:'.includes(raw[at] ?? '')) at++;
  return at;
}
