import { readAlertBody, type Alert, type NewAlert } from '../../alerts/alert.ts';
import type { Mute } from '../../alerts/mutes.ts';
import type { JournalDatabase } from './database.ts';

/** Alerts that nobody looks for any more. */
const keptForMs = 30 * 24 * 3_600_000;
const mostKept = 1000;

/** Something that is done to the alerts of a journal, which all windows share. */
export type AlertDeed =
  | { readonly deed: 'look' }
  /** Puts alerts down that are none yet: no other of the same cause came within its quiet time. */
  | {
      readonly deed: 'raise';
      readonly alerts: readonly (NewAlert & { readonly id: string; readonly muted: boolean })[];
      readonly window: string;
      readonly at: number;
    }
  /** Takes it upon this window to tell of alerts; those that another window tells of stay with it. */
  | { readonly deed: 'tell'; readonly ids: readonly string[]; readonly window: string }
  | { readonly deed: 'see'; readonly ids: readonly string[]; readonly at: number }
  | { readonly deed: 'mute'; readonly target: string; readonly until?: number }
  | { readonly deed: 'unmute'; readonly targets: readonly string[] };

export interface AlertBoard {
  /** Ids of the alerts that the deed changed. */
  readonly done: readonly string[];
  /** The newest first. */
  readonly alerts: readonly Alert[];
  readonly mutes: readonly Mute[];
}

/** Does something to the alerts and answers how they are then. */
export function changeAlerts(db: JournalDatabase, deed: AlertDeed): AlertBoard {
  const done = deed.deed === 'look' ? [] : db.write(() => doIt(db, deed));
  const alerts = db
    .prepare('SELECT * FROM alerts ORDER BY at DESC, id LIMIT ?')
    .all(mostKept)
    .flatMap((row) => toAlert(row) ?? []);
  const mutes = db.prepare('SELECT target, until FROM mutes ORDER BY target').all().map(toMute);
  return { done, alerts, mutes };
}

function doIt(db: JournalDatabase, deed: Exclude<AlertDeed, { deed: 'look' }>): readonly string[] {
  const changed = (sql: string, ...values: (string | number | null)[]): boolean =>
    Number(db.prepare(sql).run(...values).changes) === 1;
  switch (deed.deed) {
    case 'raise': {
      const { alerts, window, at } = deed;
      const raised = alerts.filter(({ id, cause, quietMs, muted, isTold, ...body }) =>
        changed(
          `INSERT INTO alerts (id, cause, at, muted, toldBy, body) SELECT ?, ?, ?, ?, ?, ?
           WHERE NOT EXISTS (SELECT 1 FROM alerts WHERE cause = ? AND at > ? AND at <= ?)`,
          ...[id, cause, at, Number(muted), isTold === true ? window : null, JSON.stringify(body)],
          ...[cause, at - quietMs, at],
        ),
      );
      db.prepare('DELETE FROM alerts WHERE at < ?').run(at - keptForMs);
      db.prepare(
        'DELETE FROM alerts WHERE id IN (SELECT id FROM alerts ORDER BY at DESC, id LIMIT -1 OFFSET ?)',
      ).run(mostKept);
      return raised.map(({ id }) => id);
    }
    case 'tell':
      return deed.ids.filter((id) =>
        changed('UPDATE alerts SET toldBy = ? WHERE id = ? AND toldBy IS NULL', deed.window, id),
      );
    case 'see':
      return deed.ids.filter((id) =>
        changed('UPDATE alerts SET seenAt = ? WHERE id = ? AND seenAt IS NULL', deed.at, id),
      );
    case 'mute':
      db.prepare('INSERT OR REPLACE INTO mutes (target, until) VALUES (?, ?)').run(
        deed.target,
        deed.until ?? null,
      );
      return [];
    case 'unmute':
      for (const target of deed.targets) db.prepare('DELETE FROM mutes WHERE target = ?').run(target);
      return [];
  }
}

function toAlert(row: Readonly<Record<string, unknown>>): Alert | undefined {
  const body = readAlertBody(String(row['body']));
  const { toldBy, seenAt } = row;
  return (
    body && {
      ...body,
      id: String(row['id']),
      cause: String(row['cause']),
      at: Number(row['at']),
      muted: row['muted'] === 1,
      ...(typeof toldBy === 'string' ? { toldBy } : {}),
      ...(typeof seenAt === 'number' ? { seenAt } : {}),
    }
  );
}

function toMute({ target, until }: Readonly<Record<string, unknown>>): Mute {
  return { target: String(target), ...(typeof until === 'number' ? { until } : {}) };
}
