import type { Captured, Range } from './stateHistory.ts';

/** How many played from a time on; null where nobody can know, as on a server that is down. */
export interface PlayerChange {
  readonly at: number;
  readonly players: number | null;
}

/** Players in one span of time. */
export interface PlayerPoint {
  /** Begin of the span. */
  readonly at: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  /** Weighted by how long so many played. */
  readonly mean: number;
}

/** How many played in each span of a range, of the times in which somebody listened; spans without a number have no point. */
export function playerPoints(
  changes: readonly PlayerChange[],
  captured: readonly Captured[],
  { from, to, step }: Range & { readonly step: number },
): readonly PlayerPoint[] {
  const spans = new Map<number, { min: number; max: number; sum: number; ms: number; count: number }>();
  for (const [n, { at, players }] of changes.entries()) {
    if (players === null) continue;
    const end = Math.min(changes[n + 1]?.at ?? to, to);
    for (const time of captured) {
      let begin = Math.max(at, time.from, from);
      const until = Math.min(end, time.to);
      while (begin < until) {
        const start = Math.floor(begin / step) * step;
        const next = Math.min(until, start + step);
        const span = spans.get(start) ?? { min: players, max: players, sum: 0, ms: 0, count: 0 };
        span.min = Math.min(span.min, players);
        span.max = Math.max(span.max, players);
        span.sum += players * (next - begin);
        span.ms += next - begin;
        span.count += 1;
        spans.set(start, span);
        begin = next;
      }
    }
  }
  return [...spans]
    .sort(([a], [b]) => a - b)
    .map(([at, { min, max, sum, ms, count }]) => ({ at, min, max, count, mean: sum / ms }));
}
