import type { SQLInputValue } from 'node:sqlite';
import { flagTables } from '../query/fields.ts';
import type { CompiledQuery } from './compiled.ts';
import type { JournalDatabase } from './database.ts';
import { placeOf, sliceSize, type Order } from './scan.ts';
import { classes, flags, severities, type CountedField } from './schema.ts';
import type { FoundSeqs } from './foundSeqs.ts';
import type { SeqList } from './seqList.ts';
import { countedCode } from './writer.ts';

export interface Histogram {
  /** Begin of the first bin and width of each; whole minutes where bins are wider than one. */
  readonly from: number;
  readonly width: number;
  readonly counts: readonly number[];
}

/** Bins of a timeline: their number, the begin of the first, and the width of each in milliseconds. */
export interface TimelineRange {
  readonly from: number;
  readonly width: number;
  readonly bins: number;
}

/** Of each bin its events: all, by the two severities that matter, and those that deserve a mark. */
export interface Timeline extends TimelineRange {
  readonly counts: readonly number[];
  readonly warnings: readonly number[];
  readonly errors: readonly number[];
  /** Lifecycle events that tell of no failure. */
  readonly states: readonly number[];
  readonly failures: readonly number[];
  readonly gaps: readonly number[];
}

export interface Ends {
  readonly min: number;
  readonly max: number;
}

/** A result as its counts see it. */
export interface CountedResult {
  readonly db: JournalDatabase;
  readonly query: CompiledQuery;
  readonly order: Order;
  readonly isEverything: boolean;
  readonly found: FoundSeqs;
  /** Events beyond it are held back. */
  readonly upTo: number;
  readonly isScanned: () => boolean;
  readonly ends: () => Ends;
}

const minuteMs = 60_000;
/** Events of a range of the sender's time that are read by its index in one step. */
const maxIndexed = 20_000;

/** A part of a result: a table expression of `e` with a condition that ends its WHERE, and what is bound in it. */
export interface Part {
  readonly from: string;
  readonly params: readonly SQLInputValue[];
}

interface Bounds {
  /** Times of the order that is shown, the end exclusive. */
  readonly from: number;
  readonly to: number;
}

/**
 * The result in parts of one slice each, newest first. Bounds leave out what surely lies outside; the statement checks the
 * times all the same.
 */
export function* partsOf(result: CountedResult, bounds?: Bounds): Generator<Part | undefined, void> {
  const { db, query, order } = result;
  const seqs = bounds && order === 'arrival' ? seqsOf(db, bounds) : undefined;
  if (query.needs === 'events') {
    const notHeld = result.upTo === Infinity ? 'true' : `+e.seq <= ${Math.trunc(result.upTo)}`;
    const where = `${query.where === '' ? 'true' : `(${query.where})`} AND ${notHeld}`;
    if (bounds && order === 'sent' && countSent(db, bounds) <= maxIndexed) {
      yield {
        from: `events e INDEXED BY events_sentAt WHERE e.sentAt >= ? AND e.sentAt < ? AND ${where}`,
        params: [bounds.from, bounds.to, ...query.params],
      };
      return;
    }
    const { min, max } = seqs ?? result.ends();
    for (let to = Math.min(max, result.upTo); to >= min && max > 0; to -= sliceSize)
      yield {
        from: `events e WHERE e.seq > ? AND e.seq <= ? AND ${where}`,
        params: [Math.max(min - 1, to - sliceSize), to, ...query.params],
      };
    return;
  }
  while (!result.isScanned()) yield undefined;
  const isBefore = (seq: number): boolean =>
    bounds !== undefined &&
    (seqs ? seq < seqs.min : order === 'sent' && placeOf(db, 'sent', seq).time < bounds.from);
  const isOutside = (seq: number): boolean => !isBefore(seq);
  const { found } = result;
  const [newer, older] = found.lists;
  yield* slicesOf(newer, newer.search(isBefore), newer.length);
  yield* slicesOf(older, 0, older.search(isOutside));
}

function* slicesOf(list: SeqList, from: number, to: number): Generator<Part, void> {
  for (let at = from; at < to; at += sliceSize)
    yield {
      from: 'json_each(?) j JOIN events e ON e.seq = j.value WHERE true',
      params: [JSON.stringify(list.slice(at, Math.min(to, at + sliceSize)))],
    };
}

function minutesOf({ from, to }: Bounds): readonly [number, number] {
  return [Math.floor(from / minuteMs), Math.ceil(to / minuteMs)];
}

/** The seqs that arrived in a time. */
function seqsOf(db: JournalDatabase, bounds: Bounds): Ends {
  const range = db.get(
    'SELECT min(firstSeq) AS low, max(lastSeq) AS high FROM minutes WHERE minute >= ? AND minute < ?',
    ...minutesOf(bounds),
  );
  return { min: Number(range?.['low'] ?? 1), max: Number(range?.['high'] ?? 0) };
}

function countSent(db: JournalDatabase, bounds: Bounds): number {
  return db.number('SELECT sum(sent) FROM minutes WHERE minute >= ? AND minute < ?', ...minutesOf(bounds));
}

