/** Colours and weights: the only escape sequences that can do no harm. */
const colour = /^[0-9;:]*m$/;
/** Longer than any sequence that a server has a reason to write. */
const maxSequence = 256;

/**
 * Makes the output of a program safe to show in a terminal: colours stay; what moves the cursor, sets titles, writes the
 * clipboard, asks the terminal or rings is cut out. Sequences may be cut in two by the chunks.
 */
export class TerminalText {
  #unfinished = '';

  push(chunk: string): string {
    const text = this.#unfinished + chunk;
    this.#unfinished = '';
    let safe = '';
    for (let at = 0; at < text.length;) {
      const c = text.charCodeAt(at);
      if (c === 0x1b) {
        const end = endOfSequence(text, at);
        if (end === undefined) {
          this.#unfinished = text.slice(at, at + maxSequence);
          // A beginning that never ends hides nothing behind it.
          if (text.length - at > maxSequence) {
            this.#unfinished = '';
            at++;
            continue;
          }
          return safe;
        }
        const sequence = text.slice(at, end);
        if (sequence[1] === '[' && colour.test(sequence.slice(2))) safe += sequence;
        at = end;
      } else {
        if (c === 0x0a) safe += '\r\n';
        else if (c === 0x09 || (c >= 0x20 && c < 0x7f) || c > 0x9f) safe += text.charAt(at);
        at++;
      }
    }
    return safe;
  }
}

/** The position behind the sequence that begins at `start`; nothing where its end has not come yet. */
function endOfSequence(text: string, start: number): number | undefined {
  const kind = text[start + 1];
  if (kind === undefined) return undefined;
  if (kind === '[') {
    for (let i = start + 2; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c >= 0x40 && c <= 0x7e) return i + 1;
      if (c < 0x20 || c > 0x7e) return i;
    }
    return undefined;
  }
  // Strings for the terminal (title, clipboard, device): up to BEL or ESC \.
  if (kind === ']' || kind === 'P' || kind === '_' || kind === '^' || kind === 'X') {
    for (let i = start + 2; i < text.length; i++) {
      if (text.charCodeAt(i) === 0x07) return i + 1;
      if (text.charCodeAt(i) === 0x1b) {
        if (i + 1 === text.length) return undefined;
        return text[i + 1] === '\\' ? i + 2 : i;
      }
      if (text.charCodeAt(i) === 0x0a) return i;
    }
    return undefined;
  }
  // Intermediate bytes and one final byte, as in ESC ( B.
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) >= 0x20 && text.charCodeAt(i) <= 0x2f) i++;
  if (i === text.length) return undefined;
  return text.charCodeAt(i) < 0x20 ? i : i + 1;
}
