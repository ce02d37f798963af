import { countedFieldOf, isEverything, type CompiledQuery } from './compiled.ts';
import type { JournalDatabase } from './database.ts';
import { FoundSeqs, type EventPlace } from './foundSeqs.ts';
import { readEvents, withDurations } from './reader.ts';
import type { JournalEvent } from './records.ts';
import { matches, newestPlace, placeOf, scanDown, type Order, type Place } from './scan.ts';
import { type CountedField } from './schema.ts';
import {
  histogram,
  timeline,
  values,
  type CountedResult,
  type Ends,
  type Histogram,
  type Timeline,
  type TimelineRange,
} from './resultCounts.ts';
import { statistics, type ResultStatistics } from './resultStatistics.ts';
import { countedCode, type Commit } from './writer.ts';

export interface RowsRequest {
  /** Begin of the page: beside an event (which is not in it), at a position, or at an end. */
  readonly anchor: EventPlace | { readonly position: number } | 'newest' | 'oldest';
  readonly direction: 'older' | 'newer';
  readonly count: number;
  /** Asks for the durations of the calls that end with a row. */
  readonly durations?: true;
}
export interface Page {
  /** Newest first. */
  readonly rows: readonly JournalEvent[];
  /** Rows that are newer than the first of the page; for a scroll bar (exact for a filtered result). */
  readonly position: number;
  readonly total: number;
  /** Rows that commits brought since the scan began; the others stand behind them. */
  readonly newer: number;
  /** `total` is final. Pages that are not found yet wait all the same. */
  readonly done: boolean;
}
/** Effect of a commit on a result. */
export interface Growth {
  readonly matched: number;
  /** Not all that came is newer than what was there: older rows stand at other positions now. */
  readonly moved: boolean;
}
/** The events that a result may hold, by seq. */
export interface Bounds {
  /** Events up to this one are left out. */
  readonly after?: number;
  /** Events beyond this one are held back until the result is released. */
  readonly upTo?: number;
}

const minuteMs = 60_000;
const noGrowth: Growth = { matched: 0, moved: false };

/** Result of a query: a list of seqs for a filter, or the table itself for everything. Grows with each commit. */
export class Result {
  readonly #db: JournalDatabase;
  readonly #query: CompiledQuery;
  readonly #order: Order;
  readonly #now: () => number;
  readonly #found: FoundSeqs;
  /** The scan has looked at everything that is not older than this. */
  #scannedTo: Place = newestPlace;
  /** The newest event that the scan met at its begin or a commit told of. Another window's may stand already and be told later. */
  #toldSeq = 0;
  #isScanned: boolean;
  readonly #countedField: CountedField | undefined;
  readonly #after: number;
  /** Events beyond it are held back; infinite where none are. */
  #upTo: number;
  #held = 0;

