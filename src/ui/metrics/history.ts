import type { RollupSeries } from '../../core/journal/store/rollups.ts';
import type { History } from '../../rpc/metrics.ts';

const minute = 60_000;
/** About so many points are drawn; a chart is not much wider. */
const points = 1000;

/** Width of a point for a span of so many minutes: whole minutes up to an hour, then whole hours. */
export function stepOf(minutes: number): number {
  const least = Math.ceil(minutes / points);
  return (least <= 30 ? least : Math.ceil(least / 60) * 60) * minute;
}

/** The roll-ups of one instance as columns over common times. */
export function historyOf(series: readonly RollupSeries[], step: number, now: number): History {
  const width = series[0]?.step ?? step;
  const starts = [...new Set(series.flatMap((each) => each.points.map(({ at }) => at)))].sort(
    (a, b) => a - b,
  );
  const columns = (pick: 'mean' | 'min' | 'max'): Record<string, (number | null)[]> =>
    Object.fromEntries(
      series.map((each) => {
        const values = new Map(each.points.map((point) => [point.at, point[pick]]));
        return [each.name, starts.map((at) => values.get(at) ?? null)];
      }),
    );
  return {
    step: width,
    now,
    times: starts.map((at) => at + width / 2),
    means: columns('mean'),
    least: columns('min'),
    greatest: columns('max'),
  };
}
