import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JournalError, journalError } from '../../../../../src/core/journal/store/journalError.ts';
import { migrations, schemaVersion } from '../../../../../src/core/journal/store/migrations.ts';
import { continueAfter, Writer } from '../../../../../src/core/journal/store/writer.ts';
import { encode, openJournal, smallFileSystem, storedEvent, temporaryFolder } from './helpers.ts';

function reasonOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    return journalError(error).reason;
  }
  return 'none';
}

function addNames(path: string, count: number): void {
  const db = openJournal(path);
  db.write(() => {
    for (let n = 0; n < count; n++)
      db.prepare('INSERT INTO names (value) VALUES (?)').run(`name ${n} ${'x'.repeat(400)}`);
  });
  db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  db.close();
}

describe('opening a journal', () => {
  it('creates a file that only its user reads, in a folder that only its user enters', () => {
    const path = join(temporaryFolder(), 'storage', 'journal.db');
    openJournal(path);
    const modes = [path, `${path}-wal`, join(path, '..')].map((each) =>
      (statSync(each).mode & 0o777).toString(8),
    );
    if (process.platform !== 'win32') expect(modes).toEqual(['600', '600', '700']);
  });

  it.skipIf(process.platform === 'win32')(
    'makes the files beside a database writable again that was read-only for a while',
    () => {
      const folder = temporaryFolder();
      const [open, path] = [join(folder, 'open.db'), join(folder, 'journal.db')];
      openJournal(open);
      // As a killed process leaves them. SQLite itself sets the mode of empty ones.
      for (const suffix of ['', '-wal', '-shm']) copyFileSync(open + suffix, path + suffix);
      for (const suffix of ['-wal', '-shm']) chmodSync(path + suffix, 0o400);
      openJournal(path);
      for (const suffix of ['-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
    },
  );

  it('sets page size, WAL, synchronous NORMAL, a cache of 16 MB and incremental vacuum', () => {
    const db = openJournal(join(temporaryFolder(), 'journal.db'));
    const names = ['page_size', 'synchronous', 'cache_size', 'auto_vacuum', 'mmap_size', 'busy_timeout'];
    expect(names.map((name) => db.number(`PRAGMA ${name}`))).toEqual([8192, 1, -16384, 2, 0, 5000]);
    expect(db.get('PRAGMA journal_mode')?.['journal_mode']).toBe('wal');
    expect(db.number('PRAGMA user_version')).toBe(schemaVersion);
  });

  it('keeps its id as long as its file', () => {
    const path = join(temporaryFolder(), 'journal.db');
    const first = openJournal(path);
    first.close();
    expect(openJournal(path).journalId).toBe(first.journalId);
    expect(openJournal(join(temporaryFolder(), 'journal.db')).journalId).not.toBe(first.journalId);
  });

  it('prints no warning about SQLite', () => {
    const warnings: unknown[] = [];
    const note = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', note);
    openJournal(':memory:');
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('runs the migrations from the version of the file on, once', () => {
    const path = join(temporaryFolder(), 'journal.db');
    addNames(path, 3);
    const next = [...migrations, ['ALTER TABLE names ADD COLUMN note TEXT', "UPDATE names SET note = 'old'"]];
    openJournal(path, { migrations: next }).close();
    const db = openJournal(path, { migrations: next });
    expect(db.number('PRAGMA user_version')).toBe(next.length);
    expect(db.number("SELECT count(*) FROM names WHERE note = 'old'")).toBe(3);
  });

  it('brings the events of the first version along, with the number that the next one gets', () => {
    const path = join(temporaryFolder(), 'journal.db');
    const first = openJournal(path, { migrations: migrations.slice(0, 1) });
    const insert = first.prepare(`INSERT INTO events VALUES (${new Array(15).fill('?').join(', ')})`);
    const events = [
      // seq, arrival, sender's time, connection, type, subject, channel, direction, origin, severity, class, flags, size, …
      [1, 2_000, 2_000, 1, 1, null, 0, 0, 0, 1, 0, 0, 220, null, null],
      [2, 3_000, 500, 2, 7, 5, 5, 2, 5, 3, 4, 255, 70_000, 'c1', 't1'],
      [3, 3_100, 9_900, 1, 1, 5, 3, 1, 1, 0, 3, 1, 0, null, null],
      [4, 3_200, 3_200, 1, 1, null, 0, 0, 0, 1, 0, 0, 220, null, null],
    ];
    for (const event of events) insert.run(...event);
    first.exec('DELETE FROM events WHERE seq = 4');
    first.close();

    const db = openJournal(path);
    const columns = `seq, receivedAt, sentAt, connection, type, subject, channel, direction, origin, severity, class, flags,
      size, correlation, task`;
    // Bit 1 of the flags told in the first version that there is a sender's time, and tells now that there is none.
    const flagsAt = 11;
    const expected = events.slice(0, 3).map((event) => event.with(flagsAt, Number(event[flagsAt]) ^ 1));
    expect(db.prepareArrays(`SELECT ${columns} FROM events`).all()).toEqual(expected);
    expect(db.prepareArrays('SELECT seq FROM events ORDER BY sentAt').all()).toEqual([[2], [1], [3]]);
    expect(new Writer(db).append(encode({ events: [storedEvent(0)] }))).toEqual({ from: 5, to: 5 });
    expect([...db.check()]).not.toEqual([]);
  });

  it('is backed up though a write begins with the backup', async () => {
    const folder = temporaryFolder();
    const [path, copy] = [join(folder, 'journal.db'), join(folder, 'copy.db')];
    addNames(path, 1000);
    const db = openJournal(path);
    const done = db.backUp(copy);
    db.write(() => {
      for (let n = 0; n < 2000; n++)
        db.prepare('INSERT INTO names (value) VALUES (?)').run(`written meanwhile ${n}`);
    });
    await done;
    // Which of both was first is up to threads.
    expect([1000, 3000]).toContain(openJournal(copy).number('SELECT count(*) FROM names'));
  });

  it('gives an event without events before it the number after those that were deleted', () => {
    const path = join(temporaryFolder(), 'journal.db');
    const first = openJournal(path, { migrations: migrations.slice(0, 1) });
    continueAfter(first, 41);
    first.close();
    expect(new Writer(openJournal(path)).append(encode({ events: [storedEvent(0)] })).from).toBe(42);
  });

  it('leaves the file at its version if a migration fails in the middle', () => {
    const path = join(temporaryFolder(), 'journal.db');
    addNames(path, 1);
    const broken = [
      ...migrations,
      ['ALTER TABLE names ADD COLUMN note TEXT', 'INSERT INTO nowhere VALUES (1)'],
    ];
    expect(reasonOf(() => openJournal(path, { migrations: broken }))).toBe('io');
    const db = openJournal(path);
    expect(db.number('PRAGMA user_version')).toBe(schemaVersion);
    expect(
      db
        .prepare('SELECT * FROM names')
        .columns()
        .map(({ name }) => name),
    ).toEqual(['id', 'value']);
  });
});

describe('a journal that cannot be used', () => {
  it('of a newer version is left as it is', () => {
    const path = join(temporaryFolder(), 'journal.db');
    openJournal(path, { migrations: [...migrations, []] }).close();
    expect(reasonOf(() => openJournal(path))).toBe('newer-version');
    expect(openJournal(path, { migrations: [...migrations, []] }).number('PRAGMA user_version')).toBe(
      schemaVersion + 1,
    );
  });

  it('is not written by a window that opened it before another one migrated it', () => {
    const path = join(temporaryFolder(), 'journal.db');
    const old = openJournal(path);
    openJournal(path, { migrations: [...migrations, ['ALTER TABLE names ADD COLUMN note TEXT']] });
    const insert = (): unknown =>
      old.write(() => old.prepare("INSERT INTO names (value) VALUES ('late')").run());
    expect(reasonOf(insert)).toBe('newer-version');
    expect(old.number('SELECT count(*) FROM names')).toBe(0);
  });

  it('because its header is damaged is set aside, and a new one begins', () => {
    const path = join(temporaryFolder(), 'journal.db');
    addNames(path, 100);
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(64, 'x'), 0, 64, 0);
    closeSync(file);
    const damaged = readFileSync(path);
    const db = openJournal(path);
    expect(db.number('SELECT count(*) FROM names')).toBe(0);
    expect(db.setAside).toMatch(/journal\.db\.damaged-2026-11-26T/);
    expect(readFileSync(db.setAside ?? '').equals(damaged)).toBe(true);
  });

  it('because bytes in its middle were overwritten is found by its check, though inserts succeed', () => {
    const path = join(temporaryFolder(), 'journal.db');
    addNames(path, 2000);
    const pages = statSync(path).size / 8192;
    const file = openSync(path, 'r+');
    for (let page = pages >> 1; page < pages; page++)
      writeSync(file, Buffer.alloc(256, 0xab), 0, 256, page * 8192);
    closeSync(file);
    const db = openJournal(path);
    db.write(() => db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run('still', 'works'));
    expect(reasonOf(() => [...db.check()])).toBe('corrupt');
  });

  it('because it is a database of another program is set aside', () => {
    const path = join(temporaryFolder(), 'journal.db');
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE theirs (a)');
    other.close();
    const db = openJournal(path);
    expect(new DatabaseSync(db.setAside ?? '').prepare('SELECT * FROM theirs').all()).toEqual([]);
  });

  it('because a folder has its name says so', () => {
    const path = join(temporaryFolder(), 'journal.db');
    mkdirSync(path);
    expect(reasonOf(() => openJournal(path))).toBe('io');
  });

  it('because a file stands where its folder should be says so', () => {
    const file = join(temporaryFolder(), 'storage');
    writeFileSync(file, '');
    expect(reasonOf(() => openJournal(join(file, 'journal.db')))).toBe('io');
  });

  it('because another program holds it longer than the busy time-out is locked', () => {
    const path = join(temporaryFolder(), 'journal.db');
    const holder = openJournal(path);
    const other = openJournal(path);
    other.exec('PRAGMA busy_timeout = 20');
    const writeNothing = (): void => {
      other.write(() => undefined);
    };
    holder.exec('BEGIN IMMEDIATE');
    expect(reasonOf(writeNothing)).toBe('locked');
    holder.exec('ROLLBACK');
    expect(reasonOf(writeNothing)).toBe('none');
  });

  it('because its pages may not grow is full: SQLite error 13, rolled back', () => {
    const db = openJournal(join(temporaryFolder(), 'journal.db'));
    db.exec(`PRAGMA max_page_count = ${db.number('PRAGMA page_count')}`);
    const fill = (): void => {
      db.write(() => {
        for (let n = 0; n < 1000; n++)
          db.prepare('INSERT INTO names (value) VALUES (?)').run(`${n} ${'x'.repeat(1000)}`);
      });
    };
    expect(reasonOf(fill)).toBe('disk-full');
    expect(db.number('SELECT count(*) FROM names')).toBe(0);
  });

  it('because its disk is full or read-only says which', (context) => {
    const disk = smallFileSystem(1024);
    if (!disk) {
      context.skip('needs the right to mount');
      return;
    }
    const db = openJournal(join(disk.folder, 'journal.db'));
    const fill = (): void => {
      db.write(() => {
        for (let n = 0; n < 2000; n++)
          db.prepare('INSERT INTO names (value) VALUES (?)').run(`${n} ${'x'.repeat(1000)}`);
      });
    };
    expect(reasonOf(fill)).toBe('disk-full');
    db.close();
    disk.remount('ro');
    expect(reasonOf(() => openJournal(join(disk.folder, 'journal.db')))).toBe('read-only');
    expect(reasonOf(() => openJournal(join(disk.folder, 'new', 'journal.db')))).toBe('read-only');
  });

  it('is not set aside over an earlier one of the same moment', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'journal.db');
    for (let n = 0; n < 2; n++) {
      writeFileSync(path, 'no database at all, but long enough to have a header'.repeat(10));
      openJournal(path).close();
    }
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toHaveLength(2);
  });

  it('keeps its reason through every layer', () => {
    const failure = new JournalError('disk-full', 'full');
    expect(journalError(failure)).toBe(failure);
  });
});
