import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { lifecycleStates, type LifecycleState } from '../../../src/core/model/lifecycle.ts';
import type { ServedInstance } from '../../../src/core/playback/serving/servedEvents.ts';
import { listen } from '../../../src/simulator/host.ts';
import { watchInstance } from '../../../src/simulator/kgsm/games.ts';
import { InstanceStore } from '../../../src/simulator/kgsm/state.ts';
import { freePort } from '../freePort.ts';
import { hear, kgsm, launch, temporaryFolder } from './kgsmRoot.ts';
import { connected, fleetOf, pushesOf, serve } from './kgsmRoundTrip.ts';
import { noEvents, pushed } from './roundTrip.ts';

const started = pushed('{"EventType":"instance_started","Data":{"InstanceName":"mc"}}');

function instance(key: string, state: LifecycleState = 'stopped'): ServedInstance {
  return { kind: 'instance', key, name: key, state };
}

/** Whether a promise is still unsettled after all that is under way had its turn. */
async function isPending(result: void | Promise<void>): Promise<boolean> {
  let pending = true;
  void Promise.resolve(result).then(() => (pending = false));
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  return pending;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the clients of a served KGSM', () => {
  it('are listeners at its socket, as long as they listen', async () => {
    using folder = temporaryFolder();
    await using served = await serve(folder.path, noEvents);
    const path = join(served.root, 'kgsm.sock');
    const first = await hear(path);
    await expect.poll(() => served.seen).toEqual(['came', 'ready']);
    await first[Symbol.asyncDispose]();
    await expect.poll(() => served.seen).toEqual(['came', 'ready', 'went']);
    await using second = await hear(path);
    await expect.poll(() => served.seen).toEqual(['came', 'ready', 'went', 'came', 'ready']);
    await served.system.stop();
    expect(served.seen.at(-1)).toBe('went');
    // Nobody was sent anything to see whether they are there.
    expect([first.texts, second.texts]).toEqual([[], []]);
  });

  it('are told with the command lines that they ran, each in one line', async () => {
    using folder = temporaryFolder();
    await using served = await serve(folder.path, noEvents);
    await kgsm(served.root, '-i', 'x', '--start');
    await kgsm(served.root, '-i', 'my server\n', '--status');
    // Of a client that is not there yet.
    expect(served.seen).toEqual([]);
    const heard = await hear(join(served.root, 'kgsm.sock'));
    await expect
      .poll(() => served.seen)
      .toEqual(['came', 'ready', 'kgsm.sh -i x --start', String.raw`kgsm.sh -i "my server\n" --status`]);
    await heard[Symbol.asyncDispose]();
  });

  it('are none that could be seen at event files, so one is taken to read them', async () => {
    using folder = temporaryFolder();
    await using served = await serve(folder.path, noEvents, { protocolVersion: '3.16' });
    expect(served.seen).toEqual(['came', 'ready']);
    await kgsm(served.root, 'start', 'x');
    await expect.poll(() => served.seen).toEqual(['came', 'ready', 'kgsm.sh start x']);
  });

  it('are receivers of webhooks; one that refuses an event gets it again', async () => {
    using folder = temporaryFolder();
    const answers = [503, 200];
    let requests = 0;
    const port = await freePort();
    const webhook = `http://127.0.0.1:${String(port)}/`;
    await using served = await serve(folder.path, noEvents, { target: { webhook } });
    const pushing = served.system.push(started);
    expect(await isPending(pushing)).toBe(true);
    expect(served.seen).toEqual([]);
    const server = createHttpServer((request, response) => {
      requests++;
      request.resume().on('end', () => response.writeHead(answers.shift() ?? 500).end());
    });
    await listen(server, port);
    await pushing;
    expect(served.seen).toEqual(['came', 'ready', 'server answered 503']);
    expect(requests).toBe(2);
    server.closeAllConnections();
    server.close();
  });
});

