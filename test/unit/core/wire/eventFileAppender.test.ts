import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import { appendToEventFile, EventFileAppenderError } from '../../../../src/core/wire/eventFileAppender.ts';
import { ManualClock } from '../helpers.ts';
import { bytesOf, Room } from './sockets.ts';

const root = process.geteuid?.() === 0;
const nobody = 65_534;

describe('appending to a journal', () => {
  let room: Room;
  let clock: ManualClock;
  let today: string;
  beforeEach(() => {
    room = new Room();
    clock = new ManualClock();
    clock.advance(Date.parse('2026-11-20T23:59:59.500Z') - clock.now());
    today = room.path('2026-11-20.ndjson');
  });
  afterEach(() => room.close());

  async function reasonOf(appending: Promise<void>): Promise<string> {
    try {
      await appending;
      return 'appended';
    } catch (error) {
      if (!EventFileAppenderError.is(error)) throw error;
      expect(english(error.text)).toBe(error.message);
      return error.reason;
    }
  }

  async function asNobody<T>(act: () => Promise<T>): Promise<T> {
    if (root) process.seteuid?.(nobody);
    try {
      return await act();
    } finally {
      if (root) process.seteuid?.(0);
    }
  }

  it('adds a line with its newline to the file of the UTC day', async () => {
    await appendToEventFile(room.dir, bytesOf('{"a":"ä"}'), clock);
    clock.advance(500);
    await appendToEventFile(room.dir, bytesOf('{"b":2}'), clock);
    expect(readFileSync(today, 'utf8')).toBe('{"a":"ä"}\n');
    expect(readFileSync(room.path('2026-11-21.ndjson'), 'utf8')).toBe('{"b":2}\n');
  });

  it('leaves what is there, also where others write meanwhile', async () => {
    writeFileSync(today, '{"old":1}\n');
    const lines = Array.from({ length: 50 }, (_, index) => JSON.stringify({ index, text: 'x'.repeat(5000) }));
    const writing = Promise.all(lines.map((line) => appendToEventFile(room.dir, bytesOf(line), clock)));
    for (let other = 0; other < 50; other++) appendFileSync(today, `{"other":${String(other)}}\n`);
    await writing;
    const written = readFileSync(today, 'utf8').split('\n');
    expect(written[0]).toBe('{"old":1}');
    expect(written.at(-1)).toBe('');
    expect(written).toHaveLength(102);
    expect(lines.every((line) => written.includes(line))).toBe(true);
  });

  it('makes no directory and no second line', async () => {
    expect(await reasonOf(appendToEventFile(room.path('none'), bytesOf('{}'), clock))).toBe('noDirectory');
    expect(existsSync(room.path('none'))).toBe(false);
    writeFileSync(room.path('file'), '');
    expect(await reasonOf(appendToEventFile(room.path('file'), bytesOf('{}'), clock))).toBe('notADirectory');
    expect(await reasonOf(appendToEventFile(room.dir, bytesOf('{}\n{}'), clock))).toBe('notALine');
    expect(existsSync(today)).toBe(false);
  });

  it('writes to a file alone', async () => {
    mkdirSync(today);
    expect(await reasonOf(appendToEventFile(room.dir, bytesOf('{}'), clock))).toBe('failed');
    clock.advance(1000);
    expect(spawnSync('mkfifo', [room.path('2026-11-21.ndjson')]).status).toBe(0);
    // Nobody reads from the pipe; whoever waited for a reader would hang here.
    expect(await reasonOf(appendToEventFile(room.dir, bytesOf('{}'), clock))).toBe('failed');
  });

  it('says that it may not', async () => {
    writeFileSync(today, '');
    chmodSync(today, 0o444);
    chmodSync(room.dir, 0o755);
    expect(await asNobody(() => reasonOf(appendToEventFile(room.dir, bytesOf('{}'), clock)))).toBe(
      'noPermission',
    );
  });

  it.runIf(root)('makes no file that would lock the owner of the journal out', async () => {
    chmodSync(room.dir, 0o777);
    expect(await asNobody(() => reasonOf(appendToEventFile(room.dir, bytesOf('{}'), clock)))).toBe('foreign');
    expect(existsSync(today)).toBe(false);
    // Root makes it theirs.
    chownSync(room.dir, nobody, nobody);
    await appendToEventFile(room.dir, bytesOf('{}'), clock);
    expect(statSync(today)).toMatchObject({ uid: nobody, gid: nobody });
    expect(await asNobody(() => reasonOf(appendToEventFile(room.dir, bytesOf('{}'), clock)))).toBe(
      'appended',
    );
  });
});
