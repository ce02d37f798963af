import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/core/model/clock.ts';
import type { VirtualMessage } from '../../../src/core/playback/serving/virtualMessages.ts';
import { VirtualServer } from '../../../src/core/playback/serving/virtualServer.ts';
import { rounds } from '../../harness/proof.ts';
import { systems } from '../core/helpers.ts';
import { temporaryFolder } from './kgsmRoot.ts';

/** One of many clients. */
interface Attendant {
  /** Numbers of the events that it got, in their order. */
  readonly got: number[];
  /** Reads no more, and stays. */
  stopReading(): void;
  leave(): void;
}

interface Kind {
  readonly system: string;
  /** The message of an event with a number and so many bytes of ballast. */
  message(number: number, ballast: string): string;
  attend(server: VirtualServer): Promise<Attendant>;
}

/** A WebSocket of a program that knows little of the system. */
async function openSocket(url: string): Promise<{
  readonly socket: WebSocket;
  /** Resolves when an answer has these words. */
  readonly ask: (message: object, answer: string) => Promise<void>;
  /** Numbers of the events from now on. */
  readonly listen: () => number[];
}> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  return {
    socket,
    async ask(message, answer) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const look = (data: Buffer): void => {
        if (data.length < 1000 && data.toString().includes(answer)) resolve(undefined);
      };
      socket.on('message', look);
      socket.send(JSON.stringify(message));
      await promise;
      socket.off('message', look);
    },
    listen() {
      const got: number[] = [];
      socket.on('message', (data: Buffer) => {
        got.push(Number(/n=(\d+);/.exec(data.toString('latin1', 0, 200))?.[1]));
      });
      return got;
    },
  };
}

const kinds: readonly Kind[] = [
  {
    system: 'truenas',
    message: (number, ballast) =>
      `{"msg": "changed", "collection": "app.query", "id": "n=${number};", "fields": {"ballast": "${ballast}"}}`,
    async attend({ settings, password }) {
      const { socket, ask, listen } = await openSocket(`${String(settings['url'])}/websocket`);
      await ask({ msg: 'connect', version: '1', support: ['1'] }, '"connected"');
      const params = [settings['username'], password];
      await ask({ id: 'in', msg: 'method', method: 'auth.login', params }, '"result": true');
      await ask({ id: 'sub', msg: 'sub', name: 'app.query' }, '"ready"');
      return { got: listen(), stopReading: () => socket.pause(), leave: () => socket.terminate() };
    },
  },
  {
    system: 'bedrock',
    message: (number, ballast) =>
      `{"type": "event", "topic": "event:n=${number};", "data": {"ballast": "${ballast}"}}`,
    async attend({ settings, password }) {
      const url = String(settings['url']);
      const response = await fetch(`${url}/auth/token`, {
        method: 'POST',
        body: new URLSearchParams({ username: String(settings['username']), password: password ?? '' }),
      });
      const { access_token: token } = (await response.json()) as { readonly access_token: string };
      const { socket, ask, listen } = await openSocket(`${url.replace('http', 'ws')}/ws`);
      await ask({ action: 'authenticate', token }, '"success"');
      await ask({ action: 'subscribe', topic: '*' }, "topic '*'");
      return { got: listen(), stopReading: () => socket.pause(), leave: () => socket.terminate() };
    },
  },
  {
    system: 'notifier',
    message: (number, ballast) =>
      `{"event":"broadcast_message","id":"s","content":{"message":"n=${number};${ballast}","sender":"x"}}`,
    async attend({ settings }) {
      const read = (name: string): string => readFileSync(String(settings[name]), 'utf8');
      const socket = connect({
        host: String(settings['host']),
        port: Number(settings['port']),
        servername: 'localhost',
        ...{ ca: read('ca'), cert: read('cert'), key: read('key') },
      });
      const got: number[] = [];
      const { promise, resolve } = Promise.withResolvers<undefined>();
      let tail = '';
      socket.on('data', (bytes: Buffer) => {
        // The marks alone; one may lie across two chunks.
        const text = tail + bytes.toString('latin1');
        if (text.includes('connection_accepted')) resolve(undefined);
        for (const [, number] of text.matchAll(/n=(\d+);/g)) got.push(Number(number));
        tail = /n?=?\d*$/.exec(text.slice(-12))?.[0] ?? '';
      });
      socket.on('error', () => undefined);
      socket.write('{"event":"request_authentication","id":"","content":{"token":""}}');
      await promise;
      return { got, stopReading: () => socket.pause(), leave: () => socket.destroy() };
    },
  },
];

