import { once } from 'node:events';
import { connect as connectTo, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Connection } from '../../../../src/core/connections/connection.ts';
import { english, text } from '../../../../src/core/model/text.ts';
import { SessionError } from '../../../../src/core/systems/session.ts';
import { TrueNasServer } from '../../../../src/simulator/truenas/server.ts';
import { openNotifier, startServer as startNotifier } from '../../simulator/notifierServer.ts';
import { open as openBedrock, startServer as startBedrock } from '../systems/bedrock/rig.ts';
import { open as openTrueNas } from '../systems/truenas/rig.ts';
import {
  core,
  freeLock,
  ManualClock,
  noSecrets,
  realClock,
  silentLog,
  testMemory,
  type Core,
} from '../helpers.ts';
import { ready, type Opened } from '../opened.ts';
import { Sessions, settings, turns } from './sessions.ts';

function gapOf(seconds: number): string {
  return `Nothing was received for ${String(seconds)} s; what happened then is not delivered later`;
}

/** Lets a lost connection be noticed and made again. */
async function reconnected(opened: Opened, clock: ManualClock): Promise<void> {
  await opened.until(() => opened.connection.state === 'waiting');
  clock.advance(0);
  await ready(opened);
}

/** A way to a server on which nothing moves in either direction while it is held, as to a process that is stopped. */
class Way implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #server;

  constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connectTo(target, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (bytes) => to.write(bytes));
        from.on('error', () => from.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  hold(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

describe('an interruption is reckoned from the last sign of life', () => {
  it('where Bedrock Server Manager has forgotten its client: nothing tells that for 40 s', async () => {
    await using server = await startBedrock();
    const clock = new ManualClock();
    await using opened = openBedrock(server.url, { options: { clock } });
    await ready(opened);
    server.makeZombies();
    for (let i = 0; i < 600; i++)
      await server.emit('event:after_players_add', { player_strings: [String(i)] });
    clock.advance(42_600);
    await reconnected(opened, clock);
    expect(opened.types()).not.toContain('after_players_add');
    expect(opened.gaps()).toEqual([gapOf(43)]);
  });

  it('where a NAS hangs for a minute', async () => {
    const server = await TrueNasServer.listen({ profile: '25.10', apps: [{ name: 'minecraft' }] });
    try {
      await using way = new Way(server.port);
      const port = await way.listen();
      const clock = new ManualClock();
      await using opened = openTrueNas(`ws://127.0.0.1:${String(port)}`, {
        secrets: { password: 'secret' },
        options: { clock },
      });
      await ready(opened);
      way.hold();
      clock.advance(60_000);
      await reconnected(opened, clock);
      expect(opened.gaps()).toEqual([gapOf(60)]);
    } finally {
      await server.stop();
    }
  });

  it('which a quiet notification server gives when it ends its connections in order', async () => {
    await using rig = await startNotifier();
    const clock = new ManualClock();
    // Certificates are valid now.
    clock.advance(realClock.now());
    await using opened = openNotifier(rig, { options: { clock } });
    await ready(opened);
    clock.advance(3 * 3_600_000);
    rig.server.dropAll();
    await reconnected(opened, clock);
    expect(opened.gaps()).toEqual([gapOf(1)]);
  });
});

describe('an interruption that outlasts a window', () => {
  const gone = new SessionError(text('gone'), { retry: true });

  function window(parts: Core, sessions: Sessions, clock: ManualClock): Connection {
    return new Connection({
      ...parts,
      clock,
      random: () => 0.999,
      log: silentLog,
      memory: testMemory,
      secrets: noSecrets,
      host: 'h',
      lock: freeLock,
      system: sessions.system,
      settings: settings(),
    });
  }

  function gaps({ journal }: Core): string[] {
    return journal
      .events()
      .filter(({ type }) => type === 'connection.gap')
      .map(({ summary }) => english(summary));
  }

  it('is reckoned from its beginning, not from the end of the window', async () => {
    const clock = new ManualClock();
    const first = core();
    const sessions = new Sessions();
    sessions.heardAt = clock.now();
    const connection = window(first, sessions, clock);
    connection.start();
    await turns();
    clock.advance(10_000);
    sessions.failure = gone;
    sessions.opened.at(-1)?.resolve(gone);
    await turns();
    clock.advance(50_000);
    await turns();
    await connection.stop();
    const next = core();
    next.pipeline.restore('live', first.pipeline.fleet(), new Map());
    const later = new Sessions();
    const again = window(next, later, clock);
    clock.advance(40_000);
    again.start();
    await turns();
    expect(gaps(next)).toEqual([gapOf(100)]);
    await again.stop();
  });

  it('is over where another window listened in the meantime', async () => {
    const clock = new ManualClock();
    const parts = core();
    const sessions = new Sessions();
    const free = Promise.withResolvers<undefined>();
    const connection = new Connection({
      ...parts,
      clock,
      random: () => 0,
      log: silentLog,
      memory: testMemory,
      secrets: noSecrets,
      host: 'h',
      lock: {
        async acquire(_connection, _signal, elsewhere) {
          elsewhere();
          await free.promise;
          return () => Promise.resolve();
        },
      },
      system: sessions.system,
      settings: settings(),
    });
    connection.start();
    await turns();
    expect(connection.state).toBe('elsewhere');
    clock.advance(3 * 3_600_000);
    free.resolve(undefined);
    await turns();
    expect(connection.state).toBe('ready');
    expect(gaps(parts)).toEqual([gapOf(1)]);
    await connection.stop();
  });
});
