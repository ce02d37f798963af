import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MetricsStore } from '../../../src/core/model/metrics.ts';
import type { Samples } from '../../../src/rpc/metrics.ts';
import { MetricsFeed } from '../../../src/ui/metrics/feed.ts';

const ref = { connection: 'home', kind: 'server', key: 'a' };

function setUp(): {
  readonly feed: MetricsFeed;
  readonly sent: Samples[];
  readonly push: (at: number, cpu: number, key?: string) => void;
  readonly gone: () => void;
} {
  const store = new MetricsStore({ capacity: 100 });
  const sent: Samples[] = [];
  const feed = new MetricsFeed({ store, ref, send: (samples) => sent.push(samples), now: () => 999 });
  return {
    feed,
    sent,
    push: (at, cpu, key = 'a') => {
      store.take({ connection: 'home', receivedAt: at }, [
        { signal: 'metrics', kind: 'server', key, values: { cpu } },
      ]);
    },
    gone: () => {
      store.take({ connection: 'home', receivedAt: 0 }, [{ signal: 'gone', kind: 'server', key: 'a' }]);
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what a page of charts is sent', () => {
  it('is everything first and then what is new, at most twenty times a second', () => {
    const { feed, sent, push } = setUp();
    push(1, 10);
    expect(feed.all()).toEqual({ since: 0, now: 999, times: [1], values: { cpu: [10] } });
    for (let at = 2; at < 202; at++) {
      push(at, at);
      vi.advanceTimersByTime(5);
    }
    vi.advanceTimersByTime(100);
    expect(sent.length).toBeLessThanOrEqual(21);
    expect(sent[1]?.since).toBe(sent[0]?.times.at(-1));
    expect(sent.at(-1)?.times.at(-1)).toBe(201);
    push(500, 1, 'another');
    const before = sent.length;
    vi.advanceTimersByTime(100);
    expect(sent.length).toBe(before);
  });

  it('is nothing before it asked and nothing while it is hidden', () => {
    const { feed, sent, push } = setUp();
    push(1, 10);
    vi.advanceTimersByTime(100);
    feed.all();
    feed.hide();
    push(2, 20);
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([]);
    expect(feed.all().times).toEqual([1, 2]);
  });

  it('keeps the last values when the instance is gone, and starts anew when there is another', () => {
    const { feed, sent, push, gone } = setUp();
    push(1, 10);
    push(2, NaN);
    feed.all();
    gone();
    expect(feed.all()).toMatchObject({ times: [1, 2], values: { cpu: [10, null] } });
    push(5, 50);
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([{ since: 0, now: 999, times: [5], values: { cpu: [50] } }]);
  });

  it('forgets the future when a clock was put back', () => {
    const { feed, sent, push } = setUp();
    push(1, 1);
    push(1000, 2);
    feed.all();
    push(5, 3);
    vi.advanceTimersByTime(100);
    expect(sent[0]).toMatchObject({ since: 0, times: [1, 5], values: { cpu: [1, 3] } });
    feed.dispose();
    push(6, 4);
    vi.advanceTimersByTime(100);
    expect(sent.length).toBe(1);
  });
});
