import type { TextArgument } from '../../model/text.ts';
import { hasUnusualText } from '../query/text.ts';
import type { JournalDatabase } from './database.ts';
import { valuesPerEvent, type Address, type EncodedBatch, type Value } from './records.ts';
import { rollUp } from './rollups.ts';
import {
  classes,
  countedCodes,
  countedFields,
  flags,
  packedBits,
  payloadTables,
  unpackCode,
  type CountedField,
} from './schema.ts';
import { SharedSummaries, type PackedTexts } from './sharedSummaries.ts';
import { packSummary } from './summary.ts';
import { committedBefore, noteCommit } from './writers.ts';

/** The events of one commit: `to` < `from` where it had none. */
export interface Commit {
  readonly from: number;
  readonly to: number;
}

const insertEvent = 'INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)';
/** Ids that are kept in memory; beyond it they are read again. */
const maxKnownIds = 50_000;

/** Writes batches, each in one transaction with what came of it. */
export class Writer {
  readonly #db: JournalDatabase;
  readonly #names = new Map<string, number>();
  readonly #addresses = new Map<string, number>();
  readonly #subjects = new Map<string, { id: number; name: string | null }>();
  readonly #counted = new Counted();
  readonly #summaries: SharedSummaries;

  constructor(db: JournalDatabase) {
    this.#db = db;
    this.#summaries = new SharedSummaries(db);
  }

  /** Commits a batch, with what `also` writes; after a failure nothing of it is there. A batch is committed once. */
  append(batch: EncodedBatch, also?: () => void): Commit {
    try {
      return this.#db.write(() => {
        const { id } = batch;
        const before = id && committedBefore(this.#db, id);
        if (before) return before;
        this.#summaries.begin();
        const commit = this.#append(batch);
        if (id) noteCommit(this.#db, id, commit);
        also?.();
        return commit;
      });
    } catch (error) {
      // Ids that were given in the transaction are gone with it.
      this.#names.clear();
      this.#addresses.clear();
      this.#subjects.clear();
      this.#summaries.forget();
      throw error;
    } finally {
      this.#counted.clear();
    }
  }

  #append(batch: EncodedBatch): Commit {
    const { events } = batch;
    const before = lastSeq(this.#db);
    const addresses = batch.addresses.map((address) => this.#addressId(address));
    let seq = before;
    for (let at = 0; at < events.length; at += valuesPerEvent) this.#event(++seq, events, at, addresses);
    this.#counted.write(this.#db);
    this.#changes(batch, before);
    for (const { address, version, context } of batch.contexts)
      this.#db
        .prepare('INSERT OR REPLACE INTO contexts VALUES (?, ?, ?)')
        .run(this.#addressId(address), version, context);
    for (const { address, cursor } of batch.cursors)
      this.#db.prepare('INSERT OR REPLACE INTO cursors VALUES (?, ?)').run(this.#addressId(address), cursor);
    for (const { id, answer } of batch.answers)
      this.#db.prepare('UPDATE requests SET answer = ? WHERE id = ?').run(JSON.stringify(answer), id);
    this.#rollUp(batch, addresses);
    return { from: before + 1, to: seq };
  }

  #event(seq: number, values: readonly Value[], at: number, addresses: readonly number[]): void {
    const receivedAt = values[at] as number;
    const sentAt = Math.trunc((values[at + 1] as number | null) ?? receivedAt);
    const connection = addresses[values[at + 2] as number] ?? 0;
    const type = this.#nameId(values[at + 3] as string);
    const kind = values[at + 4] as string | null;
    const subject =
      kind === null
        ? null
        : this.#subjectId(connection, kind, values[at + 5] as string, values[at + 6] as string | null);
    let codes = values[at + 7] as number;
    let raw = values[at + 11] as string | Uint8Array;
    const size = values[at + 8] as number;
    if (typeof raw === 'string' && (!raw.isWellFormed() || raw.includes('\0') || hasUnusualText(raw))) {
      raw = Buffer.from(raw, 'utf16le');
      codes |= flags.utf16 << packedBits.flags.shift;
    }
    this.#db
      .prepare(insertEvent)
      .run(
        seq,
        sentAt,
        Math.trunc(receivedAt) - sentAt,
        connection,
        type,
        subject,
        codes,
        size,
        values[at + 9] as string | null,
        values[at + 10] as string | null,
      );
    const cls = unpackCode(codes, 'class');
    const { summary, template, details } = this.#summaries.shared(this.#texts(values, at));
    this.#db
      .prepare(`INSERT INTO ${payloadTables[cls] ?? 'payloads'} VALUES (?, ?, ?, ?, ?)`)
      .run(seq, raw, summary, template, details);
    this.#counted.add([type, subject, connection, ...countedCodes.map((name) => unpackCode(codes, name))]);
    this.#counted.addMinutes(seq, receivedAt, sentAt);
    this.#counted.addBytes(
      connection,
      cls,
      typeof raw === 'string' ? Buffer.byteLength(raw) : raw.byteLength,
    );
  }

