import type { JournalDatabase } from './database.ts';

/** Widths of the roll-ups in milliseconds: a minute and an hour. */
export const rollupWidths = [60_000, 3_600_000] as const;

export interface RollupsRequest {
  readonly connection: string;
  /** Of one instance; of all where absent. */
  readonly key?: string;
  /** Of one measure; of all where absent. */
  readonly name?: string;
  readonly from: number;
  readonly to: number;
  /** Least milliseconds of a point. Points are a minute or an hour wide, or a multiple of it. */
  readonly step: number;
}

interface RollupPoint {
  /** Begin of the span. */
  readonly at: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** The values of one measure of one instance, oldest first; spans without a value have no point. */
export interface RollupSeries {
  readonly kind: string;
  readonly key: string;
  readonly name: string;
  /** Milliseconds of a point. */
  readonly step: number;
  readonly points: readonly RollupPoint[];
}

/** Adds a measured value to its minute and its hour, which outlive its event. */
export function rollUp(
  db: JournalDatabase,
  subject: number,
  measure: number,
  at: number,
  value: number,
): void {
  for (const bucket of rollupWidths)
    db.prepare(
      `INSERT INTO rollups VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5, ?5) ON CONFLICT DO UPDATE SET
       count = count + 1, min = min(min, ?5), max = max(max, ?5), sum = sum + ?5`,
    ).run(subject, measure, bucket, Math.floor(at / bucket) * bucket, value);
}

/** Minutes are read where the step asks for them and they are still kept; hours otherwise. */
export function readRollups(
  db: JournalDatabase,
  { connection, key, name, from, to, step }: RollupsRequest,
): RollupSeries[] {
  const [minute, hour] = rollupWidths;
  const [oldestMinute = 0, oldestHour = 0] = rollupWidths.map((each) =>
    db.number('SELECT min(start) FROM rollups WHERE bucket = ?', each),
  );
  const isInMinutes = oldestMinute > 0 && (from >= oldestMinute || oldestMinute - oldestHour < hour);
  const bucket = step < hour && isInMinutes ? minute : hour;
  const width = Math.max(1, Math.ceil(step / bucket)) * bucket;
  const rows = db
    .prepare(
      `SELECT s.kind, s.key, n.value AS name, (r.start / ?1) * ?1 AS at,
         sum(r.count) AS count, min(r.min) AS min, max(r.max) AS max, sum(r.sum) AS sum
       FROM connections c JOIN subjects s ON s.connection = c.id JOIN rollups r ON r.subject = s.id
         JOIN names n ON n.id = r.measure
       WHERE c.connection = ?2 AND (?3 IS NULL OR s.key = ?3) AND (?4 IS NULL OR n.value = ?4)
         AND r.bucket = ?5 AND r.start >= ?6 AND r.start < ?7
       GROUP BY r.subject, r.measure, 4 ORDER BY r.subject, r.measure, 4`,
    )
    // A number would be bound as REAL, and a division would keep its fraction.
    .all(BigInt(width), connection, key ?? null, name ?? null, bucket, Math.floor(from / width) * width, to);
  const series: (RollupSeries & { points: RollupPoint[] })[] = [];
  for (const row of rows) {
    const [kind, itsKey, itsName] = [String(row['kind']), String(row['key']), String(row['name'])];
    let last = series.at(-1);
    if (last?.kind !== kind || last.key !== itsKey || last.name !== itsName) {
      last = { kind, key: itsKey, name: itsName, step: width, points: [] };
      series.push(last);
    }
    const count = Number(row['count']);
    last.points.push({
      at: Number(row['at']),
      count,
      min: Number(row['min']),
      max: Number(row['max']),
      mean: Number(row['sum']) / count,
    });
  }
  return series;
}
