import type { Row } from '../../../src/rpc/inspector.ts';
import type { Statistics, TimelineBins } from '../../../src/rpc/inspectorTimeline.ts';

/** Bins of rows: those that match, among all. */
export function binsOf(
  matching: readonly Row[],
  all: readonly Row[],
  range: { readonly from: number; readonly to: number } | null,
  atMost: number,
): TimelineBins | null {
  const [first] = all;
  const last = all.at(-1);
  if (!first || !last) return null;
  const from = range?.from ?? first[1];
  const to = range?.to ?? last[1];
  const width = Math.max(1, Math.ceil((to - from + 1) / atMost));
  const bins = Math.max(1, Math.ceil((to - from + 1) / width));
  const count = (rows: readonly Row[], counts: (row: Row) => boolean): number[] => {
    const list = new Array<number>(bins).fill(0);
    for (const row of rows) {
      const bin = Math.floor((row[1] - from) / width);
      if (bin >= 0 && bin < bins && counts(row)) list[bin] = (list[bin] ?? 0) + 1;
    }
    return list;
  };
  const isCrash = (row: Row): boolean => row[5] === 'instance_crashed';
  return {
    from,
    width,
    bins,
    all: count(all, () => true),
    counts: count(matching, () => true),
    warnings: count(matching, (row) => row[8] === 'warning'),
    errors: count(matching, (row) => row[8] === 'error'),
    states: count(matching, (row) => row[0] % 97 === 1),
    failures: count(matching, (row) => isCrash(row) && row[0] % 5 === 1),
    gaps: count(matching, (row) => row[0] % 401 === 7),
  };
}

export function statisticsOf(rows: readonly Row[]): Statistics {
  const group = (
    field: 'type' | 'connection' | 'instance' | 'severity',
    column: 3 | 4 | 5 | 8,
  ): Statistics['groups'][number] => {
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(row[column], (counts.get(row[column]) ?? 0) + 1);
    const values = [...counts].map(([value, count]) => ({ value, label: value, count }));
    return {
      field,
      values: values.sort((a, b) => b.count - a.count).slice(0, 5),
      others: Math.max(0, counts.size - 5),
    };
  };
  return {
    count: rows.length,
    bytes: rows.reduce((sum, row) => sum + row[7], 0),
    from: rows[0]?.[1] ?? 0,
    to: rows.at(-1)?.[1] ?? 0,
    between: rows.length < 2 ? null : { median: 340, p95: 1300, p99: 70_000, longest: 70_000 },
    groups: [group('type', 5), group('connection', 3), group('instance', 4), group('severity', 8)],
    largest: rows.slice(0, 3).map(([seq, , , , , type, , bytes]) => ({ seq, type, bytes })),
    slowest: rows.slice(0, 2).map(([seq, , , , , type], n) => ({ seq, type, ms: 2400 / (n + 1) })),
  };
}
