import { describe, expect, it } from 'vitest';
import type { ServedEvent } from '../../../src/core/playback/serving/servedEvents.ts';
import { lifecycleStates, type LifecycleState } from '../../../src/core/model/lifecycle.ts';
import { pythonJson } from '../../../src/simulator/python.ts';
import { ManualClock } from '../core/helpers.ts';
import { failed, open, ready, type Opened } from '../core/systems/bedrock/rig.ts';
import {
  caughtUp,
  end,
  message,
  minecraft,
  openVirtual,
  recordEvening,
  releases,
  watch,
  type Virtual,
} from './bedrockRoundTrip.ts';
import { short } from './bedrockServer.ts';
import { fleetOf, noEvents, pushesOf, servedOf } from './roundTrip.ts';

/** Our own connection, with the entry and the password of the virtual server. */
function connect(virtual: Virtual, clock: ManualClock): Opened {
  const { settings } = virtual.system;
  return open(virtual.url, { settings, secrets: { password: virtual.password }, options: { clock } });
}

describe.each(releases)('a recording of Bedrock Server Manager %s that is served', (release) => {
  it('is to our own connection what the manager was: the same events, the same fleet', async () => {
    const recorded = await recordEvening(release);
    const recording = await servedOf(recorded.events, 'bedrock');
    await using virtual = await openVirtual(recording);
    const clock = new ManualClock();
    await using opened = connect(virtual, clock);

    await ready(opened);
    await watch(opened, 'alpha');
    await virtual.play(recording.events);
    await caughtUp(opened);
    const wanted = pushesOf(recorded.events);
    expect(wanted.length).toBeGreaterThan(20);
    expect(pushesOf(opened.events())).toEqual(wanted);
    expect(recorded.fleet.instances.length).toBe(4);
    expect(recorded.fleet.tasks.length).toBeGreaterThan(5);
    expect(fleetOf(opened.pipeline.fleet(), 'mc')).toEqual(recorded.fleet);

    // The list and the processes that are asked for now and then say nothing else.
    const counted = ({ instances, tasks }: ReturnType<typeof fleetOf>): object => ({
      instances: instances.map(({ players = 0, ...rest }) => ({ players, ...rest })),
      tasks,
    });
    const asked = opened.events().length;
    clock.advance(61_000);
    const last = release === '3.10' ? 'GET /api/servers' : 'GET /api/server/{server}/process_info';
    await opened.until(() =>
      opened
        .events()
        .slice(asked)
        .some(({ type, channel }) => type === last && channel === 'reply'),
    );
    expect(counted(fleetOf(opened.pipeline.fleet(), 'mc'))).toEqual(counted(recorded.fleet));
    const crashes = (types: readonly string[]): readonly string[] =>
      types.filter((type) => type === 'server_crashed');
    expect(crashes(opened.types())).toEqual(crashes(recorded.events.map(({ type }) => type)));
    expect(crashes(opened.types())).toHaveLength(release === '3.10' ? 0 : 1);
  });

  it('is read by a plain client, byte by byte', async () => {
    const recording = await servedOf((await recordEvening(release)).events, 'bedrock');
    await using virtual = await openVirtual(recording);
    const all = await virtual.enter(...topicsIn(recording.events));
    const one = await virtual.enter('event:before_server_stop');
    await virtual.play(recording.events);
    const texts = recording.events
      .filter((event) => virtual.system.isPushed(event))
      .map(({ bytes }) => Buffer.from(bytes).toString());
    expect(await all.soFar()).toEqual(texts);
    expect(await one.soFar()).toEqual(
      texts.filter((text) => /"topic": "(?:task:|event:before_server_stop")/.test(text)),
    );
    const everything = await virtual.enter('*');
    void virtual.system.push(message({ type: 'event', topic: 'event:after_server_start', data: {} }));
    expect(await everything.soFar()).toHaveLength(release === '3.7' ? 0 : 1);
  });
});

function topicsIn(events: readonly ServedEvent[]): string[] {
  const topics = events.map(
    ({ bytes }) => (JSON.parse(Buffer.from(bytes).toString()) as { readonly topic?: string }).topic,
  );
  return [...new Set(topics)].filter((topic) => topic !== undefined);
}

