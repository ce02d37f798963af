import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogTail } from '../../../../../../src/core/systems/bedrock/operations/logTail.ts';

/** What the server repeats at most. */
const kept = 2048;

describe('the repeated end of a log', () => {
  it('is taken out, wherever it was cut', () => {
    const lines = Array.from(
      { length: 200 },
      (_, line) => `[${String(line)}] number ${String(line * 7)} of many\n`,
    );
    const log = lines.join('');
    const places = fc.tuple(fc.integer({ min: 0, max: log.length }), fc.integer({ min: 0, max: 3000 }));
    fc.assert(
      fc.property(places, ([shown, later]) => {
        const tail = new LogTail();
        const start = Math.max(0, shown - kept);
        const end = Math.min(log.length, shown + later);
        const again = Math.max(0, end - kept);
        const all = tail.push(log.slice(start, shown), true) + tail.push(log.slice(again, end), true);
        // Nothing new is ever missing; what is repeated is taken out unless it is too short to be known.
        const fresh = log.slice(Math.max(shown, again), end);
        expect(all.endsWith(fresh)).toBe(true);
        if (shown - Math.max(start, again) >= 64) expect(all).toBe(log.slice(start, shown) + fresh);
      }),
    );
  });

  it('may begin inside a character', () => {
    const tail = new LogTail();
    const line = 'ünïcödé and more of it, long enough to be known again when it comes once more\n';
    expect(tail.push(line, true)).toBe(line);
    expect(tail.push(`\ufffd${line.slice(1)}next\n`, true)).toBe('next\n');
  });

  it('is not looked for in what goes on', () => {
    const tail = new LogTail();
    expect(tail.push('tick\n', true) + tail.push('tick\n', false)).toBe('tick\ntick\n');
  });
});
