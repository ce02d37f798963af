import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { Writer } from '../../../../../src/core/journal/store/writer.ts';
import { encode, home, openJournal, storedEvent, temporaryFolder } from './helpers.ts';

const document = readFileSync(new URL('../../../../../docs/journal.md', import.meta.url), 'utf8');
const hour = 3_600_000;

/** Rows of a query of the document, read by a connection of its own as a command line does. */
function answer(path: string, number: number): Record<string, unknown>[] {
  const sql = [...document.matchAll(/```sql\n(.*?)```/gs)][number]?.[1] ?? '';
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return db
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

function filled(): string {
  const path = join(temporaryFolder(), 'journal.db');
  const now = Date.now();
  const writer = new Writer(openJournal(path));
  let n = 0;
  const put = (what: 'instance' | 'task', key: string, state: object): void => {
    const change = { address: home, what, key, state: JSON.stringify(state) };
    writer.append(encode({ events: [storedEvent(n++)], changes: [change] }));
  };
  const server = (key: string, state: string, since: number): void => {
    put('instance', key, { kind: 'instance', key, name: key.toUpperCase(), state, since });
  };
  // Noon of a day in the past, so that no span crosses midnight whatever the time zone.
  const noon = new Date(2026, 4, 5, 12).getTime();
  server('mc-1', 'running', noon);
  server('mc-1', 'ready', noon + hour);
  server('mc-1', 'stopped', noon + 2.5 * hour);
  server('mc-1', 'ready', noon + 3 * hour);
  server('mc-1', 'crashed', noon + 4 * hour);
  server('old', 'crashed', now - 40 * hour);
  server('fresh', 'crashed', now - 1000);
  const task = { operation: 'start', subject: { kind: 'instance', key: 'mc-1' } };
  put('task', 't1', { ...task, startedAt: noon, state: 'running', startedBy: { actor: 'alice' } });
  put('task', 't1', { ...task, startedAt: noon, state: 'succeeded', startedBy: { actor: 'alice' } });
  put('task', 't2', { ...task, startedAt: noon + 3 * hour, startedBy: { window: 'w7' } });
  put('task', 't3', { ...task, operation: 'stop', startedAt: noon, startedBy: { actor: 'bob' } });
  writer.append(
    encode({
      events: [
        storedEvent(1, { type: 'app.start', channel: 'request', correlation: 'c1', size: 9000 }),
        storedEvent(2, {
          type: 'reply',
          channel: 'reply',
          correlation: 'c1',
          severity: 'error',
          receivedAt: noon,
          summary: { template: 'No such app', args: [] },
        }),
        storedEvent(3, { type: 'reply', channel: 'reply', severity: 'info' }),
      ],
    }),
  );
  return path;
}

it('the five queries of the document answer what they promise', () => {
  const path = filled();
  expect(answer(path, 0)).toMatchObject([{ connection: 'home', server: 'FRESH' }]);
  expect(answer(path, 1)).toEqual([{ day: '2026-05-05', hours: 3.5 }]);
  expect(answer(path, 2)).toEqual([
    { at: '2026-05-05 12:00:00', who: 'alice' },
    { at: '2026-05-05 15:00:00', who: 'window w7' },
  ]);
  const [biggest] = answer(path, 3);
  expect(biggest).toMatchObject({ type: 'app.start', connection: 'home', size: 9000 });
  expect(answer(path, 4)).toEqual([{ at: '2026-05-05 12:00:00', call: 'app.start', answer: 'No such app' }]);
});

it('the document names every table and column of the schema', () => {
  const db = openJournal(':memory:');
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
    .all()
    .map(({ name }) => String(name));
  for (const table of tables) {
    const rows = document.split('\n').filter((line) => line.includes(`\`${table}`));
    const said = rows.join('\n');
    expect(said, table).not.toBe('');
    if (table.startsWith('payloads')) continue;
    for (const { name } of db.prepare(`PRAGMA table_xinfo(${table})`).all())
      expect(said, `${table}.${String(name)}`).toMatch(new RegExp(`\\.${String(name)}\``));
  }
});
