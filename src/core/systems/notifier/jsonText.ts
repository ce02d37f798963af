/**
 * White space outside of strings removed, everything else as it is: numbers keep their digits and keys their order,
 * which parsing and writing again would not promise. For text that parses.
 */
export function compactJson(json: string): string {
  return mapOutside(json, (outside) => outside.replace(/\s+/g, ''));
}

/**
 * Reads what is meant to be JSON but has commas before a closing bracket, or `...` where more could stand, as the
 * examples of the server's document have. Throws where that is not enough.
 */
export function parseLoosely(json: string): unknown {
  const compact = mapOutside(json, (outside) => outside.replaceAll('...', '').replace(/\s+/g, ''));
  // A string between a comma and a bracket would stand between them, so that this looks outside of strings only.
  return JSON.parse(mapOutside(compact, (outside) => outside.replace(/,(?=[}\]])/g, '')));
}

/** How many brackets are open at once. */
export function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  mapOutside(json, (outside) => {
    for (const c of outside) {
      if (c === '{' || c === '[') deepest = Math.max(deepest, ++depth);
      else if (c === '}' || c === ']') depth--;
    }
    return '';
  });
  return deepest;
}

/** Applies a change to each stretch between strings. One pass. */
function mapOutside(json: string, change: (outside: string) => string): string {
  let made = '';
  let at = 0;
  for (;;) {
    const start = json.indexOf('"', at);
    if (start < 0) return made + change(json.slice(at));
    const end = endOfString(json, start);
    made += change(json.slice(at, start)) + json.slice(start, end);
    at = end;
  }
}

/** The position behind the string that starts at `start`; the end of the text where it is never closed. */
export function endOfString(json: string, start: number): number {
  for (let i = start + 1; i < json.length; i++) {
    const c = json[i];
    if (c === '\\') i++;
    else if (c === '"') return i + 1;
  }
  return json.length;
}
