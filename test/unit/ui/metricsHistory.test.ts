import { describe, expect, it } from 'vitest';
import { historyOf, stepOf } from '../../../src/ui/metrics/history.ts';
import { drawing, seriesOf } from '../../../src/webview/metrics/series.ts';

const point = (at: number, mean: number, min = mean, max = mean) => ({ at, count: 1, min, max, mean });

describe('charts of a long time', () => {
  it('have about a thousand points, of whole minutes or hours', () => {
    expect([60, 1440, 10_080, 43_200, 525_600].map((minutes) => stepOf(minutes) / 60_000)).toEqual([
      1, 2, 11, 60, 540,
    ]);
  });

  it('share their times, where each of the measures has a value or none', () => {
    const series = { kind: 'instance', key: 'a', step: 60_000 };
    const history = historyOf(
      [
        { ...series, name: 'cpu', points: [point(0, 10, 5, 20), point(60_000, 30)] },
        { ...series, name: 'players', points: [point(60_000, 2)] },
      ],
      60_000,
      99,
    );
    expect(history).toEqual({
      step: 60_000,
      now: 99,
      times: [30_000, 90_000],
      means: { cpu: [10, 30], players: [null, 2] },
      least: { cpu: [5, 30], players: [null, 2] },
      greatest: { cpu: [20, 30], players: [null, 2] },
    });
  });

  it('break their lines where the journal has no point', () => {
    const minute = 60_000;
    const points = [0, 1, 2, 7, 8].map((n) => point(n * minute, n));
    const history = historyOf([{ kind: 'instance', key: 'a', name: 'cpu', step: minute, points }], minute, 0);
    const { columns } = drawing(seriesOf(history, 'means'), 1.5 * minute);
    expect(columns['cpu']).toEqual([0, 1, 2, null, 7, 8]);
  });
});
