import type { JournalDatabase } from './database.ts';
import { distinctPayloadTables } from './schema.ts';

/** Columns of a payload beside its text. */
export interface PackedTexts {
  /** NULL where it stands in `summaries`; `template` is its id there. */
  readonly summary: string | null;
  readonly template: number | null;
  readonly details: string | null;
}

/** Rows of `summaries`, about 2 MB; further summaries stand with their events. */
const maxShared = 20_000;
/** Summaries that came once and are remembered, in case they come again. */
const maxRecent = 5_000;
/** Row of `meta` that counts how often summaries were taken away. */
const unsharedKey = 'unshared';
/** Longer texts seldom come twice. */
const maxLength = 200;

/** Lets events share the summaries that come again and again. */
export class SharedSummaries {
  readonly #db: JournalDatabase;
  readonly #ids = new Map<string, number>();
  readonly #recent = new Set<string>();
  #count: number | undefined;
  #unshared: string | undefined;

  constructor(db: JournalDatabase) {
    this.#db = db;
  }

  /** Begins a transaction. This window or another may have taken summaries away since the last. */
  begin(): void {
    const unshared = this.#db.meta(unsharedKey);
    if (unshared !== this.#unshared) this.forget();
    this.#unshared = unshared;
  }

  forget(): void {
    this.#ids.clear();
    this.#recent.clear();
    this.#count = undefined;
  }

  shared(texts: PackedTexts & { readonly summary: string }): PackedTexts {
    const { summary, template, details } = texts;
    if (summary.length > maxLength) return texts;
    const key = `${template ?? 0} ${summary}`;
    const id = this.#ids.get(key) ?? this.#add(key, summary, template ?? 0);
    return id === undefined ? texts : { summary: null, template: id, details };
  }

  #add(key: string, summary: string, template: number): number | undefined {
    if (!this.#recent.has(key)) {
      if (this.#recent.size >= maxRecent) this.#recent.clear();
      this.#recent.add(key);
      return undefined;
    }
    const known = 'SELECT id FROM summaries WHERE value = ? AND template = ?';
    let id = this.#db.number(known, summary, template);
    if (id === 0) {
      this.#count ??= this.#db.number('SELECT count(*) FROM summaries');
      if (this.#count >= maxShared) return undefined;
      this.#count++;
      this.#db.prepare('INSERT INTO summaries (value, template) VALUES (?, ?)').run(summary, template);
      id = this.#db.number(known, summary, template);
    }
    this.#ids.set(key, id);
    return id;
  }
}

/** Rows that one step gives their own summary. */
const stepRows = 20_000;

/** Takes summaries out of what events share; the events that are left keep them as their own. */
export function* unshare(
  db: JournalDatabase,
  isMeant: (summary: string) => boolean,
): Generator<undefined, void> {
  const ids = db
    .prepareArrays('SELECT id, value FROM summaries')
    .all()
    .flatMap(([id, value]) => (isMeant(String(value)) ? [Number(id)] : []));
  if (ids.length === 0) return;
  const meant = JSON.stringify(ids);
  const last = db.number("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
  const update = (table: string, from: number, to: number): void => {
    db.prepare(
      `UPDATE ${table} AS p SET summary = s.value, template = nullif(s.template, 0) FROM summaries s
       WHERE p.seq >= ? AND p.seq < ? AND p.summary IS NULL AND s.id = p.template
         AND s.id IN (SELECT value FROM json_each(?))`,
    ).run(from, to, meant);
  };
  for (const table of distinctPayloadTables)
    for (let from = db.number(`SELECT min(seq) FROM ${table}`); from > 0 && from <= last; from += stepRows) {
      db.write(() => {
        update(table, from, Math.min(last + 1, from + stepRows));
      });
      yield;
    }
  db.write(() => {
    for (const table of distinctPayloadTables) update(table, last + 1, Number.MAX_SAFE_INTEGER);
    db.prepare('DELETE FROM summaries WHERE id IN (SELECT value FROM json_each(?))').run(meant);
    db.setMeta(unsharedKey, Number(db.meta(unsharedKey) ?? 0) + 1);
  });
}
