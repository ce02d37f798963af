import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileFollower } from '../../../../src/core/wire/fileFollower.ts';
import { realClock } from '../helpers.ts';

describe('following a file by its name', () => {
  let folder = '';
  let path = '';
  let told = '';
  let turns: string[] = [];
  let follower: FileFollower | undefined;
  let look: () => void = () => undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gs-'));
    path = join(folder, 'server.log');
    told = '';
    turns = [];
  });
  afterEach(async () => {
    await follower?.dispose();
    await rm(folder, { recursive: true });
  });

  async function start(tailBytes = 1000): Promise<void> {
    follower = await FileFollower.start({
      path,
      tailBytes,
      clock: realClock,
      onText(text) {
        told += text;
        look();
      },
      onTurn(turn) {
        turns.push(turn);
        look();
      },
    });
  }

  function until(wanted: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      look = () => {
        if (wanted()) resolve();
      };
      look();
    });
  }

  it('tells the end of what is there from the beginning of a line, then what is appended', async () => {
    await writeFile(path, 'first line\nsecond line\nthird\n');
    await start(10);
    expect(told).toBe('third\n');
    await appendFile(path, 'fourth ünd');
    await until(() => told.endsWith('ünd'));
    expect(told).toBe('third\nfourth ünd');
  });

  it('reads a character whole that was written in two pieces', async () => {
    await writeFile(path, '');
    await start();
    const [a = 0, b = 0] = Buffer.from('ü');
    await appendFile(path, Buffer.from([a]));
    await appendFile(path, Buffer.from([b, 0x0a]));
    await until(() => told.endsWith('\n'));
    expect(told).toBe('ü\n');
  });

  it('goes on with the file that takes its place, after the last words of the old one', async () => {
    await writeFile(path, 'old\n');
    await start();
    await appendFile(path, 'last words\n');
    await rename(path, `${path}.1`);
    await writeFile(path, 'new\n');
    await until(() => told.endsWith('new\n'));
    expect(told).toBe('old\nlast words\nnew\n');
    expect(turns.filter((turn) => turn !== 'missing' && turn !== 'appeared')).toSatisfy(
      (rest: string[]) => rest.length <= 1 && (rest[0] ?? 'rotated') === 'rotated',
    );
  });

  it('waits for a file that is not there yet, and says so once', async () => {
    await start();
    expect(turns).toEqual(['missing']);
    await writeFile(path, 'here\n');
    await until(() => told === 'here\n');
    expect(turns).toEqual(['missing', 'appeared']);
  });

  it('begins anew when the file was emptied', async () => {
    await writeFile(path, 'a long line that goes away\n');
    await start();
    await truncate(path, 0);
    await appendFile(path, 'b\n');
    await until(() => told.endsWith('b\n'));
    expect(turns).toEqual(['truncated']);
  });

  it('says when it may not read', async () => {
    await writeFile(path, 'secret\n', { mode: 0o600 });
    const root = process.geteuid?.() === 0;
    if (root) {
      const { chmod } = await import('node:fs/promises');
      await chmod(folder, 0o755);
      process.seteuid?.(65534);
    }
    try {
      if (root) await start();
    } finally {
      if (root) process.seteuid?.(0);
    }
    if (!root) {
      await rm(path);
      await writeFile(path, 'secret\n', { mode: 0o000 });
      await start();
    }
    expect(turns).toEqual(['noPermission']);
    expect(told).toBe('');
  });
});
