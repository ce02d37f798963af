import { afterColon, applyCuts, endOfScalar, endOfString, unescaped, type Cut } from './redaction.ts';

/** Kinds of names that a message holds; all but `instance` are replaced by pseudonyms alone. */
export type NameKind = 'instance' | 'player' | 'address' | 'host' | 'user' | 'connection';

/** Names with what stands in their place. */
export interface NameMap {
  /** Name in the place of another one; the same where it stays. */
  name(kind: NameKind, value: string): string;
  /** Such names in a text for people, with what takes their place: in their order and apart. */
  cutsIn(text: string): readonly Cut[];
}

/** Changes of a message; absent ones change nothing. */
export interface Rewriting {
  /** Milliseconds by which every time of the message moves. */
  readonly shift?: number;
  /** New names of instances, in the fields that name one, and where a sentence of the system quotes one. */
  readonly rename?: NameMap;
  /** Stand-ins for players, addresses, hosts, users and instances, in texts too. */
  readonly pseudonyms?: NameMap;
}

/**
 * Meaning of a value: a time, a name, a sentence of the system that quotes names, a text of people, a part of the protocol, a text that
 * is a message itself, or a text with a colon such as `discord:bob`.
 */
export type Role =
  | 'time'
  | NameKind
  | 'quoting'
  | 'text'
  | 'protocol'
  | { readonly document: RoleOf }
  | { readonly behindColon: Role; readonly withoutColon: Role };

/** Role of a value under these fields, from the outermost to its own; lists add nothing. */
export type RoleOf = (path: readonly string[], value: string) => Role;

/** JSON in strings is looked into so deep; each level doubles its escapes. */
const deepestDocument = 4;

/**
 * Rewrites the text of a message by the roles of its values. All else stays as it is: spaces, digits, order and repetition of keys.
 * A text that is no JSON, or breaks off, is read as far as it goes. One pass for each kind of change, whatever the input.
 */
export function rewriteJson(raw: string, roleOf: RoleOf, rewriting: Rewriting): string {
  const { shift = 0, rename, pseudonyms } = rewriting;
  let text = raw;
  if (shift !== 0 || rename)
    text = applyCuts(text, cutsOf(text, roleOf, { shift, ...(rename ? { names: rename } : {}) }, 0));
  if (pseudonyms)
    text = applyCuts(text, cutsOf(text, roleOf, { shift: 0, names: pseudonyms, texts: true }, 0));
  return text;
}

interface Pass {
  readonly shift: number;
  readonly names?: NameMap;
  /** Texts are looked through too, and names that are no instance's. */
  readonly texts?: true;
}