describe('an event of a served KGSM', () => {
  it('waits until somebody listens', async () => {
    using folder = temporaryFolder();
    await using served = await serve(folder.path, noEvents);
    const pushing = served.system.push(started);
    expect(await isPending(pushing)).toBe(true);
    await using heard = await hear(join(served.root, 'kgsm.sock'));
    await pushing;
    await heard.count(1);
    expect(heard.types()).toEqual(['instance_started']);
  });

  it('is not waited for any more when serving stops', async () => {
    using folder = temporaryFolder();
    const served = await serve(folder.path, noEvents);
    const pushing = served.system.push(started);
    await served.system.stop();
    await pushing;
    expect(readdirSync(served.root)).toEqual([]);
  });

  it('is lost to a listener that does not read it, which is told, and the next one goes on', async () => {
    using folder = temporaryFolder();
    await using served = await serve(folder.path, noEvents);
    const path = join(served.root, 'kgsm.sock');
    const deaf = createServer({ pauseOnConnect: true }, (socket) => socket.on('error', () => undefined));
    deaf.listen(path);
    await once(deaf, 'listening');
    const pushing = served.system.push(pushed('x'.repeat(8 * 1024 * 1024)));
    await expect.poll(() => served.time.waiting).toBe(1);
    served.time.endPatience();
    await pushing;
    expect(served.seen.slice(0, 3)).toEqual(['came', 'ready', 'went: slow']);
    deaf.close();
    await using heard = await hear(path);
    await served.system.push(started);
    await heard.count(1);
    expect(heard.types()).toEqual(['instance_started']);
  });

  it('is kept for the next listener where a program left its socket behind', async () => {
    using folder = temporaryFolder();
    await using served = await serve(folder.path, noEvents);
    const path = join(served.root, 'kgsm.sock');
    const listenAndDie = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', listenAndDie, path]), 'close');
    expect(existsSync(path)).toBe(true);
    const pushing = served.system.push(started);
    await expect.poll(() => served.seen).toContain('went');
    expect(await isPending(pushing)).toBe(true);
    // Told once, not at every look.
    expect(served.seen).toEqual(['came', 'ready', 'went']);
    await using heard = await hear(path);
    await pushing;
    await heard.count(1);
    await expect.poll(() => served.seen.slice(3, 5)).toEqual(['came', 'ready']);
  });
});

