import { appendFile, chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { At, Reading } from './journalReading.ts';

const hour = 3_600_000;

describe('a journal tail', () => {
  let directory = '';
  let clock = new At('2026-11-20T12:00:00Z');
  let reading = new Reading('', clock);
  const today = '2026-11-20.ndjson';
  const tomorrow = '2026-11-21.ndjson';
  const append = (file: string, text: string | Uint8Array): Promise<void> =>
    appendFile(join(directory, file), text);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gs-journal-'));
    clock = new At('2026-11-20T12:00:00Z');
    reading = new Reading(directory, clock);
  });
  afterEach(async () => {
    await reading.stop();
    expect(clock.waiting).toBe(0);
    await rm(directory, { recursive: true });
  });

  it('delivers whole lines only, even if they come byte by byte', async () => {
    await reading.start();
    for (const byte of Buffer.from('žluť\n')) {
      expect(reading.texts).toEqual([]);
      await append(today, Uint8Array.of(byte));
    }
    expect(await reading.has(1)).toEqual(['žluť']);
    await append(today, 'two\nthr');
    expect(await reading.has(2)).toEqual(['žluť', 'two']);
    await append(today, 'ee\n');
    expect(await reading.has(3)).toEqual(['žluť', 'two', 'three']);
    expect(reading.lines.at(-1)).toMatchObject({
      size: 5,
      truncated: false,
      receivedAt: clock.now(),
      cursor: { file: today, offset: 17 },
    });
  });

  it('waits between lines while whoever takes them cannot keep up', async () => {
    const count = 100_000;
    await append(today, Array.from({ length: count }, (_, n) => `line ${n}\n`).join(''));
    const relief = Promise.withResolvers<undefined>();
    const asked = Promise.withResolvers<undefined>();
    let waits = 0;
    await reading.start({
      pressure: () => {
        waits++;
        asked.resolve(undefined);
        return waits === 1 ? relief.promise : undefined;
      },
    });
    await asked.promise;
    const before = reading.lines.length;
    await new Promise(setImmediate);
    expect([reading.lines.length, waits]).toEqual([before, 1]);
    expect(before).toBeLessThan(count);
    relief.resolve(undefined);
    await reading.has(count);
    expect(reading.texts.at(-1)).toBe(`line ${count - 1}`);
  });

  it('goes into the new file at midnight UTC and takes late lines of yesterday for two minutes', async () => {
    await append(today, 'before\n');
    await reading.start();
    await reading.has(1);
    clock.advance(12 * hour + 1000);
    await append(tomorrow, 'after\n');
    await reading.has(2);
    await append(today, 'late\n');
    expect(await reading.has(3)).toEqual(['before', 'after', 'late']);
    expect(reading.cursor).toEqual({ file: tomorrow, offset: 6, late: { file: today, offset: 12 } });
    clock.advance(120_000);
    await reading.until(() => reading.cursor?.late === undefined);
    await append(today, 'too late\n');
    await append(tomorrow, 'on time\n');
    expect((await reading.has(4)).at(-1)).toBe('on time');
    expect(reading.gaps).toEqual([]);
  });

  it('finds a late line after a restart', async () => {
    await append(today, 'a\n');
    clock.advance(12 * hour + 1000);
    await append(tomorrow, 'b\n');
    await reading.start();
    await reading.has(2);
    await reading.until(() => reading.cursor?.late !== undefined);
    await reading.stop();
    await append(today, 'late\n');
    clock.advance(5 * hour);
    await reading.start();
    expect(await reading.has(3)).toEqual(['a', 'b', 'late']);
    await reading.until(() => reading.cursor?.late === undefined);
  });

  it('delivers a last line without newline once its day is well over', async () => {
    await append(today, 'whole\nhalf');
    await reading.start();
    await reading.has(1);
    clock.advance(12 * hour);
    await append(tomorrow, 'next\n');
    expect(await reading.has(2)).toEqual(['whole', 'next']);
    clock.advance(121_000);
    expect(await reading.has(3)).toEqual(['whole', 'next', 'half']);
  });

  it('reads the rest of an older file and all files since, in order', async () => {
    await append('2026-11-16.ndjson', 'read\nunread\nhalf');
    await append('2026-11-18.ndjson', 'b\n');
    await append('2026-11-17.ndjson', 'a\n');
    await append('2026-11-99.ndjson', 'no day\n');
    await append('2099-01-01.ndjson', 'no day of ours\n');
    await append('notes.txt', 'no journal\n');
    await append(today, 'c\n');
    reading.cursor = { file: '2026-11-16.ndjson', offset: 5 };
    await reading.start();
    expect(await reading.has(5)).toEqual(['unread', 'half', 'a', 'b', 'c']);
    expect(reading.cursor).toEqual({ file: today, offset: 2 });
    expect(reading.gaps).toEqual([]);
  });

  it('reports a file that became shorter and reads what is there now', async () => {
    await append(today, 'one\ntwo\n');
    await reading.start();
    await reading.has(2);
    await truncate(join(directory, today));
    await reading.until(() => reading.gaps.length === 1);
    await append(today, 'new\n');
    expect(await reading.has(3)).toEqual(['one', 'two', 'new']);
    expect(reading.gaps).toEqual([
      'The journal file 2026-11-20.ndjson has 0 bytes but was read up to 8; lines may be missing.',
    ]);
    await reading.stop();
    await writeFile(join(directory, today), 'x\n');
    await reading.start();
    expect((await reading.has(4)).at(-1)).toBe('x');
    expect(reading.gaps).toHaveLength(2);
  });

  it('notices at a restart that a file was replaced by a longer one', async () => {
    await append(today, 'one\ntwo\n');
    await reading.start();
    await reading.has(2);
    await reading.stop();
    await writeFile(join(directory, today), 'longer than before\n');
    await reading.start();
    expect(await reading.has(3)).toEqual(['one', 'two', 'longer than before']);
    expect(reading.gaps).toEqual([
      'The journal file 2026-11-20.ndjson is not what it was; it is read from its beginning.',
    ]);
  });

  it('reports a file that was removed and goes on with the next', async () => {
    await append(today, 'one\n');
    reading.cursor = { file: '2026-11-10.ndjson', offset: 7 };
    await append('2026-11-12.ndjson', 'zero\n');
    await reading.start();
    expect(await reading.has(2)).toEqual(['zero', 'one']);
    expect(reading.gaps).toEqual(['The journal file 2026-11-10.ndjson was removed; lines may be missing.']);
    await rm(join(directory, today));
    await reading.until(() => reading.gaps.length === 2);
    await append(today, 'again\n');
    expect((await reading.has(3)).at(-1)).toBe('again');
  });

  it('saves its place after a gap, so that nothing is skipped by a restart', async () => {
    await append(today, 'one\ntwo\n');
    await reading.start();
    await reading.has(2);
    await truncate(join(directory, today));
    await reading.until(() => reading.cursor?.offset === 0);
    await reading.stop();
    await append(today, 'longer than what was there\n');
    await reading.start();
    expect((await reading.has(3)).at(-1)).toBe('longer than what was there');
  });

  it('begins anew, and says so, when it was read up to a day that is yet to come', async () => {
    await append(today, 'one\n');
    reading.cursor = { file: '2030-01-01.ndjson', offset: 7 };
    await reading.start();
    expect(await reading.has(1)).toEqual(['one']);
    expect(reading.gaps).toHaveLength(1);
  });

  it('cuts a line over the cap and reads the next one; garbage is a line like others', async () => {
    await reading.start({ maxLineBytes: 1024 });
    await append(today, `${'x'.repeat(2 * 1024 * 1024)}\n`);
    await append(today, Buffer.from([0xff, 0x00, 0x0a]));
    await append(today, '\n \r\ngood\n');
    await reading.has(3);
    expect(reading.lines).toMatchObject([
      { size: 2 * 1024 * 1024, truncated: true },
      { size: 2, truncated: false },
      { size: 4, truncated: false },
    ]);
    expect(reading.lines[0]?.bytes).toHaveLength(1024);
    expect(reading.texts.at(-1)).toBe('good');
  });

  describe('without a cursor', () => {
    beforeEach(async () => {
      await append('2026-11-18.ndjson', '2026-11-18T23:00:00Z\n');
      await append('2026-11-19.ndjson', '2026-11-19T11:59:59Z\n2026-11-19T12:00:01Z\nunreadable\n');
      await append(today, '2026-11-20T09:00:00Z\n2026-11-20T11:30:00Z\nhalf');
    });

    it('goes back as far as it is told', async () => {
      await reading.start({ backfillHours: 24 });
      const expected = ['2026-11-19T12:00:01Z', 'unreadable', '2026-11-20T09:00:00Z', '2026-11-20T11:30:00Z'];
      expect(await reading.has(4)).toEqual(expected);
    });

    it('takes what comes from now on whatever its time says', async () => {
      await reading.start({ backfillHours: 1 });
      await reading.has(1);
      await append(today, ' no time\n2026-11-20T01:00:00Z old\n');
      expect(await reading.has(3)).toEqual([
        '2026-11-20T11:30:00Z',
        'half no time',
        '2026-11-20T01:00:00Z old',
      ]);
    });

    it('begins with the line that is being written when it is not to go back, and remembers that', async () => {
      await reading.start({ backfillHours: 0 });
      await reading.until(() => reading.cursor !== undefined);
      await reading.stop();
      await append(today, ' and whole\nnext\n');
      await reading.start({ backfillHours: 0 });
      expect(await reading.has(2)).toEqual(['half and whole', 'next']);
    });

    it('takes late lines of yesterday when it begins right after midnight', async () => {
      clock.advance(12 * hour + 5000);
      await reading.start({ backfillHours: 0 });
      await append(today, ' and late\n');
      await append(tomorrow, 'now\n');
      expect((await reading.has(2)).sort()).toEqual(['half and late', 'now']);
    });
  });

  it.each([
    ['missing', 'noDirectory'],
    ['file', 'notADirectory'],
  ])('cannot read a %s: %s', async (name, reason) => {
    await append('file', '');
    const elsewhere = new Reading(join(directory, name), clock);
    await expect(elsewhere.start()).rejects.toMatchObject({ name: 'EventFileError', reason });
  });

  it('says that a file must not be read', async () => {
    await append(today, 'secret\n');
    await chmod(join(directory, today), 0);
    await chmod(directory, 0o755);
    // Root may read everything, so somebody else looks.
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    try {
      await reading.start();
      await reading.until(() => reading.lost.length > 0);
    } finally {
      if (root) process.seteuid?.(0);
    }
    expect(reading.lost).toMatchObject([{ reason: 'noPermission' }]);
  });

  it('ends with an error when its directory is removed', async () => {
    await mkdir(join(directory, 'sub'));
    const short = new Reading(join(directory, 'sub'), clock);
    await short.start();
    await short.until(() => short.cursor !== undefined);
    await rm(join(directory, 'sub'), { recursive: true });
    clock.advance(1000);
    await short.until(() => short.lost.length > 0);
    expect(short.lost).toMatchObject([{ reason: 'noDirectory' }]);
    expect(clock.waiting).toBe(0);
  });
});
