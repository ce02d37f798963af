import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendToUnixSocket, UnixSenderError } from '../../../../src/core/wire/unixSender.ts';
import { bytesOf, noUnixSockets, Room } from './sockets.ts';

describe.skipIf(noUnixSockets)('sendToUnixSocket', () => {
  let room: Room;
  let path: string;
  beforeEach(() => {
    room = new Room();
    path = room.path('k.sock');
  });
  afterEach(() => room.close());

  async function reasonOf(sending: Promise<void>): Promise<string> {
    try {
      await sending;
      return 'sent';
    } catch (error) {
      if (!UnixSenderError.is(error)) throw error;
      expect(error.text.args[0]).toBeTypeOf('string');
      return error.reason;
    }
  }

  it('sends the bytes, ends, and resolves when the listener has closed', async () => {
    let closed = false;
    const received: Buffer[] = [];
    await room.foreign(path, (socket) => {
      socket.on('data', (chunk) => received.push(chunk));
      socket.on('end', () => {
        closed = true;
      });
    });
    await sendToUnixSocket(path, bytesOf('{"a":1}'));
    expect(closed).toBe(true);
    expect(Buffer.concat(received).toString()).toBe('{"a":1}');
  });

  it('ignores what the listener writes', async () => {
    await room.foreign(path, (socket) => {
      socket.resume();
      socket.end('x'.repeat(1_000_000));
    });
    expect(await reasonOf(sendToUnixSocket(path, bytesOf('{}')))).toBe('sent');
  });

  it('sends megabytes', async () => {
    let size = 0;
    await room.foreign(path, (socket) =>
      socket.on('data', (chunk) => {
        size += chunk.length;
      }),
    );
    await sendToUnixSocket(path, new Uint8Array(5_000_000));
    expect(size).toBe(5_000_000);
  });

  it('goes on writing to a listener that has closed its own side at once', async () => {
    let size = 0;
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.end();
      socket.on('data', (chunk) => {
        size += chunk.length;
      });
    });
    await new Promise<void>((done) => server.listen(path, done));
    room.onClose(() => void server.close());
    const ended = new Promise((done) => server.once('connection', (socket) => socket.once('end', done)));
    await sendToUnixSocket(path, new Uint8Array(5_000_000));
    await ended;
    expect(size).toBe(5_000_000);
  });

  it('tells why it cannot', async () => {
    expect(await reasonOf(sendToUnixSocket(path, bytesOf('{}')))).toBe('missing');
    expect(await reasonOf(sendToUnixSocket(room.path('no', 'dir'), bytesOf('{}')))).toBe('missing');
    writeFileSync(room.path('file'), '');
    expect(await reasonOf(sendToUnixSocket(room.path('file'), bytesOf('{}')))).toBe('notASocket');
    await room.staleSocket(room.path('stale'));
    expect(await reasonOf(sendToUnixSocket(room.path('stale'), bytesOf('{}')))).toBe('refused');
    expect(await reasonOf(sendToUnixSocket(room.path('l'.repeat(200)), bytesOf('{}')))).toBe('pathTooLong');
  });

  it('gives up on a listener that does not close in time', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.resume();
      room.onClose(() => {
        socket.destroy();
      });
    });
    await new Promise<void>((done) => server.listen(path, done));
    room.onClose(() => void server.close());
    expect(await reasonOf(sendToUnixSocket(path, bytesOf('{}'), { timeoutMs: 50 }))).toBe('timeout');
  });

  it('says that it failed where the listener closes before it has taken everything', async () => {
    await room.foreign(path, (socket) => {
      socket.once('data', () => {
        socket.destroy();
      });
    });
    expect(await reasonOf(sendToUnixSocket(path, new Uint8Array(5_000_000)))).toBe('failed');
  });

  it('rejects with the reason of the signal when aborted, before and in between', async () => {
    await expect(
      sendToUnixSocket(path, bytesOf('{}'), { signal: AbortSignal.abort(new Error('before')) }),
    ).rejects.toThrow('before');
    const abort = new AbortController();
    await room.foreign(path, () => {
      abort.abort(new Error('in between'));
    });
    await expect(sendToUnixSocket(path, new Uint8Array(5_000_000), { signal: abort.signal })).rejects.toThrow(
      'in between',
    );
  });
});
