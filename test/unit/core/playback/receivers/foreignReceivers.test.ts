import { connect } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JournalStore } from '../../../../../src/core/journal/store/journalStore.ts';
import { english } from '../../../../../src/core/model/text.ts';
import { makeDemoRoot } from '../../../../../src/simulator/kgsm/demo.ts';
import { play } from '../../../../../src/simulator/kgsm/play.ts';
import { TrueNasServer } from '../../../../../src/simulator/truenas/server.ts';
import { freePort } from '../../../freePort.ts';
import { launch, temporaryFolder } from '../../../simulator/kgsmRoot.ts';
import { openNotifier, ready, startServer as startNotifier } from '../../../simulator/notifierServer.ts';
import { pemFolder } from '../../../simulator/pem.ts';
import { core, fleetWhere, kgsmEvent, openKgsm } from '../../helpers.ts';
import { open as openBedrock, startServer as startBedrock } from '../../systems/bedrock/rig.ts';
import { open as openTrueNas } from '../../systems/truenas/rig.ts';

import {
  exportedAndOpened,
  heard,
  namesLeftIn,
  never,
  noOpenSsl,
  noPython,
  noSocat,
  plainServer,
  pushedIn,
  record,
  replayed,
  replayInto,
  shortFolder,
  socat,
  started,
} from './replaying.ts';
/** The play of KGSM's simulator, recorded through our own listener. */
async function kgsmRecorded(count: number): Promise<JournalStore> {
  using folder = temporaryFolder();
  makeDemoRoot(folder.path, launch);
  const parts = core();
  const recording = await record(parts.pipeline);
  const connection = openKgsm(parts, { socket: join(folder.path, 'kgsm.sock') });
  await fleetWhere(parts.pipeline, (fleet) => fleet.connections.get('home')?.state === 'ready');
  const stop = new AbortController();
  let now = Date.UTC(2026, 10, 20, 18);
  const clock = {
    now: () => now,
    async sleep(ms: number, signal: AbortSignal) {
      now += ms;
      await nextTurn();
      signal.throwIfAborted();
    },
  };
  const playing = play({ root: folder.path, signal: stop.signal, clock, seed: 1, speed: 1 });
  let pushed = 0;
  await new Promise<void>((resolve) => {
    parts.pipeline.subscribe('test', ({ events }) => {
      pushed += events.filter(({ channel }) => channel === 'push').length;
      if (pushed >= count) resolve();
    });
  });
  stop.abort();
  await playing;
  await connection.stop();
  return await recording.stop();
}