/** Counts by an expression over `e`; the columns of the condition carry a plus, so that the planner stays with the slice. */
function* countBy(
  result: CountedResult,
  expression: string,
  bounds?: Bounds,
): Generator<undefined, Map<number, number>> {
  const counts = new Map<number, number>();
  const column = timeColumn(result);
  const condition = bounds ? `+e.${column} >= ? AND +e.${column} < ?` : 'true';
  const limits = bounds ? [bounds.from, bounds.to] : [];
  for (const part of partsOf(result, bounds)) {
    if (part) {
      const sql = `SELECT ${expression}, count(*) FROM ${part.from} AND ${condition} GROUP BY 1`;
      for (const [key, count] of result.db.prepareArrays(sql).all(...part.params, ...limits))
        if (key !== null) counts.set(Number(key), (counts.get(Number(key)) ?? 0) + Number(count));
    }
    yield;
  }
  return counts;
}

function timeColumn({ order }: CountedResult): 'sentAt' | 'receivedAt' {
  return order === 'sent' ? 'sentAt' : 'receivedAt';
}

export function* values(
  result: CountedResult,
  field: CountedField,
): Generator<undefined, Map<number, number>> {
  if (!result.isEverything) return yield* countBy(result, `e.${field}`);
  const rows = result.db
    .prepareArrays('SELECT value, count FROM counts WHERE field = ?')
    .all(countedCode(field));
  return new Map(rows.map(([value, count]) => [Number(value), Number(count)]));
}

export function* histogram(
  result: CountedResult,
  from: number,
  to: number,
  bins: number,
): Generator<undefined, Histogram> {
  const isCoarse = (to - from) / bins >= minuteMs;
  const unit = isCoarse ? minuteMs : 1;
  const width = Math.max(1, Math.ceil((to - from) / bins / unit)) * unit;
  const begin = Math.floor(from / unit) * unit;
  const bounds = { from: begin, to: begin + width * bins };
  const counts = new Array<number>(bins).fill(0);
  if (isCoarse && result.isEverything) {
    const column = result.order === 'sent' ? 'sent' : 'received';
    // A row of its own for each minute would cost more than its sum.
    const rows = result.db
      .prepareArrays(
        `WITH RECURSIVE bins(bin) AS (SELECT 0 UNION ALL SELECT bin + 1 FROM bins WHERE bin < ?3 - 1)
         SELECT bin, (SELECT sum(${column}) FROM minutes WHERE minute >= ?1 + bin * ?2 AND minute < ?1 + (bin + 1) * ?2) FROM bins`,
      )
      .all(...[begin / minuteMs, width / minuteMs, bins].map(BigInt));
    for (const [bin, count] of rows) counts[Number(bin)] = Number(count ?? 0);
    return { from: begin, width, counts };
  }
  const column = timeColumn(result);
  const perUnit = yield* countBy(result, isCoarse ? `e.${column} / ${minuteMs}` : `e.${column}`, bounds);
  for (const [time, count] of perUnit) {
    const bin = Math.floor((time * unit - begin) / width);
    if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] ?? 0) + count;
  }
  return { from: begin, width, counts };
}

const marks = { state: 1, failure: 2, gap: 3 } as const;
/** Rank of what is marked: a gap is told before a failure, a failure before a change of state. */
const markOf = `CASE WHEN e.flags & ${flags.gap} <> 0 THEN ${marks.gap} WHEN ${flagTables.is['failed']?.sql ?? 'false'} THEN ${marks.failure}
  WHEN e.class = ${classes.indexOf('lifecycle')} THEN ${marks.state} ELSE 0 END`;

export function* timeline(
  result: CountedResult,
  { from, width, bins }: TimelineRange,
): Generator<undefined, Timeline> {
  const zeros = (): number[] => new Array<number>(bins).fill(0);
  const [counts, warnings, errors, states, failures, gaps] = [
    zeros(),
    zeros(),
    zeros(),
    zeros(),
    zeros(),
    zeros(),
  ];
  const bySeverity = new Map([
    [severities.indexOf('warning'), warnings],
    [severities.indexOf('error'), errors],
  ]);
  const byMark = new Map([
    [marks.state, states],
    [marks.failure, failures],
    [marks.gap, gaps],
  ] as [number, number[]][]);
  const expression = `((e.${timeColumn(result)} - ${Math.trunc(from)}) / ${Math.trunc(width)}) * 16 + (${markOf}) * 4 + e.severity`;
  const found = yield* countBy(result, expression, { from, to: from + width * bins });
  const add = (list: number[] | undefined, bin: number, count: number): void => {
    if (list) list[bin] = (list[bin] ?? 0) + count;
  };
  for (const [code, count] of found) {
    const bin = Math.floor(code / 16);
    add(counts, bin, count);
    add(bySeverity.get(code & 3), bin, count);
    add(byMark.get((code >> 2) & 3), bin, count);
  }
  return { from, width, bins, counts, warnings, errors, states, failures, gaps };
}
