import { channels } from './schema.ts';
import { partsOf, type CountedResult } from './resultCounts.ts';

/** Figures of a result that need a look at every event. */
export interface ResultStatistics {
  readonly count: number;
  readonly bytes: number;
  /** Arrival of the first and the last event. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds between two arrivals, within a hundredth; absent where there are fewer than two events. */
  readonly between?: {
    readonly median: number;
    readonly p95: number;
    readonly p99: number;
    readonly longest: number;
  };
  readonly largest: readonly { readonly seq: number; readonly type: string; readonly bytes: number }[];
  /** Replies, by the time since their calls. */
  readonly slowest: readonly { readonly seq: number; readonly type: string; readonly ms: number }[];
}

/** Events named in each list. */
const listed = 5;
const [request, reply] = [channels.indexOf('request'), channels.indexOf('reply')];

export function* statistics(result: CountedResult): Generator<undefined, ResultStatistics> {
  const { db } = result;
  const between = new Map<number, number>();
  let [count, bytes] = [0, 0];
  let from = Infinity;
  let to = -Infinity;
  let previous: number | undefined;
  let largest: ResultStatistics['largest'] = [];
  let slowest: ResultStatistics['slowest'] = [];
  for (const part of partsOf(result)) {
    if (part) {
      const { from: source, params } = part;
      for (const [receivedAt, size] of db
        .prepareArrays(`SELECT e.receivedAt, e.size FROM ${source} ORDER BY e.seq DESC`)
        .iterate(...params)) {
        const at = Number(receivedAt);
        count++;
        bytes += Number(size);
        from = Math.min(from, at);
        to = Math.max(to, at);
        if (previous !== undefined) {
          const distance = rounded(Math.abs(previous - at));
          between.set(distance, (between.get(distance) ?? 0) + 1);
        }
        previous = at;
      }
      largest = most(
        [
          ...largest,
          ...db
            .prepareArrays(
              `SELECT e.seq, (SELECT value FROM names WHERE id = e.type), e.size FROM ${source} ORDER BY e.size DESC LIMIT ${listed}`,
            )
            .all(...params)
            .map(([seq, type, size]) => ({ seq: Number(seq), type: String(type), bytes: Number(size) })),
        ],
        (event) => event.bytes,
      );
      slowest = most(
        [
          ...slowest,
          ...db
            .prepareArrays(
              `SELECT e.seq, (SELECT value FROM names WHERE id = e.type), e.receivedAt - (
                 SELECT max(c.receivedAt) FROM events c WHERE c.correlation = e.correlation AND c.channel = ${request} AND c.seq < e.seq
               ) AS ms FROM ${source} AND e.channel = ${reply} AND e.correlation IS NOT NULL ORDER BY ms DESC LIMIT ${listed}`,
            )
            .all(...params)
            .filter(([, , ms]) => ms !== null)
            .map(([seq, type, ms]) => ({ seq: Number(seq), type: String(type), ms: Number(ms) })),
        ],
        (event) => event.ms,
      );
    }
    yield;
  }
  const distances = percentiles(between);
  return {
    count,
    bytes,
    from: count === 0 ? 0 : from,
    to: count === 0 ? 0 : to,
    ...(distances ? { between: distances } : {}),
    largest,
    slowest,
  };
}

function most<T>(events: readonly T[], size: (event: T) => number): readonly T[] {
  return events.toSorted((a, b) => size(b) - size(a)).slice(0, listed);
}

/** Three digits: enough to read, and few enough to count each. */
function rounded(ms: number): number {
  if (ms < 1000) return ms;
  const unit = 10 ** (Math.floor(Math.log10(ms)) - 2);
  return Math.round(ms / unit) * unit;
}

function percentiles(distances: ReadonlyMap<number, number>): ResultStatistics['between'] {
  const sorted = [...distances].sort(([a], [b]) => a - b);
  const all = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return undefined;
  const at = (share: number): number => {
    let seen = 0;
    for (const [ms, count] of sorted) {
      seen += count;
      if (seen >= share * all) return ms;
    }
    return sorted.at(-1)?.[0] ?? 0;
  };
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), longest: at(1) };
}
