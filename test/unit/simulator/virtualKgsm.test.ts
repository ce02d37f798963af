import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { lifecycle } from '../../../src/core/model/lifecycle.ts';
import { listen } from '../../../src/simulator/host.ts';
import { makeDemoRoot } from '../../../src/simulator/kgsm/demo.ts';
import { play } from '../../../src/simulator/kgsm/play.ts';
import { describe, expect, it } from 'vitest';
import { makeRoot } from '../../../src/simulator/kgsm/root.ts';
import type { RootGeneration } from '../../../src/simulator/kgsm/behaviour.ts';
import { setConfig, type ConfigValue } from '../../../src/simulator/kgsm/config.ts';
import { rounds } from '../../harness/proof.ts';
import { freePort } from '../freePort.ts';
import { kgsm, launch, temporaryFolder } from './kgsmRoot.ts';
import { connected, fleetOf, pushesOf, recordingOf, serve, type Seen } from './kgsmRoundTrip.ts';
import { pushed, type Served } from './roundTrip.ts';

const noSocat = spawnSync('socat', ['-V']).error !== undefined;

/** Command lines that make, run, back up and remove servers, as each generation takes them. */
const scripts: Readonly<Record<RootGeneration, readonly string[]>> = {
  '1.7': [
    '--install minecraft --install-dir DIR --id new',
    '-i down --start',
    '-i up --stop',
    '-i up --create-backup',
    '-i up --update',
    '--uninstall gone',
  ],
  '2.2': [
    '--create minecraft --install-dir DIR --name new',
    '-i down --start',
    '-i up --stop',
    '-i up --create-backup',
    '--events --emit --instance-version-updated up 1.0 1.0.1',
    '--uninstall gone',
  ],
  '3.16': [
    'install minecraft --install-dir DIR --name new',
    'start down',
    'stop up',
    'instances create-backup up',
    'instances update up',
    'uninstall gone --yes',
    'events emit instance-player-joined down 1 Alex 10.0.0.1 s1',
    'events emit instance-player-joined down 2 Steve 10.0.0.2 s2',
    'events emit instance-player-left down 2 Steve 10.0.0.2 s2 quit',
    'events emit instance-crashed new 139 1',
  ],
};

interface Recorded extends Served {
  readonly pushes: readonly string[];
  readonly fleet: readonly Seen[];
}

/** Records a KGSM of a generation while its script runs. */
async function record(protocolVersion: RootGeneration, webhook?: number): Promise<Recorded> {
  using folder = temporaryFolder('r');
  const root = folder.path;
  const posts: Readonly<Record<string, ConfigValue>> =
    webhook === undefined
      ? {}
      : { enable_webhook_events: true, webhook_urls: `http://127.0.0.1:${String(webhook)}/` };
  makeRoot(root, {
    launch,
    protocolVersion,
    saveSeconds: 0,
    behaviour: { stepMs: 0, readyMs: 0, webhookBreaksCreate: false },
    settings: {
      ...posts,
      ...(webhook !== undefined && protocolVersion === '2.2' ? { enable_event_broadcasting: false } : {}),
    },
    instances: [
      { name: 'down', blueprint: 'valheim' },
      { name: 'up', blueprint: 'minecraft', active: true },
      { name: 'gone', blueprint: 'rust' },
    ],
  });
  mkdirSync(join(root, 'events'));
  await using client = await connected(wayOf(root, webhook));
  for (const line of scripts[protocolVersion]) {
    await kgsm(root, ...line.replace('DIR', root).split(' '));
    // The watcher of a start tells of it when it pleases.
    if (/\bstart\b/.test(line) && protocolVersion !== '1.7')
      await client.until(() => client.types().includes('instance_ready'));
  }
  await client.until(() => client.types().includes('instance_uninstalled'));
  if (protocolVersion === '3.16') await client.until(() => client.types().includes('instance_crashed'));
  const recording = await recordingOf(client.events());
  return { ...recording, pushes: pushesOf(client), fleet: fleetOf(client) };
}

function wayOf(root: string, webhook: number | undefined): object {
  const place = { events: 'webhook', webhook: { host: '127.0.0.1', port: webhook } };
  return { kind: 'kgsm', root, ...(webhook === undefined ? {} : place) };
}

/** Records the demo, in which instances of four generations send to one socket. */
async function recordDemo(events: number): Promise<Recorded> {
  using folder = temporaryFolder('r');
  makeDemoRoot(folder.path, launch);
  await using client = await connected({ kind: 'kgsm', root: folder.path });
  const stop = new AbortController();
  const clock = { now: () => Date.UTC(2026, 10, 20, 18), sleep: () => nextTurn() };
  const playing = play({ root: folder.path, signal: stop.signal, clock });
  await client.until(() => pushesOf(client).length >= events);
  stop.abort();
  await playing;
  const recording = await recordingOf(client.events());
  return { ...recording, pushes: pushesOf(client), fleet: fleetOf(client) };
}

