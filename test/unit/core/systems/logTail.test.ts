import { expect, it } from 'vitest';
import { LogTail } from '../../../../src/core/systems/logTail.ts';

it('the end of a log is the last 200 lines, however its chunks end', () => {
  const tail = new LogTail();
  for (let n = 1; n <= 300; n++) for (const piece of [`line `, `${n}`, '\r', '\n']) tail.push(piece);
  expect(tail.lines).toHaveLength(200);
  expect(tail.lines.slice(-2)).toEqual(['line 300', '']);
  expect(tail.lines[0]).toBe('line 102');
});

it('the end of a log is plain text: no colours, no control characters, no escapes that are cut in two', () => {
  const tail = new LogTail();
  tail.push('\x1b[31mred\x1b[0m \x1b]0;title\x07plain\x1b[3');
  tail.push('2mgreen\u0000\u009b\n<b>&amp;');
  expect(tail.lines).toEqual(['red plaingreen', '<b>&amp;']);
});

it('a line that never ends is cut, and words of ours get a line of their own', () => {
  const tail = new LogTail();
  for (let n = 0; n < 100; n++) tail.push('x'.repeat(500));
  expect(tail.lines.map(({ length }) => length)).toEqual([1001]);
  tail.note('It was rotated.');
  tail.push('next');
  expect(tail.lines.slice(1)).toEqual(['It was rotated.', 'next']);
});
