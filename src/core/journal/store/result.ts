import type { SQLInputValue } from 'node:sqlite';
import { countedFieldOf, isEverything, type CompiledQuery } from './compiled.ts';
import type { JournalDatabase } from './database.ts';
import { readEvents } from './reader.ts';
import type { JournalEvent } from './records.ts';
import {
  isOlder,
  matches,
  newestPlace,
  placeOf,
  scanDown,
  sliceSize,
  type Order,
  type Place,
} from './scan.ts';
import { type CountedField } from './schema.ts';
import { SeqList } from './seqList.ts';
import { countedCode, type Commit } from './writer.ts';

export interface RowsRequest {
  /** Begin of the page: beside an event (which is not in it), at a position, or at an end. */
  readonly anchor: { readonly seq: number } | { readonly position: number } | 'newest' | 'oldest';
  readonly direction: 'older' | 'newer';
  readonly count: number;
}
export interface Page {
  /** Newest first. */
  readonly rows: readonly JournalEvent[];
  /** Rows that are newer than the first of the page; for a scroll bar (exact for a filtered result). */
  readonly position: number;
  readonly total: number;
  /** `total` is final. Pages that are not found yet wait all the same. */
  readonly done: boolean;
}
export interface Histogram {
  /** Begin of the first bin and width of each; whole minutes where bins are wider than one. */
  readonly from: number;
  readonly width: number;
  readonly counts: readonly number[];
}

interface Ends {
  readonly min: number;
  readonly max: number;
}

const minuteMs = 60_000;

/** Result of a query: a list of seqs for a filter, or the table itself for everything. Grows with each commit. */
export class Result {
  readonly #db: JournalDatabase;
  readonly #query: CompiledQuery;
  readonly #order: Order;
  readonly #now: () => number;
  /** Newest first; and what was committed since the scan began, oldest first. */
  readonly #older = new SeqList();
  readonly #newer = new SeqList();
  /** The scan has looked at everything that is not older than this. */
  #scannedTo: Place = newestPlace;
  /** The newest event that the scan met at its begin or a commit told of. Another window's may stand already and be told later. */
  #toldSeq = 0;
  #isScanned: boolean;
  readonly #countedField: CountedField | undefined;

  constructor(db: JournalDatabase, query: CompiledQuery, order: Order, now: () => number) {
    this.#db = db;
    this.#query = query;
    this.#order = order;
    this.#now = now;
    this.#isScanned = this.#isEverything;
    this.#countedField = countedFieldOf(query);
  }

  get #isEverything(): boolean {
    return isEverything(this.#query);
  }
  /** All rows are found. */
  get isScanned(): boolean {
    return this.#isScanned;
  }
  /** `count` is final: until events come or go. */
  get done(): boolean {
    return this.#isScanned || this.#countedField !== undefined;
  }
  get count(): number {
    if (this.#isEverything) return this.#db.number('SELECT sum(count) FROM totals');
    return this.#isScanned || !this.#countedField ? this.#found : this.#countOf(this.#countedField);
  }
  get #found(): number {
    return this.#newer.length + this.#older.length;
  }