describe('a write to a served KGSM', () => {
  it('changes it and is told; nothing of it is left when serving stops', async () => {
    using folder = temporaryFolder();
    const served = await serve(folder.path, { base: [instance('mc')], events: [] });
    const store = new InstanceStore(served.root);
    // A game that does not end by itself.
    writeFileSync(join(served.root, 'game.sh'), '#!/bin/sh\nexec sleep 600\n');
    let pid = 0;
    {
      await using client = await connected(served.system.settings);
      expect((await client.run('start', { instance: 'mc' })).outcome).toBe('succeeded');
      await client.until(() => client.types().includes('instance_started'));
      expect(fleetOf(client)[0]).toMatchObject({ key: 'mc', state: 'running' });
      ({ pid = 0 } = store.get('mc') ?? {});
      expect(isAlive(pid)).toBe(true);
    }
    const elsewhere = ['--install-dir', join(folder.path, 'elsewhere')];
    await kgsm(served.root, '--create', 'minecraft', ...elsewhere, '--name', 'new');
    await kgsm(served.root, '-i', 'new', '--restart');
    expect(existsSync(join(folder.path, 'elsewhere/new/logs/new.log'))).toBe(true);
    await served.system.stop();
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(readdirSync(served.root)).toEqual([]);
    expect(existsSync(join(folder.path, 'elsewhere/new'))).toBe(false);
  });

  it('leaves no watcher that would make the folder anew', async () => {
    using folder = temporaryFolder();
    const print = (): undefined => undefined;
    const environment = {
      root: folder.path,
      launch,
      write: print,
      complain: print,
      now: () => Date.UTC(2026, 10, 20, 18),
    };
    await watchInstance(environment, 'mc', join(folder.path, 'run', 'mc'));
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('is undone by what the recording says next, and its game ends', async () => {
    using folder = temporaryFolder();
    await using served = await serve(folder.path, { base: [instance('mc')], events: [] });
    const store = new InstanceStore(served.root);
    await kgsm(served.root, '-i', 'mc', '--start');
    const { run = '' } = store.get('mc') ?? {};
    expect(existsSync(run)).toBe(true);
    served.system.put(instance('mc', 'crashed'));
    expect(existsSync(run)).toBe(false);
    expect(store.get('mc')).toMatchObject({ active: false });
    await kgsm(served.root, '-i', 'mc', '--start');
    const { run: secondRun = '' } = store.get('mc') ?? {};
    expect(existsSync(secondRun)).toBe(true);
    served.system.remove(instance('mc'));
    expect(store.list()).toEqual([]);
    expect(existsSync(secondRun)).toBe(false);
  });

  it('is told at the socket that was chosen, as are the recorded events', async () => {
    using folder = temporaryFolder();
    const socket = join(folder.path, 'other.sock');
    await using served = await serve(folder.path, noEvents, { target: { socket } });
    expect(served.system.settings).toEqual({ kind: 'kgsm', root: served.root, socket });
    await using client = await connected(served.system.settings);
    await served.system.push(started);
    await kgsm(served.root, '--events', '--emit', '--instance-stopped', 'mc');
    await client.until(() => pushesOf(client).length === 2);
    expect(client.types().filter((type) => type.startsWith('instance'))).toEqual([
      'instance_started',
      'instance_stopped',
    ]);
  });
});

describe('an instance of a recording', () => {
  it.each(['/../../out', '..', 'two\nlines', 'x'.repeat(300), '\ud800', '\udfff', '', 'per%cent'])(
    'may have the name %j, and stays in the folder',
    async (name) => {
      using folder = temporaryFolder();
      await using served = await serve(folder.path, { base: [instance(name, 'ready')], events: [] });
      expect(readdirSync(folder.path)).toEqual(['v']);
      const { stdout } = await kgsm(served.root, '--instances', '--json', '--status');
      expect(JSON.parse(stdout)).toMatchObject({ [name]: { instance_name: name, status: true } });
      served.system.put({ ...instance(name), state: 'on fire' as LifecycleState, players: 1e12 });
      expect(new InstanceStore(served.root).get(name)).toMatchObject({ malformed: true });
      served.system.remove(instance(name));
      expect(new InstanceStore(served.root).list()).toEqual([]);
    },
  );

  it('has a state that KGSM knows, the nearest to its own', async () => {
    using folder = temporaryFolder();
    const base = lifecycleStates.map((state) => instance(state, state));
    await using served = await serve(folder.path, { base, events: [] });
    const store = new InstanceStore(served.root);
    const of = (wanted: (name: string) => unknown): string[] =>
      lifecycleStates.filter((state) => Boolean(wanted(state)));
    expect(of((name) => store.get(name)?.active)).toEqual([
      ...['starting', 'running', 'ready', 'pausing', 'paused', 'restarting'],
    ]);
    expect(of((name) => store.get(name)?.ready)).toEqual(['ready']);
    expect(of((name) => store.get(name)?.malformed)).toEqual(['unknown']);
    expect(of((name) => store.get(name)?.installed === false)).toEqual(['creating', 'installing']);
    expect(of((name) => !store.get(name))).toEqual(['removed']);
  });

  it('runs on while it is backed up, and keeps the names of its players', async () => {
    using folder = temporaryFolder();
    await using served = await serve(folder.path, noEvents);
    const store = new InstanceStore(served.root);
    served.system.put({ ...instance('mc', 'ready'), players: 1 });
    served.system.put({ ...instance('mc', 'backingUp'), players: 2 });
    expect(store.get('mc')).toMatchObject({ active: true, players: ['Player 1', 'Player 2'] });
    served.system.put(instance('mc', 'stopped'));
    expect(store.get('mc')).not.toHaveProperty('players');
  });
});

describe('the generation of a served KGSM', () => {
  const call = (...cli: readonly string[]) => ({
    ...pushed(JSON.stringify({ cli })),
    channel: 'request' as const,
  });

  it.each([
    ['1.7', pushed('{"EventType":"instance_started","Data":{"InstanceId":"mc"}}')],
    ['2.2', started],
    ['3.16', pushed('{"V":1,"EventType":"instance_started","Data":{"InstanceName":"mc"}}')],
    ['1.7', call('--instances')],
    ['2.2', call('--instances', '--json')],
    ['3.16', call('instances', 'list', '--json')],
    ['2.2', pushed('no JSON')],
  ])('is %s by what its recording begins with', async (version, event) => {
    using folder = temporaryFolder();
    await using served = await serve(folder.path, { base: [], events: [event] });
    expect((await kgsm(served.root, '--version')).stdout).toContain(`version ${version}`);
  });

  it.each([
    [{ protocolVersion: '4.0' }, 'KGSM 4.0 cannot be served; 1.7, 2.2, 3.16 can.'],
    [{ protocolVersion: '1.7', target: { webhook: 'http://127.0.0.1/' } }, 'KGSM 1.7 has no webhooks.'],
    [{ target: { webhook: 'there' } }, 'there is no URL of a webhook.'],
    [
      { protocolVersion: '3.16', target: { socket: '/tmp/x.sock' } },
      'KGSM 3.16 writes its events into files and has no socket.',
    ],
    [{ target: { socket: `/${'x'.repeat(200)}` } }, /^The path of the socket is too long: /],
  ])('is refused where it cannot be: %j', async (options, words) => {
    using folder = temporaryFolder();
    await expect(serve(folder.path, noEvents, { ...options, launch })).rejects.toThrow(words);
  });
});
