import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lifecycleStates, type LifecycleState } from '../../../../src/core/model/lifecycle.ts';
import {
  bandOf,
  capturedTimes,
  coarse,
  stretchesOf,
  uptimeOf,
  uptimeShare,
  type Captured,
  type StateChange,
} from '../../../../src/core/model/stateHistory.ts';

const range = { from: 1_000, to: 2_000 };
const heard: readonly Captured[] = [{ from: 0, to: 5_000 }];
const changes = (
  ...told: readonly (readonly [at: number, state: LifecycleState])[]
): readonly StateChange[] => told.map(([at, state]) => ({ at, state }));

/** Stretches in short: `ready 1000-1500`. */
const told = (all: readonly StateChange[], captured = heard, within = range): readonly string[] =>
  stretchesOf(all, captured, within).map(
    ({ state, from, to }) => `${state ?? 'not heard'} ${String(from)}-${String(to)}`,
  );
const uptime = (all: readonly StateChange[], captured = heard): ReturnType<typeof uptimeOf> =>
  uptimeOf(stretchesOf(all, captured, range), all, range);

describe('the states of a server over a time', () => {
  it('begin with the one that stood before the time and go on to its end', () => {
    expect(told(changes([100, 'ready'], [1_400, 'crashed'], [1_500, 'starting'], [1_600, 'ready']))).toEqual([
      'ready 1000-1400',
      'crashed 1400-1500',
      'starting 1500-1600',
      'ready 1600-2000',
    ]);
  });

  it('are not known before the first one that was told', () => {
    expect(told(changes([1_300, 'stopped']))).toEqual(['not heard 1000-1300', 'stopped 1300-2000']);
    expect(told([])).toEqual(['not heard 1000-2000']);
  });

  it('are not known while nobody listened, and are told again after that', () => {
    const captured = [
      { from: 0, to: 1_200 },
      { from: 1_500, to: 1_800 },
    ];
    expect(told(changes([0, 'ready'], [1_600, 'stopped']), captured)).toEqual([
      'ready 1000-1200',
      'not heard 1200-1500',
      'ready 1500-1600',
      'stopped 1600-1800',
      'not heard 1800-2000',
    ]);
  });

  it('count once where two windows listened at the same time', () => {
    const captured = [
      { from: 1_400, to: 2_000 },
      { from: 1_000, to: 1_600 },
    ];
    expect(told(changes([0, 'ready']), captured)).toEqual(['ready 1000-2000']);
  });

  it('are one where the same state is told twice', () => {
    expect(told(changes([0, 'ready'], [1_500, 'ready']))).toEqual(['ready 1000-2000']);
  });

  it('stay in the order in which they were told where the clock was put back', () => {
    // The clock ran ahead for the first of them.
    expect(told(changes([1_900, 'starting'], [1_200, 'ready'], [1_500, 'stopped']))).toEqual([
      'not heard 1000-1200',
      'ready 1200-1500',
      'stopped 1500-2000',
    ]);
    expect(told(changes([1_100, 'ready'], [1_900, 'starting'], [1_200, 'stopped']))).toEqual([
      'not heard 1000-1100',
      'ready 1100-1200',
      'stopped 1200-2000',
    ]);
    expect(told(changes([1_200, 'ready'], [9_000, 'stopped']))).toEqual([
      'not heard 1000-1200',
      'ready 1200-2000',
    ]);
  });

  it('last as long as they did in the night in which an hour comes twice', () => {
    // 2026-10-25 in Berlin has 25 hours.
    const day = { from: Date.parse('2026-10-25T00:00+02:00'), to: Date.parse('2026-10-26T00:00+01:00') };
    const [first, second] = stretchesOf(
      changes([0, 'ready'], [Date.parse('2026-10-25T02:30+01:00'), 'stopped']),
      [{ from: 0, to: day.to }],
      day,
    );
    expect((first?.to ?? 0) - (first?.from ?? 0)).toBe(3.5 * 3_600_000);
    expect((second?.to ?? 0) - (second?.from ?? 0)).toBe(21.5 * 3_600_000);
  });

  it('have no hole and no overlap, whatever is told, and never more uptime than time', () => {
    const change = fc.record({
      at: fc.integer({ min: 0, max: 3_000 }),
      state: fc.constantFrom(...lifecycleStates),
    });
    const time = fc
      .tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 3_000 }))
      .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
    fc.assert(
      fc.property(fc.array(change), fc.array(time), fc.integer({ min: 2, max: 9 }), (all, captured, most) => {
        const stretches = stretchesOf(all, captured, range);
        for (const these of [stretches, coarse(stretches, most)]) {
          expect(these[0]?.from).toBe(range.from);
          expect(these.at(-1)?.to).toBe(range.to);
          for (const [n, { from, to }] of these.entries()) {
            expect(to).toBeGreaterThan(from);
            expect(these[n + 1]?.from ?? range.to).toBe(to);
          }
        }
        expect(coarse(stretches, most).length).toBeLessThanOrEqual(most + 1);
        const share = uptimeShare(uptimeOf(stretches, all, range));
        if (share !== undefined) expect(share).toBeLessThanOrEqual(1);
        expect(share === undefined).toBe(stretches.every(({ band }) => band === 'unknown'));
      }),
    );
  });
});

