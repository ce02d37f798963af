import type { History, Samples } from '../../rpc/metrics.ts';

/** Data of the page: common times, oldest first, and one column for each name with NaN for missing values. */
export interface Series {
  readonly times: readonly number[];
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export const noSeries: Series = { times: [], values: {} };

/** So long nothing may be heard before a line is broken. */
const PAUSE_MS = 10_000;

/** Samples older than the longest span are of no use; a little more, so that lines reach the edge. */
const KEEP_MS = 61 * 60_000;

/** The series after samples came in: they replace whatever there is from `since` on. */
export function merged(series: Series, samples: Samples): Series {
  const all = [...series.times, ...samples.times];
  const oldest = (all.at(-1) ?? 0) - KEEP_MS;
  const kept = series.times.map((time) => time < samples.since && time >= oldest);
  const fresh = samples.times.map((time) => time >= oldest);
  const names = new Set([...Object.keys(series.values), ...Object.keys(samples.values)]);
  const column = (name: string): readonly number[] => {
    const old = series.values[name];
    const added = samples.values[name];
    return [
      ...series.times.map((_, i) => old?.[i] ?? NaN).filter((_, i) => kept[i]),
      ...samples.times.map((_, i) => added?.[i] ?? NaN).filter((_, i) => fresh[i]),
    ];
  };
  return {
    times: [...series.times.filter((_, i) => kept[i]), ...samples.times.filter((_, i) => fresh[i])],
    values: Object.fromEntries([...names].map((name) => [name, column(name)])),
  };
}

/** One column of what the journal keeps, as a series. */
export function seriesOf(history: History, which: 'means' | 'least' | 'greatest'): Series {
  return {
    times: history.times,
    values: Object.fromEntries(
      Object.entries(history[which]).map(([name, column]) => [name, column.map((value) => value ?? NaN)]),
    ),
  };
}

export interface Statistics {
  readonly minimum: number;
  readonly maximum: number;
}

/** Least and most of what was measured within a span; nothing where nothing was. */
export function statistics(series: Series, name: string, from: number, to: number): Statistics | undefined {
  const column = series.values[name] ?? [];
  let minimum = Infinity;
  let maximum = -Infinity;
  for (const [i, time] of series.times.entries()) {
    const value = column[i] ?? NaN;
    if (time < from || time > to || Number.isNaN(value)) continue;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
  }
  return minimum > maximum ? undefined : { minimum, maximum };
}

/** The newest value of a name and when it was measured. */
export function newest(
  series: Series,
  name: string,
): { readonly at: number; readonly value: number } | undefined {
  const column = series.values[name] ?? [];
  for (let i = column.length - 1; i >= 0; i--) {
    const value = column[i] ?? NaN;
    if (!Number.isNaN(value)) return { at: series.times[i] ?? 0, value };
  }
  return undefined;
}

/** A column to draw: `null` breaks the line, `undefined` is passed over. */
export type Drawn = readonly (number | null | undefined)[];

export interface Drawing {
  readonly times: readonly number[];
  readonly columns: Readonly<Record<string, Drawn>>;
}

/**
 * The drawn form of a series. Sources differ in what they measure and how often, so a sample that leaves a name out breaks
 * its line only where the name's next value is late; and where nothing was heard for long, every line is broken.
 */
export function drawing(series: Series, pauseMs: number = PAUSE_MS): Drawing {
  const times: number[] = [];
  /** Index of each time in the series; -1 for one that was put in to break the lines. */
  const origins: number[] = [];
  for (const [i, time] of series.times.entries()) {
    const before = series.times[i - 1];
    if (before !== undefined && time - before > pauseMs) {
      times.push((before + time) / 2);
      origins.push(-1);
    }
    times.push(time);
    origins.push(i);
  }
  const columns = Object.entries(series.values).map(([name, values]) => [
    name,
    broken(
      times,
      origins.map((i) => values[i] ?? NaN),
      pauseMs,
    ),
  ]);
  return { times, columns: Object.fromEntries(columns) as Readonly<Record<string, Drawn>> };
}

function broken(times: readonly number[], values: readonly number[], pauseMs: number): Drawn {
  const result: (number | null | undefined)[] = values.map((value) =>
    Number.isNaN(value) ? undefined : value,
  );
  const measured = values.flatMap((value, i) => (Number.isNaN(value) ? [] : [i]));
  const pace = paceOf(measured.map((i) => times[i] ?? 0));
  for (const [n, to] of measured.entries()) {
    const from = measured[n - 1];
    if (from === undefined || to === from + 1) continue;
    const distance = (times[to] ?? 0) - (times[from] ?? 0);
    // A measure that comes every minute is not broken between each two of its values.
    if (distance > Math.max(pauseMs, 3 * pace) || (distance <= pauseMs && distance > 1.5 * pace))
      result.fill(null, from + 1, to);
  }
  return result;
}

/** The usual distance between two values: the median. */
function paceOf(times: readonly number[]): number {
  const distances = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  return distances.sort((a, b) => a - b)[distances.length >> 1] ?? 0;
}
