import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { emptyFleet, fold, instancesOf, type Fleet } from '../../../src/core/model/fleet.ts';
import { catalogEntry } from '../../../src/core/systems/kgsm/catalog.ts';
import { kgsmDecoder } from '../../../src/core/systems/kgsm/decode/decode.ts';
import { makeDemoRoot } from '../../../src/simulator/kgsm/demo.ts';
import { play, type PlayClock } from '../../../src/simulator/kgsm/play.ts';
import { Clients } from '../../../src/simulator/virtual/clients.ts';
import { freePort } from '../freePort.ts';
import { hear, kgsm, launch, temporaryFolder } from './kgsmRoot.ts';

/** A clock that passes the time as fast as the machine can. */
class HastyClock implements PlayClock {
  elapsed = 0;

  now(): number {
    return Date.UTC(2026, 10, 20, 18) + this.elapsed;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.elapsed += ms;
    await nextTurn();
    signal.throwIfAborted();
  }
}

interface Seen {
  /** Milliseconds since the first event. */
  readonly at: number;
  readonly type: string;
  readonly instance: string;
  readonly text: string;
}

/** Plays until so many events were heard. */
async function watch(
  count: number,
  options: { readonly seed?: number; readonly speed?: number; readonly onEvent?: (seen: Seen) => void } = {},
): Promise<{ readonly seen: readonly Seen[]; readonly clock: HastyClock }> {
  using folder = temporaryFolder();
  makeDemoRoot(folder.path, launch);
  const clock = new HastyClock();
  const stop = new AbortController();
  const seen: Seen[] = [];
  const { seed = 1, speed = 1 } = options;
  // The clock has run since the player began to wait for us.
  let start: number | undefined;
  const playing = play({ root: folder.path, signal: stop.signal, clock, seed, speed });
  await using heard = await hear(join(folder.path, 'kgsm.sock'), (text) => {
    const { EventType: type, Data } = JSON.parse(text) as {
      readonly EventType: string;
      readonly Data: { readonly InstanceName: string };
    };
    start ??= clock.elapsed;
    const event = { at: clock.elapsed - start, type, instance: Data.InstanceName, text };
    seen.push(event);
    options.onEvent?.(event);
  });
  await heard.count(count);
  stop.abort();
  await playing;
  return { seen: seen.slice(0, count), clock };
}

/** Follows a play as the extension would. */
class Follower {
  fleet: Fleet = emptyFleet;
  readonly problems: string[] = [];
  /** Every state that an instance ever had. */
  readonly states = new Set<string>();
  #context = kgsmDecoder.initial;

  constructor() {
    this.fleet = fold(this.fleet, at(0), [{ signal: 'connection', state: 'ready' }]);
  }

