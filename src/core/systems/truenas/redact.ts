import { endOfString, redactionMark, redactJson, redactPrinted } from '../redaction.ts';

/** Methods whose parameters or answers sign somebody in. */
const secretMethod =
  /^auth\.(?!(?:me|sessions|logout|mechanism_choices)$)|password|api_key\.|^core\.(?:job_)?download|upload|keychaincredential/i;

/**
 * Fields whose whole value is cut, whatever is in it: a trace holds the message that failed with all its parameters, a
 * pickle the same in a form that nobody can look through.
 */
const whole = new Set(['trace', 'py_exception', 'login_id', 'unixhash', 'smbhash', 'keyhash']);

/** Parameters are cut with a secret method only. */
const cutFields = [...whole, 'params'];

/** Without one of these fields, whose names may be written in escapes, there is nothing to look for. */
const mayHoldSecret = new RegExp(`"(?:${cutFields.join('|')})"|\\\\u`);

/** A key as the system makes them: a number, a dash and 64 characters. */
const apiKey = /\b\d{1,9}-[A-Za-z0-9]{64}\b/g;

/** Whether the parameters of a method are secret, and its answer too. */
export function isSecretMethod(method: string): boolean {
  return secretMethod.test(method);
}

/** The frame without an answer that is a secret itself: a reply does not name its method. */
export function withoutResult(frame: Readonly<Record<string, unknown>>): Uint8Array {
  const { result } = frame;
  const shown = typeof result === 'string' ? redactionMark : fieldless(result);
  return Buffer.from(JSON.stringify({ ...frame, result: shown }));
}

/** Cuts traces, credentials and the parameters of calls that sign in; what holds nothing to cut stays exactly as it came. */
export function redactTrueNas(raw: string): { text: string; redacted: readonly string[] } {
  const first = cutValues(raw);
  const second = redactJson(first.text, []);
  const text = redactPrinted(second.text).replace(apiKey, redactionMark);
  if (text === raw) return { text: raw, redacted: [] };
  return {
    text,
    redacted: [...first.redacted, ...second.redacted, ...(text === second.text ? [] : ['text'])],
  };
}

function fieldless(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map((each: unknown) => (typeof each === 'string' ? redactionMark : each));
  return value;
}

interface Span {
  readonly key: string;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
}

/** Works on the text, so that all the rest stays exactly as it came, also in broken documents. */
function cutValues(raw: string): { readonly text: string; readonly redacted: readonly string[] } {
  if (!mayHoldSecret.test(raw)) return { text: raw, redacted: [] };
  const spans = spansOf(raw);
  const secret = spans.some(
    ({ key, depth, start, end }) =>
      key === 'method' && depth === 1 && isSecretMethod(unquoted(raw.slice(start, end))),
  );
  let text = '';
  let copied = 0;
  const redacted: string[] = [];
  for (const { key, depth, start, end } of spans) {
    if (start < copied) continue;
    if (!whole.has(key) && !(secret && depth === 1 && key === 'params')) continue;
    if (/^(?:null|\[\s*\]|"")$/.test(raw.slice(start, end).trim())) continue;
    text += `${raw.slice(copied, start)}"${redactionMark}"`;
    copied = end;
    redacted.push(key);
  }
  return { text: text + raw.slice(copied), redacted };
}

const matchedFields = new Set([...cutFields, 'method']);

/** The values of the fields that are looked for, in the order in which they begin. One pass, whatever the input. */
function spansOf(raw: string): Span[] {
  const done: Span[] = [];
  /** Values that are open, with the depth at which they end. */
  const open: { readonly key: string; readonly depth: number; readonly start: number }[] = [];
  let depth = 0;
  let key: string | undefined;
  const end = (at: number): void => {
    const last = open.at(-1);
    if (last?.depth !== depth) return;
    open.pop();
    done.push({ ...last, end: at });
  };
  let at = 0;
  while (at < raw.length) {
    const c = raw[at];
    if (c === '"') {
      const close = endOfString(raw, at);
      const colon = key === undefined ? afterColon(raw, close) : -1;
      if (colon >= 0) {
        const name = unquoted(raw.slice(at, close));
        key = name;
        at = colon;
        if (matchedFields.has(name)) open.push({ key: name, depth, start: colon });
        continue;
      }
      key = undefined;
      at = close;
      continue;
    }
    if (c === '{' || c === '[') {
      key = undefined;
      depth++;
    } else if (c === '}' || c === ']') {
      end(at);
      depth--;
    } else if (c === ',') {
      key = undefined;
      end(at);
    }
    at++;
  }
  // A document that was cut off ends in the middle of what is to be cut out of it.
  for (const each of open) done.push({ ...each, end: raw.length });
  return done.sort((a, b) => a.start - b.start || b.end - a.end);
}

function unquoted(literal: string): string {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : '';
  } catch {
    return literal.replace(/^"|"$/g, '');
  }
}

/** Place at which the value of a field begins; -1 where no colon follows. */
function afterColon(raw: string, from: number): number {
  const rest = /\s*:\s*/y;
  rest.lastIndex = from;
  return rest.test(raw) ? rest.lastIndex : -1;
}
