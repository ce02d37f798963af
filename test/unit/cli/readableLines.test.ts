import { describe, expect, it } from 'vitest';
import { barOf } from '../../../src/cli/progressBar.ts';
import { readableLine, type Paint } from '../../../src/cli/readableLines.ts';

const plain: Paint = (_style, text) => text;
const marked: Paint = (style, text) => `<${style}>${text}</${style}>`;

describe('lines for people', () => {
  it('say of an event when, where and what, with a colour for what is bad', () => {
    const receivedAt = '2026-01-02T03:04:05.000Z';
    const event = {
      ...{ seq: 1, receivedAt, connection: 'home', subject: 'mc-1', severity: 'error' },
      ...{ type: 'instance_crashed', summary: 'Crashed with exit code 139' },
    };
    const time = new Date(receivedAt).toLocaleString('sv');
    expect(readableLine({ event }, plain)).toBe(
      `${time}  home  mc-1  instance_crashed  Crashed with exit code 139`,
    );
    expect(readableLine({ event }, marked)).toContain('<red>instance_crashed');
  });

  it.each([
    [
      { connection: { id: 'home', state: 'failed', detail: 'Nobody answers' } },
      'home is failed: Nobody answers',
    ],
    [{ problem: { path: 'Data.X', message: 'must be a name' } }, '  Data.X: must be a name'],
    [
      { operation: { id: 'start', subject: 'mc-1', outcome: 'refused', message: 'It runs' } },
      'start mc-1 refused: It runs',
    ],
    [
      {
        fleet: {
          connections: [{ id: 'home', state: 'ready' }],
          instances: [{ name: 'mc-1', game: 'minecraft', state: 'running', players: 3 }],
        },
      },
      'home is ready\n  mc-1  running  minecraft  3 playing',
    ],
    [{ measured: { connection: 'home' } }, '{"measured":{"connection":"home"}}'],
  ])('are words for %j', (line, words) => {
    expect(readableLine(line, plain)).toBe(words);
  });

  it('let no control character of a server reach the terminal', () => {
    const hostile = '\u001b]0;title\u0007\n\u202e';
    const event = { receivedAt: 0, connection: hostile, subject: hostile, type: hostile, summary: hostile };
    // eslint-disable-next-line no-control-regex -- the very thing that is looked for
    expect(readableLine({ event }, plain)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});

describe('the bar of progress', () => {
  it('is as full as what is done', () => {
    expect(barOf(0, 10)).toBe('[------------------------] 0 % 0/10');
    expect(barOf(5, 10, ' (1 did not arrive)')).toBe(
      '[############------------] 50 % 5/10 (1 did not arrive)',
    );
    expect(barOf(10, 10)).toMatch(/^\[#{24}\] 100 %/);
    expect(barOf(3, Infinity)).toBe('3');
  });
});
