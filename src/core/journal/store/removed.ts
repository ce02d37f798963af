import type { SQLOutputValue } from 'node:sqlite';
import { text } from '../../model/text.ts';
import type { JournalDatabase } from './database.ts';
import type { StoredEvent } from './records.ts';
import { classes } from './schema.ts';

const type = 'journal.retention';
/** Metrics age out all day long: one event tells of a day. */
const tellEveryMs = 86_400_000;
/** Classes whose loss is told at once. */
const rare: readonly string[] = ['lifecycle', 'task'];

/** Events that were deleted and of which the journal does not tell yet. */
interface Removed {
  readonly counts: Record<string, number>;
  from: number;
  to: number;
}

/** Notes deleted events (class, time of arrival, type) in the transaction that deletes them. */
export function noteRemoved(
  db: JournalDatabase,
  rows: readonly (readonly [cls: SQLOutputValue, receivedAt: SQLOutputValue, type: SQLOutputValue])[],
): void {
  // Else the end of each such event would make another one.
  const own = db.number('SELECT id FROM names WHERE value = ?', type);
  const removed = JSON.parse(db.meta('removed') ?? '{"counts":{},"from":8640000000000000,"to":0}') as Removed;
  let isNoted = false;
  for (const [code, receivedAt, typeId] of rows) {
    if (Number(typeId) === own) continue;
    const cls = classes[Number(code)] ?? '';
    removed.counts[cls] = (removed.counts[cls] ?? 0) + 1;
    removed.from = Math.min(removed.from, Number(receivedAt));
    removed.to = Math.max(removed.to, Number(receivedAt));
    isNoted = true;
  }
  if (isNoted) db.setMeta('removed', JSON.stringify(removed));
  db.setMeta('deletions', deletions(db) + rows.length);
}

/** Rows that were ever deleted, by any window: results that were found before hold some of them. */
export function deletions(db: JournalDatabase): number {
  return Number(db.meta('deletions') ?? 0);
}

/** The event that tells of what was removed since the last one; undefined where none is due. */
export function removedEvent(db: JournalDatabase, now: number, isAsked: boolean): StoredEvent | undefined {
  const meta = db.meta('removed');
  if (meta === undefined) return undefined;
  const { counts, from, to } = JSON.parse(meta) as Removed;
  const isDue =
    isAsked ||
    rare.some((cls) => counts[cls] !== undefined) ||
    now - Number(db.meta('removedToldAt') ?? -Infinity) >= tellEveryMs;
  if (!isDue) return undefined;
  const raw = JSON.stringify({ type, removed: counts, from, to });
  const count = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const each = Object.entries(counts).map(([cls, n]) => `${n} ${cls}`);
  const [first, last] = [from, to].map((time) => new Date(time).toISOString().slice(0, 16).replace('T', ' '));
  return {
    source: '',
    host: '',
    connection: '',
    system: '',
    receivedAt: now,
    channel: 'control',
    direction: 'none',
    origin: 'derived',
    type,
    severity: 'info',
    retention: 'control',
    summary: isAsked
      ? text('{0} events were deleted on request ({1})', count, each.join(', '))
      : text(
          '{0} events from {1} to {2} UTC were removed by age or size ({3})',
          count,
          first ?? '',
          last ?? '',
          each.join(', '),
        ),
    raw,
    size: raw.length,
    truncated: false,
    redacted: [],
    problems: [],
  };
}

/** The journal tells of what was removed; part of the transaction that writes the event. */
export function forgetRemoved(db: JournalDatabase, now: number): void {
  db.exec("DELETE FROM meta WHERE key = 'removed'");
  db.setMeta('removedToldAt', now);
}
