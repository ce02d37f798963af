import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { splitJson } from '../../../../src/core/wire/jsonDocuments.ts';
import { sendToUnixSocket } from '../../../../src/core/wire/unixSender.ts';
import { ManualClock } from '../helpers.ts';
import { bytesOf, exited, noSocat, noUnixSockets, Room, socat, textOf } from './sockets.ts';

describe.skipIf(noUnixSockets)('what a unix listener makes of its connections', () => {
  let room: Room;
  let path: string;
  beforeEach(() => {
    room = new Room();
    path = room.path('k.sock');
  });
  afterEach(() => room.close());

  /** Connected, and still open at the end of the promise. */
  function open(): Promise<Socket> {
    return new Promise((done) => {
      const socket = connect({ path, allowHalfOpen: true }, () => {
        done(socket);
      });
      socket.on('error', () => undefined);
      socket.resume();
      room.onClose(() => {
        socket.destroy();
      });
    });
  }

  function closed(socket: Socket): Promise<void> {
    return new Promise((done) =>
      socket.once('end', () => {
        done();
      }),
    );
  }

  it('delivers one message per connection, complete at the end of the sender', async () => {
    const { messages } = await room.listen(path);
    const socket = await open();
    socket.write('{"a":');
    socket.end('1}\n');
    const [message] = await messages.first(1);
    expect(textOf(message)).toBe('{"a":1}\n');
    expect(message).toMatchObject({ size: 8, truncated: false, slow: false, broken: false });
  });

  it('takes the time from its clock', async () => {
    const clock = { now: () => 4711, after: () => () => undefined };
    const { messages } = await room.listen(path, { clock });
    await sendToUnixSocket(path, bytesOf('{}'));
    expect((await messages.first(1))[0]?.receivedAt).toBe(4711);
  });

  it('delivers nothing for an empty connection, which is a probe', async () => {
    const { messages } = await room.listen(path);
    await sendToUnixSocket(path, new Uint8Array(0));
    await sendToUnixSocket(path, bytesOf('{}'));
    await messages.first(1);
    expect(messages.all.map(textOf)).toEqual(['{}']);
  });

  it('delivers several documents of one connection as one message that splits', async () => {
    const { messages } = await room.listen(path);
    await sendToUnixSocket(path, bytesOf('{"a":1}\n{"b":2}'));
    const [message] = await messages.first(1);
    expect(splitJson(message?.bytes ?? new Uint8Array(0)).map((piece) => piece.kind)).toEqual([
      'document',
      'document',
    ]);
  });

  it('delivers half a document', async () => {
    const { messages } = await room.listen(path);
    await sendToUnixSocket(path, bytesOf('{"EventType":"instance_'));
    expect(textOf((await messages.first(1))[0])).toBe('{"EventType":"instance_');
  });

  it('puts 120 kB together that are split inside of characters', async () => {
    const { messages } = await room.listen(path);
    const value = JSON.stringify({ name: 'aé€😀'.repeat(12_000) });
    const bytes = bytesOf(value);
    const socket = await open();
    for (let from = 0; from < bytes.length; from += 9973) {
      await new Promise<void>((done) =>
        socket.write(bytes.subarray(from, from + 9973), () => {
          done();
        }),
      );
    }
    socket.end();
    const [message] = await messages.first(1);
    expect(bytes.length).toBeGreaterThan(120_000 - 1);
    expect(textOf(message)).toBe(value);
  });

  it('keeps the first MiB of a message of two, tells its true size and lets the sender finish', async () => {
    const { messages } = await room.listen(path);
    const bytes = new Uint8Array(2 * 1024 * 1024).map((_byte, index) => index % 251);
    await sendToUnixSocket(path, bytes);
    const [message] = await messages.first(1);
    expect(message).toMatchObject({ size: bytes.length, truncated: true, slow: false, broken: false });
    expect(Buffer.compare(message?.bytes ?? new Uint8Array(0), bytes.subarray(0, 1024 * 1024))).toBe(0);
  });

  it('cuts a sender off that brings far too much', async () => {
    const { messages } = await room.listen(path, { maxMessageBytes: 100 });
    await sendToUnixSocket(path, new Uint8Array(10 * 1024 * 1024)).catch(() => undefined);
    const [message] = await messages.first(1);
    expect(message).toMatchObject({ truncated: true, broken: true });
    expect(message?.bytes.length).toBe(100);
    expect(message?.size).toBeLessThan(10 * 1024 * 1024);
  });

  it('delivers what came from a sender that is too slow, and closes', async () => {
    const { messages } = await room.listen(path, { maxConnectionMs: 40 });
    const socket = await open();
    socket.write('{"a":');
    await closed(socket);
    const [message] = await messages.first(1);
    expect(textOf(message)).toBe('{"a":');
    expect(message).toMatchObject({ slow: true, broken: false });
  });

  it('closes a connection that never sends without delivering anything', async () => {
    const { messages } = await room.listen(path, { maxConnectionMs: 40 });
    await closed(await open());
    expect(messages.all).toEqual([]);
  });

  it('gives each connection its own time', async () => {
    let now = 0;
    const timers: { at: number; run: () => void }[] = [];
    const after = (ms: number, run: () => void): (() => void) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1);
      };
    };
    const pass = (until: number): void => {
      now = until;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.run();
      }
    };
    const { messages } = await room.listen(path, { clock: { now: () => now, after }, maxConnectionMs: 5000 });
    /** The message of its predecessor shows that everything sent before has been read. */
    const sync = async (count: number): Promise<void> => {
      await sendToUnixSocket(path, bytesOf('sync'));
      await messages.first(count);
    };
    const first = await open();
    first.write('first');
    await sync(1);
    now = 3000;
    const second = await open();
    second.write('second');
    await sync(2);
    pass(5000);
    await closed(first);
    second.end();
    await messages.first(4);
    expect(messages.all.map((message) => [textOf(message), message.slow])).toEqual([
      ['sync', false],
      ['sync', false],
      ['first', true],
      ['second', false],
    ]);
  });

  it('shows a whole document of a sender that keeps its side open, and waits for the rest of half a one', async () => {
    const clock = new ManualClock();
    const { messages } = await room.listen(path, { clock, maxConnectionMs: 5000 });
    const sync = async (): Promise<void> => {
      const before = messages.all.length;
      await sendToUnixSocket(path, bytesOf('sync'));
      await messages.first(before + 1);
    };
    const socket = await open();
    socket.write('{"a":{"b":1}');
    await sync();
    clock.advance(100);
    expect(messages.all.map(textOf)).toEqual(['sync']);
    socket.write('}\n');
    await sync();
    clock.advance(100);
    expect(messages.all.map(textOf)).toEqual(['sync', 'sync', '{"a":{"b":1}}\n']);
    socket.end('{"c":2}');
    await messages.first(4);
    expect(messages.all.slice(2)).toMatchObject([
      { slow: false, broken: false },
      { size: 7, slow: false, broken: false },
    ]);
  });

  it('delivers what came before a sender was killed', async () => {
    const { messages } = await room.listen(path);
    const script = `const s = require('node:net').connect(process.argv[1], () => s.write('{"half":', () => console.log('sent')))`;
    const child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = exited(child);
    await new Promise((done) => child.stdout.once('data', done));
    child.kill('SIGKILL');
    await gone;
    expect(textOf((await messages.first(1))[0])).toBe('{"half":');
  });

  it('survives 500 connections at once and loses none', async () => {
    const { messages } = await room.listen(path);
    const sent = Array.from({ length: 500 }, (_nothing, index) => `{"n":${index}}`);
    await Promise.all(sent.map((value) => sendToUnixSocket(path, bytesOf(value), { timeoutMs: 60_000 })));
    await messages.first(500);
    expect(messages.all.map(textOf).sort()).toEqual(sent.sort());
  });

  it.skipIf(noSocat)('never writes: socat prints nothing and ends well', async () => {
    const { messages } = await room.listen(path);
    const results = [];
    for (let i = 0; i < 3; i++) results.push(await socat(path, bytesOf(`{"n":${i}}\n`)));
    expect(results).toEqual(Array(3).fill({ stdout: '', stderr: '', code: 0 }));
    expect((await messages.first(3)).map(textOf)).toEqual(['{"n":0}\n', '{"n":1}\n', '{"n":2}\n']);
  });

  it('closes its side as soon as the sender has closed its own', async () => {
    // Otherwise socat waits half a second after each event. Without that wait each sender sees the end.
    const { messages } = await room.listen(path, { maxConnectionMs: 60_000 });
    const ends = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = await open();
        const end = closed(socket);
        socket.end('{}');
        await end;
        return 'closed by the listener';
      }),
    );
    expect(ends).toHaveLength(20);
    expect(await messages.first(20)).toHaveLength(20);
  });

  describe('when it is disposed', () => {
    it('delivers what has come of unfinished messages and closes them', async () => {
      const { listener, messages } = await room.listen(path);
      const socket = await open();
      const end = closed(socket);
      socket.write('{"half":');
      await listener.dispose();
      await end;
      expect(messages.all.map((message) => [textOf(message), message.broken])).toEqual([['{"half":', true]]);
    });

    it('loses nothing that was sent before', async () => {
      const { listener, messages } = await room.listen(path);
      const sockets = await Promise.all(Array.from({ length: 50 }, () => open()));
      await Promise.all(
        sockets.map(
          (socket, index) =>
            new Promise<void>((done) =>
              socket.end(`{"n":${index}}`, () => {
                done();
              }),
            ),
        ),
      );
      await listener.dispose();
      expect(messages.all.filter((message) => !message.broken)).toHaveLength(50);
    });

    it('may be disposed again and again', async () => {
      const { listener } = await room.listen(path);
      await Promise.all([listener.dispose(), listener.dispose()]);
      await listener.dispose();
    });
  });
});
