import type { JournalDatabase } from './database.ts';
import { isOlder, placeOf, type Order, type Place } from './scan.ts';
import { SeqList } from './seqList.ts';

/** Place of an event. The sender's time is looked up where it is not given, which needs the event to be there. */
export interface EventPlace {
  readonly seq: number;
  readonly sentAt?: number;
}

/** Seqs of the events that a query found, in an order. They come from a scan, newest first, and from commits. */
export class FoundSeqs {
  readonly #db: JournalDatabase;
  readonly #order: Order;
  /** From the scan, newest first; and what was committed since it began, oldest first. */
  readonly #older = new SeqList();
  readonly #newer = new SeqList();

  constructor(db: JournalDatabase, order: Order) {
    this.#db = db;
    this.#order = order;
  }

  get length(): number {
    return this.#newer.length + this.#older.length;
  }

  /** How many commits brought. */
  get newer(): number {
    return this.#newer.length;
  }

  /** First those of commits, oldest first; then those of the scan, newest first. */
  get lists(): readonly [newer: SeqList, older: SeqList] {
    return [this.#newer, this.#older];
  }

  /** Adds the next one of the scan. */
  push(seq: number): void {
    this.#older.push(seq);
  }

  /** Newest first. */
  at(index: number): number {
    const { length } = this.#newer;
    return index < length ? this.#newer.at(length - 1 - index) : this.#older.at(index - length);
  }

  /** Index of an event, or of the one that would stand behind it. */
  indexOf({ seq, sentAt }: EventPlace): number {
    const place =
      this.#order === 'arrival' || sentAt === undefined
        ? placeOf(this.#db, this.#order, seq)
        : { time: sentAt, seq };
    const isNewer = (other: number): boolean => isOlder(place, placeOf(this.#db, this.#order, other));
    return this.#newer.length - this.#newer.search((other) => !isNewer(other)) + this.#older.search(isNewer);
  }

  /**
   * Adds what a commit brought, but not what a scan that has come to `scannedTo` will find. Answers whether one of them is
   * older than what was there.
   */
  add(seqs: readonly number[], scannedTo: Place | undefined): boolean {
    if (this.#order === 'arrival') {
      for (const seq of seqs) this.#newer.push(seq);
      return false;
    }
    const places = seqs.map((seq) => placeOf(this.#db, 'sent', seq)).sort((a, b) => (isOlder(a, b) ? -1 : 1));
    const newest = this.length === 0 ? undefined : placeOf(this.#db, 'sent', this.at(0));
    for (const place of places) {
      if (scannedTo && isOlder(place, scannedTo)) continue;
      if (newest && isOlder(place, newest)) this.#insert(place);
      else this.#newer.push(place.seq);
    }
    return newest !== undefined && places[0] !== undefined && isOlder(places[0], newest);
  }

  #insert(place: Place): void {
    const isBefore = (other: number): boolean => isOlder(placeOf(this.#db, 'sent', other), place);
    const top = this.#older.length === 0 ? undefined : placeOf(this.#db, 'sent', this.#older.at(0));
    if (!top || !isOlder(place, top)) this.#newer.insert(this.#newer.search(isBefore), place.seq);
    else
      this.#older.insert(
        this.#older.search((other) => !isBefore(other)),
        place.seq,
      );
  }
}