  constructor(
    db: JournalDatabase,
    query: CompiledQuery,
    order: Order,
    now: () => number,
    { after = 0, upTo = Infinity }: Bounds = {},
  ) {
    this.#db = db;
    this.#query = after === 0 ? query : newerThan(query, after);
    this.#order = order;
    this.#found = new FoundSeqs(db, order);
    this.#now = now;
    this.#after = after;
    this.#upTo = upTo;
    this.#isScanned = this.#isEverything;
    this.#countedField = countedFieldOf(this.#query);
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
    return this.#isScanned || !this.#countedField
      ? this.#found.length
      : this.#countOf(this.#countedField) - this.#held;
  }
  /** Matching events that commits brought since the scan began. */
  get newer(): number {
    return this.#found.newer;
  }
  /** Matching events that came while the result is held. */
  get held(): number {
    return this.#held;
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
    if (this.#upTo < this.#toldSeq) this.#held = this.#arrived(this.#upTo + 1, this.#toldSeq).length;
    for (const { seqs, end } of scanDown(this.#db, this.#query, this.#order, this.#now)) {
      const last = Math.min(this.#toldSeq, this.#upTo);
      for (const seq of seqs) if (seq <= last) this.#found.push(seq);
      this.#scannedTo = end;
      if (this.#countedField && this.#found.length >= this.count) break;
      if (this.#order === 'arrival' && end.seq <= this.#after) break;
      yield;
    }
    this.#isScanned = true;
  }

  /** Takes in what a commit brought. */
  commit({ from, to }: Commit): Growth {
    // A table is not compared with what was there before.
    if (this.#isEverything) return { matched: to - from + 1, moved: this.#order === 'sent' };
    // Not begun: the scan will see it. In the order of arrival every commit is newer than all that was scanned.
    if (this.#scannedTo === newestPlace && !this.#isScanned) return noGrowth;
    const first = Math.max(from, this.#toldSeq + 1);
    if (first > to) return noGrowth;
    this.#toldSeq = to;
    const seqs = this.#arrived(first, to);
    if (this.#upTo === Infinity) return { matched: seqs.length, moved: this.#take(seqs) };
    this.#held += seqs.length;
    return { matched: seqs.length, moved: false };
  }

  /** Holds back what comes from now on, or beyond an event; answers the last one that is not. A table cannot be held. */
  hold(upTo = this.#toldSeq || this.#db.number('SELECT max(seq) FROM events')): number {
    this.#upTo = upTo;
    return upTo;
  }

  /** Takes in what was held back. */
  release(): Growth {
    const first = this.#upTo + 1;
    this.#upTo = Infinity;
    this.#held = 0;
    if (first > this.#toldSeq) return noGrowth;
    const seqs = this.#arrived(first, this.#toldSeq);
    return { matched: seqs.length, moved: this.#take(seqs) };
  }

  #take(seqs: readonly number[]): boolean {
    return this.#found.add(seqs, this.#isScanned ? undefined : this.#scannedTo);
  }

  /** Matches among the events from one seq to another, in the order of arrival. */
  #arrived(from: number, to: number): number[] {
    const above = { time: 0, seq: to + 1 };
    return matches(this.#db, this.#query, 'arrival', above, { time: 0, seq: from }).seqs.reverse();
  }

  /** Whether a page is complete, or as complete as it will be. */
  hasRows({ anchor, direction, count }: RowsRequest): boolean {
    if (this.#isScanned) return true;
    if (anchor === 'oldest') return false;
    if (anchor === 'newest') return this.#found.length >= count;
    if ('position' in anchor) return this.#found.length >= anchor.position + count;
    const begin = this.#found.indexOf(anchor);
    return direction === 'newer' ? begin < this.#found.length : this.#found.length - begin > count;
  }

  rows(request: RowsRequest): Page {
    const page = this.#rows(request);
    return request.durations ? { ...page, rows: withDurations(this.#db, page.rows) } : page;
  }

  #rows(request: RowsRequest): Page {
    const { anchor, direction, count } = request;
    const total = this.count;
    if (this.#isEverything) return this.#rowsOfEverything(request, total);
    let begin: number;
    if (anchor === 'newest') begin = 0;
    else if (anchor === 'oldest') begin = total - count;
    else if ('position' in anchor) begin = anchor.position;
    else {
      const index = this.#found.indexOf(anchor);
      begin = direction === 'newer' ? index - count : index + (this.#found.at(index) === anchor.seq ? 1 : 0);
      if (begin < 0) return this.#page(0, index, total);
    }
    return this.#page(Math.max(0, begin), begin + count, total);
  }

  #page(begin: number, end: number, total: number): Page {
    const seqs: number[] = [];
    for (let index = begin; index < Math.min(end, this.#found.length); index++)
      seqs.push(this.#found.at(index));
    return { rows: readEvents(this.#db, seqs), position: begin, total, newer: this.newer, done: this.done };
  }

  /** Position of an event, newest first; of its neighbour where it is not in the result. */
  positionOf(seq: number, sentAt?: number): number {
    return this.#isEverything
      ? this.#estimate(seq, this.count)
      : this.#found.indexOf(sentAt === undefined ? { seq } : { seq, sentAt });
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
    return { rows: readEvents(this.#db, seqs), position, total, newer: 0, done: true };
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

  /** Counts of the values of a field, by their ids or codes. */
  values(field: CountedField): Generator<undefined, Map<number, number>> {
    return values(this.#counted, field);
  }

  /** Events over time: by the minute where bins are at least that wide, else exactly. */
  histogram(from: number, to: number, bins: number): Generator<undefined, Histogram> {
    return histogram(this.#counted, from, to, bins);
  }

  /** Events over time with their severities and marks. */
  timeline(range: TimelineRange): Generator<undefined, Timeline> {
    return timeline(this.#counted, range);
  }

  /** Figures of the events. */
  statistics(): Generator<undefined, ResultStatistics> {
    return statistics(this.#counted);
  }

  get #counted(): CountedResult {
    return {
      db: this.#db,
      query: this.#query,
      order: this.#order,
      isEverything: this.#isEverything,
      found: this.#found,
      upTo: this.#upTo,
      isScanned: () => this.#isScanned,
      ends: () => this.#ends(),
    };
  }
}

/** A query without the events up to a seq. */
function newerThan(query: CompiledQuery, seq: number): CompiledQuery {
  const where = query.where === '' ? 'e.seq > ?' : `(${query.where}) AND e.seq > ?`;
  return { ...query, where, params: [...query.params, seq] };
}