  take({ at: time, text, type }: Seen): void {
    const message = {
      timeline: 'live',
      host: 'here',
      connection: 'demo',
      system: 'kgsm',
      channel: 'push',
      direction: 'in',
      origin: 'live',
      receivedAt: time,
      size: text.length,
      text,
      utf8: true,
      truncated: false,
    } as const;
    const { context, signals, problems } = kgsmDecoder.decode(this.#context, message);
    this.#context = context;
    this.fleet = fold(this.fleet, at(time), signals);
    for (const problem of problems)
      this.problems.push(`${type}: ${problem.path} ${problem.message.template}`);
    if (!catalogEntry(type)) this.problems.push(`unknown type ${type}`);
    for (const { state } of this.instances) this.states.add(state);
  }

  get instances(): { readonly name: string; readonly state: string }[] {
    return instancesOf(this.fleet, 'demo').map(({ name, state }) => ({ name, state }));
  }
}

function at(receivedAt: number): { connection: string; system: string; receivedAt: number } {
  return { connection: 'demo', system: 'kgsm', receivedAt };
}

describe('the demo of the KGSM stand-in', () => {
  it('shows running, stopped, updating, failed and unknown instances within three seconds', async () => {
    const follower = new Follower();
    let early: Set<string> | undefined;
    await watch(70, {
      onEvent(seen) {
        if (seen.at > 3000) early ??= new Set(follower.instances.map(({ state }) => state));
        follower.take(seen);
      },
    });
    expect(early).toEqual(new Set(['ready', 'running', 'stopped', 'updating', 'failed', 'unknown']));
  });

  it('shows an installation, an update, a crash, a removal and players within the first minute', async () => {
    const follower = new Follower();
    const types = new Set<string>();
    await watch(120, {
      onEvent(seen) {
        if (seen.at > 60_000) return;
        follower.take(seen);
        types.add(seen.type);
      },
    });
    for (const state of ['creating', 'installing', 'updating', 'crashed', 'removing'])
      expect(follower.states).toContain(state);
    expect(types).toContain('instance_player_joined');
    expect(types).toContain('instance_player_left');
    const tasks = [...follower.fleet.tasks.values()].map(
      ({ operation, state }) => `${operation ?? ''} ${state}`,
    );
    expect(tasks.sort()).toEqual(['install succeeded', 'remove succeeded', 'update succeeded']);
    expect(follower.instances.map(({ name }) => name)).not.toContain('zomboid-weekend');
  });

  it('never says anything that the decoder does not know, however long it goes on', async () => {
    const follower = new Follower();
    await watch(800, {
      onEvent(seen) {
        follower.take(seen);
      },
    });
    expect(follower.problems).toEqual([]);
    expect(
      [...follower.fleet.tasks.values()].filter(({ state }) => state === 'failed' || state === 'lost'),
    ).toEqual([]);
  });

  it('is calm: about one event in two seconds once everything has been introduced', async () => {
    const { seen } = await watch(400);
    const later = seen.filter((event) => event.at > 60_000);
    const seconds = ((later.at(-1)?.at ?? 0) - 60_000) / 1000;
    expect(later.length / seconds).toBeLessThan(1);
    expect(later.length / seconds).toBeGreaterThan(0.2);
  });

  it('has the same order for the same seed', async () => {
    const [one, same, other] = [
      await watch(250, { seed: 7 }),
      await watch(250, { seed: 7 }),
      await watch(250, { seed: 8 }),
    ];
    const order = ({ seen }: typeof one): string[] => seen.map(({ type, instance }) => `${type} ${instance}`);
    expect(order(same)).toEqual(order(one));
    expect(order(other)).not.toEqual(order(one));
  });

  it('takes half the time at twice the speed', async () => {
    const [normal, double] = [await watch(100), await watch(100, { speed: 2 })];
    const [end, halfEnd] = [normal.seen.at(-1)?.at ?? 0, double.seen.at(-1)?.at ?? 0];
    expect(end / halfEnd).toBeCloseTo(2, 1);
  });

  it('shows the envelopes of several generations', async () => {
    const { seen } = await watch(60);
    const shapes = new Set(seen.map(({ text }) => Object.keys(JSON.parse(text) as object).join(' ')));
    expect(shapes).toEqual(
      new Set([
        'EventType Data',
        'EventType Data Timestamp Hostname KGSMVersion',
        'EventType Data Timestamp Actor Origin Hostname KGSMVersion',
      ]),
    );
  });
});

describe('the demo of KGSM 3.16', () => {
  it('writes the same world into a journal, which needs nobody to listen', async () => {
    using folder = temporaryFolder();
    makeDemoRoot(folder.path, launch, '3.16');
    const stop = new AbortController();
    /** Ends with the first minute of the world. */
    class Minute extends HastyClock {
      override async sleep(ms: number, signal: AbortSignal): Promise<void> {
        if (this.elapsed > 60_000) stop.abort();
        await super.sleep(ms, signal);
      }
    }
    await play({ root: folder.path, signal: stop.signal, clock: new Minute() });
    const text = readFileSync(join(folder.path, 'events', '2026-11-20.ndjson'), 'utf8');
    const follower = new Follower();
    for (const line of text.trimEnd().split('\n')) {
      const { V, EventType, Data } = JSON.parse(line) as {
        readonly V: number;
        readonly EventType: string;
        readonly Data: { readonly InstanceName: string };
      };
      expect(V).toBe(1);
      follower.take({ at: 0, type: EventType, instance: Data.InstanceName, text: line });
    }
    expect(follower.problems).toEqual([]);
    for (const state of ['creating', 'updating', 'crashed', 'ready', 'removing'])
      expect(follower.states).toContain(state);
  });
});

describe('a listener of the demo', () => {
  it('that comes late misses nothing, and one that comes back is told anew how things stand', async () => {
    using folder = temporaryFolder();
    makeDemoRoot(folder.path, launch);
    const stop = new AbortController();
    const playing = play({ root: folder.path, signal: stop.signal, speed: 100 });
    const first = await hear(join(folder.path, 'kgsm.sock'));
    await first.count(30);
    await first[Symbol.asyncDispose]();
    expect(first.texts[0]).toContain('"survival"');
    expect(first.types()[0]).toBe('instance_installed');

    await using second = await hear(join(folder.path, 'kgsm.sock'));
    await second.count(40);
    stop.abort();
    await playing;
    for (const name of [
      'survival',
      'creative',
      'valheim',
      'terraria',
      'factorio',
      'palworld',
      'ark-island',
      'rust-eu',
    ]) {
      expect(second.texts.slice(0, 40).join('')).toContain(`"${name}"`);
    }
  });

  it('may listen at another socket, and is told of as a client while it does', async () => {
    using folder = temporaryFolder('root');
    makeDemoRoot(folder.path, launch);
    const socket = `${folder.path}.sock`;
    const stop = new AbortController();
    const seen: string[] = [];
    const clients = new Clients({
      came: ({ name }) => seen.push(`came: ${name}`),
      ready: () => seen.push('ready'),
      went: () => seen.push('went'),
    });
    const playing = play({
      root: folder.path,
      signal: stop.signal,
      clock: new HastyClock(),
      socket,
      clients,
    });
    const heard = await hear(socket);
    await heard.count(5);
    await heard[Symbol.asyncDispose]();
    await expect.poll(() => seen).toEqual([`came: ${socket}`, 'ready', 'went']);
    await using again = await hear(socket);
    await again.count(1);
    await expect.poll(() => seen.length).toBe(5);
    stop.abort();
    await playing;
    expect(seen).toEqual([`came: ${socket}`, 'ready', 'went', `came: ${socket}`, 'ready', 'went']);
  });

  it('is waited for no longer when the player is stopped', async () => {
    using folder = temporaryFolder();
    makeDemoRoot(folder.path, launch);
    const stop = new AbortController();
    const playing = play({ root: folder.path, signal: stop.signal });
    stop.abort();
    await playing;
  });

  it('who stops a server is not contradicted: what the demo had in mind for it is left out', async () => {
    using folder = temporaryFolder();
    makeDemoRoot(folder.path, launch);
    await kgsm(folder.path, '-i', 'creative', '--stop');
    const clock = new HastyClock();
    const stop = new AbortController();
    await using heard = await hear(join(folder.path, 'kgsm.sock'));
    const playing = play({ root: folder.path, signal: stop.signal, clock });
    await heard.count(75);
    stop.abort();
    await playing;
    const creative = heard.texts.filter((text) => text.includes('"creative"'));
    expect(creative.join('')).not.toContain('instance_crashed');
    expect(creative.join('')).not.toContain('instance_started');
  });
});

describe('the demo without sockets', () => {
  it('posts its events to a webhook that comes late, none of them lost', async () => {
    using folder = temporaryFolder();
    makeDemoRoot(folder.path, launch);
    const port = await freePort();
    const stop = new AbortController();
    const webhook = `http://127.0.0.1:${String(port)}/`;
    const playing = play({ root: folder.path, signal: stop.signal, clock: new HastyClock(), webhook });
    const bodies: string[] = [];
    const enough = Promise.withResolvers<undefined>();
    const server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => {
        if (bodies.push(body) === 5) enough.resolve(undefined);
        response.end();
      });
    }).listen(port, '127.0.0.1');
    await enough.promise;
    stop.abort();
    server.closeAllConnections();
    server.close();
    await playing;
    const types = bodies.slice(0, 5).map((body) => (JSON.parse(body) as { EventType: string }).EventType);
    expect(types).toEqual([
      'instance_installed',
      'instance_version_updated',
      'instance_started',
      'instance_ready',
      'instance_player_joined',
    ]);
  });
});
