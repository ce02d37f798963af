import { describe, expect, it } from 'vitest';
import { LineEditor } from '../../../../src/ui/terminal/lineEditor.ts';

const escape = String.fromCharCode(0x1b);
const colour = new RegExp(`${escape}\\[\\d+m`, 'g');
const piece = new RegExp(`${escape}\\[K|[^]`, 'gu');

/** Text on a terminal of one wide line after all that it was sent: a carriage return and clearing, no more. */
function screen(...sent: string[]): string[] {
  const lines = [''];
  for (const c of sent.join('').replaceAll(colour, '').matchAll(piece)) {
    const last = lines.length - 1;
    if (c[0] === '\r' || c[0] === '\x1b[K') {
      if (c[0] === '\x1b[K') lines[last] = '';
    } else if (c[0] === '\n') lines.push('');
    else lines[last] = (lines[last] ?? '') + c[0];
  }
  return lines;
}

describe('the line below a log', () => {
  it('shows what is typed and gives whole lines', () => {
    const editor = new LineEditor();
    expect(screen(editor.type('say h').echo)).toEqual(['› say h']);
    const { echo, lines } = editor.type('i\rnext');
    expect(lines).toEqual(['say hi']);
    expect(screen(echo)).toEqual(['› next']);
  });

  it('stays below what the server writes, which never mixes with it', () => {
    const editor = new LineEditor();
    const typed = editor.type('sa').echo;
    const first = editor.above('one\r\ntw');
    const second = editor.above('o\r\n');
    expect(screen(typed, first)).toEqual(['one', '› sa']);
    expect(screen(typed, first, second)).toEqual(['one', 'two', '› sa']);
    expect(screen(typed, first, second, editor.type('y').echo)).toEqual(['one', 'two', '› say']);
  });

  it('takes back whole characters, clears, and recalls earlier lines', () => {
    const editor = new LineEditor();
    editor.type('first\rsecond\r');
    expect(screen(editor.type('a👩‍👩‍👧\x7f').echo)).toEqual(['› a']);
    expect(screen(editor.type('\x03').echo)).toEqual(['› ']);
    expect(screen(editor.type('\x1b[A\x1b[A').echo)).toEqual(['› first']);
    expect(screen(editor.type('\x1b[B').echo)).toEqual(['› second']);
    expect(screen(editor.type('\x1b[B').echo)).toEqual(['› ']);
  });

  it('takes no control characters into the line, and shows a line that never ends', () => {
    const editor = new LineEditor();
    const { echo } = editor.type('a\x00\x1b[5~\tb');
    expect(screen(echo)).toEqual(['› ab']);
    expect(editor.above('x'.repeat(40_000))).toContain('x'.repeat(40_000));
  });
});