  #texts(values: readonly Value[], at: number): PackedTexts & { summary: string } {
    const template = values[at + 12] as string;
    const argsJson = values[at + 13] as string | null;
    const rest = values[at + 14] as string | null;
    if (argsJson === null && !template.includes('{'))
      return { summary: template, template: null, details: rest };
    const packed = packSummary(template, argsJson === null ? [] : (JSON.parse(argsJson) as TextArgument[]));
    const details =
      packed.args === undefined
        ? rest
        : JSON.stringify({ args: packed.args, ...(JSON.parse(rest ?? '{}') as object) });
    return { summary: packed.summary, template: this.#nameId(template), details };
  }

  #changes(batch: EncodedBatch, before: number): void {
    const { basis } = batch;
    if (basis && this.#db.meta('basis') !== basis) this.#db.setMeta('basis', basis);
    const newest = new Map<string, EncodedBatch['changes'][number]>();
    for (const change of batch.changes) {
      const place = basis ? `${change.after} ` : '';
      const key = `${place}${this.#addressId(change.address)} ${change.what} ${change.key}`;
      // To the end: the newest state of a thing stands where it came last.
      newest.delete(key);
      newest.set(key, change);
    }
    for (const { address, what, key, state, after } of newest.values()) {
      const connection = this.#addressId(address);
      const seq = before + after;
      this.#db
        .prepare('INSERT INTO changes (seq, connection, what, key, state) VALUES (?, ?, ?, ?, ?)')
        .run(seq, connection, what, key, state);
      if (state === null)
        this.#db
          .prepare('DELETE FROM current WHERE connection = ? AND what = ? AND key = ?')
          .run(connection, what, key);
      else
        this.#db
          .prepare('INSERT OR REPLACE INTO current VALUES (?, ?, ?, ?, ?)')
          .run(connection, what, key, seq, state);
    }
  }

  #rollUp({ measurements }: EncodedBatch, addresses: readonly number[]): void {
    for (const { address, at, metrics } of measurements)
      for (const { kind = 'instance', key, name, value } of metrics) {
        // NaN and infinity have no place in a sum.
        if (!Number.isFinite(value)) continue;
        const subject = this.#subjectId(addresses[address] ?? 0, kind, key, null);
        rollUp(this.#db, subject, this.#nameId(name), at, value);
      }
  }

  #nameId(value: string): number {
    let id = this.#names.get(value);
    if (id === undefined) {
      this.#db.prepare('INSERT INTO names (value) VALUES (?) ON CONFLICT DO NOTHING').run(value);
      id = this.#db.number('SELECT id FROM names WHERE value = ?', value);
      if (this.#names.size > maxKnownIds) this.#names.clear();
      this.#names.set(value, id);
    }
    return id;
  }

  #addressId({ source, host, connection, system }: Address): number {
    const key = JSON.stringify([source, host, connection, system]);
    let id = this.#addresses.get(key);
    if (id === undefined) {
      const values = [source, host, connection, system];
      this.#db
        .prepare(
          'INSERT INTO connections (source, host, connection, system) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        )
        .run(...values);
      id = this.#db.number(
        'SELECT id FROM connections WHERE source = ? AND host = ? AND connection = ? AND system = ?',
        ...values,
      );
      if (this.#addresses.size > maxKnownIds) this.#addresses.clear();
      this.#addresses.set(key, id);
    }
    return id;
  }