  /** Events that match, of which not all are found yet; those without a subject stand in no row of `counts`. */
  #countOf(field: CountedField): number {
    return this.#db.number(
      `WITH c AS (SELECT value, count FROM counts WHERE field = ?), e (${field}, count) AS (SELECT * FROM c
         UNION ALL SELECT NULL, (SELECT sum(count) FROM totals) - coalesce((SELECT sum(count) FROM c), 0))
       SELECT sum(e.count) FROM e WHERE ${this.#query.where}`,
      countedCode(field),
      ...this.#query.params,
    );
  }

  /** Fills the list, one slice a step. */
  *scan(): Generator<undefined, void> {
    if (this.#isEverything) return;
    this.#toldSeq = this.#db.number('SELECT max(seq) FROM events');
    for (const { seqs, end } of scanDown(this.#db, this.#query, this.#order, this.#now)) {
      for (const seq of seqs) if (seq <= this.#toldSeq) this.#older.push(seq);
      this.#scannedTo = end;
      if (this.#countedField && this.#found >= this.#countOf(this.#countedField)) break;
      yield;
    }
    this.#isScanned = true;
  }

  /** Takes in what a commit brought; answers how many of it match. */
  commit({ from, to }: Commit): number {
    if (this.#isEverything) return to - from + 1;
    // Not begun: the scan will see it. In the order of arrival every commit is newer than all that was scanned.
    if (this.#scannedTo === newestPlace && !this.#isScanned) return 0;
    const first = Math.max(from, this.#toldSeq + 1);
    if (first > to) return 0;
    this.#toldSeq = to;
    const { seqs } = matches(
      this.#db,
      this.#query,
      'arrival',
      { time: 0, seq: to + 1 },
      { time: 0, seq: first },
    );
    for (const seq of seqs.reverse()) this.#add(seq);
    return seqs.length;
  }

  #add(seq: number): void {
    if (this.#order === 'arrival') {
      this.#newer.push(seq);
      return;
    }
    const place = placeOf(this.#db, 'sent', seq);
    // The scan comes to it.
    if (!this.#isScanned && isOlder(place, this.#scannedTo)) return;
    const isBefore = (other: number): boolean => isOlder(placeOf(this.#db, 'sent', other), place);
    const top = this.#older.length === 0 ? undefined : placeOf(this.#db, 'sent', this.#older.at(0));
    if (!top || !isOlder(place, top)) this.#newer.insert(this.#newer.search(isBefore), seq);
    else
      this.#older.insert(
        this.#older.search((other) => !isBefore(other)),
        seq,
      );
  }

  /** Whether a page is complete, or as complete as it will be. */
  hasRows({ anchor, direction, count }: RowsRequest): boolean {
    if (this.#isScanned) return true;
    if (anchor === 'oldest') return false;
    if (anchor === 'newest') return this.#found >= count;
    if ('position' in anchor) return this.#found >= anchor.position + count;
    const begin = this.#index(anchor.seq);
    return direction === 'newer' ? begin < this.#found : this.#found - begin > count;
  }

  rows(request: RowsRequest): Page {
    const { anchor, direction, count } = request;
    const total = this.count;
    if (this.#isEverything) return this.#rowsOfEverything(request, total);
    let begin: number;
    if (anchor === 'newest') begin = 0;
    else if (anchor === 'oldest') begin = total - count;
    else if ('position' in anchor) begin = anchor.position;
    else {
      const index = this.#index(anchor.seq);
      begin = direction === 'newer' ? index - count : index + (this.#at(index) === anchor.seq ? 1 : 0);
      if (begin < 0) return this.#page(0, index, total);
    }
    return this.#page(Math.max(0, begin), begin + count, total);
  }

  #page(begin: number, end: number, total: number): Page {
    const seqs: number[] = [];
    for (let index = begin; index < Math.min(end, this.#found); index++) seqs.push(this.#at(index));
    return { rows: readEvents(this.#db, seqs), position: begin, total, done: this.done };
  }

  /** Position of an event, newest first; of its neighbour where it is not in the result. */
  positionOf(seq: number): number {
    return this.#isEverything ? this.#estimate(seq, this.count) : this.#index(seq);
  }

  #at(index: number): number {
    const { length } = this.#newer;
    return index < length ? this.#newer.at(length - 1 - index) : this.#older.at(index - length);
  }

  #index(seq: number): number {
    const place = placeOf(this.#db, this.#order, seq);
    const isNewer = (other: number): boolean => isOlder(place, placeOf(this.#db, this.#order, other));
    return this.#newer.length - this.#newer.search((other) => !isNewer(other)) + this.#older.search(isNewer);
  }

  #rowsOfEverything({ anchor, direction, count }: RowsRequest, total: number): Page {
    const columns = this.#order === 'sent' ? 'sentAt, seq' : 'seq';
    const descending = this.#order === 'sent' ? 'sentAt DESC, seq DESC' : 'seq DESC';
    const isUp = anchor === 'oldest' || (typeof anchor === 'object' && direction === 'newer');
    let condition = '';
    let params: number[] = [];
    if (typeof anchor === 'object') {
      const seq = 'seq' in anchor ? anchor.seq : this.#seqNear(anchor.position, total);
      const place = placeOf(this.#db, this.#order, seq);
      const sign = 'seq' in anchor ? (isUp ? '>' : '<') : isUp ? '>=' : '<=';
      condition = this.#order === 'sent' ? `WHERE (sentAt, seq) ${sign} (?, ?)` : `WHERE seq ${sign} ?`;
      params = this.#order === 'sent' ? [place.time, place.seq] : [place.seq];
    }
    const order = isUp ? columns : descending;
    const seqs = this.#db
      .prepareArrays(`SELECT seq FROM events ${condition} ORDER BY ${order} LIMIT ?`)
      .all(...params, count)
      .map(([seq]) => Number(seq));
    if (isUp) seqs.reverse();
    const [first] = seqs;
    const position = anchor === 'newest' || first === undefined ? 0 : this.#estimate(first, total);
    return { rows: readEvents(this.#db, seqs), position, total, done: true };
  }

  /** In the order of arrival an estimate: counting costs more the farther an event is, seqs are nearly dense, scroll bars coarse. */
  #estimate(seq: number, total: number): number {
    if (this.#order === 'sent') {
      const { time } = placeOf(this.#db, 'sent', seq);
      const next = Math.floor(time / minuteMs) + 1;
      return (
        this.#db.number('SELECT sum(sent) FROM minutes WHERE minute >= ?', next) +
        this.#db.number(
          'SELECT count(*) FROM events WHERE sentAt < ? AND (sentAt, seq) > (?, ?)',
          next * minuteMs,
          time,
          seq,
        )
      );
    }
    const { min, max } = this.#ends();
    return max === min ? 0 : Math.round(((max - seq) / (max - min)) * (total - 1));
  }

  #seqNear(position: number, total: number): number {
    const { min, max } = this.#ends();
    if (this.#order === 'arrival')
      return total < 2 ? max : Math.round(max - (position / (total - 1)) * (max - min));
    const minute = this.#db.get(
      `SELECT minute, newer FROM (SELECT minute, sum(sent) OVER (ORDER BY minute DESC) - sent AS newer FROM minutes)
       WHERE newer <= ? ORDER BY minute LIMIT 1`,
      position,
    );
    return this.#db.number(
      'SELECT seq FROM events WHERE sentAt < ? ORDER BY sentAt DESC, seq DESC LIMIT 1 OFFSET ?',
      (Number(minute?.['minute']) + 1) * minuteMs,
      position - Number(minute?.['newer']),
    );
  }

  #ends(): Ends {
    return {
      min: this.#db.number('SELECT min(seq) FROM events'),
      max: this.#db.number('SELECT max(seq) FROM events'),
    };
  }

  /**
   * Counts by an expression over `e`, a slice a step. `seqs` bounds what must be looked at, `condition` what counts; its
   * columns carry a plus, so that the planner stays with the slice.
   */
  *#countBy(
    expression: string,
    { condition = 'true', params = [], seqs }: { condition?: string; params?: number[]; seqs?: Ends } = {},
  ): Generator<undefined, Map<number, number>> {
    const counts = new Map<number, number>();
    const add = (from: string, ...bound: SQLInputValue[]): void => {
      const sql = `SELECT ${expression}, count(*) FROM ${from} AND ${condition} GROUP BY 1`;
      for (const [key, count] of this.#db.prepareArrays(sql).all(...bound, ...params))
        if (key !== null) counts.set(Number(key), (counts.get(Number(key)) ?? 0) + Number(count));
    };
    if (this.#query.needs === 'events') {
      const where = this.#query.where === '' ? 'true' : `(${this.#query.where})`;
      const { min, max } = seqs ?? this.#ends();
      for (let to = max; to >= min && max > 0; to -= sliceSize) {
        add(
          `events e WHERE e.seq > ? AND e.seq <= ? AND ${where}`,
          Math.max(min - 1, to - sliceSize),
          to,
          ...this.#query.params,
        );
        yield;
      }
      return counts;
    }
    while (!this.#isScanned) yield;
    for (const list of [this.#newer, this.#older])
      for (let from = 0; from < list.length; from += sliceSize) {
        const slice = JSON.stringify(list.slice(from, from + sliceSize));
        add('json_each(?) j JOIN events e ON e.seq = j.value WHERE true', slice);
        yield;
      }
    return counts;
  }

  /** Counts of the values of a field, by their ids or codes. */
  *values(field: CountedField): Generator<undefined, Map<number, number>> {
    if (!this.#isEverything) return yield* this.#countBy(`e.${field}`);
    const rows = this.#db
      .prepareArrays('SELECT value, count FROM counts WHERE field = ?')
      .all(countedCode(field));
    return new Map(rows.map(([value, count]) => [Number(value), Number(count)]));
  }

  /** Events over time: by the minute where bins are at least that wide, else exactly. */
  *histogram(from: number, to: number, bins: number): Generator<undefined, Histogram> {
    const [column, counted] = this.#order === 'sent' ? ['sentAt', 'sent'] : ['receivedAt', 'received'];
    const isCoarse = (to - from) / bins >= minuteMs;
    const unit = isCoarse ? minuteMs : 1;
    const width = Math.max(1, Math.ceil((to - from) / bins / unit)) * unit;
    const begin = Math.floor(from / unit) * unit;
    const end = begin + width * bins;
    const minutes = [Math.floor(begin / minuteMs), Math.ceil(end / minuteMs)] as const;
    const counts = new Array<number>(bins).fill(0);
    let perUnit: Iterable<readonly unknown[]>;
    if (isCoarse && this.#isEverything)
      perUnit = this.#db
        .prepareArrays(`SELECT minute, ${counted} FROM minutes WHERE minute >= ? AND minute < ?`)
        .all(...minutes);
    else {
      const range = this.#db.get(
        'SELECT min(firstSeq) AS low, max(lastSeq) AS high FROM minutes WHERE minute >= ? AND minute < ?',
        ...minutes,
      );
      const seqs = { min: Number(range?.['low'] ?? 1), max: Number(range?.['high'] ?? 0) };
      perUnit = yield* this.#countBy(isCoarse ? `e.${column} / ${minuteMs}` : `e.${column}`, {
        condition: `+e.${column} >= ? AND +e.${column} < ?`,
        params: [begin, end],
        ...(this.#order === 'arrival' ? { seqs } : {}),
      });
    }
    for (const [time, count] of perUnit) {
      const bin = Math.floor((Number(time) * unit - begin) / width);
      if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] ?? 0) + Number(count);
    }
    return { from: begin, width, counts };
  }
}