describe('what a simulator said, recorded, exported, opened and replayed, and exported without names', () => {
  it.skipIf(noSocat)('reaches socat byte for byte and in order: KGSM', { timeout: 60_000 }, async () => {
    const store = await kgsmRecorded(60);
    const items = await exportedAndOpened(store);
    const path = join(shortFolder(), 'bot.sock');
    const bot = await socat(path);
    const run = await replayed(replayInto(items, [`socket:${path}`]));
    expect(run.state).toMatchObject({ state: 'done', failed: 0, delivered: items.length });
    const wanted = (await pushedIn(store)).map((raw) => `${raw}\n`).join('');
    expect(items.length).toBeGreaterThanOrEqual(60);
    expect(await bot.until((text) => text.length >= wanted.length)).toBe(wanted);
    expect(await namesLeftIn(store)).toEqual([]);
  });

  it.skipIf(noPython)("reaches the listener of KGSM's document", { timeout: 60_000 }, async () => {
    const store = await kgsmRecorded(40);
    const items = await exportedAndOpened(store);
    const path = join(shortFolder(), 'kgsm.sock');
    const listener = heard(
      started('python3', '-u', fileURLToPath(new URL('kgsmListener.py', import.meta.url)), path),
    );
    await listener.until((text) => text.includes('Listening on'));
    const run = await replayed(replayInto(items, [path]));
    expect(run.state).toMatchObject({ failed: 0, delivered: items.length });
    const types = (text: string): string[] =>
      [...text.matchAll(/^Received event: (\S+)$/gm)].map(([, type]) => type ?? '');
    const text = await listener.until((so) => types(so).length >= items.length);
    expect(types(text)).toEqual(
      (await pushedIn(store)).map((raw) => (JSON.parse(raw) as { EventType: string }).EventType),
    );
  });

  it('reaches a plain WebSocket server byte for byte and in order: BSM', async () => {
    await using server = await startBedrock({ servers: [{ name: 'alpha' }, { name: 'beta' }] });
    await using opened = openBedrock(server.url);
    const recording = await record(opened.pipeline);
    await ready(opened);
    for (const instance of ['alpha', 'beta']) await opened.run('start', { instance });
    await opened.run('stop', { instance: 'alpha' });
    const store = await recording.stop();
    await arrivesAt(store);
  });

  it.each(['24.10', '25.10'] as const)(
    'reaches a plain WebSocket server byte for byte and in order: TrueNAS %s',
    async (profile) => {
      const server = await TrueNasServer.listen({
        profile,
        timing: { jobStepMs: 2, refusalMs: 2, rateLimitMs: 2, sourceSecondMs: 5 },
        users: [{ name: 'root', password: 'right' }],
        apps: [{ name: 'minecraft' }, { name: 'valheim', state: 'STOPPED' }],
      });
      onTestFinished(() => server.stop());
      await using opened = openTrueNas(server.url);
      const recording = await record(opened.pipeline);
      await ready(opened);
      await opened.run('start', { instance: 'valheim' });
      await opened.run('stop', { instance: 'valheim' });
      await opened.until(() => opened.instances().includes('app valheim stopped'));
      await arrivesAt(await recording.stop());
    },
  );

  it.skipIf(noOpenSsl)(
    'reaches openssl s_server byte for byte and in order: notification server',
    async () => {
      await using rig = await startNotifier();
      await using first = openNotifier(rig);
      const recording = await record(first.pipeline);
      await ready(first);
      await using second = openNotifier(rig);
      await ready(second);
      const accepted = second.events().find(({ type }) => type === 'connection_accepted');
      const client = accepted?.subject?.key ?? '';
      for (const n of [1, 2, 3]) {
        const message = {
          event: 'send_message',
          id: client,
          content: { message: kgsmEvent('instance_started', `mc ä${n}`) },
        };
        await second.connection.session?.send?.(Buffer.from(JSON.stringify(message)), never);
      }
      await first.until(() => first.types().filter((type) => type === 'instance_started').length === 3);
      const store = await recording.stop();
      const items = await exportedAndOpened(store);
      const port = await freePort();
      using files = pemFolder();
      const child = started(
        ...(['openssl', 's_server', '-quiet', '-accept', `127.0.0.1:${port}`] as const),
        ...['-cert', files.path('server.crt'), '-key', files.path('server.key')],
      );
      const receiver = heard(child);
      const target = `tls://127.0.0.1:${port}?ca=${files.path('server.crt')}`;
      // The program says nothing when it begins to listen.
      await expect.poll(() => answers(port), { timeout: 20_000 }).toBe(true);
      const run = await replayed(replayInto(items, [target]));
      expect(run.problem && english(run.problem)).toBeUndefined();
      const wanted = (await pushedIn(store)).map((raw) => `${raw}\n`).join('');
      expect(items.length).toBeGreaterThanOrEqual(4);
      expect(await receiver.until((text) => text.length >= wanted.length)).toBe(wanted);
      expect(await namesLeftIn(store)).toEqual([]);
    },
  );
});

/** Replays a journal into a plain WebSocket server, which gets the pushed messages of it. */
async function arrivesAt(store: JournalStore): Promise<void> {
  const items = await exportedAndOpened(store);
  const receiver = await plainServer();
  const run = await replayed(replayInto(items, [receiver.url]));
  expect(run.state).toMatchObject({ failed: 0, delivered: items.length });
  expect(items.length).toBeGreaterThan(5);
  await expect.poll(() => receiver.texts.length).toBe(items.length);
  expect(receiver.texts).toEqual(await pushedIn(store));
  expect(await namesLeftIn(store)).toEqual([]);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}