describe('a virtual Bedrock Server Manager', () => {
  it('shows a client that comes late how things are by then, and the task that still runs', async () => {
    const recorded = await recordEvening('3.10');
    const recording = await servedOf(recorded.events, 'bedrock');
    await using virtual = await openVirtual(recording);
    await virtual.play(recording.events);
    const clock = new ManualClock();
    await using opened = connect(virtual, clock);

    await ready(opened);
    // Our connection waits for running tasks before it asks for the servers, but not for ever.
    clock.advance(20_000);
    await opened.conversation().listed;
    const { instances, tasks } = fleetOf(opened.pipeline.fleet(), 'mc');
    const statesOf = (of: typeof instances): string[] => of.map(({ key, state }) => `${key} ${state}`);
    expect(statesOf(instances)).toEqual(statesOf(recorded.fleet.instances));
    expect(tasks).toEqual([expect.stringMatching(/ running /)]);
    virtual.system.put(minecraft('alpha', 'running', { players: 2 }));
    const { body } = await virtual.ask('GET', '/api/server/alpha/summary');
    expect(body).toMatchObject({ players: [{ name: 'Alex' }, { name: 'Efe' }] });
  });

  it('begins with the tasks that were listed first, whenever that was', async () => {
    const listed = (path: string, body: unknown): ServedEvent => ({
      ...message({ method: 'GET', path, status: 200, body }),
      channel: 'reply',
    });
    const task = { id: 'x', status: 'in_progress', message: 'Task is running.', username: 'somebody' };
    const events = [
      listed('/api/tasks/list', [task, 1, { id: 2 }]),
      message({ type: 'event', topic: 'event:x', data: {} }),
    ];
    await using virtual = await openVirtual({ events, base: [] });
    expect((await virtual.ask('GET', '/api/tasks/list')).body).toEqual([
      { ...task, result: null, username: 'admin' },
    ]);
  });

  it('refuses a wrong password', async () => {
    await using virtual = await openVirtual(noEvents);
    await using opened = open(virtual.url, { secrets: { password: 'wrong' } });

    await failed(opened);
    expect(opened.connection.failure?.secret).toBe('password');
    await using again = await openVirtual(noEvents);
    expect(again.password).not.toBe(virtual.password);
    expect(again.password.length).toBeGreaterThan(11);
  });

  it.each(releases)('does what clients of %s ask for, and tells them', async (protocolVersion) => {
    await using virtual = await openVirtual(
      { events: [], base: [minecraft('alpha', 'stopped')] },
      { protocolVersion },
    );
    const listener = await virtual.enter('event:after_server_start');
    const begun = await virtual.ask('POST', '/api/server/alpha/start');
    await end(virtual, begun.body);
    const told = (await listener.soFar()).map(short);
    expect(told).toContain('after_server_start');
    expect(told.filter((text) => text.startsWith('task'))).toEqual(
      protocolVersion === '3.7' ? [] : ['task in_progress', 'task success'],
    );
    expect((await virtual.ask('GET', '/api/servers')).text).toContain('"name":"alpha","status":"RUNNING"');
    // The recording goes on, and has the last word.
    virtual.system.put(minecraft('alpha', 'crashed'));
    expect((await virtual.ask('GET', '/api/servers')).text).toContain('"name":"alpha","status":"ERROR"');
    virtual.system.put(minecraft('alpha', 'stopped'));
    expect((await virtual.ask('POST', '/api/server/alpha/start')).status).toBeLessThan(300);
  });

  it('is set, measured and listed without a word of its own', async () => {
    const timing = { monitorMs: 1, logMs: 1, pollMs: 1 };
    await using virtual = await openVirtual(
      { events: [], base: [minecraft('alpha', 'running', { players: 2 })] },
      { timing },
    );
    const listener = await virtual.enter('*', 'resource-monitor:alpha', 'server_log:alpha', 'app_log');
    for (const state of lifecycleStates) {
      virtual.system.put(minecraft('alpha', state));
      virtual.system.put(minecraft('beta', state, { players: 3 }));
      await virtual.ask('GET', '/api/servers');
    }
    virtual.system.remove({ kind: 'instance', key: 'alpha' });
    expect(await listener.soFar()).toEqual([]);
    // A server that a client started is left alone as well when it dies.
    await end(virtual, (await virtual.ask('POST', '/api/server/beta/start')).body);
    await listener.soFar();
    virtual.system.put(minecraft('beta', 'crashed'));
    for (let turn = 0; turn < 20; turn++) {
      expect(await listener.soFar()).toEqual([]);
      const { body } = await virtual.ask('GET', '/api/servers');
      expect(body).toMatchObject({ servers: [{ name: 'beta', status: 'ERROR' }] });
    }
  });

  it.each([
    ['unknown', 'UNKNOWN'],
    ['installing', 'INSTALLING'],
    ['starting', 'STARTING'],
    ['ready', 'RUNNING'],
    ['stopping', 'STOPPING'],
    ['paused', 'STOPPED'],
    ['updating', 'UPDATING'],
    ['failed', 'ERROR'],
    ['wild', 'UNKNOWN'],
    ['__proto__', 'UNKNOWN'],
  ])('shows what is %s as %s', async (state, status) => {
    await using virtual = await openVirtual({
      events: [],
      base: [minecraft('alpha', state as LifecycleState, { version: '1.21.2' })],
    });
    const { body } = await virtual.ask('GET', '/api/servers');
    expect(body).toMatchObject({ servers: [{ name: 'alpha', status, version: '1.21.2' }] });
  });

  it('keeps the state beneath work, and invents players where it knows their number alone', async () => {
    const base = [minecraft('alpha', 'running', { players: 2 }), minecraft('beta', 'stopped')];
    await using virtual = await openVirtual({ events: [], base });
    for (const { key, players } of base)
      virtual.system.put(minecraft(key, 'backingUp', players === undefined ? {} : { players }));
    const { body } = await virtual.ask('GET', '/api/servers');
    expect(body).toMatchObject({
      servers: [
        { status: 'RUNNING', player_count: 2, players: [{ name: 'Player 1' }, { name: 'Player 2' }] },
        { status: 'STOPPED', player_count: 0 },
      ],
    });
    const result = { status: 'success', new_status: 'STOPPED' };
    const topic = 'event:after_server_status_change';
    void virtual.system.push(message({ type: 'event', topic, data: { server_name: 'alpha', result } }));
    expect((await virtual.ask('GET', '/api/servers')).text).toContain('"name":"alpha","status":"STOPPED"');
  });

  it('has the processes of the recording, and none where it does not know them', async () => {
    const sample = (pid: number): ServedEvent =>
      message({
        ...{ type: 'resource_update', topic: 'resource-monitor:alpha' },
        data: { status: 'success', process_info: { pid, cpu_percent: 3, memory_mb: 5, uptime: '0:00:01' } },
      });
    const listed: ServedEvent = {
      ...message({
        ...{ method: 'GET', path: '/api/server/beta/process_info', status: 200 },
        body: { status: 'success', process_info: { pid: 9 } },
      }),
      channel: 'reply',
    };
    const base = [minecraft('alpha', 'running'), minecraft('beta', 'running')];
    await using virtual = await openVirtual(
      { events: [listed, sample(71), sample(72)], base },
      { protocolVersion: '3.9' },
    );
    const pid = async (name = 'alpha'): Promise<unknown> => {
      const { body } = await virtual.ask('GET', `/api/server/${name}/process_info`);
      return (body as { readonly process_info: { readonly pid: number } | null }).process_info?.pid;
    };
    expect(await pid()).toBe(71);
    await virtual.play([sample(72)]);
    expect(await pid()).toBe(72);
    virtual.system.put(minecraft('alpha', 'stopped'));
    virtual.system.put(minecraft('alpha', 'running'));
    expect(await pid()).toBe(undefined);
    await virtual.play([sample(73)]);
    expect(await pid()).toBe(73);
    // One whose measurements nobody hears has processes of its own.
    const own = await pid('beta');
    virtual.system.put(minecraft('beta', 'stopped'));
    virtual.system.put(minecraft('beta', 'running'));
    expect(await pid('beta')).toBe(Number(own) + 1);
    // One that comes later is measured as well.
    virtual.system.remove({ kind: 'instance', key: 'alpha' });
    virtual.system.put(minecraft('alpha', 'running'));
    expect(await pid()).toBe(undefined);
  });

  it('takes any state, any name and any number of servers', async () => {
    await using virtual = await openVirtual(noEvents);
    const odd = ['a/b', 'a\nb', '__proto__', 'constructor', '', '..', '%2F', 'x'.repeat(10_000)];
    const counts = [-1, 0.5, NaN, Infinity, 1e12];
    for (const kind of ['instance', 'host', 'constructor'])
      for (const key of odd)
        for (const [i, state] of [...lifecycleStates, 'wild' as LifecycleState].entries()) {
          const players = counts[i % counts.length] ?? 0;
          virtual.system.put({ kind, key, name: key, state, version: '\n', players });
          virtual.system.remove({ kind, key: `${key}-` });
        }
    for (let n = 0; n < 5000; n++) virtual.system.put(minecraft(`server${String(n)}`, 'running'));
    for (const text of ['', '{}', '[]', 'null', '{"type":1}', '{"topic":1,"data":{}}', '"x"'])
      void virtual.system.push(message(text));
    for (const topic of ['task:', 'task:x', 'resource-monitor:server1', 'event:after_server_status_change'])
      for (const data of [null, 1, [], {}, { process_info: 1 }, { server_name: 'server1', result: 1 }])
        void virtual.system.push(message({ type: 'event', topic, data }));
    const players = ['x', null, { name: 1 }, { name: 'Efe', uuid: '3' }];
    void virtual.system.push(
      message({
        ...{ type: 'event', topic: 'event:after_server_statuses_updated' },
        data: { server_name: 'server1', players },
      }),
    );
    const { body } = await virtual.ask('GET', '/api/servers');
    const { servers } = body as { readonly servers: readonly { readonly name: string }[] };
    expect(servers.length).toBe(5000 + odd.length);
    expect(servers.find(({ name }) => name === 'server1')).toMatchObject({ player_count: 1 });
    for (const key of odd) {
      const { status } = await virtual.ask('POST', `/api/server/${encodeURIComponent(key)}/start`);
      expect(status).toBeLessThan(500);
    }
  });

  it('says which messages it pushes: events, and nothing that answers', async () => {
    await using virtual = await openVirtual(noEvents);
    const event = { type: 'event', topic: 'event:x', data: {} };
    const isPushed = (body: unknown, more: Partial<ServedEvent> = {}): boolean =>
      virtual.system.isPushed({ ...message(body), ...more });
    for (const channel of ['push', 'metric', 'log'] as const) expect(isPushed(event, { channel })).toBe(true);
    expect(isPushed('not JSON')).toBe(true);
    for (const direction of ['out', 'none'] as const) expect(isPushed(event, { direction })).toBe(false);
    for (const channel of ['request', 'reply', 'control'] as const)
      expect(isPushed(event, { channel })).toBe(false);
    expect(isPushed(event, { truncated: true })).toBe(false);
    expect(isPushed({ status: 'success', message: "Subscribed to topic 'x'" })).toBe(false);
  });

  it('sends tasks and messages without a topic to everybody, and bytes that are no text as they are', async () => {
    await using virtual = await openVirtual(noEvents);
    const listener = await virtual.enter('event:y');
    const task = pythonJson({
      type: 'task_update',
      topic: 'task:1',
      data: { status: 'error', message: 'no' },
    });
    for (const text of [task, 'not JSON', '{"type": "event", "topic": "event:x", "data": {}}'])
      void virtual.system.push(message(text));
    expect(await listener.soFar()).toEqual([task, 'not JSON']);
    expect((await virtual.ask('GET', '/api/tasks/status/1')).body).toMatchObject({
      ...{ status: 'error', message: 'no' },
      username: 'admin',
    });
    const binary = new Promise((resolve) => {
      listener.socket.once('message', (data: Buffer, isBinary) => resolve([data.toString('hex'), isBinary]));
    });
    void virtual.system.push({ ...message(''), bytes: Buffer.from([0x7b, 0xff]) });
    expect(await binary).toEqual(['7bff', true]);
  });

  it('forgets the oldest of more recorded tasks than anybody looks at', async () => {
    await using virtual = await openVirtual(noEvents);
    for (let n = 0; n < 1500; n++)
      void virtual.system.push(
        message({ type: 'task_update', topic: `task:${String(n)}`, data: { status: 'success' } }),
      );
    const { body } = await virtual.ask('GET', '/api/tasks/list');
    expect(body).toHaveLength(1000);
    expect(body).toContainEqual(expect.objectContaining({ id: '1499' }));
  });
});
