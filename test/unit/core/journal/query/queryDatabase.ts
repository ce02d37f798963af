import { DatabaseSync } from 'node:sqlite';
import { english } from '../../../../../src/core/model/text.ts';
import { compileQuery, matchingRows } from '../../../../../src/core/journal/query/compile.ts';
import { parseQuery } from '../../../../../src/core/journal/query/parse.ts';
import type { QueryRow } from '../../../../../src/core/journal/query/payload.ts';
import { hasUnusualText } from '../../../../../src/core/journal/query/text.ts';
import type { QueryClock } from '../../../../../src/core/journal/query/values.ts';
import { migrations } from '../../../../../src/core/journal/store/migrations.ts';
import {
  channels,
  classes,
  directions,
  flags,
  origins,
  packCodes,
  payloadTables,
  severities,
} from '../../../../../src/core/journal/store/schema.ts';

export interface TestEvent {
  readonly raw: string | Uint8Array;
  readonly type: string;
  readonly connection: string;
  readonly system: string;
  readonly host: string;
  readonly key?: string;
  readonly name?: string;
  readonly channel: (typeof channels)[number];
  readonly class: (typeof classes)[number];
  readonly direction: (typeof directions)[number];
  readonly origin: (typeof origins)[number];
  readonly severity: (typeof severities)[number];
  readonly receivedAt: number;
  readonly sentAt?: number;
  readonly size: number;
  readonly task?: string;
  readonly correlation?: string;
  readonly summary: string;
  readonly marks: readonly ('truncated' | 'problems' | 'redacted' | 'gap' | 'noise')[];
}

/** A journal in memory with the real schema, filled as the writer fills it. */
export class QueryDatabase {
  readonly #db = new DatabaseSync(':memory:');

  constructor(events: readonly TestEvent[]) {
    for (const migration of migrations) for (const statement of migration) this.#db.exec(statement);
    this.#db.exec('BEGIN');
    for (const [index, event] of events.entries()) this.#insert(index + 1, event);
    this.#db.exec('COMMIT');
  }

  /** The seqs that match, in order. */
  search(query: string, clock: QueryClock): number[] {
    const { node, problems } = parseQuery(query);
    if (problems[0]) throw new Error(english(problems[0].message));
    const compiled = compileQuery(node, clock);
    const from = compiled.needs === 'payload' ? 'events e JOIN payload p ON p.seq = e.seq' : 'events e';
    const columns = ['e.seq AS seq', ...compiled.columns].join(', ');
    const statement = this.#db.prepare(
      `SELECT ${columns} FROM ${from} WHERE ${compiled.where} ORDER BY e.seq`,
    );
    const rows = statement.all(...compiled.columnParams, ...compiled.params) as unknown as (QueryRow & {
      seq: number;
    })[];
    return matchingRows(compiled, rows, 60_000).map(({ seq }) => seq);
  }

  close(): void {
    this.#db.close();
  }

  #id(table: string, values: Record<string, string | number | null>): number {
    const names = Object.keys(values);
    const found = this.#db
      .prepare(`SELECT id FROM ${table} WHERE ${names.map((name) => `${name} IS ?`).join(' AND ')}`)
      .get(...Object.values(values));
    if (found) return Number(found['id']);
    const places = names.map(() => '?').join(', ');
    const insert = this.#db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`);
    return Number(insert.run(...Object.values(values)).lastInsertRowid);
  }

  #insert(seq: number, event: TestEvent): void {
    const connection = this.#id('connections', {
      source: event.connection,
      host: event.host,
      connection: event.connection,
      system: event.system,
    });
    const subject =
      event.key === undefined
        ? null
        : this.#id('subjects', { connection, kind: 'instance', key: event.key, name: event.name ?? null });
    const { raw, marks } = event;
    const isOdd =
      typeof raw === 'string' && (raw.includes('\0') || !raw.isWellFormed() || hasUnusualText(raw));
    let bits = marks.reduce((sum, mark) => sum | flags[mark], 0);
    if (typeof raw !== 'string') bits |= flags.bytes;
    if (isOdd) bits |= flags.utf16;
    if (event.sentAt === undefined) bits |= flags.untimed;
    this.#db.prepare(`INSERT INTO events VALUES (${Array(10).fill('?').join(', ')})`).run(
      seq,
      event.sentAt ?? event.receivedAt,
      event.receivedAt - (event.sentAt ?? event.receivedAt),
      connection,
      this.#id('names', { value: event.type }),
      subject,
      packCodes({
        channel: channels.indexOf(event.channel),
        direction: directions.indexOf(event.direction),
        origin: origins.indexOf(event.origin),
        severity: severities.indexOf(event.severity),
        class: classes.indexOf(event.class),
        flags: bits,
      }),
      event.size,
      event.correlation ?? null,
      event.task ?? null,
    );
    const stored = isOdd ? Buffer.from(raw, 'utf16le') : raw;
    this.#db
      .prepare(
        `INSERT INTO ${payloadTables[classes.indexOf(event.class)] ?? ''} VALUES (?, ?, ?, NULL, NULL)`,
      )
      .run(seq, stored, event.summary);
  }
}
