import { renameSync, rmSync } from 'node:fs';
import { appendFile, rename, rm, truncate } from 'node:fs/promises';
import { connect as connectTo, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, type ConnectionOptions } from '../../../../src/core/connections/connection.ts';
import type { Pipeline } from '../../../../src/core/journal/pipeline.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { english, type Text } from '../../../../src/core/model/text.ts';
import { appendToEventFile } from '../../../../src/core/wire/eventFileAppender.ts';
import { fileOfDay } from '../../../../src/core/wire/eventFiles.ts';
import { sendToUnixSocket } from '../../../../src/core/wire/unixSender.ts';
import { sendWebhook } from '../../../../src/core/wire/webhookSender.ts';
import { freePort } from '../../freePort.ts';
import { openNotifier, ready as isReady, startServer } from '../../simulator/notifierServer.ts';
import { core, kgsmEvent, testMemory, type Core, openKgsm } from '../helpers.ts';
import { At } from '../wire/journalReading.ts';
import { Room } from '../wire/sockets.ts';

/** Every event carries its number, by which it is found wherever it came out. */
const numbered = (n: number): string => kgsmEvent('instance_started', `mc-${String(n % 7)}`, { N: n });
const numberIn = (raw: string): number => Number(/\\?"N\\?":(\d+)/.exec(raw)?.[1] ?? NaN);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Output of a pipeline: the numbers in their order, and the gaps. */
class Heard {
  readonly numbers: number[] = [];
  readonly gaps: string[] = [];
  readonly #pipeline: Pipeline;

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
    pipeline.subscribe('test', ({ events }) => {
      for (const { type, raw, direction } of events) {
        if (type === 'connection.gap')
          this.gaps.push(english((JSON.parse(raw) as { message: Text }).message));
        else if (type === 'instance_started' && direction === 'in') this.numbers.push(numberIn(raw));
      }
    });
  }

  /** Waits, woken by the pipeline, until this holds. */
  until(wanted: () => boolean): Promise<void> {
    this.#pipeline.flush();
    if (wanted()) return Promise.resolve();
    return new Promise((resolve) => {
      const unsubscribe = this.#pipeline.subscribe('test', () => {
        if (!wanted()) return;
        unsubscribe();
        resolve();
      });
    });
  }
}

/** Sends events one after another, as many as are asked for, and keeps account. */
class Sender {
  readonly ok: number[] = [];
  readonly failed: number[] = [];
  #next = 0;
  readonly #send: (n: number) => Promise<void>;

  constructor(send: (n: number) => Promise<void>) {
    this.#send = send;
  }

  async one(): Promise<boolean> {
    const n = this.#next++;
    try {
      await this.#send(n);
      this.ok.push(n);
      return true;
    } catch {
      this.failed.push(n);
      return false;
    }
  }

  async calm(count: number): Promise<void> {
    for (let i = 0; i < count; i++) expect(await this.one(), `event ${String(this.#next - 1)}`).toBe(true);
  }

  /** Goes on sending while something happens. */
  async through(fault: Promise<unknown>): Promise<void> {
    const state = { over: false };
    const done = fault.finally(() => (state.over = true));
    // At most so many: what never ends is a failure of its own.
    for (let i = 0; i < 5000 && !state.over; i++) await this.one();
    await done;
  }

  /** Sends until one does not get through. */
  async untilDeaf(): Promise<void> {
    while (await this.one());
  }
}

