import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rounds } from '../../../harness/proof.ts';
import { LifeSign } from '../../../../src/core/connections/lifeSign.ts';
import { isHolderAlive, waitForRelease, WindowLock } from '../../../../src/core/connections/windowLock.ts';

const lockModule = new URL('../../../../src/core/connections/windowLock.ts', import.meta.url).href;
/** A process id that no process has: above what Linux and macOS give out, and no multiple of four as on Windows. */
const deadPid = 2_147_483_647;
const proof = { timeout: 600_000, tags: ['proof'] };

describe('WindowLock', () => {
  let dir: string;
  let file: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    dir = join(mkdtempSync(join(tmpdir(), 'gso-lock-')), 'locks');
    file = join(dir, 'home.lock');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = exit(child);
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(join(dir, '..'), { recursive: true, force: true });
  });

  function exit(child: ChildProcess): Promise<number | null> {
    return new Promise((done) => child.once('exit', done));
  }

  /** A process that runs `script` with the module as `lock` and the directory as `dir`; answers with its lines. */
  function run(script: string): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
    const head = `const lock = await import(process.argv[1]); const dir = process.argv[2]; const fs = await import('node:fs');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', head + script, lockModule, dir], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  }

  const hold = `const held = await lock.WindowLock.tryAcquire(dir, 'home'); console.log(held ? 'held' : 'refused'); process.stdin.resume();`;

  /** What a holder left behind that was killed. */
  async function leaveStale(): Promise<string> {
    const holder = run(hold);
    expect((await holder.lines.next()).value).toBe('held');
    const gone = exit(holder.child);
    holder.child.kill('SIGKILL');
    await gone;
    return readFileSync(file, 'utf8');
  }

  const acquire = (name = 'home') => WindowLock.tryAcquire(dir, name);
  const never = new AbortController().signal;

  it('goes to one, and to the next after its release', async () => {
    const first = await acquire();
    expect(first).toBeDefined();
    expect(await acquire()).toBeUndefined();
    await first?.release();
    expect(await acquire()).toBeDefined();
  });

  it('is one per name, whatever the name holds', async () => {
    for (const name of ['home', 'Home/../x', 'a b', '*', 'ü', 'home.lock'])
      expect(await acquire(name)).toBeDefined();
    for (const name of ['home', 'Home/../x', 'a b', '*', 'ü', 'home.lock'])
      expect(await acquire(name)).toBeUndefined();
  });

  it('says in its file who has it since when', async () => {
    await WindowLock.tryAcquire(dir, 'home', { now: () => 4711 });
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    expect(content).toMatchObject({ pid: process.pid, acquiredAt: 4711 });
    expect(content).toHaveProperty('token');
  });

  it.skipIf(process.platform === 'win32')('keeps its directory to its user', async () => {
    await acquire();
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  it('leaves nothing but the lock, and nothing after its release', async () => {
    const lock = await acquire();
    expect(readdirSync(dir)).toEqual(['home.lock']);
    await lock?.release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is released once: a second release does not touch the next holder', async () => {
    const first = await acquire();
    await first?.release();
    await acquire();
    await first?.release();
    expect(await acquire()).toBeUndefined();
  });

  it('is not given while another process lives', async () => {
    const holder = run(hold);
    await holder.lines.next();
    expect(await acquire()).toBeUndefined();
  });

  it('goes to the waiting one when its holder is killed', async () => {
    const holder = run(hold);
    await holder.lines.next();
    const released = waitForRelease(dir, 'home', never);
    holder.child.kill('SIGKILL');
    await released;
    expect(await acquire()).toBeDefined();
    expect(readdirSync(dir)).toEqual(['home.lock']);
  });

  it('is taken over from a killed holder whose process id was given to another process', async () => {
    const stale = await leaveStale();
    writeFileSync(file, stale.replace(/"pid":\d+/, `"pid":${process.pid}`));
    expect(await acquire()).toBeDefined();
  });

  it('goes to the waiting one when its holder releases it', async () => {
    const lock = await acquire();
    const released = waitForRelease(dir, 'home', never);
    await lock?.release();
    await released;
    expect(await acquire()).toBeDefined();
  });

  it('is not waited for where nobody has it', async () => {
    await waitForRelease(dir, 'home', never);
  });

  it('is waited for until the wait is aborted', async () => {
    await acquire();
    const abort = new AbortController();
    const released = waitForRelease(dir, 'home', abort.signal);
    abort.abort(new Error('enough'));
    await expect(released).rejects.toThrow('enough');
  });

  it.each([
    ['empty', ''],
    ['half written', '{"pid":12'],
    ['no lock at all', '[1,2,3]'],
    [
      'with a process id that would mean a group',
      '{"pid":-1,"token":"0123456789abcdef0123456789abcdef","acquiredAt":0}',
    ],
    ['with a token that would lead out of the directory', '{"pid":1,"token":"../../x","acquiredAt":0}'],
  ])('is taken over when its file stays %s', async (_what, content) => {
    await (await acquire())?.release();
    writeFileSync(file, content);
    expect(await acquire()).toBeDefined();
    expect(readdirSync(dir)).toEqual(['home.lock']);
  });

  it('is not taken over while its file is being written', async () => {
    const other = await acquire();
    const content = readFileSync(file, 'utf8');
    writeFileSync(file, '');
    const attempt = acquire();
    // Both timers are of this process, so this one fires before the end of the grace however slow the machine is.
    await new Promise((done) => setTimeout(done, 50));
    writeFileSync(file, content);
    expect(await attempt).toBeUndefined();
    await other?.release();
  });

  it('does not take a lock over that changes hands while it is looked at', async () => {
    const stale = await leaveStale();
    const { token } = JSON.parse(stale) as { token: string };
    // Somebody else takes it over right after we have found its holder dead.
    let asked = 0;
    const slow = await WindowLock.tryAcquire(dir, 'home', {
      isAlive: async (holder) => {
        const alive = await isHolderAlive(holder);
        if (asked++ === 0) {
          unlinkSync(file);
          writeFileSync(
            file,
            stale
              .replace(token, 'f'.repeat(32))
              .replace(/"pid":\d+/, `"pid":${process.pid}`)
              .replace(/,"lifeSign":"[^"]*"/, ''),
          );
        }
        return alive;
      },
    });
    expect(slow).toBeUndefined();
    expect(readFileSync(file, 'utf8')).toContain('f'.repeat(32));
    expect(await acquire()).toBeUndefined();
    expect(readdirSync(dir)).toEqual(['home.lock']);
  });

  it('is taken over from somebody who died in the middle of a takeover, and cleans up after him', async () => {
    const stale = await leaveStale();
    const { token } = JSON.parse(stale) as { token: string };
    const dead = JSON.stringify({ pid: deadPid, token: 'd'.repeat(32), acquiredAt: 0 });
    writeFileSync(`${file}.claim-${token}`, dead);
    writeFileSync(
      `${file}.claim-${'d'.repeat(32)}`,
      JSON.stringify({ pid: deadPid, token: 'e'.repeat(32), acquiredAt: 0 }),
    );
    writeFileSync(`${file}.tmp-${deadPid}-${'d'.repeat(32)}`, dead);
    expect(await acquire()).toBeDefined();
    expect(readdirSync(dir)).toEqual(['home.lock']);
  });

  const racers = rounds(8, 40);
  it(
    `is held by one of ${racers} processes at a time that race for it, half of them dying with it`,
    proof,
    async () => {
      await leaveStale();
      // Inside the lock each makes a file that must not exist yet. Who dies there leaves a stale lock to all that are left.
      const script = (dies: boolean): string => `
      let held;
      while (!(held = await lock.WindowLock.tryAcquire(dir, 'home'))) {
        await lock.waitForRelease(dir, 'home', new AbortController().signal);
      }
      try { fs.writeFileSync(dir + '/inside', '', { flag: 'wx' }); } catch { console.log('not alone'); }
      await new Promise((done) => setTimeout(done, 5));
      fs.unlinkSync(dir + '/inside');
      console.log('was inside');
      ${dies ? `process.kill(process.pid, 'SIGKILL')` : 'await held.release()'};`;
      const said = await Promise.all(
        Array.from({ length: racers }, async (_nothing, index) => {
          const { child, lines } = run(script(index % 2 === 0));
          // The output of a process closes a moment before the process is dead.
          const gone = exit(child);
          const all: string[] = [];
          for await (const line of lines) all.push(line);
          await gone;
          return all;
        }),
      );
      expect(said).toEqual(Array(racers).fill(['was inside']));
      expect(await acquire()).toBeDefined();
      expect(readdirSync(dir)).toEqual(['home.lock']);
    },
  );
});

describe('the holder of a lock', () => {
  const holder = { pid: process.pid, token: '0'.repeat(32), acquiredAt: 0 };

  it('lives as long as its process, and its process still is that one', async () => {
    expect(await isHolderAlive(holder)).toBe(true);
    expect(await isHolderAlive({ ...holder, pid: deadPid })).toBe(false);
    const sign = await LifeSign.open();
    expect(await isHolderAlive({ ...holder, lifeSign: sign.address })).toBe(true);
    await sign.close();
    expect(await isHolderAlive({ ...holder, lifeSign: sign.address })).toBe(false);
  });
});