describe('the uptime of a server', () => {
  it('is a share of the time that is known', () => {
    const captured = [{ from: 1_000, to: 1_800 }];
    expect(uptimeShare(uptime(changes([0, 'ready'], [1_600, 'stopped']), captured))).toBe(600 / 800);
    expect(uptimeShare(uptime(changes([0, 'running'])))).toBe(1);
    expect(uptimeShare(uptime(changes([0, 'stopped'])))).toBe(0);
  });

  it('is unknown, not 0, where the server was never seen', () => {
    expect(uptimeShare(uptime([]))).toBeUndefined();
    expect(uptimeShare(uptime(changes([0, 'ready']), []))).toBeUndefined();
    expect(uptimeShare(uptime(changes([0, 'removed'])))).toBeUndefined();
  });

  it('counts each crash of the time once, not those before it', () => {
    const all = changes(
      [900, 'crashed'],
      [1_100, 'ready'],
      [1_200, 'crashed'],
      [1_201, 'crashed'],
      [1_300, 'ready'],
    );
    expect(uptime(all).crashes).toBe(1);
    expect(uptime(changes([1_100, 'failed'])).crashes).toBe(0);
  });

  it('counts the states in which players can be on the server', () => {
    expect(lifecycleStates.filter((state) => bandOf(state) === 'up')).toEqual(['running', 'ready']);
    expect(lifecycleStates.filter((state) => bandOf(state) === 'unknown')).toEqual(['unknown', 'removed']);
  });
});

describe('the times in which a connection was heard', () => {
  it('end where it was lost, or where its server was last heard of by a window that was killed', () => {
    const all = [
      { at: 100, isReady: true },
      { at: 200, isReady: false },
      { at: 300, isReady: true },
      // The window was killed; the next one began at 900.
      { at: 900, isReady: false, heardAt: 400 },
      { at: 950, isReady: true },
    ];
    expect(capturedTimes(all, 1_000)).toEqual([
      { from: 100, to: 200 },
      { from: 300, to: 400 },
      { from: 950, to: 1_000 },
    ]);
    expect(capturedTimes([], 1_000)).toEqual([]);
  });

  it('end with the last sign of life where nobody is connected now', () => {
    expect(capturedTimes([{ at: 100, isReady: true }], 250)).toEqual([{ from: 100, to: 250 }]);
    expect(capturedTimes([{ at: 100, isReady: true }], 50)).toEqual([]);
  });
});

describe('a picture of many states', () => {
  it('tells those that are too short to be seen as one, by the gravest', () => {
    const all = Array.from({ length: 100 }, (_, n): readonly [number, LifecycleState] => [
      1_500 + n,
      n === 40 ? 'crashed' : n % 2 === 0 ? 'ready' : 'stopped',
    ]);
    const stretches = stretchesOf(changes([0, 'ready'], ...all), heard, range);
    const few = coarse(stretches, 10);
    expect(stretches.length).toBe(100);
    expect(few.length).toBeLessThanOrEqual(10);
    expect(few.filter(({ band }) => band === 'crashed')).toHaveLength(1);
    expect(few.find(({ band }) => band === 'crashed')?.changes).toBeGreaterThan(50);
    expect(coarse(stretches, 100)).toBe(stretches);
  });
});
