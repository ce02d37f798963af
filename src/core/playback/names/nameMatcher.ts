import type { Cut } from '../../systems/redaction.ts';

/** Names of this length are found in the middle of words too; shorter ones stand alone. */
const inWordsFrom = 4;
const isWordCharacter = /[\p{L}\p{N}]/u;

/** Names with the same beginning. */
interface Bucket {
  /** Longest first. */
  readonly lengths: readonly number[];
  /** Replacements by names in lower case. */
  readonly replacements: ReadonlyMap<string, string>;
}

interface Found {
  readonly length: number;
  readonly replacement: string;
}

/**
 * Finds many names in texts, in any case. Longer names go before shorter ones that begin at the same place. The cost of a text grows
 * with the number of lengths that names of one beginning have, and not with that of names.
 */
export class NameMatcher {
  /** By the first characters, as many of them as a name has, at most `inWordsFrom`. */
  readonly #buckets = new Map<string, Bucket>();
  readonly #beginnings = new Set<number>();

  constructor(names: Iterable<readonly [name: string, replacement: string]>) {
    const byBeginning = new Map<string, Map<string, string>>();
    for (const [name, replacement] of names) {
      const text = folded(name);
      if (text === '') continue;
      const beginning = text.slice(0, inWordsFrom);
      const same = byBeginning.get(beginning) ?? new Map<string, string>();
      if (!same.has(text)) same.set(text, replacement);
      byBeginning.set(beginning, same);
      this.#beginnings.add(text.charCodeAt(0));
    }
    for (const [beginning, replacements] of byBeginning) {
      const lengths = [...new Set([...replacements.keys()].map(({ length }) => length))];
      this.#buckets.set(beginning, { lengths: lengths.sort((a, b) => b - a), replacements });
    }
  }

  cutsIn(given: string): readonly Cut[] {
    const text = folded(given);
    const cuts: Cut[] = [];
    for (let at = 0; at < text.length;) {
      const found = this.#beginnings.has(text.charCodeAt(at)) ? this.#at(text, at) : undefined;
      if (found) cuts.push({ start: at, end: at + found.length, replacement: found.replacement });
      at += found?.length ?? 1;
    }
    return cuts;
  }

  #at(text: string, at: number): Found | undefined {
    for (let length = inWordsFrom; length > 0; length--) {
      const bucket = this.#buckets.get(text.slice(at, at + length));
      for (const whole of bucket?.lengths ?? []) {
        if (at + whole > text.length) continue;
        const replacement = bucket?.replacements.get(text.slice(at, at + whole));
        if (replacement !== undefined && stands(text, at, whole)) return { length: whole, replacement };
      }
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

/** Short names stand alone. */
function stands(text: string, at: number, length: number): boolean {
  return length >= inWordsFrom || (!isWordAt(text, at - 1) && !isWordAt(text, at + length));
}

function isWordAt(text: string, at: number): boolean {
  const character = text[at];
  return character !== undefined && isWordCharacter.test(character);
}
