import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../../src/core/model/fleet.ts';
import type { BedrockServer } from '../../../../../src/simulator/bedrock/server.ts';
import { rounds } from '../../../../harness/proof.ts';
import { seeded } from '../../seeded.ts';
import { open, ready, startServer, type Opened } from './rig.ts';

async function call(server: BedrockServer, method: string, path: string, body?: object): Promise<void> {
  const { token } = server.issueToken('admin');
  await fetch(server.url + path, {
    method,
    // A connection that is kept would be one to the server before its restart.
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Connection: 'close' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
}

/** What somebody else does with the servers, whatever becomes of us. */
const scenario: readonly ((server: BedrockServer) => Promise<void>)[] = [
  (server) => call(server, 'POST', '/api/server/alpha/start'),
  async (server) => {
    server.setPlayers('alpha', [{ name: 'Steve', uuid: '2535428691234567' }]);
    await server.poll();
  },
  (server) => call(server, 'POST', '/api/server/beta/start'),
  async (server) => {
    server.crash('beta');
    await server.poll();
  },
  (server) => call(server, 'POST', '/api/server/alpha/backup/action', { backup_type: 'world' }),
  (server) => call(server, 'POST', '/api/server/beta/stop'),
  (server) => call(server, 'DELETE', '/api/server/gamma/delete'),
];

function fault(server: BedrockServer, random: number): void {
  if (random < 0.5) server.killSockets();
  else if (random < 0.75) server.killSockets(1011, 'keepalive ping timeout');
  else server.killSockets(1012);
}

function shown(opened: Opened): string[] {
  return instancesOf(opened.pipeline.fleet(), 'mc')
    .map(({ name, state, version }) => `${name} ${state} ${version ?? ''}`)
    .sort();
}

const settled = ['alpha running 1.21.100.7', 'beta stopped 1.21.100.7'];

async function play(seed: number, protocolVersion: '3.9' | '3.10', likely = 0.4): Promise<readonly string[]> {
  const random = seeded(seed);
  await using server = await startServer({
    protocolVersion,
    servers: [{ name: 'alpha' }, { name: 'beta' }, { name: 'gamma' }].map((each) => ({
      ...each,
      version: '1.21.100.7',
    })),
  });
  await using opened = open(server.url, { options: { random } });
  await ready(opened);
  for (const step of scenario) {
    if (random() < likely) fault(server, random());
    const done = step(server);
    if (random() < likely) fault(server, random());
    await done;
  }
  await opened.until(() => opened.connection.state === 'ready' && shown(opened).join() === settled.join());
  return shown(opened);
}

/** What brings the servers to the same end, wherever a restart left them: it stops all games and forgets all tasks. */
const mending: readonly ((server: BedrockServer) => Promise<void>)[] = [
  (server) => call(server, 'POST', '/api/server/alpha/start'),
  (server) => call(server, 'POST', '/api/server/beta/stop'),
  (server) => call(server, 'DELETE', '/api/server/gamma/delete'),
];

async function playRestarted(seed: number, protocolVersion: '3.9' | '3.10'): Promise<readonly string[]> {
  const random = seeded(seed);
  await using server = await startServer({
    protocolVersion,
    servers: ['alpha', 'beta', 'gamma'].map((name) => ({ name, version: '1.21.100.7' })),
  });
  await using opened = open(server.url, { options: { random } });
  await ready(opened);
  for (const step of scenario) {
    // Who asks a server that is going down gets no answer, or loses what was asked for.
    const done = step(server).catch(() => undefined);
    if (random() < 0.4) await server.restart();
    await done;
  }
  await server.restart();
  for (const step of mending) await step(server);
  await opened.until(() => opened.connection.state === 'ready' && shown(opened).join() === settled.join());
  return shown(opened);
}

/** Plays with each seed, ten at a time and in turn against both releases. */
async function playAll(
  playSeed: (seed: number, version: '3.9' | '3.10') => Promise<readonly string[]>,
): Promise<void> {
  for (let at = 0; at < runs; at += 10) {
    const seeds = Array.from({ length: 10 }, (_, i) => at + i);
    const ends = seeds.map((seed) => playSeed(seed, seed % 2 === 0 ? '3.10' : '3.9'));
    for (const end of await Promise.all(ends)) expect(end).toEqual(settled);
  }
}

const runs = rounds(20, 1000);
const proof = { timeout: 600_000, tags: ['proof'] };

describe('a server that is killed at any time', () => {
  it(`has the same state in the end as one that was not, in ${runs} runs`, proof, async () => {
    await playAll(playRestarted);
  });
});

describe('a server whose connections break at any time', () => {
  it(`has the same state in the end as one whose connections hold, in ${runs} runs`, proof, async () => {
    expect(await play(1, '3.10', 0)).toEqual(settled);
    await playAll(play);
  });
});
