import { existsSync, rmSync, truncateSync } from 'node:fs';
import { appendFile, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection } from '../../../../src/core/connections/connection.ts';
import { sendToUnixSocket } from '../../../../src/core/wire/unixSender.ts';
import { sendWebhook } from '../../../../src/core/wire/webhookSender.ts';
import { freePort } from '../../freePort.ts';
import { openNotifier, ready, startServer } from '../../simulator/notifierServer.ts';
import { core, fleetWhere, kgsmEvent, ManualClock, testMemory, type Core, openKgsm } from '../helpers.ts';

/** Two thousand events in all, and everything that can happen on their way. */
const counts = { socket: 900, journal: 600, webhook: 300, tls: 200 };

/** What came in, what is told to be missing, and waiting for both. */
class Ear {
  readonly #parts: Core;

  constructor(parts: Core) {
    this.#parts = parts;
  }

  get heard(): readonly string[] {
    return this.#events((type, channel) => channel === 'push' && type !== 'socket_test').map(
      ({ raw }) => raw,
    );
  }

  get gaps(): number {
    return this.#events((type) => type === 'connection.gap').length;
  }

  /** Resolves when this holds; looked at with everything that comes. */
  until(wanted: () => boolean): Promise<void> {
    return fleetWhere(this.#parts.pipeline, () => wanted()).then(() => undefined);
  }

  ready(): Promise<void> {
    return fleetWhere(this.#parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'ready').then(
      () => undefined,
    );
  }

  #events(suits: (type: string, channel: string) => boolean): { readonly raw: string }[] {
    return [...this.#parts.journal.events()].filter(({ type, channel }) => suits(type, channel));
  }
}

const event = (i: number): string => kgsmEvent('instance_started', `i-${String(i)}`);

