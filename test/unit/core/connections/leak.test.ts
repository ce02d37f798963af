import { mkdirSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../src/core/model/clock.ts';
import { kgsm } from '../../../../src/core/systems/kgsm/index.ts';
import { TrueNasServer } from '../../../../src/simulator/truenas/server.ts';
import { rounds } from '../../../harness/proof.ts';
import { temporaryFolder } from '../../simulator/kgsmRoot.ts';
import { openNotifier, startServer as startNotifier } from '../../simulator/notifierServer.ts';
import { realClock } from '../helpers.ts';
import { openConnection, ready, settingsOf, type Given, type Opened } from '../opened.ts';
import { open as openBedrock, startServer as startBedrock } from '../systems/bedrock/rig.ts';
import { open as openTrueNas } from '../systems/truenas/rig.ts';

/** The machine's clock, which counts the timers that were neither called nor cancelled. */
class CountingClock implements Clock {
  readonly #open = new Set<object>();

  get waiting(): number {
    return this.#open.size;
  }

  now(): number {
    return realClock.now();
  }

  after(ms: number, callback: () => void): () => void {
    const timer = {};
    this.#open.add(timer);
    const cancel = realClock.after(ms, () => {
      this.#open.delete(timer);
      callback();
    });
    return () => {
      this.#open.delete(timer);
      cancel();
    };
  }
}

/** Resources that a process holds: open files and sockets where the system tells, and what keeps its event loop busy. */
function held(clock: CountingClock, folder: string): Record<string, number> {
  const kinds = process.getActiveResourcesInfo();
  // Timers come and go with the servers of the rig; ours are counted by the clock.
  const busy = kinds.filter((kind) => !['Timeout', 'Immediate'].includes(kind) && !kind.endsWith('Req'));
  const descriptors = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
  return {
    descriptors,
    handles: busy.length,
    timers: clock.waiting,
    files: readdirSync(folder, { recursive: true }).length,
  };
}

const atMost = (now: Record<string, number>, before: Record<string, number>): boolean =>
  Object.entries(now).every(([what, count]) => count <= (before[what] ?? 0));

/** Opens and closes the connection again and again: after the first rounds nothing more is held than before. */
async function openAndClose(
  open: (options: NonNullable<Given['options']>) => Opened,
  folder: string,
): Promise<void> {
  const clock = new CountingClock();
  const opened = open({ clock });
  const settled = async (before?: Record<string, number>): Promise<Record<string, number>> => {
    await opened.connection.stop();
    // The other side closes its sockets a few turns later.
    for (let turn = 0; turn < 2000; turn++) {
      await nextTurn();
      if (before && atMost(held(clock, folder), before)) break;
    }
    return held(clock, folder);
  };
  const round = async (): Promise<void> => {
    opened.connection.start();
    await ready(opened);
  };
  await ready(opened);
  // Whatever is loaded, resolved or cached once is held from the second round on.
  await settled();
  await round();
  const before = await settled();
  for (let n = 0; n < rounds(20, 200); n++) {
    await round();
    await opened.connection.stop();
  }
  const after = await settled(before);
  expect(Object.entries(after).filter(([what, count]) => count > (before[what] ?? 0))).toEqual([]);
  expect(after['timers']).toBe(0);
}

describe('a connection that is opened and closed again and again holds nothing more than before', () => {
  it.each(['socket', 'journal', 'webhook'])('to KGSM by %s', async (events) => {
    using folder = temporaryFolder();
    const journalDir = join(folder.path, 'events');
    mkdirSync(journalDir);
    const webhook = { host: '127.0.0.1', port: await freePort() };
    const settings = settingsOf(kgsm, {
      kind: 'kgsm',
      id: 'home',
      events,
      socket: join(folder.path, 'kgsm.sock'),
      journalDir,
      webhook,
    });
    await openAndClose((options) => openConnection(kgsm, settings, { options }), folder.path);
  });

  it('to Bedrock Server Manager', async () => {
    using folder = temporaryFolder();
    await using server = await startBedrock();
    await openAndClose((options) => openBedrock(server.url, { options }), folder.path);
  });

  it.each(['ddp', 'jsonrpc'] as const)('to TrueNAS by %s', async (protocol) => {
    using folder = temporaryFolder();
    const users = [{ name: 'root', password: 'right' }];
    // Nobody may sign in more than 20 times a minute: the time of this NAS flies.
    let time = realClock.now();
    const server = await TrueNasServer.listen({ profile: '25.10', users, now: () => (time += 10_000) });
    try {
      await openAndClose(
        (options) => openTrueNas(server.url, { settings: { protocol }, options }),
        folder.path,
      );
    } finally {
      await server.stop();
    }
  });

  it('to a notification server', async () => {
    using folder = temporaryFolder();
    await using rig = await startNotifier({ revision: 'strict' });
    await openAndClose((options) => openNotifier(rig, { options }), folder.path);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
