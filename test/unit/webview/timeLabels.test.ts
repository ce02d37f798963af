import { describe, expect, it } from 'vitest';
import { timeLabels } from '../../../src/webview/timeline/timeLabels.ts';

const HOUR = 3_600_000;
/** Midnight of the zone that the tests run in. */
const midnight = new Date(2026, 10, 20).getTime();

describe('Labels of the timeline', () => {
  it('name the time as exactly as they lie apart, and the day at midnight', () => {
    const axis = { from: midnight - HOUR, to: midnight + HOUR, characters: 200 };
    const at = midnight + 61_005;
    expect(timeLabels([midnight, midnight + 60_000], 60_000, axis)).toEqual(['2026-11-20', '00:01']);
    expect(timeLabels([at], 24 * HOUR, axis)).toEqual(['2026-11-20']);
    expect(timeLabels([at], 1000, axis)).toEqual(['00:01:01']);
    expect(timeLabels([at], 1, axis)).toEqual(['00:01:01.005']);
  });

  it('are left out where an end of the axis would cut them', () => {
    const axis = { from: midnight + HOUR, to: midnight + 3 * HOUR, characters: 100 };
    const times = [1, 1.02, 1.05, 2, 2.95, 2.98, 3].map((hours) => midnight + hours * HOUR);
    expect(timeLabels(times, 60_000, axis)).toEqual(['', '', '01:03', '02:00', '02:57', '', '']);
  });
});
