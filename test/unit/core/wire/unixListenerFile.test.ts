import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english } from '../../../../src/core/model/text.ts';
import { probe } from '../../../../src/core/wire/unixPath.ts';
import { makeRoot } from '../../../../src/simulator/kgsm/root.ts';
import { kgsm, launch } from '../../simulator/kgsmRoot.ts';
import { fastClock } from '../fastClock.ts';
import { ManualClock } from '../helpers.ts';
import { arrives, exited, noUnixSockets, Room, textOf } from './sockets.ts';

const listenerModule = new URL('../../../../src/core/wire/unixListener.ts', import.meta.url).href;

describe.skipIf(noUnixSockets)('a unix listener and its file', () => {
  let room: Room;
  let path: string;
  beforeEach(() => {
    room = new Room();
    path = room.path('k.sock');
  });
  afterEach(() => room.close());

  describe('while it listens', () => {
    it('creates its file again when somebody removes it, and says so', async () => {
      const ear = await room.listen(path, { mode: 0o660 });
      for (let round = 1; round <= 3; round++) {
        unlinkSync(path);
        await ear.notices.first(round);
        await arrives(ear, path);
      }
      expect(ear.notices.all.map(english)).toEqual(
        Array(3).fill(
          `The socket file ${path} was removed and has been created again; what was sent in between is lost.`,
        ),
      );
      expect(lstatSync(path).mode & 0o777).toBe(0o660);
      expect(ear.losses.all).toEqual([]);
    });

    it('still delivers what came over the removed file', async () => {
      const ear = await room.listen(path);
      const old = connect({ path, allowHalfOpen: true });
      await new Promise((done) => old.once('connect', done));
      old.write('over the ');
      unlinkSync(path);
      await ear.notices.first(1);
      old.end('old file');
      expect(textOf((await ear.messages.first(1))[0])).toBe('over the old file');
    });

    it('waits for a foreign file to go away again, as after a socket test of KGSM', async () => {
      const doubted = Promise.withResolvers<undefined>();
      const clock = {
        now: () => Date.now(),
        after(ms: number, callback: () => void) {
          // The short wait is the one for what may pass.
          if (ms < 1000) doubted.resolve(undefined);
          const timer = setTimeout(callback, ms);
          return () => {
            clearTimeout(timer);
          };
        },
      };
      const ear = await room.listen(path, { clock });
      unlinkSync(path);
      writeFileSync(path, '');
      await doubted.promise;
      unlinkSync(path);
      await ear.notices.first(1);
      await arrives(ear, path);
      expect(ear.losses.all).toEqual([]);
    });

    it('is told of the removal by the system, before any timer', async () => {
      // The waits that follow the notice are short; the look that needs no notice never comes.
      const after = (ms: number, run: () => void) => (ms < 1000 ? fastClock.after(ms, run) : () => undefined);
      const ear = await room.listen(path, { clock: { now: () => 0, after } });
      unlinkSync(path);
      await ear.notices.first(1);
      await arrives(ear, path);
    });

    it('notices by itself where the directory cannot be watched', async () => {
      // A watch does not see that its whole directory was exchanged, so only the timer tells.
      mkdirSync(room.path('a'));
      const ear = await room.listen(room.path('a', 'k.sock'), { clock: fastClock });
      renameSync(room.path('a'), room.path('b'));
      mkdirSync(room.path('a'));
      await ear.notices.first(1);
      await arrives(ear, room.path('a', 'k.sock'));
    });

    it("leaves its place to KGSM's socket test, which succeeds, and takes it again afterwards", async () => {
      makeRoot(room.dir, { launch, behaviour: { socketTestMs: 500 } });
      const clock = new ManualClock();
      const ear = await room.listen(room.path('kgsm.sock'), { clock });
      expect(await kgsm(room.dir, '--events', '--test-socket')).toMatchObject({ code: 0 });
      while (ear.notices.all.length === 0) {
        clock.advance(100);
        await new Promise((done) => setImmediate(done));
      }
      await arrives(ear, room.path('kgsm.sock'));
      expect(ear.losses.all).toEqual([]);
    });

    it('waits while a foreign listener stands in its place, and is there when that has gone', async () => {
      const clock = new ManualClock();
      const ear = await room.listen(path, { clock });
      unlinkSync(path);
      const foreign = await room.foreign(path);
      // Work between two steps of the clock is awaited by a look from outside.
      for (let step = 0; step < 20; step++) {
        clock.advance(200);
        expect(await probe(path)).toBe('connected');
      }
      expect([...ear.notices.all, ...ear.losses.all]).toEqual([]);
      await new Promise((done) => foreign.close(done));
      while (ear.notices.all.length === 0) {
        clock.advance(100);
        await new Promise((done) => setImmediate(done));
      }
      await arrives(ear, path);
    });

    it('is lost to a live listener that has put its own file there', async () => {
      const ear = await room.listen(path, { clock: fastClock });
      await room.foreign(room.path('other.sock'));
      renameSync(room.path('other.sock'), path);
      const [loss] = await ear.losses.first(1);
      expect(loss?.reason).toBe('inUse');
      expect(await probe(path)).toBe('connected');
      await ear.listener.dispose();
      expect(await probe(path)).toBe('connected');
    });

    it('replaces a dead socket that has come into its place', async () => {
      const ear = await room.listen(path);
      await room.staleSocket(room.path('other.sock'));
      renameSync(room.path('other.sock'), path);
      await ear.notices.first(2);
      await arrives(ear, path);
      expect(ear.losses.all).toEqual([]);
    });

    it('is lost to a file that is no socket, and leaves it alone', async () => {
      const ear = await room.listen(path, { clock: fastClock });
      writeFileSync(room.path('other'), 'precious');
      renameSync(room.path('other'), path);
      expect((await ear.losses.first(1))[0]?.reason).toBe('notASocket');
      expect(readFileSync(path, 'utf8')).toBe('precious');
    });

    it('is lost with its directory', async () => {
      mkdirSync(room.path('run'));
      const ear = await room.listen(room.path('run', 'k.sock'), { clock: fastClock });
      rmSync(room.path('run'), { recursive: true });
      expect((await ear.losses.first(1))[0]?.reason).toBe('noDirectory');
    });

    it('stays when the permissions or the owner of its file are changed by hand', async () => {
      const ear = await room.listen(path);
      const file = lstatSync(path).ino;
      chmodSync(path, 0o666);
      await arrives(ear, path);
      expect(lstatSync(path).ino).toBe(file);
      expect(ear.notices.all).toEqual([]);
    });
  });

  describe('after dispose', () => {
    it('is gone', async () => {
      const ear = await room.listen(path);
      await ear.listener.dispose();
      expect(existsSync(path)).toBe(false);
    });

    it('keeps the file of whoever has come into its place', async () => {
      const ear = await room.listen(path);
      await room.foreign(room.path('other.sock'));
      renameSync(room.path('other.sock'), path);
      const file = statSync(path).ino;
      await ear.listener.dispose();
      expect(statSync(path).ino).toBe(file);
      expect(await probe(path)).toBe('connected');
    });

    it('can be listened on again at once, many times', async () => {
      for (let round = 0; round < 20; round++) {
        const ear = await room.listen(path);
        await arrives(ear, path);
        await ear.listener.dispose();
      }
      expect(readdirSync(room.dir)).toEqual([]);
    });

    it('does not come back when it was removed in the same moment', async () => {
      const ear = await room.listen(path);
      unlinkSync(path);
      await new Promise((done) => setImmediate(done));
      await ear.listener.dispose();
      expect(readdirSync(room.dir)).toEqual([]);
      expect(ear.losses.all).toEqual([]);
    });

    it('leaves nothing that keeps the process alive', async () => {
      const script = `
        const { UnixListener } = await import(process.argv[1]);
        const { connect } = await import('node:net');
        const listener = await UnixListener.listen({ path: process.argv[2], mode: 0o600, onMessage(m) { console.log(m.size); } });
        const socket = connect(process.argv[2]);
        await new Promise((done) => socket.write('half', done));
        await listener.dispose();`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, listenerModule, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      await exited(child);
      expect(child.exitCode).toBe(0);
      expect(said).toBe('4\n');
    });
  });
});
