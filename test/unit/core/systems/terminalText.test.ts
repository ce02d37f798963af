import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TerminalText } from '../../../../src/core/systems/terminalText.ts';

const esc = '\x1b';

function shown(...chunks: string[]): string {
  const text = new TerminalText();
  return chunks.map((chunk) => text.push(chunk)).join('');
}

describe('what a server writes, in a terminal', () => {
  it('keeps text, colours and line ends', () => {
    expect(shown(`${esc}[31;1mred${esc}[0m\tüber\n`)).toBe(`${esc}[31;1mred${esc}[0m\tüber\r\n`);
  });

  it.each([
    ['a title', `${esc}]0;pwned\x07`],
    ['a title that ends otherwise', `${esc}]0;pwned${esc}\\`],
    ['the clipboard', `${esc}]52;c;cm0gLXJm\x07`],
    ['a link', `${esc}]8;;file:///etc/passwd\x07`],
    ['a device control string', `${esc}P+q544e${esc}\\`],
    ['the screen cleared', `${esc}[2J${esc}[H`],
    ['the line taken back', `${esc}[1A${esc}[K\r`],
    ['a question to the terminal', `${esc}[6n${esc}[c`],
    ['another screen', `${esc}[?1049h`],
    ['another character set', `${esc}(0`],
    ['a reset', `${esc}c`],
    ['the bell, backspaces and NUL', '\x07\b\b\0'],
    ['sequences of eight bits', '\x9b2J\x9d0;t\x9c'],
  ])('cuts out %s', (_name, hostile) => {
    const safe = shown(`a${hostile}b`);
    expect(safe.startsWith('a')).toBe(true);
    expect(safe.endsWith('b')).toBe(true);
    expect(Array.from(safe).every((c) => c >= ' ' && c < '\x7f')).toBe(true);
  });

  it('goes on after a string that is never ended', () => {
    expect(shown(`${esc}]0;never\nnext\n`)).toBe('\r\nnext\r\n');
    expect(shown(`${esc}]`, 'x'.repeat(1000), '\nnext\n')).toContain('next');
  });

  it('gives the same whatever the chunks, and nothing but colours ever gets through', () => {
    const piece = fc.constantFrom(
      esc,
      '[',
      ']',
      '0',
      ';',
      'm',
      'H',
      '\x07',
      '\\',
      '\n',
      'a',
      'ü',
      '?',
      '\r',
      '\x9b',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.array(fc.nat(60), { maxLength: 5 }),
        (pieces, cuts) => {
          const whole = pieces.join('');
          const at = [
            0,
            ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b),
            whole.length,
          ];
          const chunks = at.slice(1).map((end, i) => whole.slice(at[i], end));
          const safe = shown(...chunks);
          expect(safe).toBe(shown(whole));
          const rest = safe.replaceAll(new RegExp(`${esc}\\[[0-9;:]*m`, 'g'), '').replaceAll('\r\n', '');
          expect(
            Array.from(rest).every(
              (c) => c === '\t' || (c >= ' ' && c !== '\x7f' && !(c >= '\x80' && c <= '\x9f')),
            ),
          ).toBe(true);
        },
      ),
    );
  });
});
