import { describe, expect, it } from 'vitest';
import { Connection, type ConnectionOptions } from '../../../../src/core/connections/connection.ts';
import { ConnectionManager } from '../../../../src/core/connections/manager.ts';
import { text } from '../../../../src/core/model/text.ts';
import { SessionError } from '../../../../src/core/systems/session.ts';
import { freePort } from '../../freePort.ts';
import { fake } from '../systems/bedrock/fake.ts';
import { open as openBedrock } from '../systems/bedrock/rig.ts';
import type { Opened } from '../opened.ts';
import { core, freeLock, ManualClock, noSecrets, silentLog, SleepyClock, testMemory } from '../helpers.ts';
import { Sessions, settings, turns } from './sessions.ts';

const silent = new SessionError(text('no answer'), { retry: true });

/** Sessions of a server that is not in this network. */
function far(sessions: Sessions): typeof sessions.system {
  return { ...sessions.system, hostOf: () => 'games.example.org' };
}

function rig(sessions: Sessions, clock: ManualClock): Connection {
  return new Connection({ ...options(clock), system: far(sessions), settings: settings() });
}

function options(clock: ManualClock): Omit<ConnectionOptions, 'system' | 'settings'> {
  return {
    ...core(),
    clock,
    random: () => 0.999,
    log: silentLog,
    memory: testMemory,
    secrets: noSecrets,
    host: 'h',
    lock: freeLock,
  };
}

/** Lets attempts fail until the wait is a long one. */
async function tired(sessions: Sessions, clock: ManualClock): Promise<void> {
  await turns();
  for (let n = 0; n < 6; n++) {
    clock.advance(30_000);
    await turns();
  }
  sessions.attempts = 0;
}

describe('the waits for a server that does not let in', () => {
  /** The waits between attempts that all fail, in milliseconds. */
  async function waits(opened: Opened, clock: ManualClock, count: number): Promise<number[]> {
    const found: number[] = [];
    for (let n = 0; n < count; n++) {
      await opened.until(() => opened.states().filter((state) => state.startsWith('waiting')).length > n);
      const { retryAt = 0 } = opened.pipeline.fleet().connections.get('mc') ?? {};
      found.push(retryAt - clock.now());
      clock.advance(retryAt - clock.now());
    }
    return found;
  }

  it('are at most 5 s where the machine is there and refuses', async () => {
    const clock = new ManualClock();
    const url = `http://127.0.0.1:${String(await freePort())}`;
    await using opened = openBedrock(url, { options: { clock, random: () => 0.999 } });
    const found = await waits(opened, clock, 8);
    expect(Math.max(...found)).toBeLessThanOrEqual(5000);
    expect(found.at(-1)).toBeGreaterThan(4000);
  });

  it.each([502, 503])('are at most 5 s where something answers %d in its place', async (status) => {
    await using server = await fake({
      answer(_, response) {
        response.writeHead(status).end();
        return true;
      },
    });
    const clock = new ManualClock();
    await using opened = openBedrock(server.url, { options: { clock, random: () => 0.999 } });
    const found = await waits(opened, clock, 8);
    expect(Math.max(...found)).toBeLessThanOrEqual(5000);
    expect(found.at(-1)).toBeGreaterThan(4000);
  });
});

describe('a connection that waits', () => {
  it('tries at once when somebody looks, but not for every look', async () => {
    const clock = new ManualClock();
    const sessions = new Sessions();
    sessions.failure = silent;
    const connection = rig(sessions, clock);
    connection.start();
    await tired(sessions, clock);
    clock.advance(3000);
    connection.hurry();
    await turns();
    expect(sessions.attempts).toBe(1);
    // A server that failed just now is not asked again for each click.
    for (let n = 0; n < 10; n++) {
      connection.hurry();
      await turns();
    }
    expect(sessions.attempts).toBe(1);
    await connection.stop();
    expect(clock.waiting).toBe(0);
  });

  it('tries at most once in 2 s however often somebody looks', async () => {
    const clock = new ManualClock();
    const sessions = new Sessions();
    sessions.failure = silent;
    const connection = rig(sessions, clock);
    connection.start();
    await tired(sessions, clock);
    for (let n = 0; n < 100; n++) {
      connection.hurry();
      clock.advance(100);
      await turns();
    }
    // 10 s of looking: five attempts by them, and the short waits that begin anew.
    expect(sessions.attempts).toBeGreaterThanOrEqual(5);
    expect(sessions.attempts).toBeLessThanOrEqual(20);
    await connection.stop();
  });
});

describe('the connections of a window', () => {
  async function managed(clock: ManualClock, sessions: Sessions, networks = (): string => '') {
    const manager = new ConnectionManager({ ...options(clock), networks });
    await manager.configure([{ system: far(sessions), settings: settings() }], true);
    return manager;
  }

  it('try at once when the machine wakes', async () => {
    const clock = new SleepyClock();
    const sessions = new Sessions();
    sessions.failure = silent;
    const manager = await managed(clock, sessions);
    await tired(sessions, clock);
    // The wait under way has most of its 30 s before it, and its timer did not go on meanwhile.
    clock.suspend(8 * 3_600_000);
    clock.advance(10_000);
    await turns();
    expect(sessions.attempts).toBe(1);
    await manager.dispose();
    expect(clock.waiting).toBe(0);
  });

  it('try at once when the network is another', async () => {
    const clock = new ManualClock();
    const sessions = new Sessions();
    sessions.failure = silent;
    let network = '192.168.1.7/24';
    const manager = await managed(clock, sessions, () => network);
    await tired(sessions, clock);
    clock.advance(10_000);
    await turns();
    expect(sessions.attempts).toBe(0);
    network = '10.0.0.3/8';
    clock.advance(10_000);
    await turns();
    expect(sessions.attempts).toBe(1);
    await manager.dispose();
  });

  it('that are open are asked for a sign of life then', async () => {
    const clock = new SleepyClock();
    const sessions = new Sessions();
    const manager = await managed(clock, sessions);
    await turns();
    clock.advance(60_000);
    expect(sessions.checks).toBe(0);
    clock.suspend(60_000);
    clock.advance(10_000);
    expect(sessions.checks).toBe(1);
    await manager.dispose();
  });

  it('are looked after only while there are any', async () => {
    const clock = new ManualClock();
    const manager = new ConnectionManager({ ...options(clock), networks: () => '' });
    await manager.configure([], true);
    expect(clock.waiting).toBe(0);
    await manager.dispose();
  });
});