function cutsOf(raw: string, roleOf: RoleOf, pass: Pass, depth: number): readonly Cut[] {
  const isWhole = parses(raw);
  if (!isWhole && !/^\s*[{[]/.test(raw)) return pass.names?.cutsIn(raw) ?? [];
  const cuts: Cut[] = [];
  let outside = 0;
  for (const { path, start, end, isKey } of scalarsIn(raw)) {
    const isString = raw[start] === '"';
    if (!isWhole && isString && pass.texts && pass.names)
      cuts.push(...moved(pass.names.cutsIn(raw.slice(outside, start)), outside));
    if (isString) outside = end;
    if (!isString) cuts.push(...numberCuts(raw, start, end, roleOf(path, raw.slice(start, end)), pass));
    else if (isKey) cuts.push(...keyCuts(raw, start, end, pass));
    else {
      const { text, at } = unescaped(raw, start, end);
      for (const cut of stringCuts(text, roleOf(path, text), roleOf, pass, depth)) {
        const replacement = JSON.stringify(cut.replacement).slice(1, -1);
        cuts.push({ start: at(cut.start), end: at(cut.end), replacement });
      }
    }
  }
  if (!isWhole && pass.texts && pass.names)
    cuts.push(...moved(pass.names.cutsIn(raw.slice(outside)), outside));
  return cuts;
}

/** Cuts in the meaning of a string. */
function stringCuts(text: string, role: Role, roleOf: RoleOf, pass: Pass, depth: number): readonly Cut[] {
  const { shift, names, texts } = pass;
  if (typeof role === 'object') {
    if ('behindColon' in role) {
      const start = text.indexOf(':') + 1;
      const part = start === 0 ? role.withoutColon : role.behindColon;
      return moved(stringCuts(text.slice(start), part, roleOf, pass, depth), start);
    }
    if (/^\s*[{[]/.test(text) && depth < deepestDocument) return cutsOf(text, role.document, pass, depth + 1);
    return stringCuts(text, 'text', roleOf, pass, depth);
  }
  switch (role) {
    case 'protocol':
      return [];
    case 'time':
      return shift === 0 ? [] : wholeCut(text, shiftedTime(text, shift));
    case 'quoting':
      if (!names) return [];
      return texts ? names.cutsIn(text) : quotedCuts(text, names);
    case 'instance':
      return names ? wholeCut(text, names.name('instance', text)) : [];
    case 'text':
      if (!names || !texts) return [];
      return /^\s*[{[]/.test(text) && depth < deepestDocument && parses(text)
        ? cutsOf(text, roleOf, pass, depth + 1)
        : names.cutsIn(text);
    default:
      return names && texts ? wholeCut(text, names.name(role, text)) : [];
  }
}

function numberCuts(raw: string, start: number, end: number, role: Role, pass: Pass): readonly Cut[] {
  const written = raw.slice(start, end);
  if (!/^-?\d+$/.test(written)) return [];
  if (role === 'time') {
    const at = Number(written) + pass.shift;
    const isTime = Number.isSafeInteger(Number(written)) && Math.abs(at) <= 8.64e15;
    return isTime && pass.shift !== 0 ? [{ start, end, replacement: String(Math.round(at)) }] : [];
  }
  if (role !== 'player' || !pass.texts || !pass.names) return [];
  return [{ start, end, replacement: JSON.stringify(pass.names.name(role, written)) }];
}

/** A name may be a field's, as in a list of instances by their names. */
function keyCuts(raw: string, start: number, end: number, { names, texts }: Pass): readonly Cut[] {
  if (!names || !texts) return [];
  const { text, at } = unescaped(raw, start, end);
  const [cut] = names.cutsIn(text);
  if (cut?.start !== 0 || cut.end !== text.length) return [];
  return [{ start: at(0), end: at(text.length), replacement: JSON.stringify(cut.replacement).slice(1, -1) }];
}

function wholeCut(text: string, replacement: string): readonly Cut[] {
  return replacement === text ? [] : [{ start: 0, end: text.length, replacement }];
}

/** Names in quotes, as in "Server 'alpha' process started." */
function quotedCuts(text: string, names: NameMap): readonly Cut[] {
  return [...text.matchAll(/(?<=(['"]))[^'"]{1,500}(?=\1)/g)].flatMap(({ 0: name, index }) =>
    moved(wholeCut(name, names.name('instance', name)), index),
  );
}

function moved(cuts: readonly Cut[], by: number): readonly Cut[] {
  return cuts.map(({ start, end, replacement }) => ({ start: start + by, end: end + by, replacement }));
}

interface Scalar {
  /** Fields from the outermost to that of the value. Changes when the next one is asked for. */
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly isKey: boolean;
}

/** Strings, keys and numbers of a document in their order, with the fields that they stand under; also of broken ones. */
function* scalarsIn(raw: string): Generator<Scalar, void> {
  const path: string[] = [];
  /** Length of the path where each bracket that is open was opened. */
  const open: number[] = [];
  for (let at = 0; at < raw.length;) {
    const c = raw[at] ?? '';
    if (c === '{' || c === '[') {
      open.push(path.length);
      at++;
    } else if (c === '}' || c === ']') {
      path.length = open.pop() ?? 0;
      at++;
    } else if (c === '"') {
      const end = endOfString(raw, at);
      const isKey = afterColon(raw, end) >= 0;
      if (isKey) {
        path.length = open.at(-1) ?? 0;
        path.push(unescaped(raw, at, end).text);
      }
      yield { path, start: at, end, isKey };
      at = end;
    } else if (c === '-' || (c >= '0' && c <= '9')) {
      const end = endOfScalar(raw, at);
      yield { path, start: at, end, isKey: false };
      at = end;
    } else at++;
  }
}

function parses(raw: string): boolean {
  try {
    JSON.parse(raw);
    return true;
  } catch {
    return false;
  }
}

const time = /^(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(\.\d{1,12})?(Z|[+-]\d\d:?\d\d)?$/;

/** A time moved by milliseconds, in the form in which it is written; the same where it is none. */
export function shiftedTime(written: string, ms: number): string {
  const [, date, between = '', clock, fraction = '', zone = ''] = time.exec(written) ?? [];
  if (date === undefined || clock === undefined) return written;
  const digits = fraction.slice(1);
  const at = Date.parse(`${date}T${clock}Z`) + Number(digits.slice(0, 3).padEnd(3, '0')) + Math.round(ms);
  // Years of other lengths cannot be written in this form.
  if (!(at >= Date.UTC(0, 0) && at < Date.UTC(10_000, 0))) return written;
  const iso = new Date(at).toISOString();
  const moved = digits === '' ? '' : `.${(iso.slice(20, 23) + digits.slice(3)).slice(0, digits.length)}`;
  return `${iso.slice(0, 10)}${between}${iso.slice(11, 19)}${moved}${zone}`;
}
