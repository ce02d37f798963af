import { kgsmDecoder } from '../kgsm/decode/decode.ts';
import { redactionMark, redactJson, redactText } from '../redaction.ts';
import { parsedJson } from '../reading.ts';
import { endOfString } from './jsonText.ts';

const messageKey = '"message"';

/**
 * Cuts tokens out of events, secrets out of messages, and what KGSM would cut out of an event of KGSM that travels
 * inside a message, where its quotes are escaped. What holds nothing to cut stays exactly as it came.
 */
export function redactNotifier(raw: string): { text: string; redacted: readonly string[] } {
  const outer = redactJson(raw, []);
  // Named once each: a hostile message may hold a hundred thousand.
  const cut = new Set(outer.redacted);
  let made = '';
  let copied = 0;
  for (
    let at = outer.text.indexOf(messageKey);
    at >= 0;
    at = outer.text.indexOf(messageKey, at + messageKey.length)
  ) {
    const start = valueAfter(outer.text, at + messageKey.length);
    if (start < copied || outer.text[start] !== '"') continue;
    const end = endOfString(outer.text, start);
    const literal = outer.text.slice(start, end);
    const safe = withoutSecrets(literal);
    if (safe === literal) continue;
    cut.add('message');
    made += outer.text.slice(copied, start) + safe;
    copied = end;
  }
  if (cut.size === 0) return outer;
  return { text: made + outer.text.slice(copied), redacted: [...cut] };
}

/** The literal of a message, the same where there is nothing to cut. */
function withoutSecrets(literal: string): string {
  if (!/^"(?:\s|\\[nrt])*\{/.test(literal)) return redactText(literal);
  const message = parsedJson(literal);
  if (typeof message !== 'string') {
    // Cut off or broken: its quotes cannot be told from its text, so all of it goes where it may hide something.
    const plain = literal.replaceAll('\\"', '"');
    const suspicious = kgsmDecoder.redact(plain).redacted.length > 0 || redactText(plain) !== plain;
    return suspicious ? `"${redactionMark}"` : literal;
  }
  const { text, redacted } = kgsmDecoder.redact(message);
  // Words after "password" are looked for in what only looks like an event: in one, they are KGSM's to know.
  const safe = parsedJson(message) === undefined ? redactText(text) : text;
  return redacted.length === 0 && safe === message ? literal : JSON.stringify(safe);
}

function valueAfter(raw: string, from: number): number {
  let at = from;
  while (at < raw.length && ' \n\r\t:'.includes(raw[at] ?? '')) at++;
  return at;
}