describe('events across faults add up, and what is lost is told', () => {
  let folder = '';
  let parts: Core;
  let ear: Ear;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gs-'));
    parts = core();
    ear = new Ear(parts);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('by socket: its listener stopped and started, its file removed and replaced by a dead one', async () => {
    const path = join(folder, 'kgsm.sock');
    const connection = openKgsm(parts, { socket: join(folder, 'kgsm.sock'), events: 'socket' });
    await ear.ready();
    let delivered = 0;
    let refused = 0;
    const send = async (i: number): Promise<void> => {
      await sendToUnixSocket(path, Buffer.from(event(i))).then(
        () => delivered++,
        () => refused++,
      );
    };
    const faults = new Map<number, () => Promise<void>>([
      [200, () => connection.stop()],
      [
        260,
        async () => {
          connection.start();
          await ear.ready();
          await ear.until(() => ear.gaps === 1);
        },
      ],
      [400, () => unlink(path)],
      [430, () => ear.until(() => ear.gaps === 2 && existsSync(path))],
      [
        600,
        async () => {
          // What a program leaves that ended without tidying up.
          await unlink(path);
          const dead = createServer().listen(path);
          await once(dead, 'listening');
          // Node removes the file when it closes; a second name keeps the socket there.
          const { linkSync, renameSync } = await import('node:fs');
          linkSync(path, `${path}.kept`);
          dead.close();
          await once(dead, 'close');
          renameSync(`${path}.kept`, path);
        },
      ],
      [630, () => ear.until(() => ear.gaps === 3)],
    ]);
    for (let i = 0; i < counts.socket; i++) {
      await faults.get(i)?.();
      await send(i);
    }
    await ear.until(() => ear.heard.length === delivered);
    await connection.stop();
    expect(delivered + refused).toBe(counts.socket);
    expect(refused).toBeGreaterThanOrEqual(60);
    expect(ear.heard.length).toBe(delivered);
    expect(new Set(ear.heard).size).toBe(delivered);
    expect(ear.gaps).toBe(3);
  });

  it('by socket, in the next window: the time in which no window listened is told', async () => {
    const first = openKgsm(parts, { socket: join(folder, 'kgsm.sock'), events: 'socket' });
    await ear.ready();
    await sendToUnixSocket(join(folder, 'kgsm.sock'), Buffer.from(event(1)));
    await ear.until(() => ear.heard.length === 1);
    await first.stop();
    const next = core();
    // What a window finds of the one before it.
    next.pipeline.restore('live', parts.pipeline.fleet(), new Map());
    const later = new Ear(next);
    const second = openKgsm(next, { socket: join(folder, 'kgsm.sock'), events: 'socket' });
    await later.ready();
    await later.until(() => later.gaps === 1);
    await second.stop();
    expect(ear.gaps).toBe(0);
  });

  it('by journal: stopped and started, rotated at midnight, emptied and deleted', async () => {
    const clock = new ManualClock();
    clock.advance(Date.parse('2026-11-20T23:59:00Z') - clock.now());
    const memory = testMemory();
    const open = (): Connection =>
      openKgsm(parts, { events: 'journal', journalDir: folder }, { clock, memory: () => memory });
    const day = (): string => join(folder, `${new Date(clock.now()).toISOString().slice(0, 10)}.ndjson`);
    await writeFile(day(), '');
    let connection = open();
    await ear.ready();
    let written = 0;
    let lost = 0;
    const write = async (count: number): Promise<void> => {
      const lines = Array.from({ length: count }, (_, i) => `${event(written + i)}\n`);
      written += count;
      await appendFile(day(), lines.join(''));
      clock.advance(1000);
    };
    const read = (): Promise<void> => ear.until(() => ear.heard.length === written - lost);
    await write(100);
    await read();
    await connection.stop();
    await write(100);
    connection = open();
    await read();
    // Midnight, with a line that still goes into the old file.
    const old = day();
    clock.advance(120_000);
    await write(100);
    await appendFile(old, `${event(written++)}\n`);
    clock.advance(1000);
    await read();
    // Emptied while nobody read: what stood there unread is lost, and told.
    await connection.stop();
    await write(99);
    lost += 99;
    truncateSync(day(), 0);
    connection = open();
    await ear.until(() => ear.gaps === 1);
    await write(100);
    await read();
    rmSync(day());
    clock.advance(1000);
    await ear.until(() => ear.gaps === 2);
    await write(100);
    await read();
    await connection.stop();
    expect(written).toBe(counts.journal);
    expect(ear.heard.length + lost).toBe(written);
    expect(new Set(ear.heard).size).toBe(ear.heard.length);
    expect(ear.gaps).toBe(2);
  });

  it('by webhook: the listener stopped and started, every other event sent twice as KGSM repeats it', async () => {
    const port = await freePort();
    const connection = openKgsm(parts, { events: 'webhook', webhook: { port } });
    await ear.ready();
    let delivered = 0;
    let refused = 0;
    const post = (i: number, attempt: number): Promise<void> =>
      sendWebhook(`http://127.0.0.1:${String(port)}/`, Buffer.from(event(i)), {
        headers: { 'X-KGSM-Retry-Count': String(attempt) },
      });
    for (let i = 0; i < counts.webhook; i++) {
      if (i === 100) await connection.stop();
      if (i === 130) {
        connection.start();
        await ear.ready();
      }
      await post(i, 0).then(
        () => delivered++,
        () => refused++,
      );
      if (i % 2 === 0) await post(i, 1).catch(() => undefined);
    }
    await ear.until(() => ear.heard.length === delivered);
    await connection.stop();
    expect([delivered, refused]).toEqual([counts.webhook - 30, 30]);
    expect(new Set(ear.heard).size).toBe(delivered);
    expect(ear.gaps).toBe(1);
  });

  it('by TLS: the server restarted in the middle, what it said meanwhile is told to be missing', async () => {
    await using rig = await startServer({ revision: 'strict', capacity: 10 });
    await using opened = openNotifier(rig);
    await ready(opened);
    const heard = (): number => opened.types().filter((type) => type === 'broadcast_message').length;
    const gaps = (): number => opened.events().filter(({ type }) => type === 'connection.gap').length;
    const bot = rig.server.admit();
    const say = (count: number): void => {
      for (let i = 0; i < count; i++) rig.server.say(bot, `message ${String(i)}`);
    };
    say(100);
    await opened.until(() => heard() === 100);
    await rig.server.stop();
    await opened.until(() => opened.connection.state === 'waiting');
    say(10);
    await rig.server.start();
    await opened.until(() => opened.connection.state === 'ready' && gaps() === 1);
    say(counts.tls - 110);
    await opened.until(() => heard() === counts.tls - 10);
    expect(gaps()).toBe(1);
  });
});
