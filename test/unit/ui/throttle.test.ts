import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Throttle } from '../../../src/ui/throttle.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(): { readonly pace: Throttle; readonly times: number[] } {
  const begin = Date.now();
  const times: number[] = [];
  return { pace: new Throttle(250, () => times.push(Date.now() - begin)), times };
}

describe('the pace of drawing', () => {
  it('is at once for what comes alone', () => {
    const { pace, times } = setUp();
    pace.ask();
    expect(times).toEqual([0]);
    vi.advanceTimersByTime(1000);
    pace.ask();
    expect(times).toEqual([0, 1000]);
    vi.advanceTimersByTime(1000);
    expect(times).toEqual([0, 1000]);
  });

  it('is even, and never without end, for what does not stop coming', () => {
    const { pace, times } = setUp();
    for (let ms = 0; ms < 1000; ms += 10) {
      pace.ask();
      vi.advanceTimersByTime(10);
    }
    expect(times).toEqual([0, 250, 500, 750, 1000]);
    vi.advanceTimersByTime(1000);
    expect(times).toEqual([0, 250, 500, 750, 1000]);
  });

  it('takes what is asked for while it draws to the next time', () => {
    let left = 3;
    const times: number[] = [];
    const begin = Date.now();
    const pace = new Throttle(250, () => {
      times.push(Date.now() - begin);
      if (--left > 0) pace.ask();
    });
    pace.ask();
    expect(times).toEqual([0]);
    vi.advanceTimersByTime(2000);
    expect(times).toEqual([0, 250, 500]);
  });

  it('is at once for what a user waits for, and even after that', () => {
    const { pace, times } = setUp();
    pace.ask();
    pace.ask();
    vi.advanceTimersByTime(100);
    pace.now();
    expect(times).toEqual([0, 100]);
    vi.advanceTimersByTime(200);
    expect(times).toEqual([0, 100]);
    pace.ask();
    vi.advanceTimersByTime(50);
    expect(times).toEqual([0, 100, 350]);
  });

  it('is another one from the next time on', () => {
    const { pace, times } = setUp();
    pace.ask();
    pace.pauseMs = 1000;
    for (let ms = 0; ms < 2000; ms += 50) {
      pace.ask();
      vi.advanceTimersByTime(50);
    }
    expect(times).toEqual([0, 250, 1250]);
  });

  it('draws nothing more once it is over', () => {
    const { pace, times } = setUp();
    pace.ask();
    pace.ask();
    pace.dispose();
    vi.advanceTimersByTime(2000);
    expect(times).toEqual([0]);
    pace.ask();
    vi.advanceTimersByTime(2000);
    expect(times, 'what is asked for later is not done').toEqual([0]);
  });
});
