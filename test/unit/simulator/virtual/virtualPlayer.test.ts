import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { servedLine, type ServedChange } from '../../../../src/core/playback/serving/servedEvents.ts';
import { Clients } from '../../../../src/simulator/virtual/clients.ts';
import { ServedFile } from '../../../../src/simulator/virtual/servedFile.ts';
import { VirtualPlayer } from '../../../../src/simulator/virtual/virtualPlayer.ts';
import type { VirtualSystem } from '../../../../src/simulator/virtual/virtualSystem.ts';
import { ManualClock } from '../../core/helpers.ts';
import { temporaryFolder } from '../kgsmRoot.ts';

function state(key: string, now: 'running' | 'stopped'): ServedChange {
  return { instance: { kind: 'instance', key, name: key, state: now } };
}

/** A player whose server writes down what is done to it. */
async function rig(options: { rounds?: number; lines?: readonly string[]; failing?: string } = {}) {
  const folder = temporaryFolder();
  const path = join(folder.path, 'served.ndjson');
  const event = (at: number, raw: string, changes: ServedChange[], more: object = {}): string =>
    servedLine({ at, type: 'x', channel: 'push', direction: 'in', raw, changes, ...more });
  const lines = options.lines ?? [
    servedLine({ changes: [state('a', 'running')] }),
    event(0, 'one', [state('a', 'stopped')]),
    event(1000, 'cut', [], { truncated: true }),
    event(1000, 'answer', [state('b', 'running')], { channel: 'reply' }),
    event(2000, 'two', [{ gone: { kind: 'instance', key: 'a' } }]),
  ];
  writeFileSync(path, lines.join(''));
  const file = await ServedFile.open(path);
  const done: string[] = [];
  const system: VirtualSystem = {
    settings: { kind: 'x' },
    put: ({ key, state: now }) => done.push(`${key} is ${now}`),
    remove: ({ key }) => done.push(`${key} is gone`),
    isPushed: ({ channel }) => channel === 'push',
    push: ({ bytes }) => {
      const text = Buffer.from(bytes).toString();
      if (text === options.failing) throw new Error('broken');
      done.push(text);
    },
    stop: () => Promise.resolve(),
  };
  const clock = new ManualClock();
  const clients = new Clients();
  const ended = new AbortController();
  const { rounds = 1 } = options;
  const player = new VirtualPlayer({ file, system, clients, clock, signal: ended.signal, speed: 1, rounds });
  /** Lets the player go on until it waits for the clock, or has ended. */
  const settle = async (): Promise<void> => {
    do await new Promise(setImmediate);
    while (player.place.state === 'playing' && clock.waiting === 0);
  };
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  return {
    ...{ player, done, pass, settle, clients },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await player.settled();
      await file.close();
      folder[Symbol.dispose]();
    },
  };
}

describe('a recording on a virtual server', () => {
  it('sets the state before it sends what came of it, at the recorded distances', async () => {
    await using it = await rig();
    it.player.play();
    await it.settle();
    expect(it.done).toEqual(['a is stopped', 'one']);
    await it.pass(1000);
    // An answer changes the state in silence; a message that was cut off is not sent.
    expect(it.done.splice(0)).toEqual(['a is stopped', 'one', 'b is running']);
    await it.pass(1000);
    expect(it.done).toEqual(['a is gone', 'two']);
    expect(it.player.place).toMatchObject({ state: 'done', position: 4, length: 4, failed: 0 });
  });

  it('begins when the first client has subscribed and asked for all that it wants', async () => {
    await using it = await rig();
    it.player.heard(false);
    await it.pass(10_000);
    expect(it.player.place.state).toBe('waiting');
    it.player.heard(true);
    await it.pass(400);
    it.player.heard(false);
    await it.pass(400);
    expect(it.done).toEqual([]);
    await it.pass(100);
    expect(it.done).toEqual(['a is stopped', 'one']);
    expect(it.player.place.state).toBe('playing');
  });

  it('waits for the play of a user who paused it before', async () => {
    await using it = await rig();
    it.player.heard(true);
    it.player.pause();
    await it.pass(10_000);
    expect(it.done).toEqual([]);
    expect(it.player.place.state).toBe('paused');
    it.player.play();
    await it.settle();
    expect(it.done).toEqual(['a is stopped', 'one']);
  });

  it('begins another round with the state of the beginning', async () => {
    await using it = await rig({ rounds: 2 });
    it.player.play();
    await it.settle();
    await it.pass(1000);
    it.done.length = 0;
    await it.pass(1000);
    expect(it.done).toEqual(['a is gone', 'two', 'a is running', 'b is running', 'a is stopped', 'one']);
  });

  it('begins anew when it is played after its end', async () => {
    await using it = await rig();
    it.player.play();
    await it.settle();
    await it.pass(1000);
    await it.pass(1000);
    it.done.length = 0;
    it.player.play();
    await it.settle();
    expect(it.done).toEqual(['a is running', 'b is running', 'a is stopped', 'one']);
  });

  it('goes on after a message that the server could not take, and counts it', async () => {
    await using it = await rig({ failing: 'one' });
    it.player.play();
    await it.settle();
    await it.pass(1000);
    await it.pass(1000);
    expect(it.done.at(-1)).toBe('two');
    expect(it.player.place).toMatchObject({ state: 'done', failed: 1 });
  });
});

describe('clients', () => {
  /** Clients on a network whose buffers a test fills. */
  function clientsWith(buffers: Record<string, number>, onWait: () => void = () => undefined) {
    const told: string[] = [];
    const dropped: string[] = [];
    const clients = new Clients({
      heldAboveBytes: 10,
      patienceMs: 100,
      wait: () => {
        onWait();
        return Promise.resolve();
      },
      went: ({ name }, why) => told.push(`${name} ${why ?? 'left'}`),
    });
    for (const name of Object.keys(buffers))
      clients.came(name, { waitingBytes: () => buffers[name] ?? 0, drop: () => dropped.push(name) });
    return { clients, told, dropped };
  }
  const never = new AbortController().signal;

  it('who do not read are dropped after a while; the others stay', async () => {
    let waits = 0;
    const { clients, told, dropped } = clientsWith({ quick: 3, stuck: 11 }, () => waits++);
    await clients.pace(never);
    expect(waits).toBe(5);
    expect(dropped).toEqual(['stuck']);
    expect(told).toEqual(['stuck slow']);
    expect(clients.size).toBe(1);
    await clients.pace(never);
    expect(waits).toBe(5);
  });

  it('who read slowly hold the others up for a moment, and stay', async () => {
    const buffers = { slow: 30 };
    const { clients, dropped } = clientsWith(buffers, () => (buffers.slow -= 10));
    await clients.pace(never);
    expect(buffers.slow).toBe(10);
    expect(dropped).toEqual([]);
  });

  it('are told of once, and not after they left', () => {
    const told: string[] = [];
    const clients = new Clients({
      came: ({ name }) => told.push(`${name} came`),
      ready: ({ name }) => told.push(`${name} ready`),
      said: ({ name }, text) => told.push(`${name}: ${text}`),
      went: ({ name }) => told.push(`${name} went`),
    });
    const id = clients.came('bot');
    clients.ready(id);
    clients.ready(id);
    clients.said(id, 'hello');
    clients.went(id);
    clients.went(id);
    clients.said(id, 'again');
    expect(told).toEqual(['bot came', 'bot ready', 'bot: hello', 'bot went']);
    expect(clients.hasReady).toBe(false);
  });
});
