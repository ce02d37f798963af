import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection, type CaptureLock } from '../../../../src/core/connections/connection.ts';
import { captureLock } from '../../../../src/core/connections/captureLock.ts';
import { watchTasks } from '../../../../src/core/connections/taskWatch.ts';
import { instancesOf } from '../../../../src/core/model/fleet.ts';
import { english, text } from '../../../../src/core/model/text.ts';
import { SessionError } from '../../../../src/core/systems/session.ts';
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
import { fastClock } from '../fastClock.ts';
import { Sessions, settings, turns } from './sessions.ts';

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
      system: { ...sessions.system, hostOf: () => 'games.example.org' },
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

describe('a KGSM connection on a real socket', () => {
  let root = '';
  let foreign: Server;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'gs-'));
    foreign = createServer((socket) => socket.end());
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  const open = (parts: Core, lock: CaptureLock = freeLock, random: () => number = Math.random): Connection =>
    openKgsm(parts, { socket: join(root, 'kgsm.sock') }, { lock, random });

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

  it.each([
    ['a plain file', (path: string) => writeFileSync(path, 'precious'), 'is not a socket'],
    ['a directory', (path: string) => mkdirSync(path), 'is not a socket'],
    [
      'a foreign listener',
      (path: string) => renameSync(join(root, 'other'), path),
      'Another program listens',
    ],
  ])('goes on trying where %s has come into its place, and says so', async (_, put, words) => {
    await new Promise<void>((done) => foreign.listen(join(root, 'other'), done));
    const path = join(root, 'kgsm.sock');
    const parts = core();
    const connection = openKgsm(parts, { socket: path }, { clock: fastClock });
    await ready(parts);
    // In one turn, so that the listener does not come between.
    rmSync(path);
    put(path);
    const waiting = await fleetWhere(
      parts.pipeline,
      (fleet) => fleet.connections.get('home')?.state === 'waiting',
    );
    expect(english(waiting.connections.get('home')?.detail ?? text(''))).toContain(words);
    // Tried again in vain.
    const tries = states(parts).filter((state) => state === 'waiting').length;
    await fleetWhere(
      parts.pipeline,
      () => states(parts).filter((state) => state === 'waiting').length > tries,
    );
    await new Promise((done) => foreign.close(done));
    rmSync(path, { recursive: true });
    await ready(parts);
    await connection.stop();
  });

  it('fails at first where something that is no socket stands in its place', async () => {
    await writeFile(join(root, 'kgsm.sock'), 'precious');
    const parts = core();
    const connection = openKgsm(parts, { socket: join(root, 'kgsm.sock') });
    await fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'failed');
    await connection.stop();
  });

  it('waits for a foreign listener without touching its socket, and connects when it is gone', async () => {
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
      isConnected: () => true,
      captures: () => true,
      isOpen: () => true,
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
