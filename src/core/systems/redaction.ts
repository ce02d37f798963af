/** What stands where something was cut. */
export const redactionMark = '‹redacted›';

const secretName = /pass(?:word|wd|phrase)|secret|token|api[_-]?key|private[_-]?key|authorization|cookie/i;
/** Words in a console command after which a secret follows: `login hunter2`, `rcon.password = hunter2`. */
const secretWord =
  /\b((?:passw(?:or)?d|login|register|token|secret|auth)\b(?:\s*[=:]\s*|\s+))((?:[^\s"\\]|\\.)+)/gi;

/**
 * Cuts the values of fields whose names mean a secret, and what follows a secret word in the fields named in `commands`.
 * Works on text, not on parsed JSON, so that all the rest stays exactly as it came, also in broken documents.
 * One pass, whatever the input: a hostile document costs no more than its length.
 */
export function redactJson(
  raw: string,
  commands: readonly string[],
): { text: string; redacted: readonly string[] } {
  if (!secretName.test(raw) && !commands.some((name) => raw.includes(`"${name}"`)))
    return { text: raw, redacted: [] };
  const redacted: string[] = [];
  let kept = '';
  let copied = 0;
  let at = raw.indexOf('"');
  while (at >= 0) {
    const keyEnd = endOfString(raw, at);
    const valueStart = afterColon(raw, keyEnd);
    if (valueStart < 0) {
      at = raw.indexOf('"', keyEnd);
      continue;
    }
    const key = raw.slice(at + 1, keyEnd - 1);
    const quoted = raw[valueStart] === '"';
    const valueEnd = quoted ? endOfString(raw, valueStart) : endOfScalar(raw, valueStart);
    const replacement = replace(key, raw.slice(valueStart, valueEnd), quoted, commands);
    if (replacement !== undefined) {
      redacted.push(key);
      kept += raw.slice(copied, valueStart) + replacement;
      copied = valueEnd;
    }
    at = raw.indexOf('"', Math.max(valueEnd, keyEnd));
  }
  return { text: kept + raw.slice(copied), redacted };
}

/** The same for the output of programs, which has no fields. */
export function redactText(output: string): string {
  return output.replace(secretWord, (_, word: string) => word + redactionMark);
}

function replace(
  key: string,
  value: string,
  quoted: boolean,
  commands: readonly string[],
): string | undefined {
  if (secretName.test(key)) {
    const says = value !== '' && value !== '""' && value !== 'null' && value !== 'true' && value !== 'false';
    return says ? `"${redactionMark}"` : undefined;
  }
  if (!quoted || !commands.includes(key)) return undefined;
  const masked = value.replace(secretWord, (_, word: string) => word + redactionMark);
  return masked === value ? undefined : masked;
}

/** The position behind the string that starts at `start`; the end of the text where it is never closed. */
function endOfString(raw: string, start: number): number {
  for (let i = start + 1; i < raw.length; i++) {
    const c = raw[i];
    if (c === '\\') i++;
    else if (c === '"') return i + 1;
  }
  return raw.length;
}

function afterColon(raw: string, from: number): number {
  let at = skipSpace(raw, from);
  if (raw[at] !== ':') return -1;
  at = skipSpace(raw, at + 1);
  return at < raw.length ? at : -1;
}

function skipSpace(raw: string, from: number): number {
  let at = from;
  while (raw[at] === ' ' || raw[at] === '\n' || raw[at] === '\r' || raw[at] === '\t') at++;
  return at;
}

/** Numbers and literals; nothing for an object or array, whose own fields are looked at next. */
function endOfScalar(raw: string, start: number): number {
  let at = start;
  while (at < raw.length && !' \n\r\t,{}[]"'.includes(raw[at] ?? ',')) at++;
  return at;
}