/** Fleet of a client that asks the program of a root and hears no event. */
async function asked(root: string): Promise<readonly object[]> {
  await using client = await connected({ kind: 'kgsm', root, events: 'socket', socket: 'late.sock' });
  return fleetOf(client);
}

/** The part of a fleet that KGSM's program can tell. */
function tellable(fleet: readonly Seen[]): readonly object[] {
  return fleet.map(({ state, ...rest }) => ({
    ...rest,
    state: state === 'unknown' || lifecycle[state].up ? (state === 'ready' ? 'running' : state) : 'stopped',
    players: undefined,
  }));
}

/** Generations and the ways of their events: in the short form each once. */
const ways = [
  ['1.7', 'its socket'],
  ['2.2', 'webhooks'],
  ['3.16', 'its event files'],
  ['2.2', 'its socket'],
  ['3.16', 'webhooks'],
] as const;

describe('a recorded KGSM that is served', () => {
  it.each(ways.slice(0, rounds(3, ways.length)))(
    'is for our client the %s that was recorded, through %s',
    async (protocolVersion, way) => {
      const port = way === 'webhooks' ? await freePort() : undefined;
      const recorded = await record(protocolVersion, port);
      using folder = temporaryFolder();
      const target = port === undefined ? {} : { target: { webhook: `http://127.0.0.1:${String(port)}/` } };
      await using served = await serve(folder.path, recorded, target);
      await using client = await connected(served.system.settings);
      await served.play();
      await client.until(() => pushesOf(client).length >= recorded.pushes.length);
      expect(pushesOf(client)).toEqual(recorded.pushes);
      expect(fleetOf(client)).toEqual(recorded.fleet);
      expect(recorded.fleet).toHaveLength(3);
      expect(await asked(served.root)).toEqual(tellable(recorded.fleet));
    },
  );

  it('sends what 2.0, 3.0 and 3.6 sent to one socket as they sent it', async () => {
    const recorded = await recordDemo(70);
    const forms = new Set(
      recorded.pushes.map((push) => /"KGSMVersion":? ?"([^"]+)"/.exec(push)?.[1] ?? 'none'),
    );
    expect([...forms].sort()).toEqual(['3.6.0-rc1', 'none', 'unknown']);
    using folder = temporaryFolder();
    await using served = await serve(folder.path, recorded);
    await using client = await connected(served.system.settings);
    await served.play();
    await client.until(() => pushesOf(client).length >= recorded.pushes.length);
    expect(pushesOf(client)).toEqual(recorded.pushes);
    expect(fleetOf(client)).toEqual(recorded.fleet);
  });
});

describe('programs of others that read a served KGSM', () => {
  const messages = ['started', 'ready', 'stopped'].map((word) =>
    JSON.stringify({ EventType: `instance_${word}`, Data: { InstanceName: 'mc' } }, undefined, 2),
  );
  const recorded = (of: readonly string[]): Served => ({ base: [], events: of.map((text) => pushed(text)) });

  it.skipIf(noSocat)('hear all of it by socat', async () => {
    using folder = temporaryFolder();
    await using served = await serve(folder.path, recorded(messages));
    const path = join(served.root, 'kgsm.sock');
    const socat = spawn('socat', ['-u', `UNIX-LISTEN:${path},fork`, '-'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let heard = '';
    socat.stdout.setEncoding('utf8').on('data', (piece: string) => (heard += piece));
    await served.play();
    socat.kill();
    await once(socat, 'close');
    expect(heard).toBe(messages.map((message) => `${message}\n`).join(''));
  });

  it('read all of it from the event file of today, one event in a line, whenever it was recorded', async () => {
    using folder = temporaryFolder();
    const now = (): number => Date.UTC(2026, 10, 28, 9);
    await using served = await serve(folder.path, recorded(messages), { now, protocolVersion: '3.16' });
    await served.play();
    const lines = readFileSync(join(served.root, 'events', '2026-11-28.ndjson'), 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      messages.map((message) => JSON.parse(message) as unknown),
    );
  });

  it('get all of it posted, byte for byte, signed once the KGSM has a secret', async () => {
    using folder = temporaryFolder();
    const bodies: Buffer[] = [];
    const signatures: unknown[] = [];
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        bodies.push(Buffer.concat(pieces));
        signatures.push(request.headers['x-kgsm-signature']);
        response.end();
      });
    });
    const webhook = `http://127.0.0.1:${String(await listen(server, 0))}/events`;
    const odd = Buffer.from('{"EventType":"caf\xe9"}', 'latin1');
    const recording = { base: [], events: [{ ...pushed(''), bytes: odd }] };
    {
      await using served = await serve(folder.path, recording, { target: { webhook } });
      expect(served.system.settings).toMatchObject({ webhook: { host: '127.0.0.1', path: '/events' } });
      await served.play();
      setConfig(served.root, 'webhook_secret', 'sesame');
      await served.play();
    }
    server.close();
    expect(bodies).toEqual([odd, odd]);
    expect(signatures).toEqual([
      undefined,
      `sha256=${createHmac('sha256', 'sesame').update(odd).digest('base64')}`,
    ]);
  });
});
