/** Stands in place of a secret that was cut. */
export const redactionMark = '‹redacted›';

type Place = 'field' | 'quoted' | 'command';

/**
 * Words that mean a secret, and where each does: in the name of a field; before a colon or an equals sign and a value in
 * quotes; in a console command, before a space and the secret.
 */
const secretWords: Readonly<Record<string, readonly Place[]>> = {
  'passw(?:or)?d': ['field', 'quoted', 'command'],
  passphrase: ['field', 'quoted'],
  secret: ['field', 'quoted', 'command'],
  token: ['field', 'quoted', 'command'],
  'api[_-]?key': ['field', 'quoted'],
  'private[_-]?key': ['field'],
  authorization: ['field'],
  cookie: ['field'],
  login: ['command'],
  register: ['command'],
  auth: ['command'],
};

/** One of the words for a place. */
function wordsFor(place: Place): string {
  const words = Object.keys(secretWords).filter((word) => secretWords[word]?.includes(place));
  return `(?:${words.join('|')})`;
}

const secretName = new RegExp(wordsFor('field'), 'i');
/** One of all words; a text without them holds nothing to cut, unless one is written in escapes. */
const anyWord = new RegExp(Object.keys(secretWords).join('|'), 'i');
/** An escape that may stand for a letter of a word, also within several levels of escapes; the others stand for signs. */
const escapedLetter = /\\[^bfnrt"\\/]/;

/** The word in a command with all that stands before its secret: `login hunter2`, `rcon.password = hunter2`. */
const commandWord = String.raw`\b${wordsFor('command')}\b(?:\s*[=:]\s*|\s+)`;
const printedSecret = new RegExp(String.raw`(${commandWord})((?:[^\s"\\]|\\.)+)`, 'gi');
/** The same in a command as it is typed, where a secret may stand in quotes. */
const typedSecret = new RegExp(String.raw`${commandWord}(?:"((?:[^"\\]|\\.)+)|((?:(?!\\")[^\s"])+))`, 'gi');

const beforeValue = String.raw`\s{0,4}[=:]\s{0,4}`;
/** A name, a colon or an equals sign, and a value in quotes. Longer ones are no secrets. */
const quotedSecret = new RegExp(
  String.raw`(${wordsFor('quoted')}["']?${beforeValue})(["'])(?:(?!\2)[^]){1,500}\2`,
  'gi',
);
/** The same within a string of JSON, which it never leaves: a quote that is not escaped ends it. */
const escapedSecret = new RegExp(
  String.raw`(${wordsFor('quoted')}(?:\\{1,4}"|')?${beforeValue})(\\{1,4}"|')(?:(?!\2)(?:[^"\\]|\\.)){1,500}\2`,
  'gi',
);

/** A part of a text and what takes its place. */
export interface Cut {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/**
 * Cuts the values of fields whose names mean a secret, and what follows a secret word in the fields named in `commands`.
 * Works on text, not on parsed JSON, so that all the rest stays exactly as it came, also in broken documents.
 * No searching back, whatever the input: a hostile document costs about its length.
 */
export function redactJson(
  raw: string,
  commands: readonly string[],
): { text: string; redacted: readonly string[] } {
  if (!mayHoldWord(raw)) return { text: raw, redacted: [] };
  const redacted: string[] = [];
  const cuts: Cut[] = [];
  for (const value of valuesIn(raw)) {
    const { key } = value;
    if (key === undefined) continue;
    const found = secretName.test(key)
      ? wholeCut(raw, value)
      : value.quoted && commands.includes(key)
        ? literalCuts(raw, value)
        : [];
    if (found.length === 0) continue;
    redacted.push(key);
    cuts.push(...found);
  }
  return { text: applyCuts(raw, cuts), redacted };
}

function mayHoldWord(raw: string): boolean {
  return anyWord.test(raw) || (raw.includes('\\') && escapedLetter.test(raw));
}

/** The same for the output of programs, which has no fields. */
export function redactText(output: string): string {
  return output
    .replace(quotedSecret, marked)
    .replace(printedSecret, (_, word: string) => word + redactionMark);
}

/** A name with a word that means a secret in it, and the value that follows, in quotes or not. */
const namedSecret = new RegExp(
  String.raw`(${wordsFor('field')}[\w.-]{0,40}["']?(?:\s{0,4}[=:]\s{0,4}|\s{1,4}))("[^"]{0,500}"|'[^']{0,500}'|[^\s"'&,;{}\[\]]+)`,
  'gi',
);

/** The same for words of a client that are only shown: command lines, addresses, broken messages. Rather too much is cut there. */
export function redactShown(words: string): string {
  return redactText(words).replace(namedSecret, (_, name: string, value: string) => {
    const quote = /^["']/.exec(value)?.[0] ?? '';
    return name + quote + redactionMark + quote;
  });
}

/** Objects that are printed into the strings of a document, such as `{'password': 'a b'}` in an error. */
export function redactPrinted(raw: string): string {
  return raw.replace(escapedSecret, marked);
}

function marked(_: string, name: string, quote: string): string {
  return name + quote + redactionMark + quote;
}

interface Value {
  /** Field of the value; absent for a value that stands alone or in a list. */
  readonly key: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** The values of all fields, and the strings that are no field's. */
function* valuesIn(text: string): Generator<Value> {
  let at = text.indexOf('"');
  while (at >= 0) {
    const end = endOfString(text, at);
    const start = afterColon(text, end);
    if (start < 0) {
      yield { key: undefined, start: at, end, quoted: true };
      at = text.indexOf('"', end);
      continue;
    }
    const quoted = text[start] === '"';
    const valueEnd = quoted ? endOfString(text, start) : endOfScalar(text, start);
    yield { key: unescaped(text, at, end).text, start, end: valueEnd, quoted };
    at = text.indexOf('"', Math.max(valueEnd, end));
  }
}

function wholeCut(text: string, { start, end }: Value): Cut[] {
  const value = text.slice(start, end);
  const says = value !== '' && value !== '""' && value !== 'null' && value !== 'true' && value !== 'false';
  return says ? [{ start, end, replacement: `"${redactionMark}"` }] : [];
}

/** Cuts inside a string: found in the text that it means, made where that is written. */
function literalCuts(raw: string, { start, end }: Value): Cut[] {
  const { text, at } = unescaped(raw, start, end);
  return commandCuts(text).map((cut) => ({
    start: at(cut.start),
    end: at(cut.end),
    replacement: JSON.stringify(cut.replacement).slice(1, -1),
  }));
}

/** A command may hold JSON, and that strings with JSON: each level doubles its escapes, so there are few. */
function commandCuts(command: string): Cut[] {
  const cuts = [...command.matchAll(typedSecret)].map((match): Cut => {
    const end = match.index + match[0].length;
    const secret = match[1] ?? match[2] ?? '';
    return { start: end - secret.length, end, replacement: redactionMark };
  });
  for (const value of valuesIn(command)) {
    if (value.key !== undefined && secretName.test(value.key)) cuts.push(...wholeCut(command, value));
    // Without escapes, its words have been seen above.
    else if (value.quoted && command.slice(value.start, value.end).includes('\\'))
      cuts.push(...literalCuts(command, value));
  }
  return disjoint(cuts);
}

/** In their order; what overlaps is one. */
function disjoint(cuts: Cut[]): Cut[] {
  const apart: Cut[] = [];
  for (const cut of cuts.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = apart.at(-1);
    if (last && cut.start < last.end) apart[apart.length - 1] = { ...last, end: Math.max(last.end, cut.end) };
    else apart.push(cut);
  }
  return apart;
}

/** A text with its cuts made; they stand in their order and apart. */
export function applyCuts(text: string, cuts: readonly Cut[]): string {
  let kept = '';
  let copied = 0;
  for (const { start, end, replacement } of cuts) {
    kept += text.slice(copied, start) + replacement;
    copied = end;
  }
  return kept + text.slice(copied);
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Meaning of the string from `start` to `end`, and the place where each character of it is written. Broken escapes mean themselves. */
export function unescaped(
  raw: string,
  start: number,
  end: number,
): { readonly text: string; readonly at: (index: number) => number } {
  const body = raw.slice(start + 1, end);
  if (!body.includes('\\')) {
    const text = body.endsWith('"') ? body.slice(0, -1) : body;
    return { text, at: (index) => start + 1 + index };
  }
  const places: number[] = [];
  let text = '';
  let i = start + 1;
  while (i < end && raw[i] !== '"') {
    places.push(i);
    const next = raw[i] === '\\' ? raw[i + 1] : undefined;
    const code = next === 'u' ? /^[\da-f]{4}$/i.exec(raw.slice(i + 2, i + 6))?.[0] : undefined;
    if (code !== undefined) text += String.fromCharCode(parseInt(code, 16));
    else text += next === undefined ? (raw[i] ?? '') : (escapes[next] ?? next);
    i += code !== undefined ? 6 : next === undefined ? 1 : 2;
  }
  places.push(Math.min(i, end));
  return { text, at: (index) => places[index] ?? end };
}

/** The position behind the string that starts at `start`; the end of the text where it is never closed. */
export function endOfString(raw: string, start: number): number {
  for (let at = start; ;) {
    at = raw.indexOf('"', at + 1);
    if (at < 0) return raw.length;
    let escapes = 0;
    while (at - escapes - 1 > start && raw[at - escapes - 1] === '\\') escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
}

/** Position of the value behind the colon that follows; -1 where none follows. */
export function afterColon(raw: string, from: number): number {
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
export function endOfScalar(raw: string, start: number): number {
  let at = start;
  while (at < raw.length && !' \n\r\t,{}[]"'.includes(raw[at] ?? ',')) at++;
  return at;
}
