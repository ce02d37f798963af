import * as nodeFs from 'node:fs';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import { DebouncedFiles } from '../../../../src/core/storage/debouncedFiles.ts';
import { ManualClock, silentLog } from '../helpers.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'df-'));
  folders.push(folder);
  const clock = new ManualClock();
  const log: string[] = [];
  const disk = { full: false, writes: 0 };
  const files = new DebouncedFiles({
    folder: join(folder, 'new'),
    clock,
    log: {
      ...silentLog,
      error: (message) => log.push(english(message)),
      info: (message) => log.push(english(message)),
    },
    fs: {
      ...nodeFs,
      writeFileSync: (...args: Parameters<typeof nodeFs.writeFileSync>) => {
        disk.writes++;
        if (disk.full) throw new Error('ENOSPC: no space left on device');
        nodeFs.writeFileSync(...args);
      },
    },
  });
  /** Moves the clock and lets what it woke run. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await new Promise(setImmediate);
  };
  const onDisk = (): Record<string, string> => {
    const names = nodeFs.existsSync(join(folder, 'new')) ? readdirSync(join(folder, 'new')) : [];
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, 'new', name), 'utf8')]));
  };
  return { clock, log, disk, files, pass, onDisk };
}

describe('files that are written soon after they changed', () => {
  it('take many changes in one write, and leave nothing but themselves', async () => {
    const { disk, files, pass, onDisk } = setUp();
    for (let n = 0; n < 100; n++) files.change('a.json', () => ['{"n":', String(n), '}']);
    await pass(999);
    expect([onDisk(), files.pending('a.json')]).toEqual([{}, '{"n":99}']);
    await pass(1);
    expect([onDisk(), files.pending('a.json')]).toEqual([{ 'a.json': '{"n":99}' }, undefined]);
    expect([disk.writes, files.read('a.json'), files.names()]).toEqual([1, '{"n":99}', ['a.json']]);
    files.change('a.json', () => 'keep');
    await pass(1000);
    expect(onDisk()).toEqual({ 'a.json': '{"n":99}' });
    files.change('a.json', () => 'remove');
    await pass(1000);
    expect(onDisk()).toEqual({});
  });

  it('lose nothing while the disk is full: the failure is logged once and the write is repeated', async () => {
    const { clock, log, disk, files, pass, onDisk } = setUp();
    disk.full = true;
    files.change('a', () => ['1']);
    files.change('b', () => ['2']);
    for (let n = 0; n < 60; n++) await pass(1000);
    files.change('c', () => ['3']);
    expect(onDisk()).toEqual({});
    expect(log).toEqual([
      expect.stringMatching(
        /new\/a could not be written and is tried again: ENOSPC: no space left on device$/,
      ),
    ]);
    disk.full = false;
    await pass(10_000);
    expect(onDisk()).toEqual({ a: '1', b: '2', c: '3' });
    expect(log.slice(1)).toEqual([expect.stringMatching(/new can be written again$/)]);
    expect(clock.waiting).toBe(0);
  });

  it('are written at the end, also in the middle of a write, and a failure then does not stop the rest', async () => {
    const { clock, disk, files, pass, onDisk } = setUp();
    let made = 0;
    files.change('big', function* () {
      for (let n = 0; n < 8; n++) yield 'x'.repeat(200_000);
    });
    files.change('late', () => [String(++made)]);
    await pass(1000);
    files.change('bad', () => {
      throw new Error('cannot be made');
    });
    files.change('small', () => ['1']);
    files.dispose();
    expect(Object.entries(onDisk()).map(([name, { length }]) => [name, length])).toEqual([
      ['big', 1_600_000],
      ['late', 1],
      ['small', 1],
    ]);
    const { writes } = disk;
    await pass(100_000);
    expect([disk.writes, clock.waiting]).toEqual([writes, 0]);
  });

  it('give other work its turn while a long text is made, and wait the longer the longer it was', async () => {
    const { disk, files, pass, onDisk } = setUp();
    let pieces = 0;
    const long = function* (): Generator<string> {
      for (let n = 0; n < 50; n++) {
        pieces++;
        yield 'x'.repeat(100_000);
      }
    };
    files.change('a', long);
    await pass(1000);
    while (disk.writes === 0) {
      const before = pieces;
      await pass(0);
      expect(pieces - before).toBeLessThanOrEqual(3);
    }
    expect(onDisk()['a']).toHaveLength(5_000_000);
    files.change('a', () => ['short']);
    await pass(4700);
    expect(disk.writes).toBe(1);
    await pass(300);
    expect(onDisk()).toEqual({ a: 'short' });
  });

  it('keep the change that comes while they are written', async () => {
    const { files, pass, onDisk } = setUp();
    files.change('a', () => ['x'.repeat(300_000), 'old']);
    await pass(1000);
    files.change('a', () => ['new']);
    await pass(0);
    expect(onDisk()['a']).toMatch(/old$/);
    await pass(1000);
    expect(onDisk()).toEqual({ a: 'new' });
  });
});
