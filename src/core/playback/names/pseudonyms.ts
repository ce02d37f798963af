import { oneLine } from '../../model/text.ts';
import { applyCuts, type Cut } from '../../systems/redaction.ts';
import type { NameKind, NameMap } from '../../systems/rewriting.ts';
import { NameMatcher } from './nameMatcher.ts';

/** Words in fields for names that name nobody: placeholders, and parts of the product and its systems. */
const nobody = new Set([
  ...['*', '-', '__', 'host', 'localhost', 'true', 'false', 'null', 'none', 'unknown', 'system', 'kgsm'],
  ...['0.0.0.0', '::', '::1'],
]);

/** Versions of four numbers look the same. */
const noVersion = String.raw`(?<!\b(?:version|updated to|installed)[: ]{0,2}v?)`;
const ipv4 = String.raw`(?<![\w.-])${noVersion}(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.-]*[\w-])`;
const ipv6 = String.raw`(?<![\w:.])(?:[\da-fA-F]{1,4}:){2,7}(?:[\da-fA-F]{1,4}|:)(?:[\da-fA-F:]{0,40})(?![\w.])|(?<![\w:.])::(?:[\da-fA-F]{1,4}:){0,6}[\da-fA-F]{1,4}(?![\w:.])`;
/** Names that are told by their form, wherever they stand in a text. */
const forms: readonly (readonly [NameKind, RegExp])[] = [
  ['address', new RegExp(ipv4, 'g')],
  ['address', new RegExp(ipv6, 'g')],
  ['host', /(?<=\b(?:https?|wss?):\/\/(?:[^\s/@"'\\]{1,100}@)?)[\w.-]{1,253}/g],
  ['user', /(?<=\/(?:home|Users)\/)[^\s/"'\\:]{1,64}/g],
  ['user', /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g],
  ['player', /(?<=\bPlayer (?:dis)?connected: )[^,"\n\\]{1,64}/g],
  ['player', /(?<=\bxuid: ?)\d{6,20}/gi],
  ['player', /\b\w{2,32}(?= (?:joined|left) the game\b)/g],
];

/** Without one of these, no form fits. */
const mayHoldForm = /[.:@/]|xuid| the game/i;

/** Beginnings of pseudonyms, the first that no name of the source forbids. */
const stems: Readonly<Record<NameKind, readonly string[]>> = {
  instance: ['server', 'instance', 'unit'],
  player: ['player', 'guest', 'visitor'],
  address: ['address', 'place'],
  host: ['host', 'machine', 'node'],
  user: ['user', 'operator', 'account'],
  connection: ['connection', 'link', 'source'],
};

/** Gathers the names of a source. Rewriting every message with it once tells them all, and changes nothing. */
export class NameCollector implements NameMap {
  /** As first written, by their form in lower case. */
  readonly #names = new Map<string, { readonly name: string; readonly kind: NameKind }>();

  name(kind: NameKind, value: string): string {
    const name = value.trim();
    if (kind === 'player') {
      // BSM writes players as name:id.
      const [, label, id] = /^(.+):(\d{6,20})$/.exec(name) ?? [];
      if (label !== undefined && id !== undefined) {
        this.#add(kind, label);
        this.#add(kind, id);
      }
    }
    this.#add(kind, kind === 'address' ? withoutPort(name) : name);
    return value;
  }

  cutsIn(text: string): readonly Cut[] {
    if (!mayHoldForm.test(text)) return [];
    for (const [kind, form] of forms) for (const [name] of text.matchAll(form)) this.#add(kind, name);
    return [];
  }

  /** A pseudonym for every name that was gathered. */
  pseudonyms(): NameMap {
    const names = [...this.#names.entries()];
    const taken = new NameMatcher(names.map(([name]) => [name, ''] as const));
    const counts = new Map<string, number>();
    const mapped = new Map<string, string>();
    for (const [key, { name, kind }] of names) mapped.set(key, pseudonymOf(kind, name, counts, taken));
    const matcher = new NameMatcher(
      names.flatMap(([key, { name }]) => {
        const pseudonym = mapped.get(key) ?? '';
        return writtenForms(name).map((form) => [form, pseudonym] as const);
      }),
    );
    return {
      name: (_, value) => mapped.get(value.trim().toLowerCase()) ?? applyCuts(value, matcher.cutsIn(value)),
      cutsIn: (text) => matcher.cutsIn(text),
    };
  }

  #add(kind: NameKind, name: string): void {
    const key = name.toLowerCase();
    if (name === '' || nobody.has(key) || /^127\.\d+\.\d+\.\d+$/.test(name)) return;
    // Numbers of machines and jobs; the long ones of players are theirs.
    if (kind !== 'player' && /^\d+$/.test(name)) return;
    if (!this.#names.has(key)) this.#names.set(key, { name, kind });
  }
}

function withoutPort(address: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([^:]+):\d+$/.exec(address)?.[1] ?? address;
}

/** An address stays an address of its kind, from the ranges that are kept for documents. */
function pseudonymOf(kind: NameKind, name: string, counts: Map<string, number>, taken: NameMatcher): string {
  const shape = /^\d+\.\d+\.\d+\.\d+$/.test(name)
    ? 'ipv4'
    : /^[\da-f:]*:[\da-f:.]*$/i.test(name)
      ? 'ipv6'
      : kind;
  for (let tries = 0; ; tries++) {
    const n = (counts.get(shape) ?? 0) + 1;
    counts.set(shape, n);
    const stem = stems[kind].find((each) => taken.cutsIn(`${each}-`).length === 0) ?? `‹${kind.slice(0, 1)}›`;
    const made =
      shape === 'ipv4'
        ? `198.${String(18 + (n >> 16))}.${String((n >> 8) & 255)}.${String(n & 255)}`
        : shape === 'ipv6'
          ? `2001:db8::${n.toString(16)}`
          : `${stem}-${String(n)}`;
    if (tries > 1000 || taken.cutsIn(made).length === 0) return made;
  }
}

/** Lengths at which summaries cut names off. */
const cutLengths = [40, 60, 80, 100, 120, 200, 300, 500];

/** A name as it stands in text, in a web address, in strings of JSON that were cut off or written in ASCII, and in one line for people. */
function writtenForms(name: string): readonly string[] {
  const json = JSON.stringify(name).slice(1, -1);
  const ascii = json.replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const cut = cutLengths.filter((length) => length < name.length).map((length) => oneLine(name, length));
  return [...new Set([name, encoded(name), json, ascii, oneLine(name, name.length), ...cut])];
}

function encoded(name: string): string {
  try {
    return encodeURIComponent(name);
  } catch {
    // Half of a pair of surrogates.
    return name;
  }
}
