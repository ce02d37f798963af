import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Connection,
  type CaptureLock,
  type ConnectionOptions,
} from '../../../../src/core/connections/connection.ts';
import { captureLock } from '../../../../src/core/connections/captureLock.ts';
import { watchTasks } from '../../../../src/core/connections/taskWatch.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { english, text, type Text } from '../../../../src/core/model/text.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import { SessionError, type Session } from '../../../../src/core/systems/session.ts';
import { type AnySystem } from '../../../../src/core/systems/system.ts';
import { sendToUnixSocket } from '../../../../src/core/wire/unixSender.ts';
import {
  noSecrets,
  core,
  fleetWhere,
  kgsmEvent,
  ManualClock,
  silentLog,
  type Core,
  testMemory,
  freeLock,
  openKgsm,
} from '../helpers.ts';

/** KGSM's meaning with sessions that the test opens and closes. */
class Sessions {
  readonly opened: PromiseWithResolvers<SessionError>[] = [];
  failure: SessionError | undefined;
  readonly #dispose: () => Promise<void>;

  constructor(dispose: () => Promise<void> = () => Promise.resolve()) {
    this.#dispose = dispose;
  }

  readonly system: AnySystem = {
    ...(kgsm as unknown as AnySystem),
    openSession: (): Promise<Session> => {
      if (this.failure) return Promise.reject(this.failure);
      const closed = Promise.withResolvers<SessionError>();
      this.opened.push(closed);
      return Promise.resolve({ closed: closed.promise, dispose: this.#dispose });
    },
  };
}

function settings(id = 'home'): { kind: string; id: string; name: string } {
  return { kind: 'kgsm', id, name: id };
}

/** Lets everything that is ready go on. */
const turns = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await new Promise(setImmediate);
};

function states({ journal }: Core): string[] {
  return [...journal.events()]
    .filter(({ type }) => type === 'connection.state')
    .map(({ raw }) => (JSON.parse(raw) as { state: string }).state);
}

describe('a connection', () => {
  const base = {
    clock: new ManualClock(),
    random: (): number => 0.999,
    log: silentLog,
    memory: testMemory,
    secrets: noSecrets,
    host: 'here',
    lock: freeLock,
  };

  it('waits longer after each failure, up to 30 s, and starts again short after it was stable for a minute', async () => {
    const clock = new ManualClock();
    const parts = core();
    const sessions = new Sessions();
    const connection = new Connection({
      ...base,
      ...parts,
      clock,
      system: sessions.system,
      settings: settings(),
    });
    const waits: number[] = [];
    connection.start();
    const fail = async (): Promise<void> => {
      sessions.opened.at(-1)?.resolve(new SessionError(text('gone'), { retry: true }));
      await turns();
      const { retryAt = 0 } = parts.pipeline.fleet().connections.get('home') ?? {};
      waits.push(retryAt - clock.now());
      clock.advance(retryAt - clock.now());
      await turns();
    };
    await turns();
    for (let n = 0; n < 9; n++) await fail();
    for (const [i, wait] of waits.entries())
      if (i > 0) expect(wait).toBeGreaterThanOrEqual(waits[i - 1] ?? 0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    expect(waits.at(-1)).toBeGreaterThan(25_000);
    clock.advance(60_000);
    await fail();
    expect(waits.at(-1)).toBe(waits[0]);
    await connection.stop();
    expect(connection.state).toBe('closed');
    expect(clock.waiting).toBe(0);
  });

  it('tries at once when told to, and does not try again what only the user can mend', async () => {
    const parts = core();
    const sessions = new Sessions();
    sessions.failure = new SessionError(text('down'), { retry: true });
    const connection = new Connection({
      ...base,
      ...parts,
      clock: new ManualClock(),
      system: sessions.system,
      settings: settings(),
    });
    connection.start();
    await turns();
    expect(connection.state).toBe('waiting');
    sessions.failure = new SessionError(text('the path is too long'), { retry: false });
    await connection.reconnectNow();
    await turns();
    expect(connection.state).toBe('failed');
    expect(english(parts.pipeline.fleet().connections.get('home')?.detail ?? text(''))).toBe(
      'the path is too long',
    );
    expect(connection.active).toBe(false);
    sessions.failure = undefined;
    await connection.reconnectNow();
    await turns();
    expect(connection.state).toBe('ready');
    await connection.stop();
    expect(states(parts)).toEqual([
      'connecting',
      'waiting',
      'connecting',
      'failed',
      'connecting',
      'ready',
      'closed',
    ]);
  });
});

describe('the life of a connection', () => {
  const rig = (options: Partial<ConnectionOptions> & Pick<ConnectionOptions, 'system'>) => {
    const parts = core();
    const clock = new ManualClock();
    const logged: string[] = [];
    const log = { ...silentLog, warn: (message: Text) => logged.push(english(message)) };
    const connection = new Connection({
      ...parts,
      clock,
      random: (): number => 0,
      log,
      memory: testMemory,
      secrets: noSecrets,
      host: 'here',
      lock: freeLock,
      settings: settings(),
      ...options,
    });
    return { ...parts, clock, logged, connection };
  };
  const gone = new SessionError(text('gone'), { retry: true });

  it('connects again when that is asked for during a disconnect', async () => {
    const disposed = Promise.withResolvers<void>();
    const sessions = new Sessions(() => disposed.promise);
    const { connection } = rig(sessions);
    connection.start();
    await turns();
    const stopped = connection.stop();
    connection.start();
    disposed.resolve();
    await stopped;
    await turns();
    expect(connection.state).toBe('ready');
    expect(sessions.opened).toHaveLength(2);
    await connection.stop();
    expect(connection.state).toBe('closed');
  });

  it('stays closed when a disconnect is asked for last, however often both were', async () => {
    const sessions = new Sessions();
    const { connection } = rig(sessions);
    for (let n = 0; n < 5; n++) {
      connection.start();
      void connection.stop();
    }
    await connection.stop();
    await turns();
    expect([connection.state, connection.active]).toEqual(['closed', false]);
  });

  it('tries again after a session that cannot be disposed, and says so in the log', async () => {
    const sessions = new Sessions(() => Promise.reject(new Error('stuck')));
    const { connection, clock, logged } = rig(sessions);
    connection.start();
    await turns();
    sessions.opened[0]?.resolve(gone);
    await turns();
    expect([connection.state, connection.session]).toEqual(['waiting', undefined]);
    clock.advance(0);
    await turns();
    expect(connection.state).toBe('ready');
    await connection.stop();
    const stuck = 'home: the session did not end properly: stuck';
    expect(logged.filter((line) => line === stuck)).toHaveLength(2);
  });

  it('does not wait for ever for a session that neither opens nor ends', async () => {
    const never = new Promise<never>(() => undefined);
    const hangs = new Sessions(() => never);
    const { connection, clock } = rig(hangs);
    connection.start();
    await turns();
    const stopped = connection.stop();
    await turns();
    clock.advance(5000);
    await stopped;
    expect(connection.state).toBe('closed');
    const opening = rig({ system: { ...hangs.system, openSession: () => never } });
    opening.connection.start();
    await turns();
    const ended = opening.connection.stop();
    await turns();
    opening.clock.advance(5000);
    await ended;
    expect(opening.connection.state).toBe('closed');
  });

  it('disposes a session that opens after nobody wants it any more', async () => {
    let disposed = 0;
    const sessions = new Sessions(() => Promise.resolve(void disposed++));
    const open = Promise.withResolvers<void>();
    const system = {
      ...sessions.system,
      openSession: async (...given: Parameters<AnySystem['openSession']>) => {
        await open.promise;
        return sessions.system.openSession(...given);
      },
    };
    const { connection } = rig({ system });
    connection.start();
    await turns();
    const stopped = connection.stop();
    open.resolve();
    await stopped;
    expect([disposed, connection.state]).toEqual([1, 'closed']);
  });

  it('tries again when its lock fails, and ends when that cannot be released', async () => {
    let asked = 0;
    const lock: CaptureLock = {
      acquire: () => {
        if (asked++ === 0) return Promise.reject(new Error('the disk is full'));
        return Promise.resolve(() => Promise.reject(new Error('the disk is gone')));
      },
    };
    const sessions = new Sessions();
    const { connection, clock, logged } = rig({ ...sessions, lock });
    connection.start();
    await turns();
    expect(connection.state).toBe('waiting');
    expect(english(connection.failure?.text ?? text(''))).toBe('an unexpected error: the disk is full');
    clock.advance(0);
    await turns();
    expect(connection.state).toBe('ready');
    await connection.stop();
    expect(connection.state).toBe('closed');
    expect(logged).toEqual(['home: the lock did not end properly: the disk is gone']);
  });
});

describe('a KGSM connection on a real socket', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'gs-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  const open = (parts: Core, lock: CaptureLock = freeLock, random: () => number = Math.random): Connection =>
    openKgsm(parts, { root }, { lock, random });

  const ready = (parts: Core): Promise<unknown> =>
    fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'ready');
  const send = (content: string): Promise<void> =>
    sendToUnixSocket(join(root, 'kgsm.sock'), Buffer.from(content));

  it('brings what arrives into the fleet: garbage, half a document and several in one connection do not stop it', async () => {
    const parts = core();
    const connection = open(parts);
    await ready(parts);
    await send('garbage');
    await send('{"EventType":"instance_started","Data":{"Instan');
    await send(
      kgsmEvent('instance_started', 'a') +
        kgsmEvent('instance_started', 'b') +
        '\n' +
        kgsmEvent('instance_stopped', 'b'),
    );
    await send('x'.repeat(2 * 1024 * 1024));
    await send(kgsmEvent('instance_ready', 'a'));
    const fleet = await fleetWhere(parts.pipeline, (f) =>
      instancesOf(f, 'home').some(({ state }) => state === 'ready'),
    );
    expect(Object.fromEntries(instancesOf(fleet, 'home').map((i) => [i.key, i.state]))).toEqual({
      a: 'ready',
      b: 'stopped',
    });
    const pushed = [...parts.journal.events()].filter(({ channel }) => channel === 'push');
    expect(pushed.map(({ type, problems }) => [type, problems.length > 0])).toEqual([
      ['unreadable', true],
      ['unreadable', true],
      ['instance_started', true],
      ['instance_started', true],
      ['instance_stopped', true],
      ['unreadable', true],
      ['instance_ready', false],
    ]);
    expect(pushed[5]).toMatchObject({ size: 2 * 1024 * 1024, truncated: true });
    expect(pushed[5]?.raw.length).toBe(1024 * 1024);
    await connection.stop();
  });

  it('waits for a foreign listener without touching its socket, and connects when it is gone', async () => {
    const foreign = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => foreign.listen(join(root, 'kgsm.sock'), resolve));
    const parts = core();
    const connection = open(parts, freeLock, () => 0.01);
    await fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'waiting');
    await new Promise((resolve) => foreign.close(resolve));
    await ready(parts);
    await connection.stop();
  });

  it('is elsewhere while another window has it, and takes over when that one lets go', async () => {
    const locks = join(root, 'locks');
    const first = core();
    const second = core();
    const one = open(first, captureLock(locks));
    await ready(first);
    const two = open(second, captureLock(locks));
    await fleetWhere(second.pipeline, (fleet) => fleet.connections.get('home')?.state === 'elsewhere');
    await one.stop();
    await ready(second);
    await send(kgsmEvent('instance_started', 'a'));
    await fleetWhere(second.pipeline, (fleet) => instancesOf(fleet, 'home').length === 1);
    expect(instancesOf(first.pipeline.fleet(), 'home')).toEqual([]);
    await two.stop();
  });

  it('can be stopped while it is elsewhere', async () => {
    const locks = join(root, 'locks');
    const first = core();
    const second = core();
    const one = open(first, captureLock(locks));
    await ready(first);
    const two = open(second, captureLock(locks));
    await fleetWhere(second.pipeline, (fleet) => fleet.connections.get('home')?.state === 'elsewhere');
    await two.stop();
    expect(two.state).toBe('closed');
    expect(one.state).toBe('ready');
    await one.stop();
  });
});