describe('counts add up where faults come in the midst of the events', () => {
  let room: Room;
  let parts: Core;
  let heard: Heard;
  beforeEach(() => {
    room = new Room();
    parts = core();
    heard = new Heard(parts.pipeline);
  });
  afterEach(() => room.close());

  function open(
    fields: Readonly<Record<string, unknown>>,
    options: Partial<ConnectionOptions> = {},
  ): Connection {
    const connection = openKgsm(parts, fields, options);
    room.onClose(() => connection.stop());
    return connection;
  }
  const ready = (connection: Connection): Promise<void> => heard.until(() => connection.state === 'ready');
  const gaps = (count: number): Promise<void> => heard.until(() => heard.gaps.length >= count);

  /** Stopped in the midst of the events, found deaf, and started again. */
  async function restart(connection: Connection, sender: Sender): Promise<void> {
    await sender.through(connection.stop());
    await sender.untilDeaf();
    connection.start();
    await sender.through(ready(connection));
  }

  it('on a socket whose listener is restarted and whose file is deleted and replaced', async () => {
    const path = room.path('kgsm.sock');
    const connection = open({ socket: path });
    await ready(connection);
    const sender = new Sender((n) => sendToUnixSocket(path, Buffer.from(numbered(n))));
    await sender.calm(150);
    await restart(connection, sender);
    await gaps(1);
    await sender.calm(100);

    rmSync(path);
    await sender.through(gaps(2));
    await sender.calm(100);

    await room.staleSocket(room.path('dead.sock'));
    renameSync(room.path('dead.sock'), path);
    await sender.through(gaps(3));
    await sender.calm(100);

    // As KGSM's own socket test: somebody else listens there for a moment, and a dead file stays behind.
    const elsewhere: number[] = [];
    const tested = Promise.withResolvers<undefined>();
    const foreign = await room.foreign(room.path('test.sock'), (socket) => {
      let text = '';
      socket.on('data', (bytes) => (text += bytes.toString()));
      socket.on('end', () => {
        elsewhere.push(numberIn(text));
        if (elsewhere.length === 3) tested.resolve(undefined);
      });
    });
    renameSync(room.path('test.sock'), path);
    await sender.through(tested.promise);
    await sender.through(new Promise((resolve) => foreign.close(resolve)));
    await sender.through(gaps(4));
    await sender.calm(100);

    await connection.stop();
    parts.pipeline.flush();
    expect(elsewhere.length).toBeGreaterThanOrEqual(3);
    expect(heard.numbers).toEqual(sender.ok.filter((n) => !elsewhere.includes(n)));
    // One gap for each time in which something could have been lost, and none besides.
    expect(heard.gaps).toHaveLength(4);
    expect(heard.gaps[0]).toContain('Nothing was received for');
    for (const gap of heard.gaps.slice(1)) expect(gap).toContain('what was sent in between is lost');
  }, 60_000);

  it('by webhook, where the listener is restarted and an answer gets lost on its way', async () => {
    const port = await freePort();
    const connection = open({ events: 'webhook', webhook: { port } });
    await ready(connection);
    const proxy = await forgetfulProxy(port, room);
    let tries = 0;
    const sender = new Sender(async (n) => {
      // As KGSM does: three tries, and each says which it is.
      for (let retry = 0; ; retry++) {
        tries++;
        proxy.forgets = retry === 0 && n % 10 === 3;
        try {
          await sendWebhook(`http://127.0.0.1:${String(proxy.port)}/`, Buffer.from(numbered(n)), {
            headers: { 'X-KGSM-Retry-Count': String(retry) },
          });
          return;
        } catch (error) {
          if (retry === 2) throw error;
        }
      }
    });
    await sender.calm(150);
    await restart(connection, sender);
    await gaps(1);
    await sender.calm(150);
    await restart(connection, sender);
    await gaps(2);
    await sender.calm(150);
    await connection.stop();
    parts.pipeline.flush();
    expect(heard.numbers).toEqual(sender.ok);
    expect(tries).toBeGreaterThan(sender.ok.length + 40);
    expect(heard.gaps).toHaveLength(2);
    for (const gap of heard.gaps) expect(gap).toContain('Nothing was received for');
  }, 60_000);

  it('in a journal that is rotated, replaced, emptied and removed while somebody reads, and while nobody does', async () => {
    const clock = new At('2026-11-20T12:00:00Z');
    const memory = testMemory();
    const begin = async (): Promise<Connection> => {
      const connection = open({ events: 'journal', journalDir: room.dir }, { clock, memory: () => memory });
      await ready(connection);
      return connection;
    };
    let next = 0;
    const written: number[] = [];
    const append = async (count: number): Promise<void> => {
      for (const n of range(next, next + count)) {
        await appendToEventFile(room.dir, Buffer.from(numbered(n)), clock);
        written.push(n);
      }
      next += count;
    };
    const today = (): string => join(room.dir, fileOfDay(clock.now()));
    const all = (): Promise<void> => heard.until(() => heard.numbers.length >= written.length);

    let connection = await begin();
    await append(150);
    // Stopped in the midst: the next one goes on from what this one remembered.
    await Promise.all([
      append(100),
      heard.until(() => heard.numbers.length > 150).then(() => connection.stop()),
    ]);
    await append(50);
    connection = await begin();
    await append(50);
    await all();

    // Midnight, with a line that comes late.
    const old = today();
    clock.advance(12 * 3_600_000 + 1000);
    await append(50);
    await appendFile(old, `${numbered(next)}\n`);
    written.push(next++);
    await append(20);
    await all();
    clock.advance(10 * 60_000);
    await connection.stop();
    await append(30);
    clock.advance(24 * 3_600_000);
    await append(30);
    connection = await begin();
    await all();
    expect(heard.gaps).toEqual([]);

    await truncate(today());
    await gaps(1);
    await append(40);
    await all();
    await rename(today(), join(room.dir, 'old'));
    await append(40);
    await gaps(2);
    await all();
    await rm(today());
    await gaps(3);
    await append(40);
    await all();

    // What was written and destroyed while nobody looked is nowhere any more, and that is said.
    await connection.stop();
    const lost = range(next, next + 20);
    await append(20);
    await truncate(today());
    await append(10);
    connection = await begin();
    await gaps(4);
    await append(10);
    await heard.until(() => heard.numbers.length >= written.length - lost.length);
    await connection.stop();

    const sorted = heard.numbers.toSorted((a, b) => a - b);
    expect(sorted).toEqual(written.filter((n) => !lost.includes(n)));
    expect(heard.gaps).toHaveLength(4);
    for (const gap of heard.gaps) expect(gap).toContain('lines may be missing');
  }, 60_000);
});

