/** How a text is found: without a capital in what is searched, case does not count (as in VS Code's search). */
export function isCaseSensitive(needle: string): boolean {
  return /\p{Lu}/u.test(needle);
}

/** A pattern of exactly this text; `iu` compares by simple case folding, code point by code point. */
function literalPattern(needle: string, caseSensitive: boolean, flags = ''): RegExp {
  return new RegExp(needle.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), `u${caseSensitive ? '' : 'i'}${flags}`);
}

/** A test whether a text stands anywhere in another. */
export function containsTest(needle: string, caseSensitive: boolean): (value: string) => boolean {
  if (caseSensitive) return (value) => value.includes(needle);
  const pattern = literalPattern(needle, false);
  return (value) => pattern.test(value);
}

/**
 * Whether a text consists of these parts with anything between them. Linear, however many parts there are: each is taken
 * where it stands first. Folding keeps the length, so that the last part has one place to be.
 */
export function matchesParts(parts: readonly string[], value: string, caseSensitive: boolean): boolean {
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const pattern = literalPattern(part, caseSensitive, index === 0 || isLast ? 'y' : 'g');
    if (isLast && index > 0 && value.length - part.length < at) return false;
    pattern.lastIndex = isLast && index > 0 ? value.length - part.length : at;
    const match = pattern.exec(value);
    if (!match) return false;
    at = match.index + match[0].length;
  }
  return at === value.length;
}

/** The text that a JSON string holds, applied to the whole payload: `M\u00fcller` becomes `Müller`. */
export function unescapeJson(raw: string): string {
  return raw.replace(
    /\\(?:(["\\/])|([bfnrt])|u([0-9a-f]{4}))/gi,
    (whole, same?: string, letter?: string, hex?: string) => {
      if (same !== undefined) return same;
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      return controls[letter ?? ''] ?? whole;
    },
  );
}

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Characters that no JSON writer escapes: SQL finds them in a payload as they are. */
const plain = /[ !#$%()*,\-.0-9:;=?@A-Z[\]^_a-z{|}~]/;

/**
 * Whether a payload holds a plain character as an escape (`\u0061`), or a character that folds to an ASCII letter (long s,
 * Kelvin sign). The writer stores such a text as UTF-16, as one with NUL, and so leaves it to the check of a query: LIKE
 * and GLOB alone would be wrong about it.
 */
export function hasUnusualText(raw: string): boolean {
  return /[\u017f\u212a]|\\u(?:017f|212a|00(?!2[267bf]|3[ce]|5c|60|7f)[2-7][0-9a-f])/i.test(raw);
}

/** How SQL finds the rows that may hold a text. */
interface TextPattern {
  /** For LIKE, without wildcards at its ends. */
  readonly like: string;
  readonly glob: string;
  /** The patterns alone decide, for payloads stored as text. */
  readonly exact: boolean;
  /** Strings of which a payload holds one; asked for where the patterns are too short to exclude much. */
  readonly oneOf: readonly string[];
}

/** Every character that JSON may write in two ways becomes a wildcard. */
export function textPattern(needle: string): TextPattern {
  let [like, glob, run, longest] = ['', '', 0, 0];
  let special: string | undefined;
  for (const character of needle) {
    if (plain.test(character)) {
      like += /[%_]/.test(character) ? `\\${character}` : character;
      glob += /[*?[]/.test(character) ? `[${character}]` : character;
      longest = Math.max(longest, ++run);
      continue;
    }
    // One wildcard for a row of such characters.
    if (run > 0 || special === undefined) [like, glob] = [`${like}%`, `${glob}*`];
    special ??= character;
    run = 0;
  }
  const oneOf = special === undefined || longest > 1 ? [] : [...caseVariants(special), '\\'];
  return { like, glob: `*${glob}*`, exact: special === undefined, oneOf };
}

let cased: Map<string, string[]> | undefined;

/** All characters that simple case folding makes equal to this one. */
function caseVariants(character: string): readonly string[] {
  if (!cased) {
    cased = new Map();
    for (let code = 0x41; code < 0x1e944; code++) {
      const other = String.fromCodePoint(code);
      if (!/\p{Changes_When_Casemapped}/u.test(other)) continue;
      const key = roughFold(other);
      const group = cased.get(key);
      if (group) group.push(other);
      else cased.set(key, [other]);
    }
  }
  const pattern = literalPattern(character, false);
  const group = cased.get(roughFold(character))?.filter((other) => pattern.test(other)) ?? [];
  return group.length === 0 ? [character] : group;
}

/** Equal at least for all that folds to the same. */
function roughFold(character: string): string {
  const upper = character.toUpperCase();
  return (upper.length === character.length ? upper : character).toLowerCase();
}

/** A pattern for GLOB that means the parts with anything between them, whatever the case if it does not count. */
export function globPattern(parts: readonly string[], caseSensitive: boolean): string {
  const one = (character: string) => {
    const variants = caseSensitive ? [character] : caseVariants(character);
    if (variants.length > 1) return `[${variants.join('')}]`;
    return /[*?[]/.test(character) ? `[${character}]` : character;
  };
  return parts.map((part) => Array.from(part, one).join('')).join('*');
}