describe('a task whose end is never reported', () => {
  it('is lost after the time-out, and its instance no longer shown as being worked on', () => {
    const clock = new ManualClock();
    const { pipeline, journal } = core();
    const ingest = (type: string, instance: string): void => {
      pipeline.ingest({
        timeline: 'live',
        receivedAt: clock.now(),
        host: 'h',
        connection: 'home',
        system: 'kgsm',
        channel: 'push',
        direction: 'in',
        origin: 'live',
        bytes: Buffer.from(kgsmEvent(type, instance)),
      });
    };
    ingest('instance_created', 'new');
    ingest('instance_started', 'old');
    ingest('instance_update_started', 'old');
    ingest('instance_uninstall_started', 'never-there');
    const end = watchTasks({
      pipeline,
      clock,
      host: 'h',
      window: 'w',
      timeoutMs: () => 600_000,
      captures: () => true,
    });
    clock.advance(590_000);
    expect(new Set([...pipeline.fleet().tasks.values()].map((t) => t.state))).toEqual(new Set(['running']));
    clock.advance(30_000);
    const fleet = pipeline.fleet();
    expect(new Set([...fleet.tasks.values()].map((t) => t.state))).toEqual(new Set(['lost']));
    expect(Object.fromEntries(instancesOf(fleet, 'home').map((i) => [i.key, i.state]))).toEqual({
      new: 'failed',
      old: 'running',
    });
    expect(
      [...journal.events()].filter(({ type }) => type === 'task.lost').map(({ origin }) => origin),
    ).toEqual(['derived', 'derived', 'derived']);
    end();
    expect(clock.waiting).toBe(0);
  });
});
