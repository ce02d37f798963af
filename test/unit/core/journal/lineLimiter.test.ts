import { describe, expect, it } from 'vitest';
import { LineLimiter } from '../../../../src/core/journal/lineLimiter.ts';
import { ManualClock } from '../helpers.ts';

function setUp() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const limiter = new LineLimiter(clock, (line) => lines.push(line));
  const say = (key: string, line: string): void => {
    limiter.write(key, () => line);
  };
  return { clock, lines, limiter, say };
}

describe('lines about faulty events', () => {
  it('are written at once where they come alone', () => {
    const { clock, lines, say } = setUp();
    say('home a', 'one');
    say('home b', 'another kind');
    clock.advance(1000);
    say('home a', 'two');
    clock.advance(5000);
    expect(lines).toEqual(['one', 'another kind', 'two']);
    expect(clock.waiting).toBe(0);
  });

  it('are one a second of each kind in a flood, with the count of the rest', () => {
    const { clock, lines, say } = setUp();
    for (let n = 1; n <= 414; n++) say('home a', `fault ${String(n)}`);
    expect(lines).toEqual(['fault 1']);
    clock.advance(1000);
    expect(lines.slice(1)).toEqual(['fault 414 … and 412 more like this']);
    for (let n = 0; n < 100; n++) {
      say('home a', 'again');
      clock.advance(100);
    }
    expect(lines).toHaveLength(12);
    clock.advance(5000);
    expect(clock.waiting).toBe(0);
  });

  it('are few whatever number of kinds somebody makes up', () => {
    const { clock, lines, say } = setUp();
    for (let n = 0; n < 10_000; n++) say(`home ${String(n)}`, `kind ${String(n)}`);
    expect(lines).toHaveLength(101);
    clock.advance(1000);
    expect(lines.slice(101)).toEqual(['kind 9999 … and 9898 more like this']);
  });

  it('that were held back are counted when the window closes', () => {
    const { clock, lines, limiter, say } = setUp();
    say('home a', 'one');
    say('home a', 'two');
    limiter.dispose();
    expect(lines).toEqual(['one', 'two']);
    expect(clock.waiting).toBe(0);
  });
});