const clients = 200;
const events = 240;
const ballast = 'x'.repeat(50_000);
const temporary = temporaryFolder();

function makeRecording(kind: Kind): string {
  const { system } = kind;
  const path = join(temporary.path, `${system}.ndjson`);
  const lines = Array.from({ length: events }, (_, number) =>
    JSON.stringify({
      ...{
        receivedAt: 1_800_000_000_000 + number,
        system,
        connection: 'x',
        channel: 'push',
        direction: 'in',
      },
      raw: kind.message(number, ballast),
    }),
  );
  writeFileSync(path, ['{"gameServerOpsRecording":1}', ...lines].join('\n'));
  return path;
}

/** Most memory that the only child process of this one ever had, where the system tells. */
function peakMegabytes(): number | undefined {
  try {
    const [child = ''] = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ');
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak) / 1024;
  } catch {
    return undefined;
  }
}

/** So many of them, a few at a time, as a network would let them in. */
async function attendants(count: number, attend: () => Promise<Attendant>): Promise<Attendant[]> {
  const all: Attendant[] = [];
  while (all.length < count) all.push(...(await Promise.all(Array.from({ length: 10 }, attend))));
  return all;
}

describe.each(kinds.slice(0, rounds(1, kinds.length)))('a virtual server of $system', (kind) => {
  it(
    `gives ${clients} clients that come and go every event, though one never reads`,
    { timeout: 300_000 },
    async () => {
      const server = await VirtualServer.start({
        ...{ recording: makeRecording(kind), system: kind.system, registry: systems, speed: 'max' },
        ...{ clock: systemClock, signal: new AbortController().signal, pid: process.pid, env: process.env },
        ...{ program: inject('programs').simulator, node: process.execPath, temporary: temporary.path },
      });
      try {
        const slow: string[] = [];
        const half = Promise.withResolvers<undefined>();
        const played = Promise.withResolvers<undefined>();
        server.onMessage((message: VirtualMessage) => {
          if ('client' in message && message.client.state === 'slow') slow.push(message.client.name);
          if (!('place' in message)) return;
          if (message.place.position >= events / 2) half.resolve(undefined);
          if (message.place.state === 'done') played.resolve(undefined);
        });
        server.take({ wish: 'pause' });
        const attend = (): Promise<Attendant> => kind.attend(server);
        const stayers = await attendants(clients / 2, attend);
        const leavers = await attendants(clients / 2 - 10, attend);
        const deaf = await attend();
        deaf.stopReading();
        server.take({ wish: 'play' });
        await half.promise;
        for (const leaver of leavers) leaver.leave();
        const late = await attendants(clients / 2, attend);
        await played.promise;
        const all = Array.from({ length: events }, (_, number) => number);
        await expect.poll(() => stayers.filter(({ got }) => got.length < events)).toEqual([]);
        for (const { got } of stayers) expect(got).toEqual(all);
        for (const { got } of leavers) expect(got).toEqual(all.slice(0, got.length));
        for (const { got } of late) expect(got).toEqual(got.length === 0 ? [] : all.slice(-got.length));
        expect(slow).toHaveLength(1);
        // Two gigabytes went out to them.
        const peak = peakMegabytes();
        if (process.platform === 'linux') expect(peak).toBeGreaterThan(10);
        expect(peak ?? 0).toBeLessThan(500);
        for (const each of [...stayers, ...late, deaf]) each.leave();
      } finally {
        await server.stop();
      }
    },
  );
});
