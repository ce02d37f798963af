import { describe, expect, it } from 'vitest';
import {
  Connection,
  type CaptureLock,
  type ConnectionOptions,
} from '../../../../src/core/connections/connection.ts';
import { english, text, type Text } from '../../../../src/core/model/text.ts';
import { SessionError } from '../../../../src/core/systems/session.ts';
import type { AnySystem } from '../../../../src/core/systems/system.ts';
import { core, freeLock, ManualClock, noSecrets, silentLog, testMemory } from '../helpers.ts';
import { Sessions, settings, turns } from './sessions.ts';

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
    const disposed = Promise.withResolvers<undefined>();
    const sessions = new Sessions(() => disposed.promise);
    const { connection } = rig(sessions);
    connection.start();
    await turns();
    const stopped = connection.stop();
    connection.start();
    disposed.resolve(undefined);
    await stopped;
    await turns();
    expect(connection.state).toBe('ready');
    expect(sessions.opened).toHaveLength(2);
    await connection.stop();
    expect(connection.state).toBe('closed');
  });

  it('connects again when that is asked for while a failed run still releases its lock', async () => {
    const released = Promise.withResolvers<undefined>();
    const lock: CaptureLock = {
      acquire: () => Promise.resolve(() => released.promise.then(() => undefined)),
    };
    const sessions = new Sessions();
    sessions.failure = new SessionError(text('wrong password'), { retry: false });
    const { connection } = rig({ system: sessions.system, lock });
    connection.start();
    await turns();
    expect([connection.state, connection.active]).toEqual(['failed', false]);
    sessions.failure = undefined;
    void connection.reconnectNow();
    released.resolve(undefined);
    await turns();
    expect(connection.state).toBe('ready');
    await connection.stop();
  });

  it('begins anew when it is told to connect while it still opens a session', async () => {
    const sessions = new Sessions();
    let attempts = 0;
    const system = {
      ...sessions.system,
      openSession: async (...given: Parameters<AnySystem['openSession']>) => {
        const { signal } = given[1];
        if (attempts++ === 0) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return sessions.system.openSession(...given);
      },
    };
    const { connection } = rig({ system });
    connection.start();
    await turns();
    expect(connection.state).toBe('connecting');
    await connection.reconnectNow();
    await turns();
    expect([attempts, connection.state]).toEqual([2, 'ready']);
    await connection.stop();
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
    const sessions = new Sessions(() => Promise.resolve(disposed++));
    const open = Promise.withResolvers<undefined>();
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
    open.resolve(undefined);
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
    const { connection, clock, logged } = rig({ system: sessions.system, lock });
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