  #subjectId(connection: number, kind: string, key: string, name: string | null): number {
    const known = `${connection} ${kind}\n${key}`;
    let subject = this.#subjects.get(known);
    if (subject === undefined || (name !== null && name !== subject.name)) {
      this.#db
        .prepare(
          `INSERT INTO subjects (connection, kind, key, name) VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET name = coalesce(excluded.name, name)`,
        )
        .run(connection, kind, key, name);
      const id = this.#db.number(
        'SELECT id FROM subjects WHERE connection = ? AND kind = ? AND key = ?',
        connection,
        kind,
        key,
      );
      subject = { id, name };
      if (this.#subjects.size > maxKnownIds) this.#subjects.clear();
      this.#subjects.set(known, subject);
    }
    return subject.id;
  }
}

/** The newest seq that was ever given. */
export function lastSeq(db: JournalDatabase): number {
  return db.number("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
}

/** Lets the seqs of a journal in memory go on after those of the file that it stands in for. */
export function continueAfter(db: JournalDatabase, seq: number): void {
  db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)").run(seq);
}

interface MinuteCounts {
  received: number;
  sent: number;
  firstSeq: number | null;
  lastSeq: number | null;
}

/** Gathers what a transaction adds to `counts`, `minutes` and `totals`, or takes from them. */
export class Counted {
  readonly #values = countedFields.map(() => new Map<number, number>());
  readonly #minutes = new Map<number, MinuteCounts>();
  readonly #totals = new Map<number, { connection: number; cls: number; count: number; bytes: number }>();

  /** Values of one event in the order of `countedFields`. */
  add(values: readonly (number | null)[], count = 1): void {
    for (let field = 0; field < values.length; field++) {
      const value = values[field];
      const counts = this.#values[field];
      if (counts && value !== null && value !== undefined)
        counts.set(value, (counts.get(value) ?? 0) + count);
    }
  }

  addMinutes(seq: number, receivedAt: number, sentAt: number, count = 1): void {
    const minute = this.#minute(receivedAt);
    minute.received += count;
    minute.firstSeq ??= seq;
    minute.lastSeq = seq;
    this.#minute(sentAt).sent += count;
  }

  addBytes(connection: number, cls: number, bytes: number, count = 1): void {
    const key = connection * classes.length + cls;
    const total = this.#totals.get(key);
    if (total) {
      total.count += count;
      total.bytes += bytes;
    } else this.#totals.set(key, { connection, cls, count, bytes });
  }

  #minute(time: number): MinuteCounts {
    const minute = Math.floor(time / 60_000);
    let counts = this.#minutes.get(minute);
    if (!counts) {
      counts = { received: 0, sent: 0, firstSeq: null, lastSeq: null };
      this.#minutes.set(minute, counts);
    }
    return counts;
  }

  write(db: JournalDatabase): void {
    const upsert = db.prepare(
      'INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
    );
    this.#values.forEach((counts, field) => {
      for (const [value, count] of counts) upsert.run(field, value, count);
    });
    for (const [minute, { received, sent, firstSeq, lastSeq }] of this.#minutes)
      db.prepare(
        `INSERT INTO minutes VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         received = received + excluded.received, sent = sent + excluded.sent,
         firstSeq = min(coalesce(firstSeq, excluded.firstSeq), coalesce(excluded.firstSeq, firstSeq)),
         lastSeq = max(coalesce(lastSeq, excluded.lastSeq), coalesce(excluded.lastSeq, lastSeq))`,
      ).run(minute, received, sent, firstSeq, lastSeq);
    for (const { connection, cls, count, bytes } of this.#totals.values())
      db.prepare(
        `INSERT INTO totals VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET count = count + excluded.count, bytes = bytes + excluded.bytes`,
      ).run(connection, cls, count, bytes);
  }

  clear(): void {
    for (const counts of this.#values) counts.clear();
    this.#minutes.clear();
    this.#totals.clear();
  }
}

/** The code of a field in `counts`. */
export function countedCode(field: CountedField): number {
  return countedFields.indexOf(field);
}
