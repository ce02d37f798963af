import type { Cut } from '../../systems/redaction.ts';

/** Names of this length are found in the middle of words too; shorter ones stand alone. */
const inWordsFrom = 4;
const isWordCharacter = /[\p{L}\p{N}]/u;

interface Entry {
  /** In lower case. */
  readonly text: string;
  readonly replacement: string;
}

/**
 * Finds many names in texts, in any case. Longer names go before shorter ones that begin at the same place. The cost of a text hardly
 * grows with the number of names.
 */
export class NameMatcher {
  /** By the first characters, as many of them as a name has, at most `inWordsFrom`. */
  readonly #entries = new Map<string, Entry[]>();
  readonly #beginnings = new Set<number>();

  constructor(names: Iterable<readonly [name: string, replacement: string]>) {
    for (const [name, replacement] of names) {
      const text = folded(name);
      if (text === '') continue;
      const key = text.slice(0, inWordsFrom);
      const same = this.#entries.get(key) ?? [];
      same.push({ text, replacement });
      this.#entries.set(key, same);
      this.#beginnings.add(text.charCodeAt(0));
    }
    for (const same of this.#entries.values()) same.sort((a, b) => b.text.length - a.text.length);
  }

  cutsIn(given: string): readonly Cut[] {
    const text = folded(given);
    const cuts: Cut[] = [];
    for (let at = 0; at < text.length;) {
      const found = this.#beginnings.has(text.charCodeAt(at)) ? this.#at(text, at) : undefined;
      if (found) cuts.push({ start: at, end: at + found.text.length, replacement: found.replacement });
      at += found?.text.length ?? 1;
    }
    return cuts;
  }

  #at(text: string, at: number): Entry | undefined {
    for (let length = inWordsFrom; length > 0; length--) {
      const found = this.#entries
        .get(text.slice(at, at + length))
        ?.find((entry) => entry.text.length >= length && stands(text, at, entry.text));
      if (found) return found;
    }
    return undefined;
  }
}

/** In lower case, character by character: each keeps its place, also the few that are longer then. */
function folded(text: string): string {
  return text.replace(/[A-Z\u0080-\uffff]/g, (character) => {
    const lower = character.toLowerCase();
    return lower.length === 1 ? lower : character;
  });
}

function stands(text: string, at: number, name: string): boolean {
  if (!text.startsWith(name, at)) return false;
  if (name.length >= inWordsFrom) return true;
  return !isWordAt(text, at - 1) && !isWordAt(text, at + name.length);
}

function isWordAt(text: string, at: number): boolean {
  const character = text[at];
  return character !== undefined && isWordCharacter.test(character);
}
