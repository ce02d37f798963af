import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import { UnixListener, UnixListenerError } from '../../../../src/core/wire/unixListener.ts';
import {
  checkUnixPath,
  openShortWay,
  probe,
  publish,
  removeStale,
  unixPathLimit,
} from '../../../../src/core/wire/unixPath.ts';
import { arrives, noUnixSockets, Room } from './sockets.ts';

const listenerModule = new URL('../../../../src/core/wire/unixListener.ts', import.meta.url).href;

describe.skipIf(noUnixSockets)('the path of a unix listener', () => {
  let room: Room;
  let path: string;
  beforeEach(() => {
    room = new Room();
    path = room.path('k.sock');
  });
  afterEach(() => room.close());

  async function refusal(at: string): Promise<UnixListenerError> {
    const error: unknown = await UnixListener.listen({
      path: at,
      mode: 0o600,
      onMessage: () => undefined,
    }).catch((thrown: unknown) => thrown);
    if (!UnixListenerError.is(error)) throw new Error(`expected a UnixListenerError, got ${String(error)}`);
    return error;
  }

  describe('at the start', () => {
    it.each([0o600, 0o660, 0o666])('gives the file the mode %o, whatever the umask', async (mode) => {
      await room.listen(path, { mode });
      expect(lstatSync(path).mode & 0o777).toBe(mode);
    });

    it('leaves no other file in the directory', async () => {
      const ear = await room.listen(path);
      expect(readdirSync(room.dir)).toEqual(['k.sock']);
      await ear.listener.dispose();
      expect(readdirSync(room.dir)).toEqual([]);
    });

    it('replaces the socket of a program that has ended, and says so', async () => {
      await room.staleSocket(path);
      const ear = await room.listen(path);
      await arrives(ear, path);
      expect(ear.notices.all.map(english)).toEqual([
        `The socket file ${path} was left behind by a program that has ended; it was replaced.`,
      ]);
      expect(readdirSync(room.dir)).toEqual(['k.sock']);
    });

    it('does not steal from a live listener, whose file survives', async () => {
      await room.foreign(path);
      const file = lstatSync(path).ino;
      expect(await refusal(path)).toMatchObject({ reason: 'inUse', text: { args: [path] } });
      expect(lstatSync(path).ino).toBe(file);
      expect(await probe(path)).toBe('connected');
      expect(readdirSync(room.dir)).toEqual(['k.sock']);
    });

    it('lets only one of many that start at once over a stale file have it', async () => {
      await room.staleSocket(path);
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => room.listen(path)));
      const winners = results.filter((result) => result.status === 'fulfilled');
      const losers = results.filter((result) => result.status === 'rejected');
      expect(winners).toHaveLength(1);
      expect(losers.every((result) => UnixListenerError.is(result.reason, 'inUse'))).toBe(true);
      const [winner] = winners;
      if (winner) await arrives(winner.value, path);
      expect(readdirSync(room.dir)).toEqual(['k.sock']);
    });

    it('refuses a file that is no socket and leaves it alone', async () => {
      writeFileSync(path, 'precious');
      expect((await refusal(path)).reason).toBe('notASocket');
      expect(readFileSync(path, 'utf8')).toBe('precious');
    });

    it('refuses a directory in the place of the socket', async () => {
      mkdirSync(path);
      expect((await refusal(path)).reason).toBe('notASocket');
    });

    it.each(['missing/k.sock', 'file/k.sock'])('refuses a path without a directory: %s', async (below) => {
      writeFileSync(room.path('file'), '');
      expect((await refusal(room.path(below))).reason).toBe('noDirectory');
    });

    it('refuses a path that is too long with its length and the limit', async () => {
      const limit = unixPathLimit();
      const long = room.path('x'.repeat(limit - room.dir.length));
      const error = await refusal(long);
      expect(error.reason).toBe('pathTooLong');
      expect(error.text.args).toEqual([long, limit + 1, limit]);
      expect(readdirSync(room.dir)).toEqual([]);
    });

    it('counts the path in bytes, not in letters', async () => {
      expect((await refusal(room.path('ü'.repeat(50)))).reason).toBe('pathTooLong');
    });

    it('takes a path of exactly the limit, although its temporary name is longer', async () => {
      const deep = room.path('d'.repeat(unixPathLimit() - room.dir.length - 1 - 2));
      mkdirSync(deep);
      const longest = `${deep}/s`;
      expect(longest).toHaveLength(unixPathLimit());
      const ear = await room.listen(longest);
      await arrives(ear, longest);
      expect(readdirSync(deep)).toEqual(['s']);
    });

    it('knows the limits of the systems and refuses Windows', () => {
      const ofLength = (length: number): string => `/${'p'.repeat(length - 1)}`;
      const reason = (length: number, platform: NodeJS.Platform): string | undefined => {
        try {
          checkUnixPath(ofLength(length), platform);
          return undefined;
        } catch (error) {
          return UnixListenerError.is(error) ? error.reason : 'another error';
        }
      };
      expect([reason(107, 'linux'), reason(108, 'linux')]).toEqual([undefined, 'pathTooLong']);
      expect([reason(103, 'darwin'), reason(104, 'darwin')]).toEqual([undefined, 'pathTooLong']);
      expect(reason(10, 'win32')).toBe('unsupported');
    });

    it('says that there is no permission where the directory may not be written', async () => {
      mkdirSync(room.path('closed'), { mode: 0o555 });
      chmodSync(room.dir, 0o755);
      expect(await refusalAsNobody(room.path('closed', 'k.sock'))).toBe('noPermission');
    });

    it('says that there is no permission where a socket may not be probed', async () => {
      chmodSync(room.dir, 0o777);
      await room.foreign(path);
      chmodSync(path, 0o000);
      expect(await refusalAsNobody(path)).toBe('noPermission');
      expect(existsSync(path)).toBe(true);
    });
  });

  /** Root may do everything, so the question is asked by a process that becomes somebody who may not. */
  async function refusalAsNobody(at: string): Promise<string> {
    const script = `
      const { UnixListener } = await import(process.argv[1]);
      if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
      try { await UnixListener.listen({ path: process.argv[2], mode: 0o600, onMessage() {} }); console.log('listens'); }
      catch (error) { console.log(error.reason ?? error.stack); }
      process.exit();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, listenerModule, at], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await new Promise((done) => child.once('close', done));
    return said.trim();
  }

  describe('that is a symbolic link', () => {
    it.each(['existing', 'dangling', 'relative'])('binds the target of a link (%s)', async (kind) => {
      mkdirSync(room.path('run'));
      const target = room.path('run', 't.sock');
      if (kind === 'existing') await room.staleSocket(target);
      symlinkSync(kind === 'relative' ? 'run/t.sock' : target, path);
      const ear = await room.listen(path);
      await arrives(ear, path);
      expect(lstatSync(target).isSocket()).toBe(true);
      expect(lstatSync(path).isSymbolicLink()).toBe(true);
      await ear.listener.dispose();
      expect(existsSync(target)).toBe(false);
      expect(lstatSync(path).isSymbolicLink()).toBe(true);
    });

    it('reaches a place that is too deep for a socket path of its own', async () => {
      const deep = room.path('d'.repeat(100), 'e'.repeat(100));
      mkdirSync(deep, { recursive: true });
      symlinkSync(`${deep}/t.sock`, path);
      const ear = await room.listen(path);
      await arrives(ear, path);
      expect(readdirSync(deep)).toEqual(['t.sock']);
    });

    it('refuses a circle', async () => {
      symlinkSync(room.path('other'), path);
      symlinkSync(path, room.path('other'));
      expect((await refusal(path)).reason).toBe('failed');
    });

    it('does not steal from a live listener at the end of the link', async () => {
      await room.foreign(room.path('t.sock'));
      symlinkSync('t.sock', path);
      expect((await refusal(path)).reason).toBe('inUse');
    });

    it('makes a socket in the place of the link when the link is removed', async () => {
      mkdirSync(room.path('run'));
      symlinkSync(room.path('run', 't.sock'), path);
      const ear = await room.listen(path);
      unlinkSync(path);
      await ear.notices.first(1);
      await arrives(ear, path);
      expect(lstatSync(path).isSocket()).toBe(true);
      expect(readdirSync(room.path('run'))).toEqual([]);
    });
  });

  describe('in its parts', () => {
    it('gives a file its name by renaming where there are no hard links, unless the name is taken', async () => {
      const refuse = (): Promise<void> => Promise.reject(Object.assign(new Error('no'), { code: 'EPERM' }));
      const operations = {
        link: refuse,
        rename: (from: string, to: string) => {
          renameSync(from, to);
          return Promise.resolve();
        },
      };
      writeFileSync(room.path('one'), 'one');
      expect(await publish(room.path('one'), room.path('name'), operations)).toBe(true);
      writeFileSync(room.path('two'), 'two');
      expect(await publish(room.path('two'), room.path('name'), operations)).toBe(false);
      expect(readFileSync(room.path('name'), 'utf8')).toBe('one');
    });

    it('gives a file back that came alive between the probe and its removal', async () => {
      await room.foreign(path);
      const { dev, ino } = lstatSync(path, { bigint: true });
      // As if the probe had found it stale a moment ago.
      await removeStale(path, { dev, ino }, await openShortWay(room.dir, 12));
      expect(lstatSync(path, { bigint: true }).ino).toBe(ino);
      expect(await probe(path)).toBe('connected');
      expect(readdirSync(room.dir)).toEqual(['k.sock']);
    });

    it('does not touch another file than the one that was probed', async () => {
      await room.staleSocket(path);
      const { dev, ino } = lstatSync(path, { bigint: true });
      linkSync(path, room.path('kept.sock'));
      unlinkSync(path);
      await room.staleSocket(path);
      await removeStale(path, { dev, ino }, await openShortWay(room.dir, 12));
      expect(existsSync(path)).toBe(true);
    });
  });
});
