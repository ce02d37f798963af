import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkInWorker } from '../../../../../src/core/journal/store/checkWorker.ts';
import { JournalError } from '../../../../../src/core/journal/store/journalError.ts';
import { fill, home, openJournal, openTestStore, storedEvent, temporaryFolder } from './helpers.ts';

describe('the check of pages', () => {
  it('runs at the opening after a window that did not close the journal, and then only', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    let now = 1;
    const given = { now: () => now, isRunning: (pid: number) => pid === 1, pid: 1 };
    const first = await openTestStore(path, given);
    const second = await openTestStore(path, given);
    expect((await second.health()).checkedAt).toBeUndefined();
    await second.close();
    await first.close();
    const killed = openJournal(path);
    killed.exec("INSERT INTO writers VALUES ('killed', 99, 5, 1, 2)");
    now = 7;
    const next = await openTestStore(path, given);
    await next.check();
    expect((await next.health()).checkedAt).toBe(7);
    killed.exec("DELETE FROM meta WHERE key = 'checkedAt'");
    expect(killed.number("SELECT count(*) FROM writers WHERE id = 'killed'")).toBe(0);
  });

  it('lets the journal be read and written meanwhile, and sets a damaged file aside at its end', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    openJournal(path).exec("INSERT INTO writers VALUES ('killed', 99, 5, 1, 2)");
    let damaged: (error: Error) => void = () => undefined;
    const checked: string[] = [];
    const store = await openTestStore(path, {
      isRunning: () => false,
      checkFile: (file) => {
        checked.push(file);
        return new Promise((_, reject) => {
          damaged = reject;
        });
      },
    });
    await store.append({
      events: [0, 1, 2].map((n) => storedEvent(n)),
      changes: [{ address: home, what: 'instance', key: 'a', state: '{}' }],
    });
    expect(await store.state()).toMatchObject({ seq: 3, changes: [{ key: 'a' }] });
    expect(checked).toEqual([path]);
    const status = new Promise((resolve) => store.onStatus(resolve));
    damaged(new JournalError('corrupt', 'page 7'));
    expect(await status).toMatchObject({ durable: true, reason: 'corrupt', message: 'page 7' });
    expect((await store.health()).classes).toEqual([]);
    expect(readdirSync(dirname(path)).some((name) => name.includes('damaged'))).toBe(true);
  });

  it('of the shipped worker reads the file in a thread of its own', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const db = openJournal(path);
    fill(
      db,
      Array.from({ length: 2_000 }, (_, n) => storedEvent(n)),
    );
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const entry = new URL('../../../../../src/core/journal/store/worker.ts', import.meta.url);
    await checkInWorker(entry, path);
    const file = openSync(path, 'r+');
    const pages = statSync(path).size / 8192;
    for (let page = pages >> 1; page < pages; page++)
      writeSync(file, Buffer.alloc(200, 0xcd), 0, 200, page * 8192);
    closeSync(file);
    await expect(checkInWorker(entry, path)).rejects.toMatchObject({ reason: 'corrupt' });
  });
});