/** Somewhere between the sender and us: takes a request to us, and where it is forgetful no answer back. */
async function forgetfulProxy(
  port: number,
  room: Room,
): Promise<{ readonly port: number; forgets: boolean }> {
  const open = new Set<Socket>();
  const state = { port: 0, forgets: false };
  const server = createServer((client) => {
    const forgets = state.forgets;
    const upstream = connectTo(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
      socket.on('error', () => socket.destroy());
    }
    client.pipe(upstream);
    if (forgets) upstream.once('data', () => client.destroy());
    else upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.port = (server.address() as AddressInfo).port;
  room.onClose(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return state;
}

it('counts add up over TLS, where the server is restarted and drops everybody', async () => {
  await using rig = await startServer({ capacity: 4 });
  await using opened = openNotifier(rig);
  const heard = new Heard(opened.pipeline);
  const expected: number[] = [];
  let next = 0;
  const say = (sender: string, count: number): void => {
    for (const n of range(next, next + count)) rig.server.say(sender, numbered(n));
    next += count;
  };
  await isReady(opened);
  const accepted = (): number => opened.types().filter((type) => type === 'connection_accepted').length;
  const seen: string[] = [];
  for (let round = 1; round <= 4; round++) {
    const other = rig.server.admit();
    seen.push(other);
    expected.push(...range(next, next + 100));
    say(other, 100);
    await heard.until(() => heard.numbers.length >= expected.length);
    const before = accepted();
    if (round % 2 === 1) {
      await rig.server.stop();
      await opened.until(() => opened.connection.state !== 'ready');
      await rig.server.start();
    } else rig.server.dropAll();
    // Nobody is in to hear it.
    if (round % 2 === 1) say(other, 30);
    await heard.until(() => accepted() > before && heard.gaps.length === round);
    await isReady(opened);
    const present = instancesOf(opened.pipeline.fleet(), 'bell').filter(({ kind }) => kind === 'client');
    expect(present, 'nobody is taken for still there but ourselves').toHaveLength(1);
    expect(seen).not.toContain(present[0]?.key);
  }
  const last = rig.server.admit();
  expected.push(...range(next, next + 100));
  say(last, 100);
  await heard.until(() => heard.numbers.length >= expected.length);
  expect(heard.numbers).toEqual(expected);
  expect(heard.gaps).toHaveLength(4);
  for (const gap of heard.gaps) expect(gap).toContain('what happened then is not delivered later');
  const fleet = instancesOf(opened.pipeline.fleet(), 'bell');
  expect(fleet.filter(({ kind }) => kind === 'client').map(({ key }) => key)).toContain(last);
  const instances = fleet
    .filter(({ kind }) => kind === 'instance')
    .map(({ key, state }) => `${key} ${state}`);
  expect(instances.sort()).toEqual(range(0, 7).map((n) => `mc-${String(n)} running`));
}, 60_000);
